import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { filesIn, openFolder } from "./folders.ts";
import { unixOnly } from "./lock-file.ts";
import { privateFile, syncFolder } from "./private-file.ts";

/** A place between two entries of a spool: a file's number, and a length of it in bytes. */
export interface SpoolPlace {
  readonly file: number;
  readonly offset: number;
  /** How many parts of the entry that stands there lie before the place; left out for none. */
  readonly parts?: number;
}

/** Something that was put down, and the places before and behind it. */
export interface SpoolEntry {
  /** Empty for one that the disk has spoilt. */
  readonly bytes: Uint8Array;
  readonly before: SpoolPlace;
  readonly after: SpoolPlace;
}

/** Where a spool is kept: a folder below one of flowrun's homes. */
export interface SpoolFolder {
  readonly home: string;
  readonly below: readonly string[];
}

/** Entries in the order in which they were put down, in files that are let go once nobody needs them. */
export interface SpoolFiles {
  /**
   * Puts an entry down. It resolves when that survives a power cut; several that wait at once share the wait for the disk.
   * @throws the file system's own error: then it is not there, nor will it be.
   */
  append(bytes: Uint8Array): Promise<SpoolPlace>;
  /** Entries from a place on, at least one where there is one, else about a quarter of a megabyte. */
  read(from: SpoolPlace): Promise<readonly SpoolEntry[]>;
  /** The place behind all that is safe. */
  end(): SpoolPlace;
  /** The place before all that is kept. */
  start(): SpoolPlace;
  /**
   * Lets go of whole files that lie before a place, once `keep` has kept of each what must outlive it.
   * @throws the file system's own error.
   */
  release(before: SpoolPlace, keep: (file: number) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Before or behind another place, as numbers are. Pure. */
export function comparePlaces(one: SpoolPlace, other: SpoolPlace): number {
  return one.file - other.file || one.offset - other.offset || (one.parts ?? 0) - (other.parts ?? 0);
}

/** A new file is begun when one has grown so long: an hour's worth of a lively organisation, and quick to look through. */
const longestFile = 8 * 2 ** 20;

/**
 * Opens a spool, and cuts off what a crash left unfinished: nobody was told that it is there. Whoever opens it holds its
 * lock.
 * @param onDamage told of a file in which the disk has spoilt something.
 * @throws the file system's own error; FlowrunError `settings` where others may write in the folder.
 */
export async function openSpoolFiles(folder: SpoolFolder, onDamage: (path: string) => void): Promise<SpoolFiles> {
  const dir = openFolder(folder.home, ...folder.below);
  const files = (await filesIn(folder.home, ...folder.below)).flatMap(numberOf).sort((one, other) => one - other);
  if (files.length === 0) files.push(1);
  const pathOf = (file: number): string => join(dir, `${String(file).padStart(8, "0")}${suffix}`);
  const last = files.at(-1) ?? 1;
  let current = await openEnd(pathOf(last), onDamage);
  await syncFolder(dir);
  let safe: SpoolPlace = { file: last, offset: current.length };
  /** Once a failed write could not be taken back, the file ends in rubbish until it can. */
  let mustCut = false;
  let waiting: {
    readonly frame: Buffer;
    readonly done: (place: SpoolPlace) => void;
    readonly fail: (why: unknown) => void;
  }[] = [];
  let writing: Promise<void> | null = null;

  const cut = async (): Promise<void> => {
    mustCut = true;
    await current.handle.truncate(safe.offset);
    mustCut = false;
  };
  const begin = async (): Promise<void> => {
    const file = safe.file + 1;
    const next = await openEnd(pathOf(file), onDamage);
    await syncFolder(dir);
    await current.handle.close();
    current = next;
    files.push(file);
    safe = { file, offset: current.length };
  };
  const write = async (some: typeof waiting): Promise<void> => {
    try {
      if (mustCut) await cut();
      if (safe.offset >= longestFile) await begin();
      await writeAll(current.handle, Buffer.concat(some.map(({ frame }) => frame)), safe.offset);
      await current.handle.datasync();
    } catch (error) {
      await cut().catch(() => undefined);
      for (const { fail } of some) fail(error);
      return;
    }
    for (const { frame, done } of some) {
      safe = { file: safe.file, offset: safe.offset + frame.length };
      done(safe);
    }
  };
  const writeWaiting = async (): Promise<void> => {
    while (waiting.length > 0) {
      const some = waiting;
      waiting = [];
      await write(some);
    }
    writing = null;
  };

  return {
    append: (bytes) =>
      new Promise((done, fail) => {
        waiting.push({ frame: framed(bytes), done, fail });
        writing ??= Promise.resolve().then(writeWaiting);
      }),
    read: async (from) => {
      for (const file of files.filter((number) => number >= from.file)) {
        const offset = file === from.file ? from.offset : 0;
        const { entries, isDamaged } = await readEntries(pathOf(file), file, offset, file === safe.file ? safe : null);
        if (entries.length > 0) return entries;
        if (isDamaged) onDamage(pathOf(file));
      }
      return [];
    },
    end: () => safe,
    start: () => ({ file: files[0] ?? safe.file, offset: 0 }),
    release: async (before, keep) => {
      for (let file = files[0]; file !== undefined && file < Math.min(before.file, safe.file); file = files[0]) {
        await keep(file);
        await rm(pathOf(file), { force: true });
        files.shift();
      }
    },
    close: async () => {
      await writing;
      await current.handle.close();
    },
  };
}

/** A small text beside a spool's files, written whole or not at all. */
export function besideSpool({ home, below }: SpoolFolder, name: string) {
  return privateFile(home, below, name);
}

/** The names of what lies beside a spool's files with that ending. */
export async function namesBesideSpool({ home, below }: SpoolFolder, ending: string): Promise<readonly string[]> {
  return (await filesIn(home, ...below)).filter((name) => name.endsWith(ending)).sort();
}

const suffix = ".spool";

function numberOf(name: string): readonly number[] {
  return /^\d{8}\.spool$/.test(name) ? [Number(name.slice(0, 8))] : [];
}

/** The file to add to, cut behind its last whole entry. */
async function openEnd(
  path: string,
  onDamage: (path: string) => void,
): Promise<{ handle: FileHandle; length: number }> {
  const { O_RDWR, O_CREAT } = constants;
  const handle = await open(path, O_RDWR | O_CREAT | unixOnly("O_NOFOLLOW"), 0o600);
  try {
    const { size } = await handle.stat();
    let length = 0;
    let isDamaged = false;
    for (;;) {
      const entries = await entriesIn(handle, 0, length, size);
      const last = entries.at(-1);
      if (last === undefined) break;
      isDamaged ||= entries.some(({ bytes }) => bytes.length === 0);
      length = last.after.offset;
    }
    if (isDamaged) onDamage(path);
    if (length < size) {
      await handle.truncate(length);
      await handle.datasync();
    }
    return { handle, length };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** @param end of what is safe in the file; `null` for one that nothing is added to any more. */
async function readEntries(path: string, file: number, from: number, end: SpoolPlace | null) {
  const handle = await open(path, constants.O_RDONLY);
  try {
    const to = end?.offset ?? (await handle.stat()).size;
    const entries = await entriesIn(handle, file, from, to);
    return { entries, isDamaged: entries.length === 0 && from < to };
  } finally {
    await handle.close();
  }
}

const aboutAtOnce = 2 ** 18;

/** The whole entries of a stretch, of about a quarter of a megabyte; none where the first is not whole. */
async function entriesIn(handle: FileHandle, file: number, from: number, to: number): Promise<readonly SpoolEntry[]> {
  const first = await frameAt(handle, from, to);
  if (first === null) return [];
  const bytes = await bytesAt(handle, from, Math.min(to - from, Math.max(aboutAtOnce, first)));
  const entries: SpoolEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = lengthOf(bytes.subarray(at, at + headLength));
    if (length === null || at + length > bytes.length) break;
    const entry = bytes.subarray(at + headLength, at + length - 1);
    // One that is as long as it says and not what it was is passed by; others stand behind it.
    const isWhole = bytes.subarray(at, at + headLength).equals(headOf(entry));
    const before = { file, offset: from + at };
    at += length;
    entries.push({ bytes: isWhole ? entry : new Uint8Array(), before, after: { file, offset: from + at } });
  }
  return entries;
}

/** The length of the entry at an offset, with all that is around it; `null` where none is whole. */
async function frameAt(handle: FileHandle, from: number, to: number): Promise<number | null> {
  const length = lengthOf(await bytesAt(handle, from, Math.min(headLength, to - from)));
  return length === null || from + length > to ? null : length;
}

async function bytesAt(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, length));
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, from + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

async function writeAll(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    // On a disk that is nearly full it writes a part and calls it a success.
    done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

/** Eight hexadecimal digits of the length, a blank, sixteen of the SHA-256, a line's end. */
const headLength = 26;

function framed(bytes: Uint8Array): Buffer {
  return Buffer.concat([headOf(bytes), bytes, Buffer.of(lineEnd)]);
}

function headOf(bytes: Uint8Array): Buffer {
  const sum = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  return Buffer.from(`${bytes.length.toString(16).padStart(8, "0")} ${sum}\n`, "latin1");
}

const lineEnd = 0x0a;

/** Of the whole entry that begins so; `null` where none does. */
function lengthOf(head: Buffer): number | null {
  const found = /^([0-9a-f]{8}) [0-9a-f]{16}\n$/.exec(head.toString("latin1"));
  return found === null ? null : headLength + parseInt(found[1] ?? "", 16) + 1;
}
