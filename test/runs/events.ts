import { readFileSync } from "node:fs";
import { resolveEventSelection } from "../../src/runs/events/event-selection.ts";
import type { FlowRun } from "../../src/runs/record/flow-run.ts";
import { normalise, type Verdict } from "../../src/runs/events/normalise.ts";

/** An event as delivered, from fixtures/events. */
export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/events/${name}.json`, import.meta.url), "utf8"));
}

/** What an event comes to under `--events` words. */
export function verdictOn(event: unknown, words?: readonly string[]): Verdict {
  return normalise("position-1", event, { events: resolveEventSelection(words), raw: false });
}

/** The one flow run of an event. */
export function onlyRun(event: unknown): FlowRun {
  const { runs, rejects } = verdictOn(event, ["runs"]);
  if (runs.length !== 1) throw new Error(`${runs.length} runs, ${rejects.join("; ")}`);
  return runs[0]!.run;
}

/** A bare flow run with some fields of its own. */
export function bareRun(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { id: "run-1", flowId: "flow-1", metrics: { statusSummary: { status: "success" } }, ...fields };
}
