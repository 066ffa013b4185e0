import { FlowrunError } from "../../errors.ts";
import type { Database, Queries } from "../archive/database.ts";
import { insertJobs, type KeyedJob } from "../archive/jobs.ts";
import { noteAccount } from "../archive/journal-names.ts";
import { leaseName, lostTo } from "../archive/lease.ts";
import type { Delivered, Kind, Means, OpenDestination } from "./destination.ts";
import type { TableHome } from "./table/home.ts";
import {
  batchName,
  enterBatch,
  Fenced,
  findPlaceAgain,
  hasMoved,
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
      message: `another process keeps these events in ${database.place} by the cursor '${cursor}'`,
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
    check: () => undefined,
    takes: () => ["flowrun.job"],
    open: async (_, means) => (opened ??= writer({ database, means }, await placeOf(database, means))),
  };
}

/** Where the place stands; `null` where none is kept. */
async function placeOf(database: Database, { reading, isKept, host }: Means): Promise<TablePlace | null> {
  if (!isKept) return null;
  const account = await noteAccount(database, reading.journal, host.now());
  return findPlaceAgain(database, { journal: account, name: reading.cursor });
}

/** All that the writing needs to know. */
interface Writing {
  readonly database: Database;
  readonly means: Means;
}

/** @param opened where the place stands; `null` where none is kept. */
function writer(writing: Writing, opened: TablePlace | null): OpenDestination {
  const { database } = writing;
  let standing = opened;
  const found = `archive ${database.place}`;
  const deliver: OpenDestination["deliver"] = async (records, place) => {
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
    standing = movedPlace(move);
  };
  const findPlace = async (): Promise<string | null> => {
    if (standing !== null) standing = await findPlaceAgain(database, standing);
    return standing?.place ?? null;
  };
  // Whoever opened the database closes it.
  const close = (): Promise<void> => Promise.resolve();
  return { found, deliver, close, ...(opened === null ? {} : { findPlace }) };
}

function keyedIn(delivered: Delivered): readonly KeyedJob[] {
  return "job" in delivered ? [{ key: delivered.id, job: delivered.job }] : [];
}

async function write({ database, means }: Writing, jobs: readonly KeyedJob[], move: BatchMove | null): Promise<void> {
  const { lease, reading, host } = means;
  const work = async (queries: Queries): Promise<void> => {
    await enterBatch(queries, lease ?? null, move, { runs: jobs.length, now: host.now() });
    await insertJobs(queries, reading.journal, jobs);
  };
  try {
    // A process that stands still in it must not keep the lease's row from whoever takes over.
    await database.transaction(work, lease === undefined ? {} : { heldMs: lease.lifeMs });
  } catch (error) {
    if (error instanceof Fenced && lease !== undefined) throw await lostTo(database, lease.name);
    if (!(error instanceof Moved) || move === null) throw error;
    // It may have been this very batch, whose answer was lost.
    if (await hasMoved(database, move)) return;
    throw movedBySomebody(database, reading.cursor);
  }
}

function movedBySomebody({ place }: Database, cursor: string): FlowrunError {
  return new FlowrunError("usage", `another process keeps these events in ${place} by the cursor '${cursor}'`, {
    why: "its place is not as left: another process moved it, or the database came back as an earlier copy",
    hint: "nothing was doubled; end one of the two, or give it a cursor of its own: --cursor <name>",
  });
}
