import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCli } from "../../../../src/cli/run-cli.ts";
import type { DemoFault, FaultRule } from "../../../../src/demo/faults.ts";
import { startServer } from "../../../../src/demo/server.ts";
import { listedSource } from "../../../../src/demo/source.ts";
import type { Host } from "../../../../src/host.ts";
import { bareEnv, records, scratch, settingsFor } from "../../../support/flowrun.ts";
import { fakeHost, noon, realSleep } from "../../../support/host.ts";
import { header } from "../../../support/journal.ts";

const minute = 60_000;
const hour = 60 * minute;

interface Told {
  readonly at: number;
  readonly event: unknown;
}

/** The notification of a run that begins at an instant and takes a minute. */
function told(flow: string, at: number, { status = "success", sandbox = "prod" } = {}): Told {
  const id = `${flow} ${at}`;
  const body = {
    id,
    createdAt: at,
    updatedAt: at + minute,
    sandboxName: sandbox,
    flowId: flow,
    flowName: flow,
    metrics: {
      durationSummary: { startedAtUTC: at, completedAtUTC: at + minute },
      statusSummary: { status, errors: [] },
    },
    activities: [],
  };
  const code = status === "failed" ? "sources_flow_run_failed" : "sources_flow_run_success";
  return { at: at + minute, event: { event_id: id, event: { ...body, header: header(code) } } };
}

/** So many hours, from one on, each in ms from noon. */
function every(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, n) => noon + (from + n) * hour);
}

/** Flows that had stopped ten hours before: that one is told of says that the pace of all is known. */
const stopped = [
  ...every(-72, -10).map((at) => told("stopped", at)),
  ...every(-72, -10).map((at) => told("other", at, { sandbox: "stage" })),
];

interface Stay {
  /** How long after noon it is stopped, … */
  readonly until: number;
  /** … or as soon as it has printed that. */
  readonly printed?: string;
  /** The flow that has stopped and is told of first. */
  readonly first?: string;
  /** The time, from noon on, in which the journal answers nobody. */
  readonly away?: readonly [from: number, to: number];
  /** What Flow Service does instead of answering, of its questions from one on, counted from 0, up to another. */
  readonly flowService?: { readonly fault: DemoFault; readonly from: number; readonly to: number };
}

/**
 * A journal, and a clock that goes on by waiting alone: hardly, until the flow that had stopped was told of; then as long as
 * each wait is.
 */
async function openWorld(events: readonly Told[]) {
  const dir = await scratch();
  const faults: FaultRule[] = [];
  let now = noon;
  const server = await startServer({
    now: () => now,
    sleep: (ms) => delay(ms),
    source: listedSource([...stopped, ...events].sort((one, other) => one.at - other.at)),
    journal: { retryAfter: "300" },
    faults,
  });
  onTestFinished(() => server.close());
  const env = { ...bareEnv(dir), ...settingsFor(server), FLOWRUN_PLATFORM_URL: server.origin };
  /** A command line, until it is stopped. */
  const run = async (args: string, { until, printed, first = "stopped", away, flowService }: Stay) => {
    const fake = fakeHost({ env, dir, now });
    const isOfFlows = ({ target }: { readonly target: string }): boolean => target.includes("/flowservice/");
    const askedBefore = server.requests.filter(isOfFlows).length;
    const spoiled = (call: { readonly target: string }, from: number, to: number): boolean => {
      const index = server.requests.filter(isOfFlows).length - askedBefore;
      return isOfFlows(call) && index >= from && index < to;
    };
    const lasting: readonly FaultRule[] =
      flowService === undefined
        ? []
        : [
            {
              on: "api",
              when: (call) => spoiled(call, flowService.from, flowService.to),
              fault: flowService.fault,
            },
          ];
    faults.splice(0, faults.length, ...lasting);
    const isKnown = (): boolean => `${fake.out()}${fake.err()}`.includes(first);
    const host: Host = {
      ...fake,
      now: () => now,
      startedAt: now,
      sleep: async (ms, signal) => {
        // A patience that runs out, or a lease to renew: they go by the world's own clock.
        if (ms < minute) return realSleep(ms, signal);
        // Others have their turn, such as who learns beside.
        await delay(1);
        if (signal?.aborted === true) return;
        now += isKnown() ? ms : 1;
        const after = now - noon;
        const isAway = away !== undefined && after >= away[0] && after < away[1];
        faults.splice(
          0,
          faults.length,
          ...lasting,
          ...(isAway ? [{ fault: { kind: "status", status: 503, retryAfter: "300" } } as FaultRule] : []),
        );
        if (after >= until || (printed !== undefined && `${fake.out()}${fake.err()}`.includes(printed))) {
          fake.stop();
        }
      },
    };
    const code = await runCli(args.split(" "), host);
    return { code, out: fake.out(), err: fake.err() };
  };
  return { run };
}

/** Of the records of flows that do not run: the flow, its state, and the hour, from noon on, by which it was known. */
function absences(out: string): readonly (readonly [unknown, unknown, number])[] {
  return records(out)
    .filter(({ type }) => type === "flowrun.absent")
    .map(({ flowName, state, at }) => [flowName, state, Math.round((Date.parse(String(at)) - noon) / hour)]);
}

const steady = every(-72, 24).map((at) => told("steady", at));
const pausing = [...every(-72, 1), ...every(8, 24)].map((at) => told("pausing", at));

describe("tail --absent", () => {
  test("tells once what is silent at the start, then what becomes late and absent, and what is back", async () => {
    const world = await openWorld([...steady, ...pausing]);
    const { code, out } = await world.run("tail --absent --json --sandbox prod", { until: 12 * hour });
    expect(code).toBe(130);
    expect(absences(out)).toEqual([
      ["stopped", "absent", 0],
      ["pausing", "late", 2],
      ["pausing", "absent", 3],
      ["pausing", "ok", 8],
    ]);
    const runs = records(out).filter(({ type }) => type === "flowrun.run");
    expect(runs.length).toBeGreaterThan(12);
  });

  test("does not take for silence that nothing could be read", async () => {
    const world = await openWorld(steady);
    const away = [2.2 * hour, 9.3 * hour] as const;
    const { out, err } = await world.run("tail --absent --json --sandbox prod --limit 2", { until: 14 * hour, away });
    expect(absences(out)).toEqual([["stopped", "absent", 0]]);
    expect(err).toContain("503");
  });

  test("says once that there are more flows than are judged, and so does stats", async () => {
    const many = Array.from({ length: 1000 }, (_, n) => told(`flow ${String(n)}`, noon - hour));
    const world = await openWorld(many);
    const { err } = await world.run("tail --absent --json", { until: 5 * hour });
    const tooMany = /warning: there are more than 1,000 flows, and only the first in the window are judged/g;
    expect(err.match(tooMany)).toHaveLength(1);
    for (const line of ["stats -P7D", "stats -P7D --compare"]) {
      const stats = await world.run(line, { until: Infinity });
      expect([line, stats.err.match(tooMany)?.length]).toEqual([line, 1]);
    }
    for (const line of ["stats -P7D --sandbox stage", "stats -P2D"]) {
      expect((await world.run(line, { until: Infinity })).err).not.toMatch(tooMany);
    }
  });

  test("filters of runs do not touch the pace", async () => {
    const world = await openWorld([...steady, ...pausing]);
    const { out } = await world.run("tail --absent --json --status failed --flow pausing,stopped", { until: 9 * hour });
    expect(absences(out).map(([flow, state]) => [flow, state])).toEqual([
      ["stopped", "absent"],
      ["pausing", "late"],
      ["pausing", "absent"],
      ["pausing", "ok"],
    ]);
    expect(records(out).filter(({ type }) => type === "flowrun.run")).toEqual([]);
  });

  test.each([
    ["--sandbox stage", "other"],
    ["--flow stop*", "stopped"],
  ])("%s chooses flows", async (filter, flow) => {
    const world = await openWorld(steady);
    const { out } = await world.run(`tail --absent --json ${filter}`, { until: 4 * hour, first: flow });
    expect(absences(out)).toEqual([[flow, "absent", 0]]);
  });

  test("a restart with a cursor tells nothing again, and goes on with what it told", async () => {
    const world = await openWorld([...steady, ...pausing]);
    const line = "tail --since last --absent --json";
    const first = await world.run(`${line} --sandbox prod`, { until: 5 * hour });
    expect(absences(first.out).map(([flow]) => flow)).toEqual(["stopped", "pausing", "pausing"]);
    const again = await world.run(line, { until: 10 * hour, first: '"other"' });
    expect(absences(again.out)).toEqual([
      ["other", "absent", 5],
      ["pausing", "ok", 8],
    ]);
  });

  test("without a cursor a restart tells how it stands", async () => {
    const world = await openWorld([...steady, ...pausing]);
    await world.run("tail --absent --json", { until: 5 * hour });
    const again = await world.run("tail --absent --json --sandbox prod", { until: 6 * hour });
    expect(absences(again.out)).toEqual([
      ["stopped", "absent", 5],
      ["pausing", "absent", 5],
    ]);
  });

  test("in a table it is a line among the rows, in colour", async () => {
    const world = await openWorld([...steady, ...pausing]);
    const { out } = await world.run("tail --absent -o table --color always", { until: 9 * hour });
    expect(out.replaceAll("\u001b[33m", "").replaceAll("\u001b[39m", "")).toContain(
      "\nlate: pausing (prod) has not run since 2026-11-22T12:00:00.000Z; usually every 1h, expected 2026-11-22T13:00:00.000Z, 1 run missing\n",
    );
    expect(out).toContain(
      "\n\u001b[32mback:\u001b[39m pausing (prod) runs again since 2026-11-22T20:00:00.000Z, after 8h of silence\n",
    );
    expect(out).toContain("\u001b[31mabsent:\u001b[39m stopped");
  });

  test.each(["-o csv", "-o markdown", "-o name", "--json=runId"])(
    "%s has rows of runs alone: stderr has it",
    async (how) => {
      const world = await openWorld(steady);
      const { out, err } = await world.run(`tail --absent ${how}`, { until: hour });
      expect(out).not.toContain("absent");
      expect(err).toContain("warning: absent: stopped (prod) has not run since 2026-11-22T01:00:00.000Z");
    },
  );

  test.each([
    ["since -P1D --absent", "--absent goes with --follow"],
    ["since -P1D --absent --schedule", "--absent --schedule goes with --follow"],
    ["since -P1D --schedule", "--schedule goes with --follow and --absent"],
    ["tail --from runs.ndjson --absent", "--absent and --from do not go together"],
  ])("%s is refused", async (args, message) => {
    const world = await openWorld([]);
    const { code, err } = await world.run(args, { until: hour });
    expect([code, err.split("\n")[0]]).toEqual([2, `error: ${message}`]);
  });
});

describe("tail --absent --schedule", () => {
  const line = "tail --absent --schedule --json --sandbox prod --retries 1";
  const back = "Flow Service tells its schedules again";
  const warnings = (err: string): readonly string[] =>
    err.split("\n").filter((row) => row.includes("does not tell its schedules"));

  test.each<[string, DemoFault, string]>([
    ["404", { kind: "status", status: 404 }, "Flow Service is not there"],
    ["503", { kind: "status", status: 503 }, "Flow Service answered 503"],
    ["a closed connection", { kind: "reset", when: "beforeHeaders" }, "Flow Service could not be reached"],
  ])("goes by the pace where Flow Service has never answered, and says so once: %s", async (_, fault, why) => {
    const world = await openWorld(steady);
    const flowService = { fault, from: 0, to: 3 };
    const { code, out, err } = await world.run(line, { until: Infinity, printed: back, flowService });
    expect(code).toBe(130);
    expect(absences(out)[0]).toEqual(["stopped", "absent", 0]);
    expect(warnings(err)).toEqual([
      expect.stringMatching(`^warning: .*: ${why}.*; flows are judged by their usual pace until it does$`),
    ]);
    expect(err.split(back)).toHaveLength(2);
  });

  test("holds what was said last where Flow Service refuses later", async () => {
    const world = await openWorld(steady);
    const flowService = { fault: { kind: "status", status: 403 }, from: 1, to: 3 } as const;
    const first = '"paceFrom":"schedule"';
    const { code, out, err } = await world.run(line, { until: Infinity, printed: back, first, flowService });
    expect(code).toBe(130);
    // It is not among the enabled ones.
    expect(absences(out).map(([flow]) => flow)).not.toContain("stopped");
    expect(warnings(err)).toEqual([expect.stringMatching(/sandbox 'prod'.*; what it said last holds until it does$/)]);
    expect(err.split(back)).toHaveLength(2);
  });

  test("ends where Flow Service refuses at the first question", async () => {
    const world = await openWorld(steady);
    const flowService = { fault: { kind: "status", status: 403 }, from: 0, to: Infinity } as const;
    const { code, err } = await world.run(line, { until: Infinity, flowService });
    expect(code).toBe(4);
    expect(err).toContain("View Sources");
  });
});

describe("tail --absent --to", () => {
  const all = [
    ["stopped", "absent"],
    ["pausing", "late"],
    ["pausing", "absent"],
    ["other", "absent"],
    ["pausing", "ok"],
  ];
  // Whoever is slow reads by himself, and is told a little later.
  const statesIn = (out: string) => absences(out).map(([flow, state]) => [flow, state]);

  test("a file gets a line for each, once, also after a restart", async () => {
    const world = await openWorld([...steady, ...pausing]);
    const path = join(await scratch(), "all.ndjson");
    const line = `tail --since last --absent --to file:${path} --to stdout --json`;
    await world.run(`${line} --sandbox prod`, { until: 5 * hour });
    const again = await world.run(line, { until: 10 * hour, first: '"other"' });
    expect(statesIn(await readFile(path, "utf8"))).toEqual(all);
    expect(statesIn(again.out)).toEqual(all.slice(3));
    expect(again.err).toMatch(/to file:\S+: \d+ runs/);
  });

  test("beside an archive, which takes runs alone, they come where it is filled to the journal's end", async () => {
    const world = await openWorld([...every(-72, 1), ...every(8, 400)].map((at) => told("pausing", at)));
    const line = "tail --absent --to archive --to stdout --json --sandbox prod";
    const { out, err } = await world.run(line, { until: 400 * hour, printed: '"state":"ok"' });
    // It is fed while the clock goes on, and may find the flow absent that was late.
    const states = statesIn(out).filter(([, state]) => state !== "late");
    expect(states).toEqual([
      ["stopped", "absent"],
      ["pausing", "absent"],
      ["pausing", "ok"],
    ]);
    expect(err).not.toContain("takes runs alone");
  });

  test("a file of columns takes runs alone, and stderr has it", async () => {
    const world = await openWorld(steady);
    const { err } = await world.run(`tail --absent --to file:${join(await scratch(), "all.csv")}`, { until: hour });
    expect(err).toContain("all.csv takes runs alone; flows that do not run are told here");
    expect(err).toContain("warning: absent: stopped");
  });
});
