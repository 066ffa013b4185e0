import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { flowrun, records, scratch, start, type Running } from "../support/flowrun.ts";
import { openJournal, runEvent, runIds, type OpenJournal } from "../support/journal.ts";
import { hasPostgres, startCluster, whyNoPostgres, type Cluster } from "../support/postgres.ts";

/** Looked at often, for as long as a slow machine may need. */
const quickly = { interval: 20, timeout: 60_000 };

/** Three lines. */
const failure = (what: RegExp): RegExp => new RegExp(`error: .*${what.source}.*\\n {2}why: .+\\n {2}fix: .+`);

let cluster: Cluster;
beforeAll(async () => {
  if (hasPostgres) cluster = await startCluster({ crashes: true });
}, 60_000);
afterAll(async () => {
  if (hasPostgres) await cluster.remove();
});

/** All that an archive has, as its own commands tell it. */
async function told(journal: OpenJournal, archive: string) {
  const env = { ...journal.env, FLOWRUN_ARCHIVE: archive };
  const status = JSON.parse((await flowrun(["archive", "status", "--json"], { env })).stdout) as {
    readonly complete: readonly object[];
    readonly gaps: readonly object[];
    readonly runs: number;
    readonly cursor: { readonly readUntil: string; readonly runs: number; readonly events: number } | null;
  };
  const exported = await flowrun(["archive", "export", "--raw"], { env });
  const verified = await flowrun(["archive", "verify"], { env });
  expect(verified.code, verified.stderr).toBe(0);
  const { complete, gaps, runs, cursor } = status;
  const place = { readUntil: cursor?.readUntil, runs: cursor?.runs, events: cursor?.events };
  return { complete, gaps, runs, rows: exported.stdout, place };
}

async function expectAlike(journal: OpenJournal, leader: string, copy: string): Promise<void> {
  const [one, other] = [await told(journal, leader), await told(journal, copy)];
  expect(other.rows).toBe(one.rows);
  expect(other).toEqual(one);
}

const idsIn = async (journal: OpenJournal, archive: string): Promise<readonly unknown[]> => {
  const env = { ...journal.env, FLOWRUN_ARCHIVE: archive };
  const { stdout } = await flowrun(["archive", "export"], { env });
  return records(stdout).map(({ runId }) => runId);
};

async function stop(running: Running): Promise<void> {
  running.child.kill("SIGINT");
  expect((await running.finished).code).toBe(130);
}

describe.skipIf(!hasPostgres)(`two archives in one line${whyNoPostgres}`, () => {
  it("have the same, whatever the filters say, and each says once what it promises", async () => {
    const journal = await openJournal({ events: 7 });
    journal.add(
      runEvent(7, { status: "failed", errors: ["E-1"] }),
      runEvent(2, { eventId: "again", status: "failed" }),
    );
    const archive = join(await scratch(), "archive.db");
    const env = { ...journal.env, FLOWRUN_ARCHIVE: archive, DB_SECRET: "hunter2-hunter2" };
    const url = (await cluster.database()).replace("postgres@", "postgres:env:DB_SECRET@");
    const args = ["since", "last", "--status", "failed", "--to", "archive", "--to", url];
    const { code, stdout, stderr } = await flowrun(args, { env });
    expect(stderr).toContain(`to ${archive}: exactly once`);
    expect(stderr).toMatch(/to postgres:\/\/127\.0\.0\.1:\d+\/db\d+.*: exactly once/);
    expect(stderr).toMatch(/to postgres:\/\/127\.0\.0\.1:\d+\/db\d+.*: 9 runs/);
    expect(stdout + stderr).not.toContain("hunter2");
    expect(code).toBe(0);
    const open = url.replace("env:DB_SECRET", "x");
    await expectAlike(journal, archive, open);
    // Once more: nothing is new.
    const again = await flowrun(args, { env });
    expect(again.stderr).toMatch(/to postgres:\S+: 0 runs/);
    journal.add(runEvent(8));
    await flowrun(args, { env });
    await expectAlike(journal, archive, open);
    // And the other way round: the file is led by the server.
    journal.add(runEvent(9));
    const turned = await flowrun(["since", "last", "--to", url, "--to", "archive"], { env });
    expect(turned.code, turned.stderr).toBe(0);
    expect(await idsIn(journal, archive)).toEqual(await idsIn(journal, open));
  });

  it("the second one gets all that the first one has had before it was named, and can be read and filled by itself", async () => {
    const journal = await openJournal({ events: 6 });
    const archive = join(await scratch(), "archive.db");
    const env = { FLOWRUN_ARCHIVE: archive };
    const url = await cluster.database();
    await journal.run("since last --to archive", env);
    journal.add(runEvent(6));
    await journal.run(`since last --to archive --to ${url}`, env);
    await expectAlike(journal, archive, url);
    journal.add(runEvent(7));
    const alone = { FLOWRUN_ARCHIVE: url };
    const read = await journal.run("since -P1D -o name --strict", alone);
    expect([read.code, read.stdout.trim().split("\n")]).toEqual([0, runIds(8)]);
    expect((await journal.run("since -P1D -o name --source archive", alone)).stdout.trim().split("\n")).toEqual(
      runIds(7),
    );
    expect((await journal.run("archive sync", alone)).stderr).toContain("1 run archived");
    expect((await journal.run("archive status --json", alone)).stdout).toContain(`"gaps": []`);
  });

  it("killed in the middle, again and again, it goes on, and both have the same, each once", async () => {
    const [rounds, each] = [6, 40];
    const journal = await openJournal({ events: 0, journal: { defaultLimit: 15 } });
    const archive = join(await scratch(), "archive.db");
    const url = await cluster.database();
    const name = new URL(url).pathname.slice(1);
    const count = async (): Promise<number> =>
      Number((await cluster.ask("SELECT count(*) FROM flowrun.runs", name).catch(() => ["0"]))[0]);
    const env = { FLOWRUN_ARCHIVE: archive };
    for (let round = 0; round < rounds; round += 1) {
      journal.add(...Array.from({ length: each }, (_, n) => runEvent(round * each + n)));
      const before = await count();
      const tail = journal.start(`tail --to archive --to ${url}`, env);
      await vi.waitFor(async () => {
        expect(await count()).toBeGreaterThan(before);
      }, quickly);
      tail.child.kill("SIGKILL");
      await tail.finished;
    }
    const { code, stderr } = await journal.run(`since last --to archive --to ${url}`, env);
    expect(code, stderr).toBe(0);
    expect(await idsIn(journal, url)).toEqual(runIds(rounds * each));
    await expectAlike(journal, archive, url);
  }, 180_000);

  it("one that is down at the start, and in the middle, holds up nobody, is named, and has all when it is back", async () => {
    const journal = await openJournal({ events: 3 });
    const archive = join(await scratch(), "archive.db");
    const file = join(await scratch(), "runs.ndjson");
    const url = await cluster.database();
    const env = { FLOWRUN_ARCHIVE: archive };
    await journal.run("since last --to archive", env);
    await cluster.stop("immediate");
    const tail = journal.start(`tail --to archive --to ${url} --to file:${file}`, env);
    await tail.saw(/no connection to postgres:\/\/127\.0\.0\.1:\d+\/db\d+/, "stderr");
    journal.add(runEvent(3));
    await vi.waitFor(async () => {
      expect(await idsIn(journal, archive)).toEqual(runIds(4));
    }, quickly);
    await cluster.start();
    const others = async () => await idsIn(journal, url).catch(() => []);
    await vi.waitFor(async () => {
      expect(await others()).toEqual(runIds(4));
    }, quickly);
    await cluster.stop("immediate");
    journal.add(runEvent(4), runEvent(5));
    await vi.waitFor(async () => {
      expect(await idsIn(journal, archive)).toEqual(runIds(6));
    }, quickly);
    await cluster.start();
    await vi.waitFor(async () => {
      expect(await others()).toEqual(runIds(6));
    }, quickly);
    await stop(tail);
  }, 180_000);

  it("one that came back as an earlier copy of itself gets what it lacks", async () => {
    const journal = await openJournal({ events: 3 });
    const folder = await scratch();
    const [archive, backup] = [join(folder, "archive.db"), join(folder, "backup.db")];
    const url = await cluster.database();
    const line = `since last --to ${url} --to archive`;
    const env = { FLOWRUN_ARCHIVE: archive };
    await journal.run(line, env);
    await cp(archive, backup);
    journal.add(runEvent(3), runEvent(4));
    await journal.run(line, env);
    for (const end of ["", "-wal", "-shm"]) await rm(`${archive}${end}`, { force: true });
    await cp(backup, archive);
    expect(await idsIn(journal, archive)).toEqual(runIds(3));
    await journal.run(line, env);
    await expectAlike(journal, url, archive);
    expect(await idsIn(journal, archive)).toEqual(runIds(5));
  });

  it("one that is somebody else's is given up and named, and the others get all", async () => {
    const journal = await openJournal({ events: 3 });
    const archive = join(await scratch(), "archive.db");
    const url = await cluster.database();
    const name = new URL(url).pathname.slice(1);
    await cluster.ask("CREATE SCHEMA flowrun; CREATE TABLE flowrun.runs (id int)", name);
    const { code, stderr } = await journal.run(`since last --to archive --to ${url}`, { FLOWRUN_ARCHIVE: archive });
    expect(stderr).toMatch(failure(/is not an archive of flowrun/));
    expect(code).toBe(2);
    expect(await idsIn(journal, archive)).toEqual(runIds(3));
  });

  it("several that have nothing to copy end well, whichever of them is done while another one is opened", async () => {
    const journal = await openJournal({ events: 2 });
    const url = await cluster.database();
    const further = ["c1", "c2", "c3"].map((schema) => `${url}&schema=${schema}`);
    const line = `since last -q --to archive --to ${further.join(" --to ")}`;
    const env = { FLOWRUN_ARCHIVE: join(await scratch(), "archive.db") };
    for (let run = 0; run < 8; run += 1) {
      const { code, stderr } = await journal.run(line, env);
      expect(stderr).not.toContain("error:");
      expect(code).toBe(0);
    }
    for (const copy of further) expect(await idsIn(journal, copy)).toEqual(runIds(2));
  }, 120_000);

  it("one database by two names is turned away, and nothing goes into it twice", async () => {
    const journal = await openJournal({ events: 3 });
    const url = await cluster.database();
    const socket = url.replace(/@[^/]*/, `@${encodeURIComponent(cluster.folder)}:${String(cluster.port)}`);
    const other = await cluster.database();
    const names = [
      ["--to", url, "--to", socket],
      ["--to", "archive", "--to", url],
      ["--to", url, "--to", "archive"],
      ["--to", other, "--to", url, "--to", socket],
    ];
    for (const to of names) {
      const env = { ...journal.env, FLOWRUN_ARCHIVE: socket };
      const { code, stderr } = await flowrun(["since", "last", ...to], { env });
      expect(stderr).toMatch(failure(/--to names \S+ twice/));
      expect(code, to.join(" ")).toBe(2);
    }
    expect(await idsIn(journal, url)).toEqual(runIds(3));
    for (const to of [
      ["archive", "archive"],
      [url, `${url}&sslmode=prefer`],
    ]) {
      const { code, stderr } = await journal.run(`since last --to ${to.join(" --to ")}`);
      expect(stderr).toMatch(failure(/--to names \S+ twice/));
      expect(code).toBe(2);
    }
    // Another schema is another archive.
    const apart = await journal.run(`since last --to ${url} --to ${url}&schema=second`);
    expect(apart.code, apart.stderr).toBe(0);
    await expectAlike(journal, url, `${url}&schema=second`);
  }, 120_000);

  it("a host that stands by takes over with both, and one that was frozen does no harm", async () => {
    const journal = await openJournal({ events: 3 });
    const [url, copy] = [await cluster.database(), await cluster.database()];
    const host = async () =>
      start(["tail", "--to", url, "--to", copy, "--standby"], {
        env: { ...journal.env, FLOWRUN_HOME: join(await scratch(), "flowrun") },
      });
    const one = await host();
    await vi.waitFor(async () => {
      expect(await idsIn(journal, copy).catch(() => [])).toEqual(runIds(3));
    }, quickly);
    const other = await host();
    await other.saw("standing by", "stderr");
    one.child.kill("SIGSTOP");
    await other.saw("took over", "stderr");
    journal.add(...[3, 4, 5].map((n) => runEvent(n)));
    await vi.waitFor(async () => {
      expect(await idsIn(journal, copy)).toEqual(runIds(6));
    }, quickly);
    one.child.kill("SIGCONT");
    expect((await one.finished).code).toBe(8);
    await stop(other);
    expect((await journal.run(`since last --to ${url} --to ${copy}`)).code).toBe(0);
    await expectAlike(journal, url, copy);
  }, 120_000);

  it("keep what is received as well: runs and events of Lytics, whatever the filters say", async () => {
    const journal = await openJournal({ events: 4 });
    const archive = join(await scratch(), "archive.db");
    const url = await cluster.database();
    const env = { FLOWRUN_ARCHIVE: archive, HOOK_TOKEN: "a-header-that-nobody-guesses" };
    const door = "--lytics /lytics --lytics-header X-Token:env:HOOK_TOKEN";
    const to = `--status failed --to archive --to ${url}`;
    const listening = journal.start(`listen --port 0 --reconcile 1s --since oldest ${door} ${to}`, env);
    await listening.saw(/for events of Lytics/, "stderr");
    const [, lytics = ""] = /(http:\S+) for events of Lytics/.exec(listening.stderr()) ?? [];
    const body = JSON.stringify({
      ...{ id: "job-1", subject_type: "work", subject_id: "w-1", verb: "completed" },
      timestamp: new Date(Date.now() - 60_000).toISOString(),
    });
    const headers = { "x-token": env.HOOK_TOKEN };
    expect((await fetch(lytics, { method: "POST", body, headers })).status).toBe(200);
    const jobsIn = async (place: string): Promise<number> => {
      const { stdout } = await journal.run("archive status --json", { FLOWRUN_ARCHIVE: place });
      return stdout === "" ? 0 : (JSON.parse(stdout) as { readonly jobs: number }).jobs;
    };
    for (const place of [archive, url]) {
      await vi.waitFor(async () => {
        expect([...(await idsIn(journal, place))].sort()).toEqual(runIds(4));
        expect(await jobsIn(place)).toBe(1);
      }, quickly);
    }
    listening.child.kill("SIGTERM");
    const { stderr } = await listening.finished;
    expect(stderr).toMatch(/to postgres:\S+: exactly once/);
    expect(stderr).toMatch(/4 runs archived.*1 event of Lytics archived/);
    const twice = await journal.run(`listen --port 0 --reconcile off --to archive --to ${url}`, {
      FLOWRUN_ARCHIVE: url,
    });
    expect(twice.stderr).toMatch(failure(/--to names \S+ twice/));
    expect(twice.code).toBe(2);
  }, 60_000);
});
