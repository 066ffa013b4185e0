import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openToWrite } from "../../src/engine/archive/open.ts";
import { addRuns } from "../../src/engine/archive/write-page.ts";
import { type FlowRun, FlowrunError, openArchive, type Notice, type RunArchive } from "../../src/index.ts";
import { openIn, type OpenArchiveOptions } from "../../src/library/open-archive.ts";
import { archived } from "../support/archived.ts";
import { describeEngines } from "../support/engines.ts";
import { scratch } from "../support/flowrun.ts";
import { fakeHost, noon, realSleep } from "../support/host.ts";
import { runIds } from "../support/journal.ts";

const journalUrl = "https://journal.test/1";
const means = fakeHost({ now: noon });

/** Six runs a minute apart, the second of them failed, the last told of twice; all before noon. */
const runs = [
  ...[0, 1, 2, 3, 4, 5].map((n) =>
    archived(n, { updatedAt: noon - (10 - n) * 60_000, ...(n === 1 ? { status: "failed", errors: ["E-1"] } : {}) }),
  ),
  { ...archived(6, { updatedAt: noon - 60_000 }, { runId: "run-5" }) },
];

async function fill(address: string, url = journalUrl): Promise<void> {
  const place = address.startsWith("postgres")
    ? ({ kind: "postgres", url: address, isSet: true } as const)
    : ({ kind: "embedded", path: address, isSet: true } as const);
  const { database, journal } = await openToWrite(place, url, means);
  await addRuns(database, journal, runs);
  await database.close();
}

async function open(options: OpenArchiveOptions, dir?: string): Promise<RunArchive> {
  // A lease that is renewed without a pause would let nothing else come to pass.
  const host = { ...fakeHost({ now: noon, ...(dir === undefined ? {} : { dir }) }), sleep: realSleep };
  const archive = await openIn(options, host);
  onTestFinished(() => archive.close());
  return archive;
}

async function allOf(reading: AsyncIterable<FlowRun>): Promise<readonly FlowRun[]> {
  const all: FlowRun[] = [];
  for await (const run of reading) all.push(run);
  return all;
}

async function idsOf(reading: AsyncIterable<FlowRun>): Promise<readonly string[]> {
  return (await allOf(reading)).map(({ runId }) => runId);
}

async function failure(work: Promise<unknown>): Promise<FlowrunError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof FlowrunError) return error;
  throw new Error(`no FlowrunError: ${String(error)}`);
}

describeEngines(
  "an archive that a program opens",
  ({ place }) => {
    it("hands out its runs, finds one, and tells of itself", async () => {
      const { address } = await place();
      await fill(address);
      const archive = await open({ archive: address });
      expect(await idsOf(archive.runs())).toEqual([...runIds(6), "run-5"]);
      expect(await idsOf(archive.runs({ since: "-PT8M" }))).toEqual([...runIds(4, 2), "run-5"]);
      expect(await idsOf(archive.runs({ since: new Date(noon - 60_000) }))).toEqual(["run-5"]);
      const failed = archive.runs({ filters: { status: "failed", until: "-PT1M" } });
      expect(await idsOf(failed)).toEqual(["run-1"]);
      const [raw] = await allOf(archive.runs({ raw: true, filters: { run: "run-0" } }));
      expect(raw).toMatchObject({ runId: "run-0", profile: null, raw: { event_id: expect.anything() as unknown } });
      expect(await archive.status()).toMatchObject({
        runs: 7,
        firstRecordedAt: new Date(noon - 600_000).toISOString(),
        lastRecordedAt: new Date(noon - 60_000).toISOString(),
        complete: [],
        gaps: [],
      });
    });

    it("that is closed is read by nobody", async () => {
      const { address } = await place();
      await fill(address);
      const archive = await open({ archive: address });
      await archive.close();
      await archive.close();
      await expect(idsOf(archive.runs())).rejects.toThrow();
    });
  },
  ["a file", "PostgreSQL"],
);

describe("openArchive", () => {
  it("finds all notifications of a run, by the beginning of its id too", async () => {
    const archive = await open({ profile: "demo" });
    const [first] = await allOf(archive.runs({ since: "-P10D" }));
    const id = first?.runId ?? "";
    const found = await archive.find(id.slice(0, 8).toUpperCase());
    expect(found.map(({ runId }) => runId)).toContain(id);
    expect(found[0]?.profile).toBe("demo");
    expect(await archive.find("00000000-nobody")).toEqual([]);
    expect(await failure(archive.find("short"))).toMatchObject({ kind: "usage" });
    expect((await failure(archive.runs({ since: "now" })[Symbol.asyncIterator]().next())).kind).toBe("usage");
  });

  it("tells of what it lacks, and ends where the signal says", async () => {
    const address = join(await scratch(), "runs.db");
    await fill(address);
    const notices: Notice[] = [];
    const archive = await open({ archive: address, onNotice: (notice) => notices.push(notice) });
    const stop = new AbortController();
    const ids: string[] = [];
    const reading = (async () => {
      for await (const { runId } of archive.runs({ since: "-P1D", signal: stop.signal })) {
        ids.push(runId);
        stop.abort(new Error("enough"));
      }
    })();
    await expect(reading).rejects.toThrow("enough");
    expect(ids).toEqual(["run-0"]);
    expect(notices).toMatchObject([{ kind: "warning", text: expect.stringContaining("the archive lacks") as unknown }]);
  });

  it("takes one journal of several by its URL", async () => {
    const address = join(await scratch(), "runs.db");
    await fill(address);
    await fill(address, "https://journal.test/2");
    expect((await failure(open({ archive: address }))).kind).toBe("settings");
    const archive = await open({ archive: address, journalUrl });
    expect((await archive.status()).runs).toBe(runs.length);
  });

  it.each([
    [{ archive: "/nowhere/at/all.db" }, "settings"],
    [{ archive: " " }, "usage"],
    [{ archive: "runs.db", profile: "demo" }, "usage"],
    [{ profile: "nobody" }, "settings"],
    [{}, "settings"],
  ])("with %j is refused (%s)", async (options, kind) => {
    const dir = await scratch();
    expect(await failure(open(options, dir))).toMatchObject({ kind, hint: expect.any(String) as unknown });
  });

  it("opens the demo's in the real world", async () => {
    const archive = await openArchive({ profile: "demo" });
    expect((await archive.status()).runs).toBeGreaterThan(100);
    await archive.close();
  });
});
