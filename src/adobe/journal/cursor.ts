import { mayFollow } from "../gateway/follow.ts";

/** flowrun's durable place in a journal. */
export interface Cursor {
  /** Which journal: its URL, or `demo:`. A cursor is of no use in another one. */
  readonly journal: string;
  /** The URL to ask next, as the journal gave it; absolute. */
  readonly next: string;
  /** Of the last event read; for people to look at. */
  readonly position: string | null;
  /** Epoch milliseconds. */
  readonly savedAt: number;
  /** Epoch milliseconds: everything recorded until then is known to have been read. */
  readonly readUntil: number;
  /** Epoch milliseconds: when `next` last moved. */
  readonly movedAt: number;
  /** Since the cursor was made. */
  readonly runs: number;
  readonly events: number;
  /** Short forms of the keys of the last runs, so that a redelivery after a restart is dropped. */
  readonly keys: readonly string[];
  /** The destination whose place it is, for people: its address without a secret. Left out where runs are printed. */
  readonly destination?: string;
  /** The flows that were told of as late or absent, so that nobody is told again; left out where nobody asked. */
  readonly absent?: readonly CursorAbsence[];
}

/** A flow that was told of as late or absent. */
export interface CursorAbsence {
  readonly flowId: string;
  readonly state: "late" | "absent";
  /** When its last run before the silence began; RFC 3339. */
  readonly since: string | null;
}

/** Where a cursor is kept. */
export interface CursorStore {
  /** @throws FlowrunError `settings` that names the file when it is damaged. */
  find(): Promise<Cursor | null>;
  /** Atomic and durable. @throws the file system's own error. */
  save(cursor: Cursor): Promise<void>;
}

/** A redelivery this many runs later is still recognised after a restart. */
export const keysKept = 2000;

/**
 * Whether a `next` that was kept may be asked for. The rule is the one for links that a journal sends, since a file may
 * have been written by anybody: an absolute URL to which the token may go. The demo's has no host. Pure.
 */
export function isAllowedNext(next: string, journal: string): boolean {
  if (!URL.canParse(next) || !URL.canParse(journal)) return false;
  return new URL(journal).origin === "null" ? next.startsWith(`${journal}/`) : mayFollow(next, journal, journal);
}
