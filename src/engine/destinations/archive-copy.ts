import type { Retrying } from "../../adobe/gateway/retrying.ts";
import { FlowrunError } from "../../errors.ts";
import { copySome, type Copied } from "../archive/copy-rows.ts";
import type { Database } from "../archive/database.ts";
import type { Archive } from "../archive/open.ts";
import { isSameDatabase } from "../archive/same-database.ts";
import { orStopped, type Arrivals } from "../arrivals.ts";
import { insist } from "../insist.ts";
import { twice } from "./refused.ts";

/** A further archive, which is fed from the rows of the one that leads. */
export interface ArchiveCopy {
  /** For people, without a secret. */
  readonly name: string;
  /** The cursor by which the one that leads is filled. */
  readonly cursor: string;
  readonly open: () => Promise<Archive>;
  readonly now: () => number;
  /** The databases that the line has open. */
  readonly apart: Apart;
  /** A process that stands still in a transaction is given up after so long, in milliseconds. */
  readonly heldMs: number;
  /** Told once, when it has been opened for the first time, where it is. */
  readonly onOpen: (place: string) => void;
  /** Told of runs that are safe over there. */
  readonly onCopied: (copied: Copied) => void;
}

/** The archive that leads, and how its rows come. */
export interface CopyMeans {
  readonly leader: Archive;
  readonly arrivals: Pick<Arrivals, "next">;
  readonly retrying: Omit<Retrying, "blame">;
}

/**
 * Copies all rows of an archive into another one, from where that stands, and those that come, until nothing more does. One
 * that is away is waited for; where it goes on, it says itself.
 * @throws FlowrunError `usage` (Twice) where both are the same, what `copySome` throws; the signal's reason.
 */
export async function followInto(copy: ArchiveCopy, { leader, arrivals, retrying }: CopyMeans): Promise<void> {
  const { signal } = retrying;
  const { cursor, now, apart, heldMs, onOpen, onCopied } = copy;
  let opened: Archive | null = null;
  let isTold = false;
  const drop = async (): Promise<void> => {
    const { database } = opened ?? {};
    opened = null;
    if (database === undefined) return;
    apart.leave(database);
    await database.close().catch(() => undefined);
  };
  const step = async (): Promise<Copied> => {
    try {
      opened ??= await openApart(copy);
      if (!isTold) onOpen(opened.database.place);
      isTold = true;
      return await copySome({ from: leader, to: opened, cursor, now: now(), heldMs });
    } catch (error) {
      await drop();
      throw error;
    }
  };
  try {
    for (let mayMore = true; ;) {
      // Asked for before the rows are looked at, so that none comes in between unseen.
      const next = arrivals.next();
      for (let more = true; more;) {
        signal.throwIfAborted();
        const copied = await insist(step, retrying);
        onCopied(copied);
        more = copied.mayMore;
      }
      if (!mayMore) return;
      mayMore = await orStopped(next, signal);
    }
  } finally {
    await drop();
  }
}

async function openApart({ open, apart, name }: ArchiveCopy): Promise<Archive> {
  const archive = await open();
  try {
    await apart.join(archive.database, name);
    return archive;
  } catch (error) {
    await archive.database.close().catch(() => undefined);
    throw error;
  }
}

/** The databases of one line, each of which may be there once. */
export interface Apart {
  /** @throws FlowrunError Twice where another one of the line is the same; of a database. */
  readonly join: (database: Database, name: string) => Promise<void>;
  readonly leave: (database: Database) => void;
}

/** The database that leads a line, and how one of the records is called that go on from there. */
export interface ApartFrom {
  readonly leader: Database;
  readonly called: string;
}

/** Sees to it that no database is in a line twice, by whatever names: it would be fed from itself. */
export function createApart({ leader, called }: ApartFrom): Apart {
  const known = new Map([[leader, leader.place]]);
  let turn = Promise.resolve();
  const isSame = async (database: Database, other: Database): Promise<boolean> => {
    try {
      return await isSameDatabase(database, other);
    } catch (error) {
      // Another one that is away now joins again when it is back, and is looked at then.
      if (other !== leader && error instanceof FlowrunError && error.kind === "unavailable") return false;
      throw error;
    }
  };
  const join = async (database: Database, name: string): Promise<void> => {
    for (const [other, shown] of known) if (await isSame(database, other)) throw twice(shown, name, called);
    known.set(database, name);
  };
  return {
    // One after the other, so that of two that come at once one sees the other.
    join: (database, name) => {
      const joined = turn.then(() => join(database, name));
      turn = joined.catch(() => undefined);
      return joined;
    },
    leave: (database) => void known.delete(database),
  };
}
