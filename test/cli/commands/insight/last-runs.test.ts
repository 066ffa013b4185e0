import { expect, test } from "vitest";
import { watchLastRuns } from "../../../../src/cli/commands/insight/last-runs.ts";
import { countFlows } from "../../../../src/runs/cadence/count-flows.ts";
import { normalise } from "../../../../src/runs/events/normalise.ts";
import { resolveEventSelection } from "../../../../src/runs/events/event-selection.ts";
import type { FlowRun } from "../../../../src/runs/record/flow-run.ts";
import { noon } from "../../../support/host.ts";

const minute = 60_000;
const reading = { events: resolveEventSelection(undefined), raw: false };

/** A notification of a flow's run that began so many minutes after noon. */
function told(flowId: string, n: number, status = "success", afterMs = minute): readonly FlowRun[] {
  const metrics = { statusSummary: { status }, durationSummary: { startedAtUTC: noon + n * minute } };
  const body = { id: `run ${String(n)}`, flowId, updatedAt: noon + n * minute + afterMs, metrics };
  return normalise("p", body, reading).runs.map(({ run }) => run);
}

/** Which flows' last runs failed. */
function failedLast(runs: readonly FlowRun[]): readonly string[] {
  const [counter, last] = [countFlows(-Infinity), watchLastRuns(({ status }) => status === "failed")];
  for (const run of runs) {
    counter.add(run);
    last.add(run);
  }
  const flows = counter.read(noon + 100_000 * minute).map(({ flow }) => flow);
  return flows.filter((flow) => last.wants(flow)).map(({ flowId }) => flowId);
}

test("a flow's last run is the one that began last, in whatever order it is told of, and as it was told of last", () => {
  const ups = Array.from({ length: 500 }, (_, n) => told("up", n, n === 499 ? "failed" : "success")).flat();
  const downs = Array.from({ length: 500 }, (_, n) => told("down", 499 - n, n === 0 ? "failed" : "success")).flat();
  const well = [...told("well", 9, "failed"), ...told("well", 9, "success", 2 * minute), ...told("well", 9, "failed")];
  expect(failedLast([...ups, ...downs, ...well])).toEqual(["up", "down"]);
});

test("what is remembered does not grow with the runs, nor with the flows beyond those that are judged", () => {
  const asked = (runs: readonly FlowRun[]): number => {
    const last = watchLastRuns(() => true);
    for (const run of runs) last.add(run);
    const flow = countFlows(-Infinity);
    for (const run of runs) flow.add(run);
    const known = flow.read(Infinity).map((one) => one.flow);
    const every = runs.map(({ flowId, runId }) => ({ ...known[0]!, flowId, lastRunId: runId }));
    return every.filter((one) => last.wants(one)).length;
  };
  expect(asked(Array.from({ length: 500 }, (_, n) => told("one", n)).flat())).toBe(100);
  expect(asked(Array.from({ length: 1500 }, (_, n) => told(`flow ${String(n)}`, n)).flat())).toBe(1000);
});
