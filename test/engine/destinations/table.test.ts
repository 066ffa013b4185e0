import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { confirmLease, type Lease } from "../../../src/engine/archive/lease.ts";
import { openPostgres } from "../../../src/engine/archive/postgres.ts";
import { parseAddress } from "../../../src/engine/destinations/address.ts";
import type { Means, OpenDestination } from "../../../src/engine/destinations/destination.ts";
import { findWanted } from "../../../src/engine/destinations/find-scheme.ts";
import { table } from "../../../src/engine/destinations/table.ts";
import { FlowrunError } from "../../../src/errors.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { takeOver } from "../../support/archived.ts";
import { buildProgram, type BuiltProgram } from "../../support/built.ts";
import { deliveredRun, deliveredRuns, meansOf, openDestination, unheard } from "../../support/deliveries.ts";
import { destinationContract } from "../../support/destination-contract.ts";
import { launch } from "../../support/flowrun.ts";
import { noon, realSleep } from "../../support/host.ts";
import { deliveredJob, failedJob } from "../../support/jobs.ts";
import { luckOf } from "../../support/luck.ts";
import {
  hasPgbouncer,
  hasPostgres,
  startCluster,
  whyNoPgbouncer,
  whyNoPostgres,
  type Cluster,
} from "../../support/postgres.ts";

let cluster: Cluster;
let pooler = 0;
let built: BuiltProgram;
const password = "correct-horse-battery";
beforeAll(async () => {
  if (!hasPostgres) return;
  cluster = await startCluster({
    crashes: true,
    rules: ["host all secretive 127.0.0.1/32 scram-sha-256", "host all all 127.0.0.1/32 trust"],
  });
  await cluster.ask(`CREATE ROLE secretive LOGIN PASSWORD '${password}'`);
  if (hasPgbouncer) pooler = await cluster.pool();
  built = await buildProgram("delivery-process");
});
afterAll(async () => {
  if (!hasPostgres) return;
  await cluster.remove();
  await built.remove();
});

/** Keeps every notification, and writes down whatever is done to a row. */
const notifications = `CREATE TABLE runs (n bigserial, event_id text PRIMARY KEY, run_id text NOT NULL, status text, updated_at timestamptz);
  CREATE TABLE done (n bigserial, what text, event_id text);
  CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO done (what, event_id) VALUES (TG_OP, NEW.event_id); RETURN NEW; END $$;
  CREATE TRIGGER note AFTER INSERT OR UPDATE ON runs FOR EACH ROW EXECUTE FUNCTION note()`;

/** The same of events of Lytics. */
const jobNotifications = notifications.replace(
  "run_id text NOT NULL",
  "subject_id text NOT NULL, verb text, at timestamptz",
);

interface Side {
  readonly url: string;
  readonly ask: (text: string) => Promise<readonly string[]>;
  readonly means: (change?: Partial<Means>) => Means;
}

/** A new database with these tables in it. */
async function side(tables: string, options = "table=runs"): Promise<Side> {
  const url = await cluster.database();
  const name = new URL(url).pathname.slice(1);
  await cluster.ask(tables, name);
  return {
    url: `${url}&${options}`,
    ask: (text) => cluster.ask(text, name),
    means: (change) => ({ ...meansOf({ dir: "/nonexistent", env: { HOME: "/nonexistent" } }), ...change }),
  };
}

async function opened({ url, means }: Side, more = "", change: Partial<Means> = {}): Promise<OpenDestination> {
  const to = await openDestination(table, url + more, means(change));
  onTestFinished(() => to.close());
  return to;
}

async function failureOf(doing: Promise<unknown>): Promise<FlowrunError> {
  const error = await doing.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FlowrunError);
  const failure = error as FlowrunError;
  expect([failure.message, failure.why, failure.hint].join("\n")).not.toMatch(/correct|undefined|\[object/);
  expect(failure.why).toMatch(/./);
  expect(failure.hint).toMatch(/./);
  return failure;
}

for (const [name, isHere] of [
  [`a server${whyNoPostgres}`, hasPostgres],
  [`behind pgbouncer${whyNoPgbouncer}`, hasPgbouncer],
] as const) {
  describe.skipIf(!isHere)(name, () => {
    destinationContract(
      "table",
      table,
      async (of) => {
        const { url, ask } = await side(of === "runs" ? notifications : jobNotifications);
        const address = new URL(url);
        if (name.startsWith("behind")) address.port = String(pooler);
        return {
          address: address.href,
          delivered: () => ask("SELECT event_id FROM done ORDER BY n"),
          deliveredJobs: () => ask("SELECT event_id FROM done ORDER BY n"),
          // A pooler whose server is away lets everybody wait for two minutes.
          ...(name.startsWith("behind")
            ? {}
            : { goDown: () => cluster.stop("immediate"), comeBack: () => cluster.start() }),
          beSlow: async () => {
            void ask("BEGIN; LOCK TABLE runs; SELECT pg_sleep(1); COMMIT");
            while ((await ask("SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock'")).length === 0)
              await delay(10);
          },
          refuse: async (isRefusing) => {
            const change = isRefusing ? "ADD CONSTRAINT never CHECK (status = '') NOT VALID" : "DROP CONSTRAINT never";
            await ask(`ALTER TABLE runs ${change}`);
          },
          end: () => Promise.resolve(),
        };
      },
      {
        guarantee: { repeats: "never", keepsPlace: true },
        means: () => meansOf({ dir: "/nonexistent", env: { HOME: "/nonexistent" } }),
        run: (n) => deliveredRun(n),
      },
    );
  });
}

describe.skipIf(!hasPostgres)(`exactly once${whyNoPostgres}`, () => {
  async function expectOnce({ ask }: Side, count: number): Promise<void> {
    const ids = deliveredRuns(count).map(({ id }) => id);
    expect(await ask("SELECT event_id FROM runs ORDER BY n")).toEqual(ids);
    expect(await ask("SELECT what || ' ' || event_id FROM done ORDER BY n")).toEqual(ids.map((id) => `INSERT ${id}`));
  }

  it("a process that is killed twenty times", async () => {
    const there = await side(notifications);
    const luck = luckOf(1);
    for (let kills = 0; kills < 20; kills += 1) {
      const running = launch(process.execPath, [built.path, there.url, "/nonexistent", "1000000", "7"], {
        env: { HOME: "/nonexistent" },
      });
      await running.saw(/at \d+\n/);
      await delay(luck.below(50) / 10);
      running.child.kill("SIGKILL");
      const { stdout } = await running.finished;
      expect(stdout).not.toContain("{");
    }
    const to = await opened(there);
    const place = Number(await to.findPlace?.());
    expect(place).toBeGreaterThan(20);
    await expectOnce(there, place);
  });

  it("a server that ends the connection, again and again", async () => {
    const there = await side(notifications);
    const total = 1500;
    const running = launch(process.execPath, [built.path, there.url, "/nonexistent", String(total), "5"], {
      env: { HOME: "/nonexistent" },
    });
    let ended = 0;
    while (running.child.exitCode === null && ended < 12) {
      const pids = await there.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'flowrun' AND datname = current_database()",
      );
      ended += pids.length;
      await delay(100);
    }
    const { stdout } = await running.finished;
    expect(ended).toBeGreaterThan(3);
    expect(stdout).toContain('"kind":"unavailable"');
    expect(stdout.trimEnd().endsWith(`at ${String(total)}`)).toBe(true);
    await expectOnce(there, total);
  });

  /** A way to the server that breaks at the nth COMMIT: before it arrives there, or when its answer comes back. */
  async function breaking(nth: number, outcome: "done" | "undone"): Promise<number> {
    let commits = 0;
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = connect(cluster.port, "127.0.0.1");
      sockets.add(client).add(upstream);
      const end = (): void => {
        client.destroy();
        upstream.destroy();
      };
      let isBroken = false;
      client.on("data", (bytes) => {
        if (bytes.includes("COMMIT\0")) commits += 1;
        isBroken = commits === nth && bytes.includes("COMMIT\0");
        if (isBroken && outcome === "undone") end();
        else upstream.write(bytes);
      });
      upstream.on("data", (bytes) => {
        if (isBroken) end();
        else client.write(bytes);
      });
      for (const socket of [client, upstream]) socket.on("error", end).on("close", end);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return (server.address() as AddressInfo).port;
  }

  it.each(["done", "undone"] as const)("a COMMIT whose answer is lost, and which was %s", async (outcome) => {
    const there = await side(notifications);
    const first = await opened(there);
    await first.deliver(deliveredRuns(3), "3", unheard);
    const address = new URL(there.url);
    address.port = String(await breaking(1, outcome));
    const second = await openDestination(table, address.href, there.means());
    expect(await second.findPlace?.()).toBe("3");
    const failure = await failureOf(second.deliver(deliveredRuns(3, 3), "6", unheard));
    expect(failure.kind).toBe("unavailable");
    await second.close();
    const third = await opened(there);
    expect(await third.findPlace?.()).toBe(outcome === "done" ? "6" : "3");
    // Whoever has not heard of it gives it again.
    await third.deliver(deliveredRuns(3, 3), "6", unheard);
    await third.deliver(deliveredRuns(3, 6), "9", unheard);
    expect(await third.findPlace?.()).toBe("9");
    await expectOnce(there, 9);
  });

  it("a server that comes back as a copy that lacks rows is not gone on with past them", async () => {
    const there = await side(notifications);
    const means = there.means();
    const address = parseAddress(there.url, means.host.env);
    const open = async () => {
      const to = await table.open(address, means);
      onTestFinished(() => to.close());
      return to;
    };
    const before = await open();
    await before.deliver(deliveredRuns(3), "3", unheard);
    const [kept] = await there.ask("SELECT revision || ' ' || page_id FROM flowrun.cursors");
    const [revision, batch] = String(kept).split(" ");
    await before.deliver(deliveredRuns(3, 3), "6", unheard);
    await before.close();
    await there.ask(`UPDATE flowrun.cursors SET next = '3', revision = ${revision ?? ""}, page_id = '${batch ?? ""}'`);
    const after = await open();
    const failure = await failureOf(after.deliver(deliveredRuns(3, 6), "9", unheard));
    expect(failure).toMatchObject({
      kind: "usage",
      why: expect.stringContaining("came back as an earlier copy") as string,
    });
    // Whoever begins again reads on from there.
    expect(await (await opened(there)).findPlace?.()).toBe("3");
  });

  it("a server that comes back by another batch at the same revision is not gone on with", async () => {
    const there = await side(notifications);
    const to = await opened(there);
    await to.deliver(deliveredRuns(3), "3", unheard);
    await there.ask("UPDATE flowrun.cursors SET next = '2', page_id = 'of another process'");
    const failure = await failureOf(to.deliver(deliveredRuns(3, 3), "6", unheard));
    expect(failure).toMatchObject({ kind: "usage" });
    expect(await (await opened(there)).findPlace?.()).toBe("2");
  });

  it("two processes by one cursor: the second one stops, and nothing is doubled", async () => {
    const there = await side(notifications);
    const [one, other] = [await opened(there), await opened(there)];
    await one.deliver(deliveredRuns(3), "3", unheard);
    const failure = await failureOf(other.deliver(deliveredRuns(2), "2", unheard));
    expect(failure).toMatchObject({
      kind: "usage",
      message: expect.stringContaining("public.runs by the cursor 'default'") as string,
    });
    await one.deliver(deliveredRuns(3, 3), "6", unheard);
    await expectOnce(there, 6);
  });

  it("one that has lost its lease writes nothing", async () => {
    const there = await side(notifications);
    const env = { HOME: "/nonexistent" };
    await (await opened(there)).deliver([], "0", unheard);
    const database = await openPostgres(there.url.replace(/&table.*/, ""), { env, sleep: realSleep });
    onTestFinished(() => database.close());
    const address = parseAddress(there.url, env);
    const lease = await takeOver(database, "one", "l");
    const zombie = await table.open(address, there.means({ lease }));
    await zombie.deliver(deliveredRuns(2), "2", unheard);
    const heir = await table.open(address, there.means({ lease: await takeOver(database, "heir", "l") }));
    const failure = await failureOf(zombie.deliver(deliveredRuns(2, 2), "4", unheard));
    expect(failure).toMatchObject({ kind: "lease", why: expect.stringContaining("heir") as string });
    await heir.deliver(deliveredRuns(2, 2), "4", unheard);
    await expectOnce(there, 4);
    await Promise.all([zombie.close(), heir.close()]);
  });

  it("one that another table leads is written to by whoever leads now, and no more by whoever did", async () => {
    const [leading, there] = [await side("CREATE TABLE runs (event_id text PRIMARY KEY)"), await side(notifications)];
    const env = { HOME: "/nonexistent" };
    await (await opened(leading)).deliver([], "0", unheard);
    const database = await openPostgres(leading.url.replace(/&table.*/, ""), { env, sleep: realSleep });
    onTestFinished(() => database.close());
    const means = (lease: Lease) => there.means({ authority: { confirm: () => confirmLease(database, lease) } });
    const address = parseAddress(there.url, env);
    const own = means(await takeOver(database, "one", "l"));
    const zombie = await table.open(address, own);
    await zombie.deliver(deliveredRuns(2), "2", unheard);
    // Nothing has told it: its connection here is as well as ever.
    const heir = await table.open(address, means(await takeOver(database, "heir", "l")));
    expect(await heir.findPlace?.()).toBe("2");
    expect(await failureOf(zombie.deliver(deliveredRuns(2, 2), "4", unheard))).toMatchObject({ kind: "unavailable" });
    await zombie.close();
    const again = await failureOf(table.open(address, own));
    expect(again).toMatchObject({ kind: "lease", why: expect.stringContaining("heir") as string });
    await heir.deliver(deliveredRuns(2, 2), "4", unheard);
    await expectOnce(there, 4);
    // One that leads and was kept out all the same goes on once it is open again.
    const holder = await there.ask("UPDATE flowrun.leases SET epoch = epoch + 1 RETURNING epoch");
    expect(holder).toEqual(["3"]);
    expect(await failureOf(heir.deliver(deliveredRuns(2, 4), "6", unheard))).toMatchObject({ kind: "unavailable" });
    await heir.close();
    const later = await table.open(address, means(await takeOver(database, "heir", "l")));
    await later.deliver(deliveredRuns(2, 4), "6", unheard);
    await expectOnce(there, 6);
    await later.close();
  });

  it("by another name of the server it goes on where it stood; another cursor and another table have places of their own", async () => {
    const there = await side(`${notifications}; CREATE TABLE other (run_id text PRIMARY KEY)`);
    const to = await opened(there);
    await to.deliver(deliveredRuns(2), "2", unheard);
    const placeOf = async (url: string, cursor = "default") => {
      const { means } = there;
      const again = await openDestination(table, url, means({ reading: { ...means().reading, cursor } }));
      const place = await again.findPlace?.();
      await again.close();
      return place;
    };
    expect(await placeOf(there.url.replace("postgres://postgres@127.0.0.1", "postgresql://postgres@localhost"))).toBe(
      "2",
    );
    expect(await placeOf(there.url.replace("table=runs", "table=public.runs"))).toBe("2");
    expect(await placeOf(there.url, "nightly")).toBe(null);
    expect(await placeOf(there.url.replace("table=runs", "table=other"))).toBe(null);
    expect(await placeOf(`${there.url}&schema=elsewhere`)).toBe(null);
  });
});

describe.skipIf(!hasPostgres)(`rows${whyNoPostgres}`, () => {
  it("the table that is proposed takes a run a row: its newest notification", async () => {
    const bare = await side("SELECT 1", "table=runs");
    const failure = await failureOf(opened(bare));
    expect(failure).toMatchObject({
      kind: "settings",
      why: "rows go into a table of your own: none is made by flowrun",
    });
    expect(failure.hint).toMatch(/^CREATE TABLE runs \(run_id text PRIMARY KEY, .*, record jsonb\);$/);
    await bare.ask(failure.hint ?? "");
    const to = await opened(bare);
    expect(to.found).toMatch(/^table public\.runs by run_id, into run_id, flow_id, .*, record$/);
    const told = (status: string, minutes: number, eventId: string) =>
      deliveredRun(1, { status, eventId, updatedAt: noon + minutes * 60_000 });
    const rows = () => bare.ask("SELECT run_id, status, updated_at AT TIME ZONE 'UTC' FROM runs");
    // In one batch, in any order, and one after the other.
    await to.deliver([told("failed", 2, "b"), told("inProgress", 1, "a")], "1", unheard);
    expect(await rows()).toEqual(["run-1|failed|2026-11-22 12:02:00"]);
    await to.deliver([told("inProgress", 1, "a")], "2", unheard);
    expect(await rows()).toEqual(["run-1|failed|2026-11-22 12:02:00"]);
    await to.deliver([told("inProgress", 1, "a"), told("success", 3, "c")], "3", unheard);
    expect(await rows()).toEqual(["run-1|success|2026-11-22 12:03:00"]);
    expect(
      await bare.ask(
        "SELECT record ->> 'runId', record #>> '{records,output}', duration_ms, records_in, flow_id, sandbox FROM runs",
      ),
    ).toEqual(["run-1|1|59000|1|flow-1|prod"]);
  });

  it("the table that is proposed takes an event of Lytics a row, each once, also without an id of its own", async () => {
    const bare = await side("SELECT 1", "table=work_events");
    const change = { reading: { ...bare.means().reading, of: "jobs" } } as const;
    const failure = await failureOf(opened(bare, "", change));
    expect(failure.hint).toMatch(
      /^CREATE TABLE work_events \(event_id text PRIMARY KEY, at timestamptz, .*, record jsonb\);$/,
    );
    await bare.ask(failure.hint ?? "");
    const to = await opened(bare, "", change);
    const nameless = deliveredJob(2, { eventId: null });
    const failed = failedJob(1, { notes: "quota\u0000" });
    await to.deliver([failed, nameless, deliveredJob(3), failed], "1", unheard);
    await to.deliver([nameless], "2", unheard);
    expect(await to.findPlace?.()).toBe("2");
    expect(
      await bare.ask(
        `SELECT event_id, at AT TIME ZONE 'UTC', verb, subject_type, subject_id, job_name, workflow, status, notes,
           record #>> '{related,0,id}', record ->> 'eventId' FROM work_events ORDER BY event_id`,
      ),
    ).toEqual([
      "job-1|2026-11-22 12:01:00|failed|work|work-1|Orders work-1|csv_import|failed|quota�|segment-1|job-1",
      `${nameless.id}|2026-11-22 12:02:00|synced|work|work-2|Orders work-2|csv_import|inProgress|a note|segment-2|`,
      "job-3|2026-11-22 12:03:00|synced|work|work-3|Orders work-3|csv_import|inProgress|a note|segment-3|job-3",
    ]);
  });

  it("fields of events of Lytics in columns of other types and names, and records=jobs in a reading of runs", async () => {
    const there = await side(
      `CREATE TABLE events (number text PRIMARY KEY, Priority smallint, related jsonb, context jsonb, kinds text[], document json,
        run_id text, schema_version int)`,
      "table=events&records=jobs&key=number&columns=number=id,kinds=related.type",
    );
    const to = await opened(there);
    expect(table.takes(parseAddress(there.url, {}), "runs")).toEqual(["flowrun.job"]);
    await to.deliver([deliveredJob(1, { priority: 6 })], "1", unheard);
    expect(
      await there.ask(
        `SELECT number, priority, related #>> '{0,id}', context ->> 'workflow', kinds, document ->> 'verb', run_id, schema_version FROM events`,
      ),
    ).toEqual(["job-1|6|segment-1|csv_import|{segment}|synced||1"]);
  });

  it("every field in columns of every type, by their names", async () => {
    const there = await side(`CREATE DOMAIN short AS varchar(30);
      CREATE TABLE runs ("event_id" text, run_id short, status varchar(20), flow_id uuid, updated_at bigint, started_at timestamp,
        completed_at date, created_at text, duration_ms interval, records_in int, records_out numeric, records_failed float8,
        bytes_in text, batch_ids text[], errors jsonb, root_code text, root_message text, new boolean, document json,
        sandbox_name text, key text, mine int DEFAULT 7, made bigint GENERATED ALWAYS AS (1) STORED,
        id bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (event_id))`);
    const to = await opened(there);
    const flowId = "0f1e2d3c-0000-4000-8000-000000000001";
    const odd = 'a"b\\c\u0000\ud800é{}';
    const change: Partial<FlowRun> = { flowId, batchIds: ['b"1', "b\\2,", "NULL"], new: true };
    const run = deliveredRun(1, { status: "failed", errors: ["E-1"] }, change);
    const errors = run.run.errors.map((error) => ({ ...error, message: odd }));
    await to.deliver([{ ...run, run: { ...run.run, errors, rootCause: { code: "E-1", message: odd } } }], "1", unheard);
    const [row] = await there.ask(`SELECT to_jsonb(runs) - 'document' FROM runs`);
    expect(JSON.parse(row ?? "")).toEqual({
      event_id: run.id,
      run_id: "run-1",
      status: "failed",
      flow_id: flowId,
      updated_at: Date.parse(run.run.updatedAt ?? ""),
      started_at: run.run.startedAt?.replace(/\.000Z$/, ""),
      completed_at: "2026-11-22",
      created_at: run.run.createdAt,
      duration_ms: "00:00:59",
      records_in: 1,
      records_out: 1,
      records_failed: 0,
      bytes_in: "2049",
      batch_ids: ['b"1', "b\\2,", "NULL"],
      errors: [expect.objectContaining({ code: "E-1", message: 'a"b\\c\ufffd\ufffdé{}' })],
      root_code: "E-1",
      root_message: 'a"b\\c\ufffd\ufffdé{}',
      new: true,
      sandbox_name: "prod",
      key: run.run.key,
      mine: 7,
      made: 1,
      id: 1,
    });
    expect(await there.ask("SELECT document ->> 'runId' FROM runs")).toEqual(["run-1"]);
  });

  it("columns= says what goes where, and what is left alone; names as they are, quoted and in other schemas", async () => {
    const there = await side(
      `CREATE SCHEMA "Re.porting"; CREATE TABLE "Re.porting"."My Runs" ("The ""Id""" text, status text, codes text[], failed text,
        part jsonb, UNIQUE ("The ""Id""", failed))`,
      `table=${encodeURIComponent('"Re.porting".My Runs')}&key=${encodeURIComponent('failed,The "Id"')}&columns=${encodeURIComponent('The "Id"=id,failed=records.failed,status=,codes=errors.code,part=records')}`,
    );
    const to = await opened(there);
    const run = deliveredRun(3, { status: "failed", errors: ["E-1", "E-2"] });
    await to.deliver([run, run], "1", unheard);
    expect(
      await there.ask(`SELECT "The ""Id""", status, codes, failed, part ->> 'failed' FROM "Re.porting"."My Runs"`),
    ).toEqual([`${run.id}||{E-1,E-2}|0|0`]);
  });

  it("where no column tells which is newer, the last one that came stays", async () => {
    const there = await side("CREATE TABLE runs (run_id text PRIMARY KEY, status text)");
    const to = await opened(there);
    await to.deliver(
      [deliveredRun(1, { status: "a", eventId: "1" }), deliveredRun(1, { status: "b", eventId: "2", updatedAt: noon })],
      "1",
      unheard,
    );
    expect(await there.ask("SELECT status FROM runs")).toEqual(["b"]);
    await to.deliver([deliveredRun(1, { status: "c", eventId: "3", updatedAt: noon - 1 })], "2", unheard);
    expect(await there.ask("SELECT status FROM runs")).toEqual(["c"]);
  });

  it("times as text are compared letter by letter, and a column that is all key is enough", async () => {
    const there = await side(
      "CREATE TABLE runs (run_id text PRIMARY KEY, updated_at text); CREATE TABLE seen (run_id text PRIMARY KEY)",
    );
    const to = await opened(there);
    for (const [minutes, place] of [
      [5, "1"],
      [4, "2"],
      [6, "3"],
      [0, "4"],
    ] as const) {
      await to.deliver([deliveredRun(1, { updatedAt: noon + minutes * 60_000 })], place, unheard);
    }
    expect(await there.ask("SELECT updated_at FROM runs")).toEqual(["2026-11-22T12:06:00.000Z"]);
    const seen = await opened({ ...there, url: there.url.replace("=runs", "=seen") });
    await seen.deliver([deliveredRun(1), deliveredRun(1)], "1", unheard);
    await seen.deliver([deliveredRun(1)], "2", unheard);
    expect(await there.ask("SELECT * FROM seen")).toEqual(["run-1"]);
  });

  it("many rows and many columns fit into statements", async () => {
    const columns = Array.from({ length: 400 }, (_, n) => `c${String(n)}`);
    const there = await side(
      `CREATE TABLE runs (event_id text PRIMARY KEY, ${columns.map((name) => `${name} text`).join(", ")})`,
      `table=runs&columns=${columns.map((name) => `${name}=status`).join(",")}`,
    );
    const to = await opened(there);
    await to.deliver(deliveredRuns(500), "500", unheard);
    expect(await there.ask("SELECT count(*), count(c399) FROM runs")).toEqual(["500|500"]);
  });

  it("without a place nothing of flowrun's own is made, and rows stand once all the same", async () => {
    const there = await side(notifications);
    for (let n = 0; n < 2; n += 1) {
      const to = await opened(there, "", { isKept: false });
      expect(to.findPlace).toBeUndefined();
      expect(to.guarantee).toBe("once by event_id; no place is kept");
      await to.deliver(deliveredRuns(3), null, unheard);
      await to.deliver([], null, unheard);
    }
    expect(await there.ask("SELECT count(*) FROM runs")).toEqual(["3"]);
    expect(await there.ask("SELECT nspname FROM pg_namespace WHERE nspname = 'flowrun'")).toEqual([]);
  });
});

describe.skipIf(!hasPostgres)(`what the table does not take${whyNoPostgres}`, () => {
  it("is named, by run and column; nothing of the batch is in, and the others go in the next try", async () => {
    const there = await side(`CREATE TABLE flows (id text PRIMARY KEY); INSERT INTO flows VALUES ('flow-0'), ('flow-1');
      CREATE TABLE runs (n bigserial, event_id text PRIMARY KEY, status varchar(8), flow_id text REFERENCES flows DEFERRABLE INITIALLY DEFERRED,
        records_in smallint, run_id text CHECK (run_id <> 'run-4'), flow_name text NOT NULL)`);
    const to = await opened(there);
    const flow = { flowName: "f" };
    const bad = [
      { run: deliveredRun(0, { ...flow, status: "partialSuccess" }), why: /^column status: value too long/ },
      { run: deliveredRun(1, { ...flow, records: 40_000 }), why: /^column records_in: value "40000" is out of range/ },
      { run: deliveredRun(2, flow), why: /violates foreign key constraint "runs_flow_id_fkey"/ },
      { run: deliveredRun(4, flow), why: /violates check constraint "runs_run_id_check"/ },
      { run: deliveredRun(6, {}), why: /^column flow_name: null value/ },
    ];
    for (const { run, why } of bad) {
      const failure = await failureOf(to.deliver([deliveredRun(9, flow), run, deliveredRun(10, flow)], "1", unheard));
      expect(failure).toMatchObject({
        kind: "protocol",
        message: `public.runs does not take run ${run.run.runId}`,
        why: expect.stringMatching(why) as string,
        ids: [run.id],
      });
      expect(await there.ask("SELECT count(*) FROM runs")).toEqual(["0"]);
      expect(await to.findPlace?.()).toBe(null);
    }
    const batch = [...bad.map(({ run }) => run), ...[9, 10, 12, 13, 15].map((n) => deliveredRun(n, flow))];
    const failure = await failureOf(to.deliver(batch, "1", unheard));
    expect(failure).toMatchObject({
      message: "public.runs does not take run run-0 and 4 more",
      ids: bad.map(({ run }) => run.id),
      hint: expect.stringContaining("--on-refused skip") as string,
    });
    await to.deliver(batch.slice(bad.length), "1", unheard);
    expect(await there.ask("SELECT run_id FROM runs ORDER BY n")).toEqual([
      "run-9",
      "run-10",
      "run-12",
      "run-13",
      "run-15",
    ]);
    expect(await to.findPlace?.()).toBe("1");
  });

  it("values that only the table takes for the same are written one after the other", async () => {
    const there = await side(
      "CREATE TABLE runs (flow_id text, completed_at date, run_id text, PRIMARY KEY (flow_id, completed_at))",
    );
    const to = await opened(there);
    await to.deliver([deliveredRun(0), deliveredRun(3), deliveredRun(1)], "1", unheard);
    expect(await there.ask("SELECT run_id FROM runs ORDER BY 1")).toEqual(["run-1", "run-3"]);
    expect(await to.findPlace?.()).toBe("1");
  });

  it("a table that is changed meanwhile is no reason to wait", async () => {
    const there = await side(notifications);
    const to = await opened(there);
    await there.ask("ALTER TABLE runs DROP COLUMN status");
    const failure = await failureOf(to.deliver(deliveredRuns(1), "1", unheard));
    expect(failure).toMatchObject({ kind: "settings", message: "public.runs was changed while rows went into it" });
    const again = await opened(there);
    await again.deliver(deliveredRuns(1), "1", unheard);
    expect(await there.ask("SELECT count(*) FROM runs")).toEqual(["1"]);
  });
});

describe("bad input", () => {
  it.each([
    ["postgres://h/d", "usage", "names no table", "?table=runs"],
    ["postgres://h/d?table=", "usage", "names no table", "?table=runs"],
    ["postgres://h/d?table=a.b.c", "usage", "names no table", "?table=reporting.runs"],
    ["postgres:runs?table=a", "usage", "is no URL", "postgres://host"],
    ["postgres://h/d?tabel=runs", "usage", "cannot be used", "did you mean table=?"],
    ["postgres://h/d?table=runs&sslmod=require", "usage", "cannot be used", "did you mean sslmode=?"],
    ["postgres://h/d?table=runs&columns=a", "usage", "cannot be used", "columns=id=runId"],
    ["postgres://h/d?table=runs&columns=a=runId,a=flowId", "usage", "cannot be used", "columns="],
    [
      "postgres://h/d?table=runs&columns=a=records.faild",
      "usage",
      "there is no field 'records.faild'",
      "records.failed",
    ],
    ["postgres://h/d?table=runs&columns=a=root_code", "usage", "there is no field 'root_code'", "rootCause.code"],
    ["postgres://h:x/d?table=runs", "settings", "cannot be asked", ""],
    ["postgres://h/d?table=events&records=job", "usage", "cannot be used", "records=jobs"],
    ["postgres://h/d?table=events&records=runs", "usage", "holds runs alone", "records=jobs", "jobs"],
    ["postgres://h/d?table=events&columns=a", "usage", "cannot be used", "columns=work=subjectId", "jobs"],
    ["postgres://h/d?table=events&columns=a=runId", "usage", "no field 'runId'", "flowrun lytics since", "jobs"],
    ["postgres://h/d?table=events&columns=a=job_name", "usage", "no field 'job_name'", "jobName", "jobs"],
    ["postgres://h/d?records=jobs", "usage", "cannot be used", "?table=", "wanted"],
  ])("%s", (text, kind, message, hint, of = "runs") => {
    const address = parseAddress(text, {});
    const checking = (): void => {
      if (of === "wanted") findWanted(text, {});
      else table.check(address, {}, { of: of === "jobs" ? "jobs" : "runs" });
    };
    try {
      checking();
    } catch (error) {
      // The port is looked at when it is opened, since a file may say another one.
      expect(error).toMatchObject({ kind, message: expect.stringContaining(message) as string });
      expect(error).toMatchObject({ hint: expect.stringContaining(hint) as string, why: expect.any(String) as string });
      return;
    }
    expect(text).toContain("h:x");
  });

  it("shows no password, whatever is wrong beside it", () => {
    const env = { SECRET: "battery-staple-1" };
    for (const secret of ["correct-horse-1", "env:SECRET"]) {
      for (const rest of ["h/d", "h/d?tabel=x", "h/d?table=a.b.c", "h/d?table=a&columns=b"]) {
        const error: unknown = (() => {
          try {
            table.check(parseAddress(`postgres://u:${secret}@${rest}`, env), env);
            return null;
          } catch (thrown) {
            return thrown;
          }
        })();
        const { message, why, hint } = error as FlowrunError;
        expect([message, why, hint].join("\n")).not.toMatch(/correct|staple/);
      }
    }
  });

  describe.skipIf(!hasPostgres)(`on a server${whyNoPostgres}`, () => {
    it.each([
      ["no key", "CREATE TABLE runs (run_id text)", "", "no primary key", /ADD PRIMARY KEY \(run_id\)/],
      ["no key", "CREATE TABLE runs (verb text)", "&records=jobs", "no primary key", /ADD PRIMARY KEY \(event_id\)/],
      [
        "another key of the server's own",
        "CREATE TABLE runs (n bigserial PRIMARY KEY, verb text)",
        "&records=jobs",
        "what goes into n",
        /&columns=n=id .*key=event_id \(an event a row\)/,
      ],
      [
        "names of nothing in it",
        "CREATE TABLE runs (run_id text PRIMARY KEY)",
        "&records=jobs",
        "like a field of an event of Lytics",
        /&columns=<column>=id/,
      ],
      [
        "a key of the server's own",
        "CREATE TABLE runs (n bigserial PRIMARY KEY, run_id text)",
        "",
        "what goes into n",
        /key=run_id/,
      ],
      [
        "a key without an index",
        "CREATE TABLE runs (n int PRIMARY KEY DEFAULT 1, run_id text)",
        "&key=run_id",
        "no unique index on run_id",
        /CREATE UNIQUE INDEX ON "public"\."runs" \("run_id"\)/,
      ],
      [
        "a key of parts of the table",
        "CREATE TABLE runs (run_id text); CREATE UNIQUE INDEX ON runs (run_id) WHERE run_id > ''",
        "&key=run_id",
        "no unique index",
        /CREATE UNIQUE/,
      ],
      [
        "a key that is checked later",
        "CREATE TABLE runs (run_id text PRIMARY KEY DEFERRABLE)",
        "&key=run_id",
        "no unique index",
        /CREATE UNIQUE/,
      ],
      [
        "a key that is not there",
        "CREATE TABLE runs (run_id text PRIMARY KEY)",
        "&key=id",
        "key= names id",
        /key=run_id/,
      ],
      [
        "a column that is not there",
        "CREATE TABLE runs (run_id text PRIMARY KEY)",
        "&columns=runid=flowId",
        "columns= names runid",
        /run_id/,
      ],
      [
        "a column that must be filled",
        "CREATE TABLE runs (run_id text PRIMARY KEY, tenant text NOT NULL)",
        "",
        "what goes into tenant",
        /&columns=tenant=/,
      ],
      [
        "a type that cannot hold it",
        "CREATE TABLE runs (run_id text PRIMARY KEY, updated_at int)",
        "",
        "updated_at is integer",
        /TYPE timestamptz/,
      ],
      [
        "another type",
        "CREATE TABLE runs (run_id text PRIMARY KEY, records_failed boolean)",
        "",
        "records_failed is boolean",
        /&columns=records_failed=/,
      ],
      ["names of another kind", "CREATE TABLE runs (a text PRIMARY KEY)", "", "none of its columns", /&columns=/],
      ["a view", "CREATE VIEW runs AS SELECT 1 AS run_id", "", "it is a view", /table/],
      [
        "another schema",
        "CREATE SCHEMA s; CREATE TABLE s.runs (run_id text PRIMARY KEY)",
        "",
        "there is one in s",
        /table=s\.runs/,
      ],
    ])("%s", async (_, tables, more, why, hint) => {
      const there = await side(tables);
      const failure = await failureOf(opened(there, more));
      expect(failure).toMatchObject({ kind: "settings" });
      expect(failure.why).toContain(why);
      expect(failure.hint).toMatch(hint);
      expect(await there.ask("SELECT nspname FROM pg_namespace WHERE nspname = 'flowrun'")).toEqual([]);
    });

    it("a wrong password, no TLS, no server: and no word of the password", async () => {
      const there = await side(notifications);
      const open = (change: (url: URL) => void) => {
        const url = new URL(there.url);
        change(url);
        return failureOf(opened({ ...there, url: url.href }));
      };
      const wrong = await open((url) => {
        url.username = "secretive";
        url.password = `${password}-wrong`;
      });
      expect(wrong).toMatchObject({ kind: "auth" });
      const withoutTls = await open((url) => {
        url.searchParams.set("sslmode", "require");
      });
      expect(withoutTls).toMatchObject({ kind: "settings" });
      const nobodyThere = await open((url) => {
        url.port = "1";
      });
      expect(nobodyThere).toMatchObject({ kind: "unavailable" });
      const env = { HOME: "/nonexistent", SECRET: password };
      const to = await openDestination(
        table,
        there.url.replace("postgres@", "secretive:env:SECRET@"),
        meansOf({ dir: "/nonexistent", env }),
      ).catch((error: unknown) => error);
      // It was let in, and may do nothing yet.
      expect(to).toMatchObject({ kind: "forbidden" });
    });

    it("the least rights are enough, and what is missing is named", async () => {
      const there = await side(
        `CREATE SCHEMA reporting; CREATE TABLE reporting.runs (run_id text PRIMARY KEY, status text, updated_at timestamptz, mine text)`,
        "table=reporting.runs",
      );
      const role = `writer${new URL(there.url).pathname.slice(1)}`;
      await there.ask(`CREATE ROLE ${role} LOGIN`);
      const own = { ...there, url: there.url.replace("postgres@", `${role}@`) };
      const next = async (hint: RegExp): Promise<void> => {
        const failure = await failureOf(opened(own));
        expect(failure).toMatchObject({ kind: "forbidden", hint: expect.stringMatching(hint) as string });
      };
      await next(/GRANT USAGE ON SCHEMA "reporting" TO/);
      await there.ask(`GRANT USAGE ON SCHEMA reporting TO ${role}`);
      await next(/GRANT SELECT, INSERT, UPDATE ON "reporting"\."runs" TO/);
      const columns = "(run_id, status, updated_at)";
      await there.ask(`GRANT SELECT ${columns}, INSERT ${columns}, UPDATE ${columns} ON reporting.runs TO ${role}`);
      await next(/CREATE SCHEMA "flowrun" AUTHORIZATION/);
      // An administrator has made flowrun's own tables, for whom it is enough to fill them.
      await (await opened(there)).deliver([], "0", unheard);
      await there.ask(`GRANT USAGE ON SCHEMA flowrun TO ${role}; GRANT SELECT ON flowrun.meta TO ${role};
        GRANT SELECT, INSERT ON flowrun.journals TO ${role}; GRANT SELECT, INSERT, UPDATE ON flowrun.cursors TO ${role}`);
      const to = await opened(own);
      expect(await to.findPlace?.()).toBe("0");
      await to.deliver(
        [deliveredRun(1), deliveredRun(1, { updatedAt: noon + 3_600_000 }), deliveredRun(2)],
        "1",
        unheard,
      );
      expect(await there.ask("SELECT run_id FROM reporting.runs ORDER BY 1")).toEqual(["run-1", "run-2"]);
    });
  });
});
