import { FlowrunError, reasonOf } from "../errors.ts";
import type { Host } from "../host.ts";
import { keysKept, type Cursor, type CursorStore } from "../journal/cursor.ts";
import { retentionMs } from "../journal/retention.ts";
import { afterPosition } from "../journal/when.ts";
import type { Notify } from "../notices.ts";
import type { Progress } from "../pipeline.ts";
import { keptKey } from "../runs/event-key.ts";
import { profileFlag } from "../settings/profile-name.ts";
import { lockCursor, openCursorFile, type CursorPlace } from "../state/cursor-files.ts";
import type { Connection } from "./connect.ts";
import type { Place, Window } from "./read-window.ts";

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
  const trouble: { first: unknown } = { first: null };
  const complain = (error: unknown): void => {
    if (trouble.first !== null) return;
    trouble.first = error;
    notify({ kind: "warning", text: `the cursor '${name}' cannot be saved (${reasonOf(error)}); reading goes on` });
  };
  const lock = await lockCursor(place, host.pid).catch((error: unknown) => {
    if (error instanceof FlowrunError) throw error;
    // A read-only home: the runs can still be read.
    complain(error);
    return null;
  });
  try {
    const store = openCursorFile(place);
    const saved = withShortKeys(await store.find());
    if (saved !== null) checkJournal(place, saved, connection.journalName);
    else notify({ kind: "remark", text: `the cursor '${name}' is new: starting at the oldest event` });
    return {
      ...(saved === null ? { start: { kind: "oldest" } } : resume(saved, connection)),
      checkpoint: keeper(store, saved, connection, host, complain),
      release: async () => {
        await lock?.release();
        if (trouble.first !== null) throw notSaved(place, trouble.first);
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

function keeper(
  store: CursorStore,
  saved: Cursor | null,
  connection: Connection,
  host: Pick<Host, "now">,
  complain: (error: unknown) => void,
): OpenCursor["checkpoint"] {
  let cursor = saved;
  return async (progress) => {
    const moved = moveCursor(cursor, progress, connection, host.now());
    if (!progress.isEnd && cursor !== null && isIdle(cursor, moved)) return;
    cursor = moved;
    await store.save(moved).catch(complain);
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

function notSaved(place: CursorPlace, error: unknown): FlowrunError {
  return new FlowrunError(
    "state",
    `the cursor '${place.name}' could not be saved: the runs above will come again next time`,
    {
      why: reasonOf(error),
      hint: `make ${place.stateFolder} writable, or choose another folder with FLOWRUN_HOME`,
      cause: error,
    },
  );
}
