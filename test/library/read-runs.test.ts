import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { FaultRule } from "../../src/demo/faults.ts";
import type { JournalKnobs } from "../../src/demo/journal.ts";
import { startServer, type DemoServer } from "../../src/demo/server.ts";
import { listedSource, type Written } from "../../src/demo/source.ts";
import { FlowrunError, readRuns, type FlowRun, type JournalSettings, type ReadRunsOptions } from "../../src/index.ts";
import { openReading, type RunReading } from "../../src/library/read-runs.ts";
import { eventOfRuns, runBody, runEvent, runIds } from "../support/journal.ts";
import { scratch, settingsFor } from "../support/flowrun.ts";
import { fakeHost, noon } from "../support/host.ts";

interface Opened {
  readonly server: DemoServer;
  readonly settings: JournalSettings;
  readonly written: Written[];
  readonly faults: FaultRule[];
  /** Epoch milliseconds, for the journal and for the reader. */
  readonly clock: { now: number };
  /** A reading in this world, and how often that was closed. */
  readonly read: (options: Partial<ReadRunsOptions>) => RunReading;
  readonly closed: () => number;
}

/** A journal of events a second apart, the last one a minute before noon. */
async function open(events: readonly unknown[], journal: Partial<JournalKnobs> = {}): Promise<Opened> {
  const clock = { now: noon };
  const written = events.map((event, index) => ({ at: noon - 60_000 - (events.length - 1 - index) * 1000, event }));
  const faults: FaultRule[] = [];
  const server = await startServer({
    now: () => clock.now,
    sleep: () => Promise.resolve(),
    source: listedSource(written),
    journal,
    faults,
  });
  onTestFinished(() => server.close());
  const dir = await scratch();
  const { clientId, clientSecret, imsOrgId, journalUrl, imsUrl } = server;
  const settings = { clientId, clientSecret, imsOrgId, journalUrl, imsUrl };
  let closed = 0;
  const read = (options: Partial<ReadRunsOptions>): RunReading =>
    openReading({ since: "oldest", settings, ...options }, () => {
      const close = (): Promise<void> => {
        closed += 1;
        return Promise.resolve();
      };
      return { ...fakeHost({ now: clock.now, dir, env: { FLOWRUN_CLIENT_ID: "not-this-one" } }), close };
    });
  return { server, settings, written, faults, clock, read, closed: () => closed };
}

it("with settings given needs no folder, and leaves no token in one", async () => {
  const { settings } = await open([runEvent(0), runEvent(1)]);
  const reading = openReading({ since: "oldest", settings }, () => {
    const host = fakeHost({ now: noon });
    const close = (): Promise<void> => Promise.resolve();
    return Object.defineProperty({ ...host, close }, "dirs", {
      get: () => {
        throw new Error("nobody said which folder");
      },
    });
  });
  expect(await idsOf(reading)).toEqual(["run-0", "run-1"]);
});

async function idsOf(reading: AsyncIterable<FlowRun>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { runId } of reading) ids.push(runId);
  return ids;
}

/** The first so many runs, and the mark while the last of them is worked on. */
async function take(reading: RunReading, count: number): Promise<{ ids: readonly string[]; mark: string }> {
  const ids: string[] = [];
  for await (const { runId } of reading) {
    ids.push(runId);
    if (ids.length === count) return { ids, mark: reading.mark() ?? "" };
  }
  throw new Error(`there were only ${ids.length}`);
}

async function failure(reading: AsyncIterable<FlowRun>): Promise<FlowrunError> {
  const error: unknown = await idsOf(reading).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof FlowrunError) return error;
  throw new Error(`no FlowrunError: ${String(error)}`);
}

/** Nine runs in events of one, three, one and four. */
const events = [
  eventOfRuns("a", ["run-0", "run-1", "run-2"]),
  runEvent(3),
  { event_id: "other", event: { some: "thing" } },
  eventOfRuns("b", ["run-4", "run-5", "run-6", "run-7"]),
  runEvent(8),
];

describe("a mark", () => {
  it.each([1, 2, 3, 100])("goes on after each run exactly, %i events a page", async (limit) => {
    const { read } = await open(events);
    for (let count = 1; count <= 9; count += 1) {
      const first = await take(read({ limit }), count);
      expect([...first.ids, ...(await idsOf(read({ limit, since: { mark: first.mark } })))]).toEqual(runIds(9));
    }
  });

  it("goes on from run to run", async () => {
    const { read } = await open(events);
    let mark: string | null = null;
    for (const id of runIds(9)) {
      const one: { ids: readonly string[]; mark: string } = await take(
        read(mark === null ? { limit: 2 } : { since: { mark } }),
        1,
      );
      expect(one.ids).toEqual([id]);
      mark = one.mark;
    }
  });

  it("goes on from a window's beginning, however much later", async () => {
    const { read, clock } = await open(events);
    const first = await take(read({ since: "-PT1H" }), 1);
    clock.now += 5 * 3_600_000;
    expect(await idsOf(read({ since: { mark: first.mark } }))).toEqual(runIds(8, 1));
  });

  it("goes on from the end of a journal that gives no link, however much later", async () => {
    const { read, clock, written } = await open([], { links: "none" });
    const reading = read({ since: "now" });
    expect(await idsOf(reading)).toEqual([]);
    clock.now += 3_600_000;
    written.push({ at: clock.now - 1_800_000, event: runEvent(0) });
    expect(await idsOf(read({ since: { mark: reading.mark() ?? "" } }))).toEqual(["run-0"]);
  });

  it("is none before the first page, the one given where one was, and the end after the loop", async () => {
    const { read, written } = await open(events);
    const reading = read({ filters: { run: "run-3" } });
    expect(reading.mark()).toBeNull();
    expect(await idsOf(reading)).toEqual(["run-3"]);
    const mark = reading.mark() ?? "";
    expect(read({ since: { mark } }).mark()).toBe(mark);
    written.push({ at: noon - 1000, event: runEvent(9) });
    expect(await idsOf(read({ since: { mark } }))).toEqual(["run-9"]);
  });

  it("drops what the journal delivers again", async () => {
    const { read, written } = await open(events);
    const reading = read({});
    await idsOf(reading);
    written.push({ at: noon - 1000, event: events[4] }, { at: noon - 1000, event: runEvent(9) });
    expect(await idsOf(read({ since: { mark: reading.mark() ?? "" } }))).toEqual(["run-9"]);
  });

  it("is none until the end where several places are read at once", async () => {
    const { read, written } = await open(Array.from({ length: 30 }, (_, n) => runEvent(n)));
    const reading = read({ jobs: 4, limit: 5, since: "-PT1H" });
    const ids: string[] = [];
    for await (const { runId } of reading) {
      ids.push(runId);
      expect(reading.mark()).toBeNull();
    }
    expect(ids).toEqual(runIds(30));
    written.push({ at: noon - 1000, event: runEvent(30) });
    expect(await idsOf(read({ since: { mark: reading.mark() ?? "" } }))).toEqual(["run-30"]);
  });

  it("is refused by another journal, and where it is damaged", async () => {
    const [one, other] = [await open(events), await open(events)];
    const { mark } = await take(one.read({}), 2);
    expect(await failure(other.read({ since: { mark } }))).toMatchObject({
      kind: "settings",
      message: "the mark belongs to another journal",
    });
    for (const text of ["", "last", mark.slice(0, -1), mark.slice(5), mark.replace(/\.(.)/, ".$1x"), `${mark}.`]) {
      expect((await failure(one.read({ since: { mark: text } }))).kind).toBe("usage");
    }
    expect((await failure(one.read({ since: { mark: `2${mark.slice(1)}` } }))).message).toMatch(/another version/);
    expect(other.server.requests).toEqual([]);
  });

  it("that has expired is a gap, unless the reading may start over", async () => {
    const { read, faults } = await open(events);
    const { mark } = await take(read({}), 4);
    // A question of the reading before may still be on its way.
    let left = Infinity;
    const when: FaultRule["when"] = ({ target }) => target.includes("since=") && left-- > 0;
    faults.push({ when, fault: { kind: "status", status: 410 } });
    expect((await failure(read({ since: { mark } }))).kind).toBe("gap");
    left = 1;
    const notices: string[] = [];
    const onNotice = (notice: { kind: string }) => notices.push(notice.kind);
    expect(await idsOf(read({ since: { mark }, onExpired: "oldest", onNotice }))).toEqual(runIds(5, 4));
    expect(notices).toContain("warning");
  });
});

it.each<[string, unknown]>([
  ["nothing", undefined],
  ["no beginning", {}],
  ["a number", { since: 123 }],
  ["null", { since: null }],
  ["the mark of a reading that had read nothing", { since: { mark: null } }],
])("a caller in JavaScript who gives %s is told so at once", (_, options) => {
  const call = (): unknown => Reflect.apply(readRuns, undefined, [options]);
  expect(call).toThrow(expect.objectContaining({ kind: "usage", message: "readRuns does not know where to begin" }));
});

describe("a reading", () => {
  it("is closed when it is done, left or broken off", async () => {
    const { read, closed, faults } = await open(events);
    await idsOf(read({}));
    expect(closed()).toBe(1);
    await take(read({}), 1);
    expect(closed()).toBe(2);
    faults.push({ fault: { kind: "status", status: 404 } });
    expect((await failure(read({}))).kind).toBe("unavailable");
    expect(closed()).toBe(3);
  });

  it("asks nothing before the first run is asked for", async () => {
    const { read, server } = await open(events);
    read({});
    expect(server.requests).toEqual([]);
  });

  it("ends with the signal's reason", async () => {
    const { read, closed } = await open(events);
    const reason = new Error("enough");
    await expect(idsOf(read({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    const stop = new AbortController();
    const ids: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const { runId } of read({ signal: stop.signal })) {
        ids.push(runId);
        if (ids.length === 2) stop.abort(reason);
      }
    };
    await expect(reading()).rejects.toBe(reason);
    expect(ids).toEqual(runIds(2));
    expect(closed()).toBe(1);
  });

  it("follows the journal until it is told to stop", async () => {
    const { read, written, clock } = await open(events);
    const stop = new AbortController();
    const ids: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const { runId } of read({ follow: true, since: "now", signal: stop.signal })) {
        ids.push(runId);
        if (ids.length === 2) stop.abort();
      }
    };
    const done = expect(reading()).rejects.toThrow(/abort/i);
    await vi.waitFor(() => {
      written.push({ at: clock.now, event: runEvent(9 + written.length) });
      expect(ids.length).toBeGreaterThan(1);
    });
    await done;
  });

  it("takes the words of the command's options as filters", async () => {
    const { read } = await open([
      runEvent(0, { status: "failed", errors: ["CONNECTOR-1001-500"], updatedAt: noon - 7_200_000 }),
      runEvent(1, { status: "failed", errors: ["INGEST-1"], updatedAt: noon - 60_000 }),
      runEvent(2, { sandbox: "dev", updatedAt: noon - 60_000 }),
      runEvent(3, { status: "inProgress", updatedAt: noon - 60_000 }),
      { event_id: "e4", event: { ...runBody(4), header: { _adobeio: { eventCode: "profile_ingestion" } } } },
    ]);
    const ids = (filters: ReadRunsOptions["filters"]) => idsOf(read({ filters }));
    expect(await ids({})).toEqual(["run-0", "run-1", "run-2"]);
    expect(await ids({ status: "FAILED" })).toEqual(["run-0", "run-1"]);
    expect(await ids({ status: ["failed", "inProgress"], code: "connector-*" })).toEqual(["run-0"]);
    expect(await ids({ sandbox: "dev" })).toEqual(["run-2"]);
    expect(await ids({ flow: "flow-1" })).toEqual(["run-1"]);
    expect(await ids({ events: "runs", run: ["run-4", "run-3"] })).toEqual(["run-4"]);
    expect(await ids({ until: "-PT1H" })).toEqual(["run-0"]);
    expect(await ids({ until: new Date(noon - 3_600_000) })).toEqual(["run-0"]);
    expect(await ids({ where: ['status == "failed"', "records.input > 0"] })).toEqual(["run-1"]);
  });

  it("adds the event as delivered where it is asked for", async () => {
    const { read } = await open([runEvent(0)]);
    for await (const run of read({})) expect(run).not.toHaveProperty("raw");
    for await (const run of read({ raw: true })) expect(run.raw).toMatchObject({ event_id: "event-0" });
  });

  it("tells of what cannot be read, and never prints", async () => {
    const writes = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")];
    const promised = { header: { _adobeio: { eventCode: "sources_flow_run_success" } } };
    const { read } = await open([{ event_id: "poison", event: promised }, runEvent(1)]);
    const texts: string[] = [];
    const ids = await idsOf(
      read({
        onNotice: (notice) => {
          if (notice.kind === "warning") texts.push(notice.text);
        },
      }),
    );
    expect(ids).toEqual(["run-1"]);
    expect(texts).toEqual([expect.stringMatching(/^the event at "heron:.*could not be read and was passed by: /)]);
    for (const write of writes) expect(write).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it("refuses options that cannot be right, before anything is asked", async () => {
    const { read, server, settings } = await open(events);
    const kinds = async (options: Partial<ReadRunsOptions>) => (await failure(read(options))).kind;
    expect(await kinds({ since: "last" })).toBe("usage");
    expect(await kinds({ since: "yesteryear" })).toBe("usage");
    expect(await kinds({ since: new Date("never") })).toBe("usage");
    expect(await kinds({ since: new Date(noon + 60_000) })).toBe("usage");
    expect(await kinds({ profile: "demo" })).toBe("usage");
    expect(await kinds({ jobs: 0 })).toBe("usage");
    expect(await kinds({ jobs: 65 })).toBe("usage");
    expect(await kinds({ limit: 1.5 })).toBe("usage");
    expect(await kinds({ filters: { status: "sucess" } })).toBe("usage");
    expect(await kinds({ filters: { where: "records.failed >" } })).toBe("usage");
    expect(await kinds({ filters: { until: "oldest" } })).toBe("usage");
    expect(await kinds({ settings: { ...settings, journalUrl: "http://example.com/journal" } })).toBe("settings");
    expect((await failure(read({ settings: { ...settings, clientSecret: [], imsOrgId: " " } }))).message).toBe(
      "the settings lack imsOrgId, clientSecret",
    );
    expect(server.requests).toEqual([]);
  });

  it("uses a ready token where one is given", async () => {
    const { read, server, settings } = await open(events);
    await idsOf(read({}));
    const [, asked] = server.requests;
    const accessToken = asked?.headers["authorization"]?.replace("Bearer ", "") ?? "";
    const { clientSecret, ...rest } = settings;
    expect(clientSecret).toBeDefined();
    expect(server.mints()).toBe(1);
    expect(await idsOf(read({ settings: { ...rest, accessToken } }))).toEqual(runIds(9));
    expect(server.mints()).toBe(1);
  });
});

describe("without profile and settings", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("the environment says how the journal is reached", async () => {
    const { server, clock } = await open(events);
    clock.now = Date.now();
    vi.stubEnv("FLOWRUN_HOME", await scratch());
    for (const [name, value] of Object.entries(settingsFor(server))) vi.stubEnv(name, value);
    const reading = readRuns({ since: "oldest" });
    expect(await idsOf(reading)).toEqual(runIds(9));
    expect(reading.mark()).not.toBeNull();
  });

  it("a profile is what is left, and its absence is told", async () => {
    vi.stubEnv("FLOWRUN_HOME", await scratch());
    for (const name of Object.keys(process.env)) {
      if (name.startsWith("FLOWRUN_") && name !== "FLOWRUN_HOME") vi.stubEnv(name, undefined);
    }
    expect(await failure(readRuns({ since: "-P1D" }))).toMatchObject({ kind: "settings" });
    expect(await failure(readRuns({ since: "-P1D", profile: "nobody" }))).toMatchObject({ kind: "settings" });
  });
});

describe("a window that ends", () => {
  it("leaves the mark before the first run that was dropped as later", async () => {
    const minute = 60_000;
    const updated = [1, 2, 9, 3, 10, 4].map((n) => noon - 60 * minute + n * minute);
    const { read } = await open(updated.map((updatedAt, n) => runEvent(n, { updatedAt })));
    const first = read({ filters: { until: new Date(noon - 55 * minute) } });
    expect(await idsOf(first)).toEqual(["run-0", "run-1", "run-3", "run-5"]);
    const rest = read({ since: { mark: first.mark() ?? "" } });
    expect(await idsOf(rest)).toEqual(["run-2", "run-4"]);
  });

  it("is of the zone that is told, and of UTC where none is", async () => {
    // Noon in UTC is one in the morning in Chatham, of the day after.
    const hours = [14, 12, 11, 2];
    const { read } = await open(hours.map((ago, n) => runEvent(n, { updatedAt: noon - ago * 3_600_000 })));
    const where = 'updatedAt >= "today"';
    expect(await idsOf(read({ filters: { where } }))).toEqual(["run-1", "run-2", "run-3"]);
    expect(await idsOf(read({ filters: { where }, timeZone: "Pacific/Chatham" }))).toEqual([]);
    expect(await idsOf(read({ filters: { where }, timeZone: "Pacific/Honolulu" }))).toEqual(["run-3"]);
    await expect(idsOf(read({ timeZone: "Mars/Olympus" }))).rejects.toThrow('there is no time zone "Mars/Olympus"');
  });

  it("cannot end before it begins", async () => {
    const { read } = await open([runEvent(0)]);
    await expect(idsOf(read({ since: "-PT1H", filters: { until: "-PT2H" } }))).rejects.toThrow("ends before it begins");
  });
});
