import { FlowrunError, reasonOf } from "../errors.ts";
import type { Host } from "../host.ts";
import { keysKept, type Cursor, type CursorStore } from "../adobe/journal/cursor.ts";
import { retentionMs } from "../adobe/journal/retention.ts";
import { afterPosition } from "../adobe/journal/when.ts";
import type { Notify } from "../notices.ts";
import type { Progress } from "./pump.ts";
import { keptKey } from "../runs/events/event-key.ts";
import { profileFlag } from "../adobe/settings/profile-name.ts";
import { cursorRemedy, lockCursor, openCursorFile, type CursorPlace } from "../state/cursor-files.ts";
import type { Connection } from "../adobe/access/connect.ts";
import type { Place, Window } from "../cli/commands/reading/read-window.ts";

/** A cursor that this process may move. */
export interface OpenCursor {
  /** Where to read on; the oldest event the first time. */
  readonly start: Place;
  /** Nothing, the first time. */
  readonly past?: NonNullable<Window["past"]>;
  /** Moves the cursor past what has been printed. A cursor that cannot be saved is reported once and never stops the reading. */
  checkpoint(progress: Progress): Promise<void>;
  /** Lets another process have it. @throws FlowrunError `state` where something could not be saved. */
  release(): Promise<void>;
}

/** While nothing new comes, the time of the last look is saved this often. */
const saveIdleEveryMs = 60_000;

/**
 * Locks and opens a cursor of the connection's profile.
 * @throws FlowrunError `usage` when another process moves it or it belongs to another journal, `settings` when its file is damaged.
 */
export async function openCursor(
  name: string,
  connection: Connection,
  host: Host,
  notify: Notify,
): Promise<OpenCursor> {
  const place = { stateFolder: host.dirs.state, profile: connection.settings.profile, name };
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
    if (saved !== null) checkJournal(place, saved, connection.journalName);
    else notify({ kind: "remark", text: `the cursor '${name}' is new: starting at the oldest event` });
    return {
      ...(saved === null ? { start: { kind: "oldest" } } : resume(saved, connection)),
      checkpoint: keeper(saving.save, saved, connection, host),
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

function resume(saved: Cursor, connection: Connection) {
  const { next, readUntil, movedAt, keys } = saved;
  const start: Place = { kind: "next", url: connection.fromSaved(next) };
  return { start, past: { readUntil, movedAt, keys } };
}

function checkJournal({ name, profile }: CursorPlace, saved: Cursor, journal: string): void {
  if (saved.journal === journal) return;
  throw new FlowrunError("settings", `the cursor '${name}' belongs to another journal`, {
    why: `it was saved for ${saved.journal}, and this profile reads ${journal}; a place in one means nothing in the other`,
    hint: `use another name (--cursor <name>), or start this one over: flowrun cursor set ${name} oldest${profileFlag(profile)}`,
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

function keeper(
  save: (cursor: Cursor) => Promise<void>,
  saved: Cursor | null,
  connection: Connection,
  host: Pick<Host, "now">,
): OpenCursor["checkpoint"] {
  let cursor = saved;
  return async (progress) => {
    const moved = moveCursor(cursor, progress, connection, host.now());
    if (!progress.isEnd && cursor !== null && isIdle(cursor, moved)) return;
    cursor = moved;
    await save(moved);
  };
}

function isIdle(cursor: Cursor, moved: Cursor): boolean {
  return cursor.next === moved.next && cursor.runs === moved.runs && moved.savedAt - cursor.savedAt < saveIdleEveryMs;
}

function moveCursor(cursor: Cursor | null, progress: Progress, connection: Connection, now: number): Cursor {
  const { page, kept, printed } = progress;
  const isCut = printed.length < kept.length;
  // What is older than that is gone, read or not.
  const before = cursor?.readUntil ?? now - retentionMs;
  const next = connection.toSaved(isCut ? insidePage(progress, connection.settings.journalUrl) : page.next);
  return {
    journal: connection.journalName,
    next,
    position: (isCut ? printed.at(-1)?.position : page.last) ?? cursor?.position ?? null,
    savedAt: now,
    readUntil: isCut ? before : page.atEnd ? now : (page.recordedAt ?? before),
    movedAt: next === cursor?.next ? cursor.movedAt : now,
    runs: (cursor?.runs ?? 0) + printed.length,
    events: (cursor?.events ?? 0) + page.count,
    keys: [...(cursor?.keys ?? []), ...printed.map(({ key }) => keptKey(key))].slice(-keysKept),
  };
}

/** After the last event of the page that was printed whole; before the page where there is none. */
function insidePage({ page, printed, kept }: Progress, journalUrl: string): string {
  const firstLeft = kept[printed.length]?.position;
  const whole = printed.findLast(({ position }) => position !== firstLeft);
  if (whole === undefined) return page.url;
  return afterPosition(journalUrl, whole.position, page.url);
}

async function notSaved(place: CursorPlace, error: unknown): Promise<FlowrunError> {
  return new FlowrunError(
    "state",
    `the cursor '${place.name}' could not be saved: the runs above will come again next time`,
    { ...(await cursorRemedy(place, error)), cause: error },
  );
}
