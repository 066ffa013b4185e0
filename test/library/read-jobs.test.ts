import { describe, expect, onTestFinished, test } from "vitest";
import type { FaultRule } from "../../src/demo/faults.ts";
import { FlowrunError, readJobs, type Job, type Notice, type ReadJobsOptions } from "../../src/index.ts";
import { openJobReading } from "../../src/library/read-jobs.ts";
import { scratch } from "../support/flowrun.ts";
import { fakeHost } from "../support/host.ts";
import { lyticsNoon as noon, startLytics, workEvent } from "../support/lytics.ts";

const hour = 3_600_000;
const items = [
  workEvent("a", noon - 4 * hour, { verb: "started" }),
  workEvent("b", noon - 3 * hour, { verb: "failed", notes: "quota exceeded", priority: 5 }),
  workEvent("c", noon - 2 * hour, { subject_type: "entity", subject_id: "user/x", verb: "clustered" }),
  workEvent("d", noon - hour, { verb: "completed", subject_id: "v" }),
];

/** An account on loopback, and readings of it in a world whose time goes by sleeping. */
async function open(faults: readonly FaultRule[] = []) {
  let now = noon;
  const told = [...items];
  const server = await startLytics({ items: told, faults, token: "a-token", now: () => now });
  const dir = await scratch();
  let closed = 0;
  const read = (options: Partial<ReadJobsOptions> = {}, env: Record<string, string> = {}) => {
    const settings = { token: "a-token", url: server.origin };
    const own = options.profile === undefined && Object.keys(env).length === 0 ? { settings } : {};
    return openJobReading({ since: "oldest", ...own, ...options }, () => ({
      ...fakeHost({ now, dir, env, onSleep: (ms) => (now += ms) }),
      close: () => {
        closed += 1;
        return Promise.resolve();
      },
    }));
  };
  return { server, told, read, closed: () => closed, now: () => now };
}

async function idsOf(reading: AsyncIterable<Job>): Promise<string> {
  const ids: (string | null)[] = [];
  for await (const { eventId } of reading) ids.push(eventId);
  return ids.join("");
}

describe("readJobs", () => {
  test.each<[Partial<ReadJobsOptions>, string]>([
    [{}, "abcd"],
    [{ since: "-PT150M" }, "cd"],
    [{ since: new Date(noon - 2 * hour) }, "cd"],
    [{ filters: { until: new Date(noon - 2 * hour) } }, "abc"],
    [{ since: "08:30", timeZone: "Europe/Berlin" }, "abcd"],
    [{ filters: { verb: "failed" } }, "b"],
    [{ filters: { verb: ["failed", "c*"], subjectType: "work" } }, "bd"],
    [{ filters: { subjectId: "v" } }, "d"],
    [{ filters: { status: ["success", "failed"] } }, "bd"],
    [{ filters: { where: "priority > 3" } }, "b"],
    [{ since: "now" }, ""],
  ])("%j gives %s, and closes what it opened", async (options, ids) => {
    const { read, closed } = await open();
    expect(await idsOf(read(options))).toBe(ids);
    expect(closed()).toBe(1);
  });

  test("hands out records, which are of no profile where the program gives the settings", async () => {
    const { read } = await open();
    expect((await read({ filters: { verb: "failed" } }).next()).value).toMatchObject({
      type: "flowrun.job",
      status: "failed",
      notes: "quota exceeded",
      profile: null,
    });
  });

  test("settings of the environment will do, and what is left early is closed", async () => {
    const { read, server, closed } = await open();
    const env = { FLOWRUN_LYTICS_TOKEN: "a-token", FLOWRUN_LYTICS_URL: server.origin };
    for await (const job of read({}, env)) {
      expect(job.profile).toBe("default");
      break;
    }
    expect(closed()).toBe(1);
  });

  test("follows until it is told to stop, and gives nothing twice", async () => {
    const { read, told, now } = await open();
    const stop = new AbortController();
    const ids: (string | null)[] = [];
    const follow = async (): Promise<void> => {
      for await (const { eventId } of read({ follow: true, signal: stop.signal })) {
        ids.push(eventId);
        if (eventId === "d") told.push(workEvent("e", now() + 1000));
        if (eventId === "e") stop.abort("enough");
      }
    };
    await expect(follow()).rejects.toBe("enough");
    expect(ids.join("")).toBe("abcde");
  });

  test("a filter that met nothing is told to whoever listens, by its name in a program", async () => {
    const { read } = await open();
    const notices: Notice[] = [];
    await idsOf(read({ filters: { subjectId: ["nobody", "v"] }, onNotice: (notice) => notices.push(notice) }));
    const texts = notices.flatMap((notice) => ("text" in notice ? [notice.text] : []));
    expect(texts.join("\n")).toContain('matched subjectId "nobody"');
  });

  test("names that cannot be had are a remark", async () => {
    const { read } = await open([
      { on: "api", when: ({ path }) => path === "/v2/job", fault: { kind: "status", status: 500 } },
    ]);
    const notices: Notice[] = [];
    expect(await idsOf(read({ names: true, onNotice: (notice) => notices.push(notice) }))).toBe("abcd");
    expect(notices.filter(({ kind }) => kind === "remark")).toHaveLength(1);
  });

  test.each([
    [{ since: undefined }, "usage", "readJobs does not know where to begin"],
    [{ since: "last" }, "usage", "readJobs cannot start from a cursor"],
    [{ since: "soon" }, "usage", "soon"],
    [{ profile: "demo", settings: { token: "x" } }, "usage", "profile and settings do not go together"],
    [{ settings: {} }, "settings", "the settings lack token"],
    [{ settings: null }, "settings", "the settings lack token"],
    [{ settings: { token: "wrong-token" } }, "auth", "Lytics does not take the token"],
    [{ filters: { verb: "" } }, "usage", "verb is no word"],
    [{ filters: { where: "nothing > 1" } }, "usage", "nothing"],
  ])("%j is a FlowrunError of kind %s", async (options, kind, words) => {
    const { read, server } = await open();
    const given =
      "settings" in options && options.settings !== null
        ? { settings: { url: server.origin, ...options.settings } }
        : {};
    const reading = async () => idsOf(read({ ...options, ...given } as Partial<ReadJobsOptions>));
    const error = await reading().catch((one: unknown) => one);
    expect(error).toBeInstanceOf(FlowrunError);
    expect(error).toMatchObject({ kind, message: expect.stringContaining(words) as string });
  });

  test("reads the demo in the real world", async () => {
    process.env["FLOWRUN_HOME"] = await scratch();
    onTestFinished(() => {
      delete process.env["FLOWRUN_HOME"];
    });
    const { value } = await readJobs({
      since: "-P1D",
      profile: "demo",
      names: true,
      filters: { subjectType: "work" },
    }).next();
    expect(value).toMatchObject({ type: "flowrun.job", profile: "demo", jobName: expect.any(String) as string });
  });
});
