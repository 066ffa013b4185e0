import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bareEnv, flowrun, records, scratch, start, type Finished } from "../support/flowrun.ts";
import { eventOfRuns, openJournal, printed, runBody, runEvent, runIds } from "../support/journal.ts";

const hour = 3_600_000;

/** A journal with two events of two days ago and three of an hour ago. */
function twoDays() {
  const began = Date.now();
  return openJournal({ events: 5, writtenAt: (n) => began - (n < 2 ? 48 * hour : hour) + n * 1000 });
}

describe("the window", () => {
  it.each([
    ["since", "-P1D", "--json"],
    ["since", "--json", "-P1D"],
    ["since", "--retries", "2", "-P1D", "--json"],
    ["since", "-q", "-P1D", "-o", "ndjson"],
    ["since", "--json", "--", "-P1D"],
    ["since", "P1D", "--json"],
    ["since", "-1d", "--json"],
    ["since", "1d", "--json"],
  ])("%s %s %s %s %s", async (...words) => {
    const journal = await twoDays();
    const args = words.filter((word): word is string => typeof word === "string");
    const { code, stdout } = await flowrun(args, { env: journal.env });
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(3, 2));
  });

  it.each([["--since -P1D"], ["--since=-P1D"], ["--since 1d"]])("tail %s prints it first", async (since) => {
    const journal = await twoDays();
    const tail = journal.start(`tail ${since} --json`);
    await tail.saw("run-4");
    journal.add(runEvent(5));
    await tail.saw("run-5");
    tail.child.kill("SIGINT");
    expect(printed(await tail.finished)).toEqual(runIds(4, 2));
  });

  it("a time without a zone is UTC's", async () => {
    const journal = await twoDays();
    const morning = new Date(Date.now() - 24 * hour).toISOString();
    const windows = [morning, morning.slice(0, 16), morning.slice(0, 10)];
    const read = (when: string) => journal.run(`since ${when} --json`, { TZ: "Pacific/Auckland" });
    for (const { code, stdout } of await Promise.all(windows.map(read))) {
      expect(code).toBe(0);
      expect(printed({ stdout })).toEqual(runIds(3, 2));
    }
  });

  it.each([["P1Y"], ["-P1M"], ["-P"], ["tomorrow"], ["2999-01-01"], ["-x"], ["5"]])(
    "'%s' is refused with the forms there are, before anything is asked",
    async (when) => {
      const journal = await openJournal();
      const { code, stdout, stderr } = await journal.run(`since ${when}`);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^error: .+\n {2}why: .+\n {2}fix: .+\n$/);
      expect(journal.server.requests).toEqual([]);
    },
  );

  it("all of a window comes in the journal's order, from however many places it is read", async () => {
    const began = Date.now();
    const journal = await openJournal({ events: 1500, writtenAt: (n) => began - (1500 - n) * 300_000 });
    const [one, eight] = await Promise.all([
      journal.run("since oldest --json --limit 20 --jobs 1"),
      journal.run("since oldest --json --limit 20 --jobs 8"),
    ]);
    expect(printed(one)).toEqual(runIds(1500));
    expect(eight.stdout).toBe(one.stdout);
  });
});

describe("what is printed", () => {
  const recently = Date.now() - 120_000;
  const events = [
    runEvent(0, { flowName: "CRM" }),
    runEvent(1, { status: "failed", errors: ["CONNECTOR-1001-500"] }),
    runEvent(2, { status: "failed", errors: ["MAPPER-3402-400"], sandbox: "dev" }),
    runEvent(3, { status: "partialSuccess", code: "source_flow_run_info", records: 500 }),
    runEvent(4, { status: "inProgress" }),
    runEvent(5, { updatedAt: recently - 2 * hour }),
    runEvent(6, { code: "destination_flow_run_info" }),
    { id: "alert", status: "FIRING", name: "delay", message: "late", value: "90" },
  ];

  it.each([
    ["", [0, 1, 2, 3, 5]],
    ["--status failed", [1, 2]],
    ["--status failed,partialSuccess", [1, 2, 3]],
    ["--status all", [0, 1, 2, 3, 4, 5]],
    ["--flow flow-1", [1]],
    ["--flow flow-1,flow-2", [1, 2, 5]],
    ["--flow flow-1 --flow flow-2", [1, 2, 5]],
    ["--run run-3", [3]],
    ["--sandbox dev", [2]],
    ["--code CONNECTOR-1*", [1]],
    ["--flow flow-2 --status failed", [2]],
    ["--events runs", [0, 1, 2, 3, 5, 6]],
    ["--events source_flow_run_info", [3]],
    ["--until -PT5M", [5]],
    ["--where records.output>100", [3]],
    ["-n 2", [0, 1]],
    ["--max 2 --status failed", [1, 2]],
    ["--sandbox nowhere", []],
  ])("since oldest %s", async (options, wanted) => {
    const journal = await openJournal({ events });
    const { code, stdout } = await journal.run(`since oldest --json ${options}`);
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(wanted.map((n) => `run-${n}`));
  });

  it("--raw adds the event as it came", async () => {
    const journal = await openJournal({ events });
    const { stdout } = await journal.run("since oldest --json --raw -n 1");
    expect(records(stdout)[0]?.["raw"]).toEqual(events[0]);
  });

  it("--exit-status tells by its exit code that a printed run failed", async () => {
    const journal = await openJournal({ events });
    const [some, none] = await Promise.all([
      journal.run("since oldest --exit-status --json"),
      journal.run("since oldest --exit-status --json --status success"),
    ]);
    expect([some.code, none.code]).toEqual([3, 0]);
    expect(printed(some)).toHaveLength(5);
  });

  it("an event that cannot be read is reported with its place, and passed by", async () => {
    const withoutId = { ...runBody(9), id: undefined };
    const poison = {
      event_id: "p",
      event: { ...withoutId, header: { _adobeio: { eventCode: "sources_flow_run_failed" } } },
    };
    const journal = await openJournal({ events: [runEvent(0), poison, runEvent(1)] });
    const { code, stdout, stderr } = await journal.run("since oldest --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(2));
    expect(stderr).toMatch(/warning: the event at "heron:[^"]+" could not be read and was passed by: /);
    expect(stderr).toContain("1 unreadable");
  });

  it("each run of an event with several", async () => {
    const journal = await openJournal({ events: [eventOfRuns("several", ["a", "b", "c"])] });
    expect(printed(await journal.run("since oldest --json"))).toEqual(["a", "b", "c"]);
  });
});

describe("wait", () => {
  it.each([
    ["success", 0],
    ["partialSuccess", 0],
    ["failed", 3],
  ])("a run that ends as %s exits %i, and one that begins does not count", async (status, exitCode) => {
    const journal = await openJournal();
    const wait = journal.start("wait --flow flow-1 --json");
    await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBeGreaterThan(0);
    journal.add(runEvent(9), runEvent(7, { status: "inProgress" }), runEvent(10, { status }), runEvent(13));
    const { code, stdout } = await wait.finished;
    expect(printed({ stdout })).toEqual(["run-10"]);
    expect(code).toBe(exitCode);
  });

  it("gives up after --timeout", async () => {
    const journal = await openJournal();
    const { code, stdout, stderr } = await journal.run("wait --timeout 1s");
    expect([code, stdout]).toEqual([7, ""]);
    expect(stderr).toContain("error: no matching run ended within 1s");
  });

  it("looks back with --since", async () => {
    const journal = await openJournal();
    const { code, stdout } = await journal.run("wait --since 1h --run run-3 --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(["run-3"]);
  });
});

describe("a command line that cannot be right asks nothing and exits 2", () => {
  it.each([
    ["since oldest --statsu failed", "--status"],
    ["since oldest --status=", "--status"],
    ["since oldest --columns statsu", "status"],
    ["since oldest -o josn", "json"],
    ["sinse oldest", "since"],
    ["since oldest --retries many", "--retries"],
    ["since oldest --limit 0", "--limit"],
    ["since oldest --jobs 0", "--jobs"],
    ["since oldest -n -1", "--max"],
    ["since oldest --max-wait soon", "soon"],
    ["since oldest --cursor nightly", "last"],
    ["tail --on-expired oldest", "last"],
    ["since last --on-expired never", "latest"],
    ["since last --cursor ../../etc", "cursor"],
    ["since oldest --color sometimes", "auto"],
    ["since oldest --time now", "relative"],
    ["since oldest --until oldest", "--until"],
    ["since oldest --json --columns status", "--columns"],
    ["since oldest --where status==", "--where"],
    ["since oldest --profile ../x", "profile"],
    ["since", "when"],
    ["since oldest 1d", "argument"],
    ["wait --timeout never", "never"],
  ])("%s", async (line, word) => {
    const journal = await openJournal();
    const { code, stdout, stderr } = await journal.run(line);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(word);
    expect(journal.server.requests).toEqual([]);
  });
});

describe("settings", () => {
  it("everything that is missing is named at once, with the command that sets it", async () => {
    const { code, stdout, stderr } = await flowrun(["since", "oldest"], { env: bareEnv(await scratch()) });
    expect([code, stdout]).toEqual([2, ""]);
    for (const name of ["CLIENT_ID", "CLIENT_SECRET", "IMS_ORG_ID", "JOURNAL_URL"]) {
      expect(stderr).toContain(`FLOWRUN_${name}`);
    }
    expect(stderr).toContain("flowrun login");
  });

  it("FLOWRUN_ACCESS_TOKEN is used as it is: IMS is not asked, and no secret is needed", async () => {
    const journal = await openJournal();
    await journal.run("since oldest --json");
    const [file = ""] = await readdir(join(journal.home, "tokens"));
    const kept = JSON.parse(await readFile(join(journal.home, "tokens", file), "utf8")) as { accessToken: string };
    const { code, stdout } = await journal.run("since oldest --json", {
      FLOWRUN_ACCESS_TOKEN: kept.accessToken,
      FLOWRUN_CLIENT_SECRET: "",
    });
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(5));
    expect(journal.server.mints()).toBe(1);
  });

  it("the environment comes before the profile, and the profile before the default", async () => {
    const journal = await openJournal();
    const { env } = journal;
    const values = {
      clientId: env["FLOWRUN_CLIENT_ID"],
      clientSecret: env["FLOWRUN_CLIENT_SECRET"],
      imsOrgId: env["FLOWRUN_IMS_ORG_ID"],
      journalUrl: env["FLOWRUN_JOURNAL_URL"],
      imsUrl: env["FLOWRUN_IMS_URL"],
    };
    await mkdir(join(journal.home, "profiles"), { recursive: true });
    await writeFile(join(journal.home, "profiles", "work.json"), JSON.stringify(values), { mode: 0o600 });
    const bare = Object.fromEntries(Object.entries(env).filter(([name]) => !/^FLOWRUN_(?!HOME)/.test(name)));
    const [byFlag, byVariable, over] = await Promise.all([
      flowrun(["since", "oldest", "--json", "--profile", "work"], { env: bare }),
      flowrun(["since", "oldest", "--json"], { env: { ...bare, FLOWRUN_PROFILE: "work" } }),
      flowrun(["since", "oldest", "--json", "--profile", "work"], { env: { ...bare, FLOWRUN_CLIENT_ID: "another" } }),
    ]);
    for (const finished of [byFlag, byVariable]) expect(printed(finished)).toEqual(runIds(5));
    expect(over.code).toBe(4);
    expect(over.stderr).toContain("invalid client_id parameter");
  });

  it("FLOWRUN_SCOPES are asked for as they are", async () => {
    const journal = await openJournal();
    const { code, stderr } = await journal.run("since oldest", { FLOWRUN_SCOPES: "openid,adobe_io_api" });
    expect(code).toBe(4);
    expect(stderr).toContain("invalid scope: adobe_io_api");
  });

  it("without FLOWRUN_HOME files are where the platform keeps such things", async () => {
    const journal = await openJournal();
    const home = await scratch();
    const env = { ...journal.env, FLOWRUN_HOME: "", HOME: home, XDG_CACHE_HOME: join(home, "elsewhere") };
    expect((await flowrun(["since", "last", "--json"], { env })).code).toBe(0);
    expect(await readdir(join(home, "elsewhere", "flowrun", "tokens"))).toHaveLength(1);
    if (process.platform === "linux") {
      expect(await readdir(join(home, ".local", "state", "flowrun", "cursors", "default"))).toContain("default.json");
    }
  });

  it.each([
    ["FLOWRUN_JOURNAL_URL", "http://events-va6.adobe.io/events/organizations/1/integrations/2/3", "plain http"],
    ["FLOWRUN_IMS_URL", "http://ims.example.com", "plain http"],
    ["FLOWRUN_JOURNAL_URL", "journal", "is not a URL"],
    ["FLOWRUN_CLIENT_ID", "two words", "FLOWRUN_CLIENT_ID"],
    ["FLOWRUN_PROFILE", "a/b", "profile"],
  ])("%s=%s is refused before anything is asked", async (name, value, word) => {
    const journal = await openJournal();
    const { code, stdout, stderr } = await journal.run("since oldest", { [name]: value });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(word);
    expect(journal.server.requests).toEqual([]);
  });

  it("a damaged profile is named, and left alone", async () => {
    const journal = await openJournal();
    await mkdir(join(journal.home, "profiles"), { recursive: true });
    const file = join(journal.home, "profiles", "work.json");
    await writeFile(file, "{ damaged", { mode: 0o600 });
    const { env } = journal;
    const bare = Object.fromEntries(Object.entries(env).filter(([name]) => !/^FLOWRUN_(?!HOME)/.test(name)));
    const { code, stdout, stderr } = await flowrun(["since", "oldest", "--profile", "work"], { env: bare });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(file);
    expect(await readFile(file, "utf8")).toBe("{ damaged");
  });
});

describe("--profile demo", () => {
  it("tail --absent tells which of its flows have stopped, and since -f as well", async () => {
    const env = bareEnv(await scratch());
    for (const line of ["tail --absent", "since last -f --absent"]) {
      const tail = start([...line.split(" "), "--status", "failed", "--profile", "demo", "--json"], { env });
      await tail.saw('"state":"absent"');
      await tail.saw('"state":"late"');
      tail.child.kill("SIGINT");
      const { code, stdout } = await tail.finished;
      expect(code).toBe(130);
      const told = records(stdout).filter(({ type }) => type === "flowrun.absent");
      expect(told.map(({ flowName, state }) => `${String(flowName)}: ${String(state)}`)).toEqual(
        expect.arrayContaining(["Gift cards: absent", "Supplier deliveries: late"]),
      );
      expect(new Set(told.map(({ flowId }) => flowId)).size).toBe(told.length);
    }
  });

  const misleading = {
    FLOWRUN_CLIENT_ID: "nobody",
    FLOWRUN_JOURNAL_URL: "http://127.0.0.1:9/nowhere",
    FLOWRUN_IMS_URL: "http://127.0.0.1:9",
    FLOWRUN_ACCESS_TOKEN: "none",
    HTTP_PROXY: "http://127.0.0.1:9",
  };

  it("works whatever FLOWRUN_* says, and keeps no token", async () => {
    const home = await scratch();
    const env = { ...bareEnv(home), ...misleading };
    const { code, stdout } = await flowrun(["since", "-P1D", "--profile", "demo", "--json"], { env });
    expect(code).toBe(0);
    expect(printed({ stdout }).length).toBeGreaterThan(100);
    expect(existsSync(join(home, "flowrun", "tokens"))).toBe(false);
  });

  it("has the same positions in every process, and its cursor reads on", async () => {
    const env = bareEnv(await scratch());
    const read = (...args: readonly string[]): Promise<Finished> =>
      flowrun(["since", ...args, "--profile", "demo", "--json"], { env });
    const [first, all] = await Promise.all([read("last", "-n", "20"), read("-P7D")]);
    const then = await read("last", "-n", "20");
    const positions = (finished: Finished) => records(finished.stdout).map(({ position }) => position);
    // The week goes on in the meantime: its first event, which may hold several runs, may be another one in each.
    const read40 = [...positions(first), ...positions(then)];
    const both = read40.filter((position) => position !== read40[0]);
    const from = positions(all).indexOf(both[0]);
    expect(from).toBeGreaterThanOrEqual(0);
    expect(both).toEqual(positions(all).slice(from, from + both.length));
    const saved = await readFile(join(env["FLOWRUN_HOME"] ?? "", "cursors", "demo", "default.json"), "utf8");
    expect(JSON.parse(saved)).toMatchObject({ journal: "demo:" });
  });

  it("tells of a new run every two seconds", async () => {
    const tail = start(["tail", "--profile", "demo", "--json"], { env: bareEnv(await scratch()) });
    await tail.saw(/\n.*\n/);
    tail.child.kill("SIGINT");
    expect((await tail.finished).code).toBe(130);
  });
});

const payloads = "fixtures/payloads";

describe("every published payload", () => {
  it("goes through the server in every format; runs are runs, and nothing else is", async () => {
    const names = (await readdir(payloads)).sort();
    const events = await Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(payloads, name), "utf8")) as unknown),
    );
    const journal = await openJournal({ events });
    const formats = ["ndjson", "json", "table", "wide", "csv", "yaml"];
    const outputs = await Promise.all(
      formats.map((format) => journal.run(`since oldest --events runs --status all -o ${format}`)),
    );
    for (const { code, stderr } of outputs) {
      expect(code).toBe(0);
      expect(stderr).toMatch(new RegExp(`${names.length} events`));
    }
    const runs = records(outputs[0]?.stdout ?? "");
    expect(runs.length).toBeGreaterThan(10);
    for (const run of runs) expect(run).toMatchObject({ type: "flowrun.run", schemaVersion: 1 });
    expect(JSON.parse(outputs[1]?.stdout ?? "")).toEqual(runs);
    expect(runs.filter(({ status }) => status === "FIRING" || status === "INACTIVE")).toEqual([]);
  });
});
