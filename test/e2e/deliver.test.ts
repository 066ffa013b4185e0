import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { flowrun, scratch, shell, start } from "../support/flowrun.ts";
import { openJournal, runEvent, runIds as runs } from "../support/journal.ts";
import { hasPostgres, startCluster, whyNoPostgres, type Cluster } from "../support/postgres.ts";
import { openReceiver } from "../support/receiver.ts";
import { hasTerminal, openTerminal } from "../support/terminal.ts";
import { canNetwork, openRemoteHost, whyNoNetwork } from "../support/remote-host.ts";
import { freePort } from "../support/ports.ts";

/** Looked at often, for as long as a slow machine may need. */
const quickly = { interval: 20, timeout: 60_000 };

async function idsIn(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { runId: string }).runId);
}

/** Three lines. */
const failure = (what: RegExp): RegExp => new RegExp(`error: .*${what.source}.*\\n {2}why: .+\\n {2}fix: .+`);

describe("--to", () => {
  it("delivers a window, prints nothing, and says what it promises", async () => {
    const journal = await openJournal({ events: 5 });
    const file = join(await scratch(), "runs.ndjson");
    const { code, stdout, stderr } = await journal.run(`since oldest --to file:${file}`);
    expect([code, stdout]).toEqual([0, ""]);
    expect(await idsIn(file)).toEqual(runs(5));
    expect(stderr).toContain(`to file:${file}: `);
    expect(stderr).toContain("5 runs delivered");
  });

  it("prints as well where the line asks for it", async () => {
    const journal = await openJournal({ events: 3 });
    const file = join(await scratch(), "runs.ndjson");
    for (const words of ["-o name", "--to stdout -o name"]) {
      const { stdout } = await journal.run(`since oldest --to file:${file} ${words}`);
      expect(stdout.trim().split("\n")).toEqual(runs(3));
    }
    const { stdout } = await journal.run(`since oldest --to file:${file} --json=runId`);
    expect(stdout).toContain(`{"runId":"run-0"}`);
  });

  it("goes on from where each destination stands, the first time from the oldest event", async () => {
    const journal = await openJournal({ events: 4 });
    const folder = await scratch();
    const one = `--to file:${join(folder, "one.ndjson")}`;
    const other = `--to file:${join(folder, "other.ndjson")}`;
    await journal.run(`since last ${one}`);
    expect((await journal.run(`since last ${one} ${other}`)).code).toBe(0);
    expect((await journal.run(`since last ${one} ${other}`)).stderr).toContain("0 runs delivered");
    expect(await idsIn(join(folder, "one.ndjson"))).toEqual(runs(4));
    expect(await idsIn(join(folder, "other.ndjson"))).toEqual(runs(4));
  });

  it("keeps a place of its own for a destination that keeps none, as a cursor that is listed", async () => {
    const journal = await openJournal({ events: 4 });
    const file = join(await scratch(), "lines");
    const to = ["--to", `exec:cat >> ${file}`];
    expect((await flowrun(["since", "last", ...to], { env: journal.env })).code).toBe(0);
    expect((await flowrun(["since", "last", ...to], { env: journal.env })).code).toBe(0);
    expect(await idsIn(file)).toEqual(runs(4));
    expect((await journal.run("cursor list -o name")).stdout).toMatch(/^default\.exec-/);
    // The name alone does not tell whose it is.
    expect((await journal.run("cursor list")).stdout).toMatch(/DESTINATION.*\n.* exec:cat >> /);
    expect((await journal.run("cursor list --json=destination")).stdout).toBe(
      `${JSON.stringify({ destination: `exec:cat >> ${file}` })}\n`,
    );
    await journal.run("since last");
    expect((await journal.run("cursor show")).stdout).not.toContain("destination");
  });

  it("keeps no secret of an address in a cursor, and shows none", async () => {
    const journal = await openJournal({ events: 1 });
    const receiver = await openReceiver();
    const secret = "hunter2-hunter2-hunter2";
    await journal.run(`since last --to ${receiver.origin}/hooks/${secret}?token=${secret}`);
    expect(receiver.posted).toHaveLength(1);
    const { stdout } = await journal.run("cursor list --json=destination");
    expect(stdout).toBe(`${JSON.stringify({ destination: `${receiver.origin}/…` })}\n`);
    const [name = ""] = (await journal.run("cursor list -o name")).stdout.split("\n");
    const { file } = JSON.parse((await journal.run(`cursor show ${name} --json`)).stdout) as { file: string };
    expect(await readFile(file, "utf8")).not.toContain(secret);
    await receiver.end();
  });

  it("applies filters", async () => {
    const journal = await openJournal({ events: 4 });
    const file = join(await scratch(), "runs.ndjson");
    await journal.run(`since oldest --run run-0000002 --to file:${file}`);
    await journal.run(`since oldest --status failed --to file:${file}`);
    expect(await idsIn(file)).toEqual([]);
  });

  it.each([
    ["--to fil:runs.ndjson", /--to fil is no destination/],
    ["--to runs.ndjson", /--to runs\.ndjson is no destination/],
    ["--to nast://host/x", /--to nast is no destination/],
    ["--to file:a.csv --to file:a.csv", /names file:a\.csv twice/],
    ["--to archive --to postgres://h/d", /filled from where it stands/],
    ["--to archive --to archive", /names archive twice/],
    ["--to postgres://h/d --to postgres://u:p@h/d", /names postgres:\/\/h\/d twice/],
    ["--to https://env:NO_SUCH_NAME/x", /env:NO_SUCH_NAME, and there is no such variable/],
    ["--to http://example.com/x", /http/],
    ["--to archive", /filled from where it stands/],
    ["--to postgres://h/d", /filled from where it stands/],
    ["--to file:a.csv --last 3", /--last has no meaning with --to/],
    ["--on-refused skip", /--on-refused goes with --to only/],
  ])("turns %s away", async (words, what) => {
    const journal = await openJournal({ events: 1 });
    const { code, stderr } = await journal.run(`since oldest ${words}`);
    expect(stderr).toMatch(failure(what));
    expect(code).toBe(2);
  });

  it("shows no secret of an address, in any output, nor in the list of processes", async () => {
    const journal = await openJournal({ events: 1 });
    const secret = "hunter2-hunter2";
    const env = { ...journal.env, DB_SECRET: secret };
    const addresses = [
      `postgres://user:${secret}@127.0.0.1:1/db`,
      "postgres://user:env:DB_SECRET@127.0.0.1:1/db",
      `nats://user:${secret}@127.0.0.1:1/subject`,
      `https://127.0.0.1:1/hooks/${secret}-and-more?token=${secret}`,
      `slack+https://127.0.0.1:1/services/T000/B000/${secret}-and-more`,
    ];
    for (const address of addresses) {
      const args = ["since", "last", "--to", address, "--retries", "1", "-vv"];
      const { code, stdout, stderr } = await flowrun(args, { env });
      expect(stdout + stderr).not.toContain(secret);
      expect(code, stderr).toBe(5);
    }
    if (process.platform !== "linux") return;
    const tail = start(["tail", "--to", addresses[3] ?? ""], { env });
    await tail.saw(/trying again|again/, "stderr");
    expect(readFileSync(`/proc/${String(tail.child.pid)}/cmdline`, "utf8")).not.toContain(secret);
    tail.child.kill("SIGINT");
    expect((await tail.finished).code).toBe(130);
  });
});

describe("several destinations", () => {
  it("one that refuses is named, and the others get all", async () => {
    const journal = await openJournal({ events: 6 });
    const receiver = await openReceiver();
    receiver.answer({ status: 410 });
    const file = join(await scratch(), "runs.ndjson");
    const { code, stderr } = await journal.run(`since oldest --to ${receiver.origin}/hook --to file:${file}`);
    expect(stderr).toMatch(failure(/gone/));
    expect(code).toBe(5);
    expect(await idsIn(file)).toEqual(runs(6));
    await receiver.end();
  });

  it("what is refused is passed by where that is asked for", async () => {
    const journal = await openJournal({ events: 4 });
    const receiver = await openReceiver();
    receiver.answer((n) => ({ status: n === 1 ? 422 : 200 }));
    const { code, stderr } = await journal.run(`since oldest --to ${receiver.origin}/hook --on-refused skip`);
    expect(stderr).toContain("passed by");
    expect(code).toBe(0);
    const taken = receiver.posted.filter(({ status }) => status === 200);
    expect(taken.map(({ body }) => (JSON.parse(body) as { runId: string }).runId)).toEqual(["run-0", "run-2", "run-3"]);
    await receiver.end();
  });

  it("are counted each by itself where they differ, and what is passed by is not counted as delivered", async () => {
    const journal = await openJournal({ events: 46 });
    const receiver = await openReceiver();
    receiver.answer((n) => ({ status: n >= 40 ? 200 : 422 }));
    const file = join(await scratch(), "runs.ndjson");
    const hook = `${receiver.origin}/hook`;
    const alone = await journal.run(`since oldest --to ${hook} --on-refused skip`);
    expect(alone.stderr).toMatch(/^6 runs delivered, /m);
    expect(alone.stderr).toMatch(/^to http:\S+: 6 runs, 40 refused and passed by$/m);
    // Of so many only the first are told one by one.
    expect(alone.stderr.match(/^warning: .*; passed by$/gm)).toHaveLength(20);
    expect(alone.stderr.match(/^warning: more runs are refused by http:\S+, and passed by/gm)).toHaveLength(1);

    receiver.answer((n) => ({ status: n === 0 ? 422 : 200 }));
    const both = await journal.run(`since oldest --to ${hook} --to file:${file} --on-refused skip`);
    expect(both.stderr).toMatch(/^46 runs delivered, /m);
    expect(both.stderr).toMatch(/^to http:\S+: 45 runs, 1 refused and passed by$/m);
    expect(both.stderr).toMatch(/^to file:\S+: 46 runs$/m);

    const none = await journal.run(`since oldest --to ${hook} --to file:${file} -q`);
    expect([none.code, none.stderr]).toEqual([0, ""]);
    const one = await journal.run(`since oldest --to file:${file}`);
    expect(one.stderr).toMatch(/^46 runs delivered, /m);
    expect(one.stderr).not.toMatch(/^to file:\S+: \d/m);
    await receiver.end();
  });

  it("one that fails in the middle is counted as far as it came", async () => {
    const journal = await openJournal({ events: 6 });
    const receiver = await openReceiver();
    receiver.answer((n) => ({ status: n >= 4 ? 422 : 200 }));
    const { code, stderr } = await journal.run(`since oldest --to ${receiver.origin}/hook`);
    expect(stderr).toMatch(failure(/refuses run run-4/));
    expect(stderr).toMatch(/^to http:\S+: 4 runs$/m);
    expect(receiver.posted).toHaveLength(5);
    expect(code).toBe(5);
    await receiver.end();
  });

  it("the same file by two names is found before anything starts", async () => {
    const journal = await openJournal({ events: 1 });
    const cwd = await scratch();
    await mkdir(join(cwd, "folder"));
    await symlink(join(cwd, "folder"), join(cwd, "link"));
    const pairs = [
      ["file:a.ndjson", "file:./a.ndjson"],
      ["file:folder/a.ndjson", "file:link/a.ndjson"],
      ["file:a.ndjson?rotate=day", `file://${join(cwd, "a.ndjson")}`],
    ] as const;
    for (const [one, other] of pairs) {
      const args = ["since", "oldest", "--to", one, "--to", other];
      const { code, stderr } = await flowrun(args, { env: journal.env, cwd });
      expect(stderr).toMatch(failure(/--to names file:\S+ twice/));
      expect(code).toBe(2);
    }
    expect((await readdir(cwd)).sort()).toEqual(["folder", "link"]);
  });

  it("several profiles are not added to one file, and that is said before anything starts", async () => {
    const journal = await openJournal({ events: 1 });
    const file = join(await scratch(), "runs.ndjson");
    const { code, stderr } = await journal.run(`since oldest --profile demo,other --to file:${file}`);
    expect(stderr).toMatch(failure(/several profiles cannot be added to file:/));
    expect(code).toBe(2);
  });

  it("one that is down holds up nobody, and gets all when it is back, each once", async () => {
    const journal = await openJournal({ events: 3 });
    const receiver = await openReceiver();
    await receiver.goDown();
    const file = join(await scratch(), "runs.ndjson");
    const tail = start(["tail", "--since", "last", "--to", `${receiver.origin}/hook`, "--to", `file:${file}`], {
      env: journal.env,
    });
    await vi.waitFor(async () => {
      expect(await idsIn(file)).toEqual(runs(3));
    }, quickly);
    await receiver.comeBack();
    await vi.waitFor(() => {
      const ids = receiver.posted.map(({ body }) => (JSON.parse(body) as { runId: string }).runId);
      expect(ids).toEqual(runs(3));
    }, quickly);
    tail.child.kill("SIGINT");
    expect((await tail.finished).code).toBe(130);
    await receiver.end();
  });

  it("a command that has had enough ends the reading, well", async () => {
    const journal = await openJournal({ events: 3 });
    const { code, stderr } = await flowrun(["tail", "--since", "oldest", "--to", "exec:head -n 1 >/dev/null"], {
      env: journal.env,
    });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
  });
});

describe("an archive among them", () => {
  it("leads: it takes all, and feeds the others what the filters leave, each once", async () => {
    const journal = await openJournal({ events: 5 });
    const file = join(await scratch(), "runs.ndjson");
    const line = `since last --to archive --to file:${file} --run run-0000000`;
    expect((await journal.run(line)).code).toBe(0);
    expect((await journal.run("since oldest --source archive -o name")).stdout.trim().split("\n")).toEqual(runs(5));
    const all = `since last --to archive --to file:${file}.all`;
    await journal.run(all);
    // Who is new begins with what is new.
    expect(await idsIn(`${file}.all`)).toEqual([]);
  });
});

describe("doctor --to", () => {
  it("looks at a destination without sending a run, and sends one that is made up where it is asked to", async () => {
    const journal = await openJournal({ events: 1 });
    const receiver = await openReceiver();
    const look = await journal.run(`doctor --to ${receiver.origin}/hook`);
    expect([look.code, look.stdout]).toEqual([0, expect.stringContaining("ok       destination")]);
    expect(receiver.posted).toEqual([]);
    const sent = await journal.run(`doctor --to ${receiver.origin}/hook --send-test --json`);
    const [check] = (JSON.parse(sent.stdout) as { checks: { facts: { runId: string } }[] }).checks;
    expect(receiver.posted.map(({ body }) => (JSON.parse(body) as { runId: string }).runId)).toEqual([
      check?.facts.runId,
    ]);
    await receiver.end();
  });

  it("says so where a test run has nowhere to go", async () => {
    const journal = await openJournal({ events: 1 });
    const { code, stdout } = await journal.run("doctor --profile demo --to archive --to stdout --send-test");
    expect([code, stdout.match(/^ok +destination .*; no test run was sent/gm)]).toEqual([
      0,
      [expect.any(String), expect.any(String)],
    ]);
  });

  it.skipIf(!hasTerminal)("on a terminal, tells a failure once", async () => {
    const journal = await openJournal({ events: 1 });
    const line = "flowrun doctor --to file:/nonexistent/runs.ndjson";
    const terminal = await openTerminal(line, { env: journal.env, columns: 200 });
    await terminal.shows(/exit [1-9]/);
    const printed = terminal.printed().join("\n");
    expect(printed).toMatch(failure(/one check failed/));
    expect(printed.match(/folder is not there/g)).toHaveLength(1);
  });

  it("names what is wrong, and exits by it", async () => {
    const journal = await openJournal({ events: 1 });
    const port = await freePort();
    const { code, stdout } = await journal.run(`doctor --to http://127.0.0.1:${port}/hook`);
    expect([code, stdout]).toEqual([5, expect.stringContaining("failed   destination")]);
    expect((await journal.run("doctor --to gopher://x")).code).toBe(2);
    expect((await journal.run("doctor --send-test")).code).toBe(2);
  });
});

describe.skipIf(!hasPostgres)(`--standby${whyNoPostgres}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  /** A table of somebody's own, and a list of all that was ever done to a row of it. */
  const ownTable = `CREATE TABLE runs (event_id text PRIMARY KEY, run_id text NOT NULL, status text);
    CREATE TABLE done (n bigserial, run_id text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO done (run_id) VALUES (NEW.run_id); RETURN NEW; END $$;
    CREATE TRIGGER note AFTER INSERT OR UPDATE ON runs FOR EACH ROW EXECUTE FUNCTION note()`;

  const leaders = {
    "an archive": { options: "", tables: "SELECT 1", rows: "SELECT run_id FROM flowrun.runs ORDER BY seq" },
    "a table": { options: "&table=runs", tables: ownTable, rows: "SELECT run_id FROM done ORDER BY n" },
  } as const;

  async function twoHosts(leads: keyof typeof leaders) {
    const leader = leaders[leads];
    const journal = await openJournal({ events: 3 });
    const bare = await cluster.database();
    const name = new URL(bare).pathname.slice(1);
    await cluster.ask(leader.tables, name);
    const url = bare + leader.options;
    const folder = await scratch();
    const file = join(folder, "runs.ndjson");
    const host = async (more: readonly string[] = ["--standby"]) =>
      start(["tail", "--to", url, "--to", `exec:cat >> ${file}`, ...more], {
        env: { ...journal.env, FLOWRUN_HOME: join(await scratch(), "flowrun") },
      });
    const rows = async (): Promise<readonly string[]> => cluster.ask(leader.rows, name);
    return { journal, host, rows, file };
  }

  describe.each(["an archive", "a table"] as const)("by %s", (leads) => {
    it("one delivers, the other takes over when it is killed, and every row stands once", async () => {
      const { host, rows, file, journal } = await twoHosts(leads);
      const one = await host();
      await one.saw(/to exec:/, "stderr");
      const other = await host();
      await other.saw(/standing by: process \d+ on \S+ delivers \(epoch 1\)/, "stderr");
      const third = await host([]);
      expect(await third.finished).toMatchObject({ code: 2, stderr: expect.stringContaining("--standby") as string });
      one.child.kill("SIGKILL");
      await other.saw(/took over from process \d+ on \S+ \(epoch 2\)/, "stderr");
      journal.add(...[3, 4, 5].map((n) => runEvent(n)));
      await vi.waitFor(async () => {
        expect(await rows()).toEqual(runs(6));
        expect(await idsIn(file)).toEqual(runs(6));
      }, quickly);
      other.child.kill("SIGINT");
      expect((await other.finished).code).toBe(130);
    });

    it("one that was frozen and wakes is refused, ends with exit code 8, and has doubled nothing", async () => {
      const { host, rows, journal } = await twoHosts(leads);
      const one = await host();
      await one.saw(/to exec:/, "stderr");
      const other = await host();
      await other.saw("standing by", "stderr");
      one.child.kill("SIGSTOP");
      await other.saw("took over", "stderr");
      journal.add(...[3, 4, 5].map((n) => runEvent(n)));
      await vi.waitFor(async () => {
        expect(await rows()).toEqual(runs(6));
      }, quickly);
      one.child.kill("SIGCONT");
      const { code, stderr } = await one.finished;
      expect(stderr).toMatch(failure(/lost the lease/));
      expect(code).toBe(8);
      expect(await rows()).toEqual(runs(6));
      other.child.kill("SIGINT");
      await other.finished;
    });
  });

  it.skipIf(!canNetwork)(
    `one whose network is cut is taken over from, and is refused when it is whole again${whyNoNetwork}`,
    async () => {
      const journal = await openJournal({ events: 3 });
      const url = await cluster.database();
      const name = new URL(url).pathname.slice(1);
      const ports = [cluster.port, Number(new URL(journal.env["FLOWRUN_JOURNAL_URL"] ?? "").port)];
      const host = async () => {
        const remote = await openRemoteHost(ports);
        const env = { ...journal.env, FLOWRUN_HOME: join(await scratch(), "flowrun") };
        return { ...remote, tail: remote.start(["tail", "--to", url, "--standby"], env) };
      };
      const rows = () => cluster.ask("SELECT run_id FROM flowrun.runs ORDER BY seq", name);
      const one = await host();
      await vi.waitFor(async () => {
        expect(await rows()).toEqual(runs(3));
      }, quickly);
      const other = await host();
      await other.tail.saw("standing by", "stderr");
      one.cut();
      // Its connection is as open as ever, as far as the server can see.
      await other.tail.saw(/took over from process \d+ on \S+ \(epoch 2\)/, "stderr");
      journal.add(...[3, 4, 5].map((n) => runEvent(n)));
      await vi.waitFor(async () => {
        expect(await rows()).toEqual(runs(6));
      }, quickly);
      one.heal();
      expect(await one.tail.finished).toMatchObject({
        code: 8,
        stderr: expect.stringContaining("lost the lease") as string,
      });
      expect(await rows()).toEqual(runs(6));
      other.tail.child.kill("SIGINT");
      expect((await other.tail.finished).code).toBe(130);
    },
  );

  it("without a database that all hosts share it is turned away", async () => {
    const journal = await openJournal({ events: 1 });
    const { code, stderr } = await journal.run("tail --to file:runs.ndjson --standby");
    expect(stderr).toMatch(failure(/--standby takes a database/));
    expect(code).toBe(2);
  });
});

const hasKcat = spawnSync("kcat", ["-V"]).status === 0;

it.skipIf(!hasKcat)(`kcat takes what is piped to it${hasKcat ? "" : " (kcat is not installed)"}`, async () => {
  const journal = await openJournal({ events: 3 });
  const mock = "kcat -P -b mock -X test.mock.num.brokers=1 -t aep-runs";
  const line = `flowrun since oldest -o ndjson -q | ${mock}; echo "\${PIPESTATUS[*]}"`;
  expect((await shell(line, { env: journal.env })).stdout).toBe("0 0\n");
});
