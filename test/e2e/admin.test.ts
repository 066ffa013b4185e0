import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bareEnv, flowrun, scratch, start, type Running } from "../support/flowrun.ts";
import { openJournal, printed, runEvent } from "../support/journal.ts";
import { canMount, whyNoMount, withMounts } from "../support/machine.ts";
import { hasPostgres, startCluster, whyNoPostgres, type Cluster } from "../support/postgres.ts";
import { openReceiver } from "../support/receiver.ts";

/** `tail --admin`: a process that is asked how it is. */

const patient = { interval: 50, timeout: 60_000 };

async function adminOf(running: Running): Promise<string> {
  await running.saw(/healthz/, "stderr");
  const [, url = ""] = /(http:\S+)\/healthz/.exec(running.stderr()) ?? [];
  return url;
}

async function healthAt(url: string): Promise<readonly [number, Readonly<Record<string, unknown>>]> {
  const answer = await fetch(`${url}/healthz`);
  return [answer.status, (await answer.json()) as Record<string, unknown>];
}

async function pageAt(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

async function ageAt(url: string): Promise<number> {
  return Number(/^flowrun_cursor_age_seconds (\S+)$/m.exec(await pageAt(url))?.[1] ?? NaN);
}

const counted = (status: string, runs: number): string => `flowrun_runs_total{status="${status}"} ${runs}\n`;

/** What a profile needs, and the variables that have it elsewhere. */
const savedKeys = [
  ["clientId", "FLOWRUN_CLIENT_ID"],
  ["clientSecret", "FLOWRUN_CLIENT_SECRET"],
  ["imsOrgId", "FLOWRUN_IMS_ORG_ID"],
  ["journalUrl", "FLOWRUN_JOURNAL_URL"],
  ["imsUrl", "FLOWRUN_IMS_URL"],
] as const;

describe("tail --admin", () => {
  it("tells of runs that are printed, and how far the journal is read; and is gone with the process", async () => {
    const journal = await openJournal({ events: [runEvent(0), runEvent(1, { status: "failed" })] });
    const tail = journal.start("tail --since oldest --admin localhost:0 -o name");
    const url = await adminOf(tail);
    await expect.poll(() => pageAt(url), patient).toContain(counted("success", 1));
    expect(await pageAt(url)).toContain(counted("failed", 1));
    expect(await pageAt(url)).toMatch(/^flowrun_last_success_timestamp_seconds\{flow="flow-0"\} \d+/m);
    await expect.poll(() => ageAt(url), patient).toBeLessThan(60);
    expect(await healthAt(url)).toEqual([200, { role: "tail", state: "ready" }]);
    journal.add(runEvent(3));
    await expect.poll(() => pageAt(url), patient).toContain(counted("success", 2));
    tail.child.kill("SIGTERM");
    expect((await tail.finished).code).toBe(143);
    await expect(healthAt(url)).rejects.toThrow();
  });

  it("counts what is delivered once, however many get it; one that is away makes the place old", async () => {
    const journal = await openJournal({ events: 3 });
    const receiver = await openReceiver();
    await receiver.goDown();
    const file = join(await scratch(), "runs.ndjson");
    const tail = journal.start(`tail --since last --admin 0 --to file:${file} --to ${receiver.origin}/hook`);
    const url = await adminOf(tail);
    await expect.poll(() => pageAt(url), patient).toContain(counted("success", 3));
    // What the file has, the other has not: its place is that of a journal of which nothing was read.
    expect(await ageAt(url)).toBeGreaterThan(3600);
    await receiver.comeBack();
    await expect.poll(() => ageAt(url), patient).toBeLessThan(60);
    expect(receiver.posted).toHaveLength(3);
    expect(await pageAt(url)).toContain(counted("success", 3));
    tail.child.kill("SIGINT");
    await tail.finished;
    await receiver.end();
  });

  it("counts what an archive takes", async () => {
    const journal = await openJournal({ events: 3 });
    const tail = journal.start("tail --admin 0 --to archive");
    const url = await adminOf(tail);
    await expect.poll(() => pageAt(url), patient).toContain(counted("success", 3));
    expect(await pageAt(url)).toMatch(/^flowrun_last_success_timestamp_seconds\{flow="flow-2"\} \d+/m);
    await expect.poll(() => ageAt(url), patient).toBeLessThan(60);
    tail.child.kill("SIGINT");
    expect((await tail.finished).code).toBe(130);
  });

  it("watches several profiles as one", async () => {
    const journals = { one: await openJournal({ events: 2 }), other: await openJournal({ events: 1 }) };
    const home = join(await scratch(), "flowrun");
    const env = { ...bareEnv(home), FLOWRUN_HOME: home };
    for (const [name, { env: own }] of Object.entries(journals)) {
      for (const [key, variable] of savedKeys) {
        const saved = await flowrun(["config", "set", key, "--stdin", "--profile", name], {
          env,
          input: own[variable] ?? "",
        });
        expect(saved.code, saved.stderr).toBe(0);
      }
    }
    const args = "tail --since oldest --profile one,other --admin 0 -o name".split(" ");
    const tail = start(args, { env });
    const url = await adminOf(tail);
    // Both journals have an event 0; they are two.
    await expect.poll(() => pageAt(url), patient).toContain(counted("success", 3));
    tail.child.kill("SIGINT");
    expect((await tail.finished).code).toBe(130);
  });

  it("names a port that is taken before anything is asked, and one that is none", async () => {
    const journal = await openJournal({ events: 1 });
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    for (const more of ["", ` --to file:${join(await scratch(), "runs.ndjson")}`]) {
      const { code, stdout, stderr } = await journal.run(`tail --admin ${port}${more}`);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(
        new RegExp(`^error: port ${port} of 127.0.0.1 is taken\n {2}why: .*EADDRINUSE.*\n {2}fix: .*--admin\n$`),
      );
    }
    expect(journal.asked()).toEqual([]);
    for (const word of ["70000", "x", "-1", "9464.5", ":9464", "0.0.0.0:", "0.0.0.0:70000", "http://127.0.0.1:9464"]) {
      expect((await journal.run(`tail --admin ${word}`)).code).toBe(2);
    }
    expect((await journal.run("since -P1D --admin 0")).code).toBe(2);
    expect((await journal.run("tail --admin 192.0.2.7:9464")).stderr).toMatch(/^error: 192\.0\.2\.7 is no address of/);
  });

  it.skipIf(!canMount)(`is ill while a destination's disk is full, and well again with room${whyNoMount}`, async () => {
    const journal = await openJournal({ events: 1 });
    const cwd = await scratch();
    const tail = withMounts(
      `mkdir disk; mount -t tmpfs -o size=64k,mode=700 none disk; head -c 65536 /dev/zero > disk/filler 2> /dev/null
      (until [ -e room ]; do sleep 0.02; done; rm disk/filler) &
      flowrun tail --since oldest -n 2 --admin 0 --to file:disk/runs.ndjson; cat disk/runs.ndjson`,
      { env: journal.env, cwd },
    );
    const url = await adminOf(tail);
    const why = expect.stringContaining("its disk is full") as string;
    await expect.poll(() => healthAt(url), patient).toEqual([503, { role: "tail", state: "failing", why }]);
    await writeFile(join(cwd, "room"), "");
    await expect.poll(() => healthAt(url), patient).toEqual([200, { role: "tail", state: "ready" }]);
    journal.add(runEvent(1));
    expect(printed(await tail.finished)).toEqual(["run-0", "run-1"]);
  });
});

describe.skipIf(!hasPostgres)(`tail --admin --standby${whyNoPostgres}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  it("says who stands by, and that it delivers once it has taken over", async () => {
    const journal = await openJournal({ events: 2 });
    const database = await cluster.database();
    const host = async (): Promise<Running> =>
      start(["tail", "--to", database, "--standby", "--admin", "0"], {
        env: { ...journal.env, FLOWRUN_HOME: join(await scratch(), "flowrun") },
      });
    const one = await host();
    const first = await adminOf(one);
    await expect.poll(() => pageAt(first), patient).toContain(counted("success", 2));
    expect(await healthAt(first)).toEqual([200, { role: "tail", state: "ready" }]);
    const other = await host();
    const second = await adminOf(other);
    await other.saw("standing by", "stderr");
    expect(await healthAt(second)).toEqual([200, { role: "standby", state: "ready" }]);
    expect(await ageAt(second)).toBeNaN();
    one.child.kill("SIGKILL");
    await other.saw("took over", "stderr");
    await expect.poll(() => healthAt(second), patient).toEqual([200, { role: "tail", state: "ready" }]);
    await expect.poll(() => ageAt(second), patient).toBeLessThan(60);
    other.child.kill("SIGINT");
    expect((await other.finished).code).toBe(130);
  });
});
