import { join } from "node:path";
import { readFile, readdir } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { openSpool, type Spool } from "../../../src/engine/receive/spool.ts";
import { spoolSource } from "../../../src/engine/sources/spool.ts";
import { resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import type { Job } from "../../../src/runs/job/job.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { scratch } from "../../support/flowrun.ts";
import { noon } from "../../support/host.ts";

const opened = async (home: string): Promise<Spool> => {
  const spool = await openSpool({
    folder: { home, below: ["spools", "acme"] },
    host: { now: () => noon, random: () => 0.5 },
    notify: () => undefined,
  });
  onTestFinished(() => spool.close());
  return spool;
};

const workOf = (id: string | undefined, verb = "completed") => ({ id, subject_type: "work", subject_id: "w", verb });
const body = (content: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(content));
const headers = { "x-token": "a-header-that-nobody-guesses" };
const putJobs = (spool: Spool, ...items: readonly unknown[]) => spool.lytics.put({ headers, body: body(items) }, items);

const runOf = (id: string) => ({
  event_id: id,
  event: { id: `run-${id}`, flowId: "f", metrics: { statusSummary: { status: "success" } } },
});
const putRun = (spool: Spool, id: string) => spool.put({ headers: {}, body: body(runOf(id)) }, [runOf(id)]);

/** All that lies there, from a place on, until `end` is reached; and what could not be read. */
async function recordsIn(spool: Spool, from = "0:0", takesJobs = true) {
  const jobs = { keep: ({ verb }: Job) => verb !== "left out", encode: (job: Job): FlowRun | Job => job };
  const source = spoolSource<FlowRun | Job>({
    ...{ spool, from, raw: false, profile: "acme", signal: AbortSignal.timeout(30_000) },
    events: resolveEventSelection(undefined),
    keep: () => true,
    encode: (run) => run,
    ...(takesJobs ? { jobs } : {}),
  });
  spool.arrivals.end();
  const [told, faults, positions]: [string[], string[], string[]] = [[], [], []];
  for await (const { candidates, rejects } of source.read()) {
    for (const { encoded, position } of candidates) {
      positions.push(position);
      told.push(
        encoded.type === "flowrun.job" ? `${String(encoded.eventId)} of ${String(encoded.profile)}` : encoded.runId,
      );
    }
    faults.push(...rejects.map((fault) => `${source.describe(fault)} ${fault.reason}`));
  }
  return { told, faults, positions };
}

test("events of Lytics stand among the runs, each where it came, and once", async () => {
  const spool = await opened(await scratch());
  expect(await putRun(spool, "1")).toBe(1);
  expect(await putJobs(spool, workOf("a"), workOf("b", "left out"), workOf("a"))).toBe(2);
  expect(await putRun(spool, "2")).toBe(1);
  expect(await putJobs(spool, workOf("b"), workOf("c"))).toBe(1);
  expect(await putJobs(spool, workOf(undefined), workOf(undefined))).toBe(1);
  expect((await recordsIn(spool)).told).toEqual(["run-1", "a of acme", "run-2", "c of acme", "null of acme"]);
});

test("an event of Adobe's with the same id as one of Lytics is another", async () => {
  const spool = await opened(await scratch());
  expect([await putRun(spool, "a"), await putJobs(spool, workOf("a#0"))]).toEqual([1, 1]);
});

test("a reading goes on behind any of a list, and knows after a restart what had come", async () => {
  const home = await scratch();
  const first = await opened(home);
  await putJobs(first, workOf("a"), workOf("b"), workOf("c"));
  const { positions } = await recordsIn(first);
  await first.close();
  const again = await opened(home);
  expect(await putJobs(again, workOf("c"), workOf("d"))).toBe(1);
  expect((await recordsIn(again, positions[0])).told).toEqual(["b of acme", "c of acme", "d of acme"]);
});

test("what is no event among others is told, and whoever takes runs alone passes events by", async () => {
  const spool = await opened(await scratch());
  await putJobs(spool, { x: 1 }, workOf("a"));
  await putRun(spool, "1");
  const { told, faults } = await recordsIn(spool);
  expect(told).toEqual(["a of acme", "run-1"]);
  expect(faults).toEqual(["the event of Lytics that was received it names neither a subject nor a verb"]);
  expect((await recordsIn(spool, "0:0", false)).told).toEqual(["run-1"]);
});

test("the header that lets in does not lie on the disk", async () => {
  const home = await scratch();
  await putJobs(await opened(home), workOf("a"));
  const folder = join(home, "spools", "acme");
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "latin1")));
  expect(files.join("")).toContain('"subject_id":"w"');
  expect(files.join("")).not.toContain(headers["x-token"]);
});
