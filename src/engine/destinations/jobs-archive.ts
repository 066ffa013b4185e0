import { FlowrunError } from "../../errors.ts";
import type { Database, Queries } from "../archive/database.ts";
import { addJobs, insertJobs, readKeptJobs, type KeyedJob } from "../archive/jobs.ts";
import { noteAccount } from "../archive/journal-names.ts";
import { leaseName, lostTo } from "../archive/lease.ts";
import type { Seat } from "./apart.ts";
import type { Delivered, Kind, Means, OpenDestination } from "./destination.ts";
import { Away } from "./refused.ts";
import type { TableHome } from "./table/home.ts";
import {
  batchName,
  enterBatch,
  Fenced,
  findPlaceAgain,
  hasMoved,
  leaseBelow,
  Moved,
  movedPlace,
  type BatchMove,
  type TablePlace,
} from "./table/place.ts";

/** An archive as one that leads a delivery of Lytics' events: its lease and the places of all are kept in it. */
export async function openJobsHome(
  database: Database,
  { host, reading: { journal, cursor } }: Pick<Means, "host" | "reading">,
): Promise<TableHome> {
  const account = await noteAccount(database, journal, host.now());
  return {
    database,
    journal: account,
    lease: leaseName(account, cursor),
    held: {
      message: keptBy(database, cursor),
      hint: "end it, give this one a cursor of its own (--cursor <name>), or let it stand by to take over (--standby)",
    },
  };
}

/**
 * An archive that is open, as a destination of Lytics' events: what is new of them, and the place, in one transaction. Where it
 * was away, it is written to from where it was left: a copy that was restored meanwhile, and lacks events, is told from it.
 */
export function jobsArchive(database: Database): Kind {
  let opened: OpenDestination | null = null;
  return {
    ...takesJobs,
    open: async (_, means) => {
      if (opened !== null) return opened;
      const standing = await placeOf(database, means, means.reading.cursor);
      // Whoever opened the database closes it.
      const close = (): Promise<void> => Promise.resolve();
      return (opened = writer({ database, means, lease: means.lease ?? null }, { standing }, close));
    },
  };
}

/** A further archive of a line, which another one leads. */
export interface JobsCopy {
  readonly open: () => Promise<Database>;
  /** The one that leads. */
  readonly leader: Database;
  /** Its own among the databases of the line. */
  readonly seat: Seat;
}

/**
 * The same for a further archive of a line. Its place is its own, and none that it has where it leads: so it may be filled by
 * another line at the same time. Who may write is kept by the one that leads. One that is new there gets at first what that
 * one has, which may be more than Lytics keeps.
 */
export function jobsCopy({ open, leader, seat }: JobsCopy): Kind {
  let memory: Memory | null = null;
  return {
    ...takesJobs,
    open: async (_, means) => {
      const database = await open();
      const close = async (): Promise<void> => {
        await database.close().catch(() => undefined);
      };
      try {
        await seat(database);
        const found = await placeOf(database, means, `${means.reading.cursor} copy`);
        const { authority } = means;
        const lease = found === null || authority === undefined ? null : await leaseBelow(authority, database, found);
        if (found !== null && found.place === null) await copyJobs(leader, database, means);
        // Read once nobody else can move it.
        memory ??= { standing: found === null ? null : await findPlaceAgain(database, found) };
        return writer({ database, means, lease }, memory, close);
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

/** All of the account's that an archive has goes into another one: an event that is there already stays as it is. */
async function copyJobs(from: Database, to: Database, { reading, signal }: Means): Promise<void> {
  for await (const kept of readKeptJobs(from, reading.journal, { from: -Infinity, to: Infinity })) {
    signal.throwIfAborted();
    const jobs = kept.map(({ seq, eventKey: key, record: job }) => {
      if (typeof job === "string") throw uncopied(from, seq, job);
      return { key, job };
    });
    await addJobs(to, reading.journal, jobs);
  }
}

function uncopied({ place }: Database, seq: number, why: string): FlowrunError {
  return new FlowrunError("settings", `an event of Lytics in ${place} cannot be copied`, {
    why: `its row ${String(seq)} ${why}`,
    hint: "see what is damaged: flowrun archive verify",
  });
}

const takesJobs: Pick<Kind, "check" | "takes"> = { check: () => undefined, takes: () => ["flowrun.job"] };

/** Where the place stands; `null` where none is kept. @param name by which it is kept among those of the account. */
async function placeOf(database: Database, { reading, isKept, host }: Means, name: string): Promise<TablePlace | null> {
  if (!isKept) return null;
  const account = await noteAccount(database, reading.journal, host.now());
  return findPlaceAgain(database, { journal: account, name });
}

/** All that the writing needs to know. */
interface Writing {
  readonly database: Database;
  readonly means: Means;
  /** By its epoch events are written, where there is one. */
  readonly lease: NonNullable<Means["lease"]> | null;
}

/** Where the place was left; `null` where none is kept. */
interface Memory {
  standing: TablePlace | null;
}

function writer(writing: Writing, memory: Memory, close: () => Promise<void>): OpenDestination {
  const { database } = writing;
  const found = `archive ${database.place}`;
  const deliver: OpenDestination["deliver"] = async (records, place) => {
    const { standing } = memory;
    const jobs = records.flatMap(keyedIn);
    if (standing === null || place === null) {
      await write(writing, jobs, null);
      return;
    }
    const ids = jobs.map(({ key }) => key);
    const move = { from: standing, place, batch: batchName(ids, place) };
    // Its answer was lost, and another attempt has found it done.
    if (standing.batch === move.batch) return;
    await write(writing, jobs, move);
    memory.standing = movedPlace(move);
  };
  const findPlace = async (): Promise<string | null> => {
    if (memory.standing !== null) memory.standing = await findPlaceAgain(database, memory.standing);
    return memory.standing?.place ?? null;
  };
  return { found, deliver, close, ...(memory.standing === null ? {} : { findPlace }) };
}

function keyedIn(delivered: Delivered): readonly KeyedJob[] {
  return "job" in delivered ? [{ key: delivered.id, job: delivered.job }] : [];
}

async function write(writing: Writing, jobs: readonly KeyedJob[], move: BatchMove | null): Promise<void> {
  const { database, means, lease } = writing;
  const { reading, host } = means;
  const work = async (queries: Queries): Promise<void> => {
    await enterBatch(queries, lease, move, { runs: jobs.length, now: host.now() });
    await insertJobs(queries, reading.journal, jobs);
  };
  try {
    // A process that stands still in it must not keep the lease's row from whoever takes over.
    await database.transaction(work, lease === null ? {} : { heldMs: lease.lifeMs });
  } catch (error) {
    if (error instanceof Fenced && lease !== null) throw await fenced(writing, lease);
    if (!(error instanceof Moved) || move === null) throw error;
    // It may have been this very batch, whose answer was lost.
    if (await hasMoved(database, move)) return;
    throw movedBySomebody(database, reading.cursor);
  }
}

/** Whose lease is kept elsewhere is to ask there before it is written again: it may be the right one still. */
async function fenced({ database, means }: Writing, { name }: NonNullable<Writing["lease"]>): Promise<FlowrunError> {
  const lost = await lostTo(database, name);
  if (means.lease !== undefined) return lost;
  return new Away(keptBy(database, means.reading.cursor), {
    why: lost.why ?? "",
    hint: "nothing was doubled; where it goes on, give one of the two a cursor of its own: --cursor <name>",
  });
}

function movedBySomebody(database: Database, cursor: string): FlowrunError {
  return new FlowrunError("usage", keptBy(database, cursor), {
    why: "its place is not as left: another process moved it, or the database came back as an earlier copy",
    hint: "nothing was doubled; end one of the two, or give it a cursor of its own: --cursor <name>",
  });
}

function keptBy({ place }: Database, cursor: string): string {
  return `another process keeps these events in ${place} by the cursor '${cursor}'`;
}
