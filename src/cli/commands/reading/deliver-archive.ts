import { FlowrunError } from "../../../errors.ts";
import { archiveCursor, findCursor } from "../../../engine/archive/cursors.ts";
import { checkSameJournal } from "../../../engine/archive/journals.ts";
import { confirmLease, type Lease } from "../../../engine/archive/lease.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import { createArrivals } from "../../../engine/arrivals.ts";
import { deliverRows } from "../../../engine/destinations/deliver-rows.ts";
import { deliveryStore, identityOf, lastRow, markAtRow } from "../../../engine/destinations/follow-archive.ts";
import { rowPlaces } from "../../../engine/destinations/places.ts";
import { describeFaults } from "../../../engine/faults.ts";
import { insistentQueries } from "../../../engine/insist.ts";
import { fillArchive, holdingCursor, type Filling } from "../../../engine/fill-archive.ts";
import type { Connection } from "../../../adobe/access/connect.ts";
import { count, seconds } from "../../terminal/reporter.ts";
import { openToFill } from "../archive/open-to-fill.ts";
import { tellGuarantee } from "../delivery/member.ts";
import { standbyOf } from "../delivery/standby.ts";
import { copiesOf, placeOfArchive } from "./deliver-copies.ts";
import { lostText, memberOf, patienceOf, printedMember, type Ways } from "./deliver-members.ts";
import { tellCounts, type CountedMember } from "../delivery/counts.ts";
import { markNews } from "./mark-news.ts";
import type { WatchedReading } from "./watch.ts";

/**
 * Fills an archive from the journal, and feeds the other destinations from its rows, further archives among them, each at
 * its own pace.
 * @returns the worst failure among the others, which has been told.
 * @throws FlowrunError `lease` where another host took over; what filling throws.
 */
export async function deliverByArchive(ways: Ways): Promise<FlowrunError | null> {
  const { plan, delivery, session } = ways;
  const { host, origin, reporter } = session;
  if (origin.kind !== "journal") throw noJournal();
  const { connection } = origin;
  const place = await placeOfArchive(delivery.leader?.url ?? null, connection, host);
  const archive = await openToFill(place, connection, reporter.notify, host);
  try {
    await checkSameJournal(archive, connection.journalName);
    const cursor = delivery.cursor ?? archiveCursor;
    const { signal } = plan;
    const retrying = { host, signal, notify: reporter.notify, patience: patienceOf(plan) };
    const standby = delivery.standby ? standbyOf(retrying, plan.watch?.standsBy) : undefined;
    const holding = { archive, cursor, signal, ...(standby === undefined ? {} : { standby }) };
    return await holdingCursor(holding, host, (lease) => deliverUnder(lease, { archive, cursor, connection }, ways));
  } finally {
    await archive.database.close();
  }
}

/** The archive that is filled, and by which cursor. */
interface Filled {
  readonly archive: Archive;
  readonly cursor: string;
  readonly connection: Connection;
}

async function deliverUnder(
  lease: Lease,
  { archive, cursor, connection }: Filled,
  ways: Ways,
): Promise<FlowrunError | null> {
  const { plan, session, absences = null } = ways;
  const { options, reporter, host, tally } = session;
  const { notify } = reporter;
  const { database } = archive;
  tellGuarantee(notify, database.place, "exactly once");
  const over = new AbortController();
  const signal = AbortSignal.any([plan.signal, lease.lost, over.signal]);
  const led: Ways = { ...ways, plan: { ...plan, signal } };
  const retrying = { host, signal, notify, patience: patienceOf(plan) };
  const onEnded = (end: Error): void => {
    over.abort(end);
  };
  const begin = await lastRow(insistentQueries(database, retrying));
  const members = await membersOf(led, { archive, cursor, lease, retrying, begin }, onEnded);
  const copies = await copiesOf(led, { archive, cursor, connection, lease });
  const arrivals = createArrivals();
  let filledUntil: number | null = null;
  const reading = await watchedReading(ways, { archive, cursor, retrying });
  const filling: Filling = {
    archive,
    connection,
    cursor,
    follow: plan.follow,
    onExpired: plan.onExpired,
    patience: options.patience,
    limit: options.limit,
    jobs: options.jobs,
    max: options.max,
    beginsBy: "start",
    signal,
    notify,
    onPage: (batch, source) => {
      filledUntil = batch.mark.atEnd ? (batch.mark.askedAt ?? null) : null;
      arrivals.tell();
      reading?.took(
        batch.candidates.map(({ key, encoded: { run } }) => ({ key, run })),
        batch.mark,
      );
      for (const text of describeFaults(batch, source)) notify({ kind: "warning", text });
      const state =
        batch.mark.atEnd && plan.follow ? `caught up, asking again in ${seconds(batch.waitMs)}` : "archiving";
      reporter.live(`${state} · ${count(tally.printed, "run")}, ${count(tally.events, "event")}`);
    },
  };
  const stopped = (error: unknown): never => {
    over.abort(error);
    throw error;
  };
  const fill = async (): Promise<void> => {
    try {
      await fillArchive(filling, lease, tally, host);
    } finally {
      arrivals.end();
    }
  };
  const marked = await markNews(session, archive, null);
  const feed = deliverRows({
    archive,
    copies,
    members: absences === null ? members : members.map((member) => absences.over(unlessEmpty(member))),
    ...(absences === null ? {} : { filledUntil: () => filledUntil }),
    digesting: {
      events: options.events,
      raw: options.raw,
      profile: connection.settings.profile,
      via: "journal",
      keep: (run) => options.keep(run),
      encode: marked,
    },
    arrivals,
    begin,
    retrying,
    onLost: ({ name }, failure) => {
      reporter.failure(lostText(name, failure, session));
    },
  });
  const [filled, fed] = await Promise.allSettled([fill().catch(stopped), feed.catch(stopped)]);
  if (tally.pages > 0) tellCounts([...copies, ...members], null, notify);
  plan.signal.throwIfAborted();
  lease.lost.throwIfAborted();
  if (over.signal.aborted) throw over.signal.reason;
  if (filled.status === "rejected") throw filled.reason;
  return fed.status === "fulfilled" ? fed.value : null;
}

/** A member that is not troubled by batches which only tell how far the archive is filled: its place stays where it is. */
function unlessEmpty(member: CountedMember): CountedMember {
  const { sink } = member;
  return {
    ...member,
    sink: {
      ...sink,
      take: (batch, mark) => (batch.length === 0 && mark.atEnd ? Promise.resolve() : sink.take(batch, mark)),
    },
  };
}

/** The reading that fills the archive, where it is watched. */
async function watchedReading(
  { plan: { watch }, session: { origin } }: Ways,
  { archive: { database, journal }, cursor, retrying }: Pick<Feeding, "archive" | "cursor" | "retrying">,
): Promise<WatchedReading | null> {
  if (watch === undefined) return null;
  const found = await findCursor(insistentQueries(database, retrying), journal, cursor);
  return watch.profile(origin).begin(found?.readUntil ?? null);
}

/** How the other destinations are fed: those that are new from behind the row `begin`. */
type Feeding = Omit<Parameters<typeof deliveryStore>[0], "destination" | "host"> & { readonly begin: number };

/** The other destinations; their places are the archive's, unless they keep them. */
async function membersOf(
  ways: Ways,
  { archive, cursor, lease, retrying, begin }: Feeding,
  onEnded: (end: Error) => void,
): Promise<readonly CountedMember[]> {
  const { delivery, session, stdout } = ways;
  const { host, reporter } = session;
  const { database, journal } = archive;
  const words = rowPlaces(await identityOf(insistentQueries(database, retrying), journal), begin);
  const members = await Promise.all(
    delivery.others.map(async (other) => {
      const { digest: destination, shown } = other.address;
      const store = deliveryStore({ archive, lease, cursor, destination, host, retrying });
      // Put down before it is opened, which may take long: what comes in between is not passed by after a restart.
      if ((await store.find()) === null) await store.move([], markAtRow(begin));
      const keeping = {
        words,
        openStore: () => Promise.resolve(store),
        findBegin: () => store.find(),
        onForeign: () => {
          const text = `the place that ${shown} keeps is of another reading; its delivery begins with what is new`;
          reporter.notify({ kind: "warning", text });
        },
      };
      const authority = { confirm: () => confirmLease(database, lease) };
      return memberOf(other, keeping, { ...ways, onEnded, authority });
    }),
  );
  return stdout === null ? members : [...members, await printedMember(stdout, null)];
}

function noJournal(): FlowrunError {
  return new FlowrunError("usage", "--to archive goes with a journal", {
    why: "an archive is filled from the journal, and this reading has another source",
    hint: "flowrun archive import <file>",
  });
}
