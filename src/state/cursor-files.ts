import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { FlowrunError, reasonOf } from "../errors.ts";
import type { Cursor, CursorStore } from "../journal/cursor.ts";
import { parseObject, textOf } from "../json.ts";
import { profileFlag } from "../settings/profile-name.ts";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";
import { tryProcessLock, type ProcessLock } from "./process-lock.ts";

/** Which cursor: one file each. */
export interface CursorPlace {
  readonly stateFolder: string;
  readonly profile: string;
  readonly name: string;
}

/** Pure. */
export function cursorPath({ stateFolder, profile, name }: CursorPlace): string {
  return join(stateFolder, "cursors", profile, `${name}.json`);
}

export function openCursorFile(place: CursorPlace): CursorStore {
  const path = cursorPath(place);
  return {
    find: async () => {
      const text = await readPrivateFile(path).catch((error: unknown) => {
        throw damaged(place, reasonOf(error));
      });
      if (text === null) return null;
      const cursor = decodeCursor(text);
      if (cursor !== null) return cursor;
      throw damaged(place, "it does not hold a cursor that this version of flowrun can read");
    },
    save: (cursor) => writePrivateFile(path, `${JSON.stringify({ schemaVersion, ...encode(cursor) })}\n`),
  };
}

/** The names of a profile's cursors, sorted. */
export async function listCursors(stateFolder: string, profile: string): Promise<readonly string[]> {
  const files = await readdir(join(stateFolder, "cursors", profile)).catch(() => []);
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

export async function deleteCursor(place: CursorPlace): Promise<void> {
  await rm(cursorPath(place), { force: true });
}

/**
 * One process at a time may move a cursor.
 * @throws FlowrunError `usage` that says which process holds it; the file system's own error where it cannot be locked.
 */
export async function lockCursor(place: CursorPlace, pid: number): Promise<ProcessLock> {
  const attempt = await tryProcessLock(cursorPath(place).replace(/json$/, "lock"), pid);
  if ("lock" in attempt) return attempt.lock;
  const who = attempt.holder === null ? "another process" : `process ${String(attempt.holder)}`;
  throw new FlowrunError("usage", `the cursor '${place.name}' is being moved by ${who}`, {
    why: "one process at a time may read on from a cursor, or runs would be printed twice",
    hint: "wait for it to end, or read from a cursor of your own: --cursor <name>",
  });
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

function decodeCursor(text: string): Cursor | null {
  const fields = parseObject(text);
  if (fields?.["schemaVersion"] !== schemaVersion) return null;
  const journal = textOf(fields["journal"]);
  const next = textOf(fields["next"]);
  const [savedAt = NaN, readUntil = NaN, movedAt = NaN] = ["savedAt", "readUntil", "movedAt"].map((name) =>
    Date.parse(textOf(fields[name]) ?? ""),
  );
  const { runs, events, keys } = fields;
  if (journal === null || next === null || !(Math.max(savedAt, readUntil, movedAt) < latest)) return null;
  if (typeof runs !== "number" || typeof events !== "number" || !isTexts(keys)) return null;
  return { journal, next, position: textOf(fields["position"]), savedAt, readUntil, movedAt, runs, events, keys };
}

/** Later than this there is no year of four digits to write. */
const latest = Date.UTC(9999, 0);

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}

function damaged(place: CursorPlace, why: string): FlowrunError {
  return new FlowrunError("settings", `the cursor file ${cursorPath(place)} cannot be used`, {
    why: `${why}; starting over silently might skip or repeat runs`,
    hint: `mend or move the file, or start over knowingly: flowrun cursor set ${place.name} oldest${profileFlag(place.profile)}`,
  });
}
