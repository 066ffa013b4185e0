import { join } from "node:path";
import { FlowrunError, reasonOf } from "../errors.ts";
import type { Host } from "../host.ts";
import { isAllowedNext, type Cursor, type CursorAbsence, type CursorStore } from "../adobe/journal/cursor.ts";
import { objectsOf, parseObject, textOf } from "../json.ts";
import { profileFlag } from "../adobe/settings/profile-name.ts";
import { filesIn } from "./folders.ts";
import { privateFile, type PrivateFile } from "./private-file.ts";
import {
  describeHolder,
  holderHint,
  lockPath,
  takeProcessLock,
  type LockPlace,
  type ProcessLock,
} from "./process-lock.ts";
import { codeOf, findRemedy, type Remedy } from "./trouble.ts";

/** Which cursor: one file each. */
export interface CursorPlace {
  readonly stateFolder: string;
  readonly profile: string;
  readonly name: string;
}

/** The path of the file that a cursor is kept in. Pure. */
export function cursorPath(place: CursorPlace): string {
  return fileOf(place).path;
}

/**
 * The cursor that is kept in a file of its own. `find` throws a FlowrunError `settings` for a file that cannot be read or
 * is damaged; `save` throws the file system's own error.
 */
export function openCursorFile(place: CursorPlace): CursorStore {
  const file = fileOf(place);
  return {
    find: async () => {
      const text = await file.read().catch(async (error: unknown) => {
        throw error instanceof FlowrunError ? error : await unreadable(place, error);
      });
      if (text === null) return null;
      const cursor = readCursor(text);
      if (typeof cursor !== "string") return cursor;
      throw damaged(place, cursor);
    },
    save: (cursor) => file.write(`${writeCursor(cursor)}\n`),
  };
}

/** The names of a profile's cursors, sorted. @throws FlowrunError `settings` where their folder cannot be read. */
export async function listCursors(stateFolder: string, profile: string): Promise<readonly string[]> {
  const files = await filesIn(stateFolder, "cursors", profile).catch(async (error: unknown) => {
    if (error instanceof FlowrunError) throw error;
    const folder = join(stateFolder, "cursors", profile);
    const remedy = await findRemedy(error, stateFolder, folder);
    throw new FlowrunError("settings", `the folder ${folder} cannot be read`, { ...remedy, cause: error });
  });
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/** Forgets a cursor, if there is one. @throws the file system's own error. */
export async function deleteCursor(place: CursorPlace): Promise<void> {
  await fileOf(place).remove();
}

/**
 * One process at a time may move a cursor.
 * @throws FlowrunError `usage` that says which process holds it; the file system's own error where it cannot be locked.
 */
export async function lockCursor(place: CursorPlace, host: Pick<Host, "sleep">): Promise<ProcessLock> {
  return takeProcessLock(
    lockOf(place),
    host,
    (holder) =>
      new FlowrunError("usage", `the cursor '${place.name}' is being moved by ${describeHolder(holder)}`, {
        why: "one process at a time may read on from a cursor, or runs would be printed twice",
        hint: holderHint(holder) ?? "wait for it to end, or read from a cursor of your own: --cursor <name>",
      }),
  );
}

/** Help for a cursor that cannot be read, saved, locked or deleted. */
export function cursorRemedy(place: CursorPlace, error: unknown): Promise<Remedy> {
  return findRemedy(error, place.stateFolder, cursorPath(place), lockPath(lockOf(place)));
}

function fileOf({ stateFolder, profile, name }: CursorPlace): PrivateFile {
  return privateFile(stateFolder, ["cursors", profile], `${name}.json`);
}

function lockOf({ stateFolder, profile, name }: CursorPlace): LockPlace {
  return { home: stateFolder, below: ["cursors", profile], name: `${name}.lock` };
}

const schemaVersion = 1;

function encode(cursor: Cursor) {
  return {
    ...cursor,
    savedAt: new Date(cursor.savedAt).toISOString(),
    readUntil: new Date(cursor.readUntil).toISOString(),
    movedAt: new Date(cursor.movedAt).toISOString(),
  };
}

/** A cursor as text, for a file or for whoever keeps it elsewhere; of one line. Pure. */
export function writeCursor(cursor: Cursor): string {
  return JSON.stringify({ schemaVersion, ...encode(cursor) });
}

/** @returns the cursor that such a text holds, or what is wrong with it, as the end of a sentence. Pure. */
export function readCursor(text: string): Cursor | string {
  const fields = parseObject(text);
  if (fields?.["schemaVersion"] !== schemaVersion) return notACursor;
  const journal = textOf(fields["journal"]);
  const next = textOf(fields["next"]);
  const [savedAt = NaN, readUntil = NaN, movedAt = NaN] = ["savedAt", "readUntil", "movedAt"].map((name) =>
    Date.parse(textOf(fields[name]) ?? ""),
  );
  const { runs, events, keys } = fields;
  if (journal === null || next === null || !(Math.max(savedAt, readUntil, movedAt) < latest)) return notACursor;
  if (typeof runs !== "number" || typeof events !== "number" || !isTexts(keys)) return notACursor;
  if (!isAllowedNext(next, journal)) return "its `next` is no URL to which the access token may go";
  const destination = textOf(fields["destination"]);
  return {
    journal,
    next,
    position: textOf(fields["position"]),
    savedAt,
    readUntil,
    movedAt,
    runs,
    events,
    keys,
    ...(destination === null ? {} : { destination }),
    ...(Array.isArray(fields["absent"]) ? { absent: absencesIn(fields["absent"]) } : {}),
  };
}

/** One that cannot be read is told again, which does no harm. */
function absencesIn(value: unknown): readonly CursorAbsence[] {
  return objectsOf(value).flatMap(({ flowId, state, since }) =>
    typeof flowId === "string" && (state === "late" || state === "absent")
      ? [{ flowId, state, since: textOf(since) }]
      : [],
  );
}

/** Later than this there is no year of four digits to write. */
const latest = Date.UTC(9999, 0);

const notACursor = "it does not hold a cursor that this version of flowrun can read";

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}

function damaged(place: CursorPlace, why: string): FlowrunError {
  return new FlowrunError("settings", `the cursor file ${cursorPath(place)} cannot be used`, {
    why: `${why}; starting over silently might skip or repeat runs`,
    hint: `mend or move the file, or start over knowingly: flowrun cursor delete ${place.name}${profileFlag(place.profile)}`,
  });
}

/** Damage can be started over; a file that belongs to somebody else cannot be written either. */
async function unreadable(place: CursorPlace, error: unknown): Promise<FlowrunError> {
  const code = codeOf(error);
  if (code !== "EACCES" && code !== "EPERM") return damaged(place, reasonOf(error));
  const remedy = await cursorRemedy(place, error);
  return new FlowrunError("settings", `the cursor file ${cursorPath(place)} cannot be used`, {
    ...remedy,
    cause: error,
  });
}
