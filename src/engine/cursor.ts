import { FlowrunError, reasonOf } from "../errors.ts";
import type { Host } from "../host.ts";
import { keysKept, type Cursor, type CursorStore } from "../adobe/journal/cursor.ts";
import { retentionMs } from "../adobe/journal/retention.ts";
import { isSliding } from "../adobe/journal/when.ts";
import type { Notify } from "../notices.ts";
import { keptKey } from "../runs/events/event-key.ts";
import { profileFlag } from "../adobe/settings/profile-name.ts";
import { cursorRemedy, lockCursor, openCursorFile, type CursorPlace } from "../state/cursor-files.ts";
import type { Connection } from "../adobe/access/connect.ts";
import type { Resumption } from "./sinks/sink.ts";
import type { MarkStore } from "./sinks/with-cursor-file.ts";
import type { Candidate, Mark } from "./sources/source.ts";

/** A cursor that this process may move; one that cannot be saved is reported once and never stops the reading. */
export interface OpenCursor extends MarkStore {
  /** Saves how far it has moved, where that waits for the end of a reading: everything it moved past is safe now. */
  settle(): Promise<void>;
  /** Lets another process have it. @throws FlowrunError `state` where something could not be saved. */
  release(): Promise<void>;
}

/** While nothing new comes, the time of the last look is saved this often. */
const saveIdleEveryMs = 60_000;

/** When a cursor's place is saved: with each batch, or all at once by `settle`. */
export type CursorSaving = "each batch" | "at the end";

/** The thing that a cursor is a place in: a profile's journal, or its events of Lytics. */
export interface ReadOn extends Pick<Connection, "journalName" | "toSaved" | "fromSaved"> {
  readonly profile: string;
  /** Where a reading begins that has no cursor yet, as the end of a sentence. */
  readonly firstTime: string;
  /** The words to type that make a cursor of that name begin anew. */
  readonly startOver: (name: string) => string;
}

/** A journal, to be read on from a cursor. Pure. */
export function journalReadOn({ settings: { profile }, journalName, toSaved, fromSaved }: Connection): ReadOn {
  return {
    profile,
    journalName,
    toSaved,
    fromSaved,
    firstTime: "starting at the oldest event",
    startOver: (name) => `flowrun cursor set ${name} oldest${profileFlag(profile)}`,
  };
}

/** How a cursor is used. */
export interface CursorUse {
  /** Usually with each batch. */
  readonly saving?: CursorSaving;
  /** The destination whose place it keeps, for people, without a secret; left out where runs are printed. */
  readonly destination?: string;
}

/**
 * Locks and opens a cursor of the profile.
 * @throws FlowrunError `usage` when another process moves it or it belongs to another journal, `settings` when its file is damaged.
 */
export async function openCursor(
  name: string,
  of: ReadOn,
  host: Host,
  notify: Notify,
  use: CursorUse = {},
): Promise<OpenCursor> {
  const place = { stateFolder: host.dirs.state, profile: of.profile, name };
  const unlocked: { why: unknown } = { why: null };
  const lock = await lockCursor(place, host).catch((error: unknown) => {
    if (error instanceof FlowrunError) throw error;
    // A read-only home: the runs can still be read.
    unlocked.why = error;
    return null;
  });
  try {
    const store = openCursorFile(place);
    const saved = withShortKeys(await store.find());
    const saving = saver(store, place, unlocked.why, notify);
    if (saved !== null) checkJournal(name, saved, of);
    else notify({ kind: "remark", text: `the cursor '${name}' is new: ${of.firstTime}` });
    const past = saved === null ? null : resumptionOf(saved, of);
    return {
      find: () => Promise.resolve(past),
      ...mover(saving.save, saved, of, host, use),
      release: async () => {
        await lock?.release();
        const trouble = saving.trouble();
        if (trouble !== null) throw await notSaved(place, trouble);
      },
    };
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

/** Cursors of the first version kept keys whole, whatever their length. */
function withShortKeys(saved: Cursor | null): Cursor | null {
  return saved === null ? null : { ...saved, keys: saved.keys.map(keptKey) };
}

/** How a reading goes on from a cursor. Pure. */
export function resumptionOf(
  { next, readUntil, movedAt, keys, absent }: Cursor,
  connection: Pick<Connection, "fromSaved">,
): Resumption {
  const place = { next: connection.fromSaved(next), readUntil, movedAt, keys };
  return absent === undefined ? place : { ...place, absent };
}

function checkJournal(name: string, saved: Cursor, { journalName: journal, startOver }: ReadOn): void {
  if (saved.journal === journal) return;
  throw new FlowrunError("settings", `the cursor '${name}' belongs to another journal`, {
    why: `it was saved for ${saved.journal}, and this profile reads ${journal}; a place in one does not exist in the other`,
    hint: `use another name (--cursor <name>), or start this one over: ${startOver(name)}`,
  });
}

/** Saves, and says once that it cannot; what was saved in the end is no trouble any more. */
function saver(store: CursorStore, place: CursorPlace, unlocked: unknown, notify: Notify) {
  let trouble: unknown = null;
  let hasComplained = false;
  let isLockTold = unlocked === null;
  const complain = (error: unknown): void => {
    trouble = error;
    if (hasComplained) return;
    hasComplained = true;
    notify({
      kind: "warning",
      text: `the cursor '${place.name}' cannot be saved (${reasonOf(error)}); reading goes on`,
    });
  };
  const tellLock = async (): Promise<void> => {
    if (isLockTold) return;
    isLockTold = true;
    const { why, hint } = await cursorRemedy(place, unlocked);
    const text = `the cursor '${place.name}' is saved, but cannot be kept from other processes: ${why} (${hint})`;
    notify({ kind: "warning", text });
  };
  const save = async (cursor: Cursor): Promise<void> => {
    try {
      await store.save(cursor);
      trouble = null;
    } catch (error) {
      complain(error);
      return;
    }
    await tellLock();
  };
  return { save, trouble: () => trouble };
}

function mover(
  save: (cursor: Cursor) => Promise<void>,
  saved: Cursor | null,
  of: ReadOn,
  host: Pick<Host, "now">,
  { saving = "each batch", destination }: CursorUse,
): Pick<OpenCursor, "move" | "settle"> {
  let cursor = saved;
  let unsaved: Cursor | null = null;
  return {
    move: async (taken, mark) => {
      // A place that slides along with the clock would leave out what comes until it is asked for again.
      if (isSliding(mark.next)) return;
      const place = advanceCursor(cursor, taken, mark, of, host.now());
      const moved = destination === undefined ? place : { ...place, destination };
      if (!mark.atEnd && cursor !== null && isIdle(cursor, moved)) return;
      cursor = moved;
      if (saving === "each batch") await save(moved);
      else unsaved = moved;
    },
    settle: async () => {
      if (unsaved !== null) await save(unsaved);
      unsaved = null;
    },
  };
}

function isIdle(cursor: Cursor, moved: Cursor): boolean {
  return cursor.next === moved.next && cursor.runs === moved.runs && moved.savedAt - cursor.savedAt < saveIdleEveryMs;
}

/** A cursor moved past these runs, to this mark. Pure. */
export function advanceCursor(
  cursor: Cursor | null,
  taken: readonly Candidate<unknown>[],
  { next: link, last, atEnd, recordedAt, count, absent = cursor?.absent }: Mark,
  connection: Pick<Connection, "toSaved" | "journalName">,
  now: number,
): Cursor {
  const next = connection.toSaved(link);
  const runs = taken.filter(({ isAbsence }) => isAbsence !== true);
  return {
    journal: connection.journalName,
    next,
    position: last ?? cursor?.position ?? null,
    savedAt: now,
    // What is older than the journal keeps is gone, read or not.
    readUntil: atEnd ? now : (recordedAt ?? cursor?.readUntil ?? now - retentionMs),
    movedAt: next === cursor?.next ? cursor.movedAt : now,
    runs: (cursor?.runs ?? 0) + runs.length,
    events: (cursor?.events ?? 0) + count,
    keys: [...(cursor?.keys ?? []), ...runs.map(({ key }) => keptKey(key))].slice(-keysKept),
    ...(absent === undefined ? {} : { absent }),
  };
}

async function notSaved(place: CursorPlace, error: unknown): Promise<FlowrunError> {
  return new FlowrunError(
    "state",
    `the cursor '${place.name}' could not be saved: the runs above will come again next time`,
    { ...(await cursorRemedy(place, error)), cause: error },
  );
}
