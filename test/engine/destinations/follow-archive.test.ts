import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { leaseName, takeLease } from "../../../src/engine/archive/lease.ts";
import { openToWrite } from "../../../src/engine/archive/open.ts";
import type { Database } from "../../../src/engine/archive/database.ts";
import { deliveryStore, markAtRow } from "../../../src/engine/destinations/follow-archive.ts";
import { resumptionAt } from "../../../src/engine/destinations/places.ts";
import { fakeHost, realSleep } from "../../support/host.ts";
import { hasPostgres, startCluster, whyNoPostgres, type Cluster } from "../../support/postgres.ts";

let cluster: Cluster;
beforeAll(async () => {
  if (hasPostgres) cluster = await startCluster();
});
afterAll(async () => {
  if (hasPostgres) await cluster.remove();
});

const signal = new AbortController().signal;

describe.skipIf(!hasPostgres)(`the place of a delivery${whyNoPostgres}`, () => {
  it("a process that is frozen while it moves it keeps nobody from taking over", async () => {
    const host = { ...fakeHost({ env: { HOME: "/nonexistent" } }), sleep: realSleep };
    const place = { kind: "postgres", url: await cluster.database(), isSet: true } as const;
    const archive = await openToWrite(place, "https://journal.test/1", host);
    onTestFinished(() => archive.database.close());
    const wish = { name: leaseName(archive.journal, "archive"), host, signal, lifeMs: 500 };
    const lease = await takeLease(archive.database, { ...wish, holder: "frozen" });
    const storeOf = (database: Database, by = lease) => {
      const retrying = { host, signal, notify: () => undefined, patience: { retries: 1, maxWaitMs: 0 } };
      return deliveryStore({
        archive: { ...archive, database },
        lease: by,
        cursor: "archive",
        destination: "d",
        host,
        retrying,
      });
    };
    await storeOf(archive.database).move([], markAtRow(3));

    let thaw = (): void => undefined;
    const isThawed = new Promise<void>((resolve) => (thaw = resolve));
    let stand = (): void => undefined;
    const stands = new Promise<void>((resolve) => (stand = resolve));
    const standing: Database = {
      ...archive.database,
      transaction: (work, options) =>
        archive.database.transaction(async (queries) => {
          const done = await work(queries);
          stand();
          await isThawed;
          return done;
        }, options),
    };
    const frozen = storeOf(standing).move([], markAtRow(9));
    const end = frozen.then(
      () => "moved",
      () => "refused",
    );
    await stands;
    // Only now does it renew nothing any more.
    await archive.database.run("UPDATE {schema}leases SET epoch = epoch + 1, holder = 'heir'");
    const heir = storeOf(archive.database, { ...lease, epoch: lease.epoch + 1 });
    await heir.move([], markAtRow(5));
    thaw();
    expect(await end).toBe("refused");
    expect(await heir.find()).toEqual(resumptionAt(5));
    await lease.release();
  });
});
