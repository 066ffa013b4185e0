import { describe, expect, test } from "vitest";
import { widthOf } from "../../src/render/text/cut-text.ts";
import type { FlowRecord } from "../../src/runs/cadence/flow-record.ts";
import { bareEnv, flowrun, records, scratch, start } from "../support/flowrun.ts";
import { openJournal, runEvent } from "../support/journal.ts";
import { hasTerminal, openTerminal } from "../support/terminal.ts";

const hour = 3_600_000;

/** `run-<n>` of one flow (run-0, run-3 and so on are of the same), hourly, the last one so many hours ago. */
async function openHourly(lastAgo: number) {
  const now = Date.now();
  const at = (index: number): number => now - lastAgo * hour - (23 - index) * hour;
  const events = Array.from({ length: 24 }, (_, n) => runEvent(n * 3, { updatedAt: at(n), flowName: "Web orders" }));
  return openJournal({ events, writtenAt: at });
}

async function demo(...args: readonly string[]) {
  return flowrun(["flows", "--profile", "demo", ...args], { env: bareEnv(await scratch()) });
}

describe("the demo's week", () => {
  test("each flow once, in every format", async () => {
    const { stdout, stderr, code } = await demo("--json");
    const flows = stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as FlowRecord);
    expect(new Set(flows.map(({ flowId }) => flowId)).size).toBe(flows.length);
    expect(flows.length).toBeGreaterThanOrEqual(10);
    expect(flows.find(({ flowName }) => flowName === "Web and app behaviour")).toMatchObject({ paceMs: hour });
    expect(stderr).toMatch(new RegExp(`^(.*\n)*${flows.length} flows`));
    expect(code).toBe(0);
  });

  test("what stopped is absent, what is late is late, and what was lost is told by --schedule", async () => {
    const statesOf = async (...args: readonly string[]) => {
      const { stdout } = await demo("-q", "-o", "csv", "--no-headers", "--columns", "flow,state,lost.runId", ...args);
      return stdout.split("\n").slice(0, -1);
    };
    const learned = await statesOf("--late");
    expect(learned).toEqual(expect.arrayContaining(["Returns and refunds,absent,", "Gift cards,absent,"]));
    const scheduled = await statesOf("--schedule");
    expect(scheduled).toEqual(
      expect.arrayContaining([
        "Returns and refunds,absent,",
        expect.stringMatching(/^Gift cards,ok,[\da-f-]{36}$/),
        "Newsletter sign-ups (old form),disabled,",
        "Customer tiers,ok,",
        "Campaign lists,irregular,",
      ]) as string[],
    );
    expect(scheduled.filter((line) => line.includes(",absent,"))).toHaveLength(1);
    const { code } = await demo("--late", "--exit-status", "-q");
    expect(code).toBe(3);
  });

  test("tail --absent --schedule does not tell of a flow whose notification was lost", async () => {
    const absentBy = async (...more: readonly string[]): Promise<readonly unknown[]> => {
      const line = ["tail", "--absent", "--json", "--profile", "demo", ...more];
      const running = start(line, { env: bareEnv(await scratch()) });
      // All that are silent at the start are told of together.
      await running.saw('"type":"flowrun.absent"');
      running.child.kill("SIGINT");
      const { stdout } = await running.finished;
      return records(stdout)
        .filter(({ type, state }) => type === "flowrun.absent" && state === "absent")
        .map(({ flowName, paceFrom }) => [flowName, paceFrom]);
    };
    expect(await absentBy()).toEqual(
      expect.arrayContaining([
        ["Returns and refunds", "history"],
        ["Gift cards", "history"],
      ]) as unknown[],
    );
    expect(await absentBy("--schedule")).toEqual([["Returns and refunds", "schedule"]]);
  });

  test.skipIf(!hasTerminal).each([80, 120])("no row wraps on %i columns", async (columns) => {
    const env = bareEnv(await scratch());
    const terminal = await openTerminal("flowrun flows --profile demo --no-pager", { env, columns });
    const screen = await terminal.shows(/exit 0/);
    const title = terminal.printed().find((line) => line.startsWith("FLOW")) ?? "";
    expect(title).toMatch(
      columns === 80 ? /^FLOW +STATE +LAST RUN/ : /^FLOW +STATE .*RUNS +FAILED +PACE +NEXT.* SANDBOX/,
    );
    expect(screen).toMatch(/\d+ flows/);
    for (const line of terminal.printed()) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });
});

describe("a flow that stopped", () => {
  test("ends the process with 3 where it was asked for", async () => {
    const journal = await openHourly(6);
    const { code, stdout } = await journal.start("flows --late --exit-status -o csv --columns flow,state --no-headers")
      .finished;
    expect({ code, stdout }).toEqual({ code: 3, stdout: "Web orders,absent\n" });
    expect((await journal.run("flows --late")).code).toBe(0);
  });

  test("one that runs ends it with 0", async () => {
    const journal = await openHourly(0.2);
    expect(await journal.run("flows --late --exit-status -q")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });
});

test("runs are read back from what since printed", async () => {
  const journal = await openHourly(6);
  const { stdout: input } = await journal.run("since -P7D --status all --json");
  const { stdout } = await start(["flows", "--from", "-", "--until", "now", "-o", "name", "--late"], {
    env: journal.env,
    input,
  }).finished;
  expect(stdout).toBe("flow-0\n");
});
