import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { takeLease } from "../../../../src/engine/archive/lease.ts";
import { parseAddress } from "../../../../src/engine/destinations/address.ts";
import { markAtRow } from "../../../../src/engine/destinations/follow-archive.ts";
import { resumptionAt, rowPlaces } from "../../../../src/engine/destinations/places.ts";
import { openTableHome, storeBeside, type TableHome } from "../../../../src/engine/destinations/table/home.ts";
import { takeOver } from "../../../support/archived.ts";
import { meansOf } from "../../../support/deliveries.ts";
import { realSleep } from "../../../support/host.ts";
import { hasPostgres, startCluster, whyNoPostgres, type Cluster } from "../../../support/postgres.ts";

let cluster: Cluster;
beforeAll(async () => {
  if (hasPostgres) cluster = await startCluster();
});
afterAll(async () => {
  if (hasPostgres) await cluster.remove();
});

const runs = "CREATE TABLE runs (run_id text PRIMARY KEY, status text)";

async function database() {
  const url = await cluster.database();
  const name = new URL(url).pathname.slice(1);
  await cluster.ask(runs, name);
  return { url: `${url}&table=runs`, ask: (text: string) => cluster.ask(text, name) };
}

const env = { HOME: "/nonexistent" };
const signal = new AbortController().signal;

async function openHome(url: string, cursor = "default"): Promise<TableHome> {
  const means = meansOf({ dir: "/nonexistent", env, cursor });
  const home = await openTableHome(parseAddress(url, env), means);
  onTestFinished(() => home.database.close());
  return home;
}

/** The place of another destination, whose words are those of rows. */
function placeOf(home: TableHome, lease: Awaited<ReturnType<typeof takeOver>>, name = "default exec-1") {
  const { host, notify } = meansOf({ dir: "/nonexistent", env });
  const patience = { retries: 1, maxWaitMs: 0 };
  const retrying = { host, signal, notify, patience };
  return storeBeside({ home, lease, name, words: rowPlaces("a", 100), retrying });
}

describe.skipIf(!hasPostgres)(`beside a table that leads${whyNoPostgres}`, () => {
  it("the place of another destination is found again, by another process too", async () => {
    const { url } = await database();
    const home = await openHome(url);
    const store = placeOf(home, await takeOver(home.database, "one", home.lease));
    expect(await store.find()).toBeNull();
    await store.move([], markAtRow(3));
    await store.move([], markAtRow(7));
    const again = await openHome(url);
    const lease = await takeOver(again.database, "other", again.lease);
    expect(await placeOf(again, lease).find()).toEqual(resumptionAt(7));
    expect(await placeOf(again, lease, "default exec-2").find()).toBeNull();
  });

  it("one that has lost its lease moves no place", async () => {
    const { url } = await database();
    const home = await openHome(url);
    const zombie = placeOf(home, await takeOver(home.database, "zombie", home.lease));
    await zombie.move([], markAtRow(3));
    const heir = placeOf(home, await takeOver(home.database, "heir", home.lease));
    await expect(zombie.move([], markAtRow(9))).rejects.toMatchObject({
      kind: "lease",
      why: expect.stringContaining("heir") as string,
      hint: expect.stringContaining("--standby") as string,
    });
    expect(await heir.find()).toEqual(resumptionAt(3));
  });

  it("a move whose answer was lost is the same when it is made again", async () => {
    const { url, ask } = await database();
    const home = await openHome(url);
    const store = placeOf(home, await takeOver(home.database, "one", home.lease));
    await store.move([], markAtRow(3));
    await store.move([], markAtRow(3));
    expect(await ask("SELECT revision FROM flowrun.cursors WHERE name = 'default exec-1'")).toEqual(["1"]);
  });

  it("a holder that lives is named, with the table and the cursor; another cursor is another right", async () => {
    const { url } = await database();
    const home = await openHome(url);
    await takeOver(home.database, "one", home.lease);
    const second = { name: home.lease, holder: "two", host: { sleep: () => realSleep(0) }, signal, held: home.held };
    const renewing = setInterval(() => {
      void home.database.run("UPDATE {schema}leases SET expires_at = expires_at + 1");
    }, 20);
    onTestFinished(() => {
      clearInterval(renewing);
    });
    await expect(takeLease(home.database, second)).rejects.toMatchObject({
      kind: "usage",
      message: "another process delivers to public.runs by the cursor 'default'",
      why: expect.stringContaining("one holds the lease at postgres://") as string,
      hint: expect.stringContaining("--standby") as string,
    });
    clearInterval(renewing);
    expect((await openHome(url, "other")).lease).not.toBe(home.lease);
  });

  it("a table that is not there is told before anything is made", async () => {
    const { url, ask } = await database();
    await expect(openHome(url.replace("table=runs", "table=rums"))).rejects.toMatchObject({
      kind: "settings",
      hint: expect.stringContaining("CREATE TABLE rums") as string,
    });
    expect(await ask("SELECT nspname FROM pg_namespace WHERE nspname = 'flowrun'")).toEqual([]);
  });

  it("the least rights that the document names are enough", async () => {
    const { url, ask } = await database();
    const role = `writer${new URL(url).pathname.slice(1)}`;
    await openHome(url);
    await ask(`CREATE ROLE ${role} LOGIN; GRANT SELECT, INSERT, UPDATE ON runs TO ${role};
      GRANT USAGE ON SCHEMA flowrun TO ${role}; GRANT SELECT ON flowrun.meta TO ${role};
      GRANT SELECT, INSERT ON flowrun.journals TO ${role};
      GRANT SELECT, INSERT, UPDATE ON flowrun.cursors, flowrun.leases TO ${role}`);
    const home = await openHome(url.replace("postgres@", `${role}@`));
    const lease = await takeLease(home.database, {
      name: home.lease,
      holder: "one",
      host: { sleep: realSleep },
      signal,
    });
    await placeOf(home, lease).move([], markAtRow(3));
    await lease.release();
  });
});
