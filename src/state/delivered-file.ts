import { createHash } from "node:crypto";
import { FlowrunError } from "../errors.ts";
import type { World } from "../host.ts";
import { isObject, objectOf, objectsOf, parseObject, textOf, type JsonObject } from "../json.ts";
import { privateFile } from "./private-file.ts";
import { describeHolder, holderHint, lockPath, takeProcessLock, type LockPlace } from "./process-lock.ts";
import { codeOf, findRemedy } from "./trouble.ts";

/**
 * All that is known of a file that runs are added to: how much of it is ours and safe, where each reading stands that adds to
 * it, and what was about to be added when this was written.
 */
export interface DeliveredFile {
  /** Of the file in its folder: another one than was named where files are changed by day or by size. */
  readonly name: string;
  /** Of the file, in bytes, before `batch`. */
  readonly length: number;
  /** The bytes right before that length; of no bytes where nothing is known. */
  readonly behind: ByteMark;
  /** Where readings stand, before `batch`. */
  readonly places: readonly KeptPlace[];
  /** Written before its bytes are: whoever finds it looks whether they are there. `null` once they are known to be. */
  readonly batch: OpenBatch | null;
}

/** By what bytes are known again, the beginning of them too. */
export interface ByteMark {
  readonly bytes: number;
  readonly digest: string;
  /** The bytes in pieces, each by its length and the beginning of its digest; none where only the whole matters. */
  readonly pieces: readonly (readonly [bytes: number, digest: string])[];
}

/** A reading, and the place that it has come to. */
export interface KeptPlace {
  readonly profile: string;
  readonly journal: string;
  readonly cursor: string;
  readonly place: string;
}

/** Bytes to be added, and the place that goes with them; `null` where none does. */
export interface OpenBatch {
  readonly mark: ByteMark;
  readonly kept: KeptPlace | null;
  /** Whether the file is made for it: it was not there before. */
  readonly isFirst: boolean;
}

/** Where what is known of a file is kept. */
export interface DeliveredBook {
  readonly path: string;
  /** @throws FlowrunError likewise, and `settings` for what is damaged. */
  find(): Promise<DeliveredFile | null>;
  /** Safe when it resolves. @throws FlowrunError likewise. */
  save(file: DeliveredFile): Promise<void>;
  /** Lets another process have the file. */
  release(): Promise<void>;
}

/**
 * Takes the right to add to a file, and opens what is known of it: in the state folder, by its path, since the length of a
 * file is the same whoever reads.
 * @throws FlowrunError `usage` that names the process which has it, `state` where nothing can be kept, `unavailable` where
 * it may go another time.
 */
export async function openDeliveredBook(
  stateFolder: string,
  target: string,
  host: Pick<World, "sleep">,
): Promise<DeliveredBook> {
  const key = createHash("sha256").update(target).digest("base64url").slice(0, 22);
  const file = privateFile(stateFolder, folder, `${key}.json`);
  const lock: LockPlace = { home: stateFolder, below: folder, name: `${key}.lock` };
  const trouble = async (error: unknown): Promise<FlowrunError> => {
    if (error instanceof FlowrunError) return error;
    const kind = passing.includes(codeOf(error) ?? "") ? "unavailable" : "state";
    const remedy = await findRemedy(error, stateFolder, file.path, lockPath(lock));
    return new FlowrunError(kind, `the place in ${target} cannot be kept`, { ...remedy, cause: error });
  };
  const release = await takeLock(lock, target, host).catch(async (error: unknown) => {
    throw await trouble(error);
  });
  return {
    path: file.path,
    find: async () => {
      const text = await file.read().catch(async (error: unknown) => {
        throw await trouble(error);
      });
      if (text === null) return null;
      const found = decode(text);
      if (found !== null) return found;
      throw new FlowrunError("settings", `what is known of ${target} cannot be used`, {
        why: `${file.path} does not hold what this version of flowrun can read; starting over silently might repeat runs`,
        hint: `name another file, or start over knowingly: rm ${file.path}`,
      });
    },
    save: async (known) => {
      await file
        .write(`${JSON.stringify({ schemaVersion, path: target, ...known })}\n`)
        .catch(async (error: unknown) => {
          throw await trouble(error);
        });
    },
    release,
  };
}

/** The mark of bytes in these pieces. Pure. */
export function markOf(pieces: readonly Uint8Array[]): ByteMark {
  const whole = createHash("sha256");
  for (const piece of pieces) whole.update(piece);
  return {
    bytes: pieces.reduce((sum, { length }) => sum + length, 0),
    digest: whole.digest("base64url"),
    pieces: pieces.map((piece) => [piece.length, shortDigest(piece)]),
  };
}

/** Whether these are the bytes. Pure. */
export function isMarked({ bytes, digest }: ByteMark, found: Uint8Array): boolean {
  return found.length === bytes && createHash("sha256").update(found).digest("base64url") === digest;
}

/**
 * How many of these bytes are the beginning of the marked ones, as far as whole pieces tell.
 * @returns `null` where they are others.
 */
export function beginningIn({ pieces }: ByteMark, found: Uint8Array): number | null {
  let at = 0;
  for (const [length, digest] of pieces) {
    if (at + length > found.length) return at;
    if (shortDigest(found.subarray(at, at + length)) !== digest) return null;
    at += length;
  }
  return at;
}

/** The mark of no bytes. */
export const noMark: ByteMark = markOf([]);

/** Codes of failures that may pass by themselves. */
const passing = ["ENOSPC", "EDQUOT", "EIO", "EMFILE", "ENFILE"];

const folder = ["delivered"];
const schemaVersion = 1;

function shortDigest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url").slice(0, 8);
}

async function takeLock(place: LockPlace, target: string, host: Pick<World, "sleep">): Promise<() => Promise<void>> {
  const lock = await takeProcessLock(
    place,
    host,
    (holder) =>
      new FlowrunError("usage", `${target} is being written by ${describeHolder(holder)}`, {
        why: "one process at a time may add to a file, or lines of two would be mixed",
        hint: holderHint(holder) ?? "wait for it to end, or name another file",
      }),
  );
  return () => lock.release().catch(() => undefined);
}

function decode(text: string): DeliveredFile | null {
  const fields = parseObject(text);
  const name = textOf(fields?.["name"]);
  const length = wholeOf(fields?.["length"]);
  const behind = markIn(fields?.["behind"]);
  const isBatchThere = isObject(fields?.["batch"]);
  const opened = objectOf(fields?.["batch"]);
  const mark = markIn(opened["mark"]);
  if (fields?.["schemaVersion"] !== schemaVersion || name === null || length === null || behind === null) return null;
  if (isBatchThere && mark === null) return null;
  const places = objectsOf(fields["places"]).flatMap((each) => placeIn(each) ?? []);
  const kept = placeIn(objectOf(opened["kept"]));
  const batch = mark === null ? null : { mark, kept, isFirst: opened["isFirst"] === true };
  return { name, length, behind, places, batch };
}

function markIn(value: unknown): ByteMark | null {
  const { bytes, digest, pieces } = objectOf(value);
  const length = wholeOf(bytes);
  if (length === null || typeof digest !== "string" || !Array.isArray(pieces)) return null;
  const read = pieces.map(pieceIn);
  return { bytes: length, digest, pieces: read.flatMap((piece) => (piece === null ? [] : [piece])) };
}

function pieceIn(value: unknown): readonly [number, string] | null {
  if (!Array.isArray(value)) return null;
  const parts: readonly unknown[] = value;
  const [bytes, digest] = parts;
  const length = wholeOf(bytes);
  return length === null || typeof digest !== "string" ? null : [length, digest];
}

function placeIn(fields: JsonObject): KeptPlace | null {
  const { profile, journal, cursor, place } = fields;
  const isPlace =
    typeof profile === "string" &&
    typeof journal === "string" &&
    typeof cursor === "string" &&
    typeof place === "string";
  return isPlace ? { profile, journal, cursor, place } : null;
}

function wholeOf(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
