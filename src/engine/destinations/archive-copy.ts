import type { Retrying } from "../../adobe/gateway/retrying.ts";
import { copySome, type Copied } from "../archive/copy-rows.ts";
import { closedIfFailing, type Archive } from "../archive/open.ts";
import { orStopped, type Arrivals } from "../arrivals.ts";
import { insist } from "../insist.ts";
import type { Seat } from "./apart.ts";

/** A further archive, which is fed from the rows of the one that leads. */
export interface ArchiveCopy {
  /** For people, without a secret. */
  readonly name: string;
  /** The cursor by which the one that leads is filled. */
  readonly cursor: string;
  readonly open: () => Promise<Archive>;
  readonly now: () => number;
  /** Its own among the databases of the line. */
  readonly seat: Seat;
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
  const { cursor, now, heldMs, onOpen, onCopied } = copy;
  let opened: Archive | null = null;
  let isTold = false;
  const drop = async (): Promise<void> => {
    const { database } = opened ?? {};
    opened = null;
    await database?.close().catch(() => undefined);
  };
  const step = async (): Promise<Copied> => {
    try {
      opened ??= await openSeated(copy);
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

/** Opens a further archive, unless it is another one of the line. @throws FlowrunError as its `open` and its `seat` do. */
export async function openSeated({ open, seat }: Pick<ArchiveCopy, "open" | "seat">): Promise<Archive> {
  const archive = await open();
  await closedIfFailing(archive.database, () => seat(archive.database));
  return archive;
}
