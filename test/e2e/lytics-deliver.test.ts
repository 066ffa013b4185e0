import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { startServer } from "../../src/demo/server.ts";
import { listedSource } from "../../src/demo/source.ts";
import type { LyticsItem } from "../../src/demo/lytics/story.ts";
import { bareEnv, flowrun, records, scratch, start } from "../support/flowrun.ts";
import { workEvent } from "../support/lytics.ts";
import { hasPostgres, startCluster, whyNoPostgres, type Cluster } from "../support/postgres.ts";

/** An account of Lytics on loopback, and users of it on several hosts. */
async function openAccount(items: readonly LyticsItem[]) {
  const server = await startServer({
    now: () => Date.now(),
    sleep: (ms) => delay(ms),
    source: listedSource([]),
    lytics: { between: (from, to) => items.filter(({ at }) => at >= from && at <= to), token: "a-secret-token" },
  });
  onTestFinished(() => server.close());
  const envOf = async () => ({
    ...bareEnv(await scratch()),
    FLOWRUN_LYTICS_TOKEN: "a-secret-token",
    FLOWRUN_LYTICS_URL: server.origin,
  });
  return { envOf };
}

/** Thousands of them, in the past, oldest first. */
function many(name: string, count: number, ago: number): LyticsItem[] {
  const begin = Date.now() - ago;
  return Array.from({ length: count }, (_, n) => workEvent(`${name}-${String(n)}`, begin + n * 20));
}

const idsOf = (items: readonly LyticsItem[]): unknown[] => items.map(({ item }) => item["id"]);
const quickly = { interval: 20, timeout: 60_000 };
const minute = 60_000;

describe("the demo's events", () => {
  test("go to a file, and into an archive that tells of them", async () => {
    const folder = await scratch();
    const env = { ...bareEnv(folder), FLOWRUN_ARCHIVE: join(folder, "demo.db"), FLOWRUN_PROFILE: "demo" };
    const file = join(folder, "x.ndjson");
    const day = await flowrun(["lytics", "since", "-P1D", "--to", `file:${file}`], { env });
    expect(day.code).toBe(0);
    expect(records(await readFile(file, "utf8")).length).toBeGreaterThan(100);
    expect((await flowrun("lytics since -P2D --to archive".split(" "), { env })).code).toBe(0);
    const kept = await flowrun("lytics since -P2D --source archive --json".split(" "), { env });
    expect(records(kept.stdout).length).toBeGreaterThan(200);
    expect((await flowrun(["archive", "status"], { env })).stdout).toMatch(/Lytics +[\d,]+ events/);
  });
});

describe.skipIf(!hasPostgres)(`databases${whyNoPostgres}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.remove());

  /** A table of somebody's own, and a list of all that was ever done to a row of it. */
  const ownTable = `CREATE TABLE events (event_id text PRIMARY KEY, verb text, status text, at timestamptz);
    CREATE TABLE done (n bigserial, id text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO done (id) VALUES (NEW.event_id); RETURN NEW; END $$;
    CREATE TRIGGER note AFTER INSERT OR UPDATE ON events FOR EACH ROW EXECUTE FUNCTION note()`;

  const leaders = {
    "an archive": { options: "", tables: "SELECT 1", rows: "SELECT event_key FROM flowrun.jobs ORDER BY at, seq" },
    "a table": { options: "&table=events", tables: ownTable, rows: "SELECT id FROM done ORDER BY n" },
  } as const;

  describe.each(["an archive", "a table"] as const)("by %s", (leads) => {
    async function open(items: readonly LyticsItem[]) {
      const { options, tables, rows: text } = leaders[leads];
      const bare = await cluster.database();
      const name = new URL(bare).pathname.slice(1);
      await cluster.ask(tables, name);
      const { envOf } = await openAccount(items);
      const file = join(await scratch(), "x.ndjson");
      const line = ["--to", bare + options, "--to", `file:${file}`];
      const rows = () => cluster.ask(text, name).catch((): readonly string[] => []);
      const count = async (): Promise<number> => {
        const [told] = await cluster.ask(`SELECT count(*) FROM (${text}) AS counted`, name).catch(() => ["0"]);
        return Number(told);
      };
      const inFile = async (): Promise<unknown[]> =>
        records(await readFile(file, "utf8").catch(() => "")).map(({ eventId }) => eventId);
      return { envOf, line, rows, count, inFile };
    }

    test("kill -9 in the middle, again and again: nothing is lost and nothing doubled", async () => {
      const items: LyticsItem[] = [];
      const { envOf, line, rows, count, inFile } = await open(items);
      const env = await envOf();
      for (let round = 1; round <= 4; round += 1) {
        const before = items.length;
        items.push(...many(`round${String(round)}`, 3000, (6 - round) * 5 * minute));
        const running = start(["lytics", "since", "last", ...line], { env });
        // As soon as there is anything of it, wherever the process is then.
        while ((await count()) <= before && running.child.exitCode === null) await delay(1);
        running.child.kill("SIGKILL");
        await running.finished;
      }
      const last = await flowrun(["lytics", "since", "last", ...line], { env });
      expect(last.code).toBe(0);
      expect(await rows()).toEqual(idsOf(items));
      expect(await inFile()).toEqual(idsOf(items));
      expect((await flowrun(["lytics", "since", "last", ...line], { env })).code).toBe(0);
      expect(await rows()).toHaveLength(items.length);
    });

    test("one delivers, a second is refused by name, and another takes over when the first is killed", async () => {
      const items = many("first", 5, 10 * minute);
      const { envOf, line, rows } = await open(items);
      const tail = async (more: readonly string[]) =>
        start(["lytics", "tail", ...line.slice(0, 2), ...more], { env: await envOf() });
      const one = await tail(["--standby"]);
      await vi.waitFor(async () => {
        expect(await rows()).toEqual(idsOf(items));
      }, quickly);
      const other = await tail(["--standby"]);
      await other.saw(/standing by: process \d+ on \S+ delivers \(epoch 1\)/, "stderr");
      const third = await (await tail([])).finished;
      expect(third.code).toBe(2);
      expect(third.stderr).toMatch(/another process (?:keeps|delivers)[^]*process \d+ on [^]*--standby/);
      one.child.kill("SIGKILL");
      await other.saw("took over from", "stderr");
      items.push(workEvent("second", Date.now()));
      await vi.waitFor(async () => {
        expect(await rows()).toEqual(idsOf(items));
      }, quickly);
      other.child.kill("SIGINT");
      expect((await other.finished).code).toBe(130);
    });

    test("one that was frozen and wakes is refused, ends with exit code 8, and has doubled nothing", async () => {
      const items = many("first", 5, 10 * minute);
      const { envOf, line, rows } = await open(items);
      const tail = async () => start(["lytics", "tail", ...line.slice(0, 2), "--standby"], { env: await envOf() });
      const one = await tail();
      await vi.waitFor(async () => {
        expect(await rows()).toEqual(idsOf(items));
      }, quickly);
      const other = await tail();
      await other.saw("standing by", "stderr");
      one.child.kill("SIGSTOP");
      await other.saw("took over", "stderr");
      items.push(workEvent("second", Date.now()));
      await vi.waitFor(async () => {
        expect(await rows()).toEqual(idsOf(items));
      }, quickly);
      one.child.kill("SIGCONT");
      const { code, stderr } = await one.finished;
      expect(stderr).toContain("lost the lease");
      expect(code).toBe(8);
      expect(await rows()).toEqual(idsOf(items));
      other.child.kill("SIGINT");
      await other.finished;
    });
  });
});
