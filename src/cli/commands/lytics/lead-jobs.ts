import type { Database } from "../../../engine/archive/database.ts";
import { archivePlaceOf } from "../../../engine/archive/of-profile.ts";
import { openDatabaseToWrite } from "../../../engine/archive/open.ts";
import { placeOfAddress, type ArchivePlace } from "../../../engine/archive/place.ts";
import { createApart } from "../../../engine/destinations/apart.ts";
import type { Kind } from "../../../engine/destinations/destination.ts";
import { jobsArchive, jobsCopy, openJobsHome } from "../../../engine/destinations/jobs-archive.ts";
import { openTableHome, type TableHome } from "../../../engine/destinations/table/home.ts";
import { insist } from "../../../engine/insist.ts";
import type { FlowrunError } from "../../../errors.ts";
import type { DeliveryOptions } from "../../options/destination-options.ts";
import { tellOfMemory } from "../archive/open-to-fill.ts";
import { leadBy } from "../delivery/lead.ts";
import type { DeliveredTo } from "../delivery/member.ts";
import { standbyOf } from "../delivery/standby.ts";
import { deliverToAll, isKept, jobMeansOf, jobPatienceOf, type JobDelivery } from "./job-lanes.ts";
import type { JobReading } from "./read-jobs.ts";

/**
 * Delivers events to an archive or a table, and to others: where a place is kept as the one process of several hosts that
 * may, with the lease and all places in that database.
 * @returns the worst failure among several, which has been told.
 * @throws FlowrunError `usage` that names a process which delivers already; `lease` where another host took over.
 */
export async function deliverByDatabase(ways: JobDelivery): Promise<FlowrunError | null> {
  const { leader, table } = ways.delivery;
  if (leader !== null) return deliverByArchive(ways, leader);
  if (table === null) return deliverToAll(ways);
  const home = await insist(() => openTableHome(table.address, jobMeansOf(ways.reading)), retryingOf(ways.reading));
  try {
    return await deliverUnder(home, ways, table, []);
  } finally {
    await home.database.close();
  }
}

async function deliverByArchive(
  ways: JobDelivery,
  { url, address }: NonNullable<DeliveryOptions["leader"]>,
): Promise<FlowrunError | null> {
  const { reading } = ways;
  const { host } = reading;
  const place = await placeOf(url, reading);
  const retrying = retryingOf(reading);
  const database = await insist(() => openDatabaseToWrite(place, host), retrying);
  try {
    const archive: DeliveredTo = {
      scheme: schemeOf(jobsArchive(database)),
      address: { ...address, shown: database.place },
    };
    const archives = [archive, ...(await copiesOf(ways, database))];
    if (!isKept(reading)) return await deliverToAll(ways, archives);
    const home = await insist(() => openJobsHome(database, jobMeansOf(reading)), retrying);
    return await deliverUnder(home, ways, archive, archives);
  } finally {
    await database.close();
  }
}

/** The place that an address of an archive means; says so of one that will not last. */
async function placeOf(url: string | null, { host, origin, reporter }: JobReading): Promise<ArchivePlace> {
  const place = await placeOfAddress(url, () => archivePlaceOf(origin.profile, host));
  tellOfMemory(place, reporter.notify, "FLOWRUN_ARCHIVE=demo.db flowrun lytics since last --to archive --profile demo");
  return place;
}

/** Further archives; nothing is opened yet. */
async function copiesOf({ reading, delivery }: JobDelivery, leader: Database): Promise<readonly DeliveredTo[]> {
  const { host, signal } = reading;
  const apart = createApart({ leader, called: "event" });
  return Promise.all(
    delivery.copies.map(async ({ url, address }): Promise<DeliveredTo> => {
      const place = await placeOf(url, reading);
      const open = (): Promise<Database> => openDatabaseToWrite(place, { ...host, signal });
      return { scheme: schemeOf(jobsCopy({ open, leader, seat: apart.seat(address.shown) })), address };
    }),
  );
}

function schemeOf(kind: Kind): DeliveredTo["scheme"] {
  return { name: "archive", guarantee: "exactly once", load: () => Promise.resolve(kind) };
}

async function deliverUnder(
  home: TableHome,
  ways: JobDelivery,
  leader: DeliveredTo,
  archives: readonly DeliveredTo[],
): Promise<FlowrunError | null> {
  const { reading, delivery } = ways;
  const retrying = retryingOf(reading);
  const standby = delivery.standby ? standbyOf(retrying) : null;
  return leadBy({ home, leader, cursor: reading.options.cursor, standby, retrying }, (leading, signal) =>
    deliverToAll({ ...ways, reading: { ...reading, signal } }, archives, leading),
  );
}

function retryingOf(reading: JobReading) {
  const { host, signal, reporter } = reading;
  return { host, signal, notify: reporter.notify, patience: jobPatienceOf(reading) };
}
