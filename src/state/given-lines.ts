import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { FlowrunError } from "../errors.ts";
import type { Host } from "../host.ts";
import { encodingOf } from "../text/encoding.ts";
import { expandHome, unreadable } from "./given-file.ts";
import { codeOf } from "./trouble.ts";

/** Lines that a user gave, in a file or on stdin. */
export interface GivenLines {
  /** The file's name as it was given; `stdin`. */
  readonly name: string;
  /**
   * The lines in their order, some at a time; none at a time where one has to wait for more. Ends quietly where it is
   * told to stop.
   * @throws FlowrunError `usage` where there is no such file, it is a folder, or it holds no text or damaged gzip.
   */
  read(): AsyncIterable<readonly GivenLine[]>;
}

/** A line of a file that a user gave. */
export interface GivenLine {
  /** From 1, in the file that it is in. */
  readonly number: number;
  /** Without its end; `null` for one that is longer than 32 MiB. */
  readonly text: string | null;
  /** False for the last one of a file that does not end in a newline: somebody may still be writing it. */
  readonly isWhole: boolean;
}

/** How given lines are read. */
export interface GivenOptions {
  /** Goes on as the file grows; one that is cut short or replaced begins anew, once all of the old one is read. */
  readonly follow: boolean;
  /** Leaves out the whole lines that a file holds already. */
  readonly fromEnd: boolean;
}

/** The means of reading: a nap, and the signal that ends it. */
export interface GivenMeans {
  readonly sleep: Host["sleep"];
  readonly signal: AbortSignal;
  /** Keeps what came out of a pipe, so that it can be read again. */
  readonly isReadAgain: boolean;
  /** Told where gzip ends in the middle: somebody may still be writing it, or it was cut. */
  readonly onCut?: () => void;
}

/** A line of more is no record: the longest page of the journal has as much. */
const longestLine = 32 * 1024 * 1024;
/** How often a file that is followed is looked at, in milliseconds. */
const lookEveryMs = 1000;
/** How often a pipe is asked that has nothing at the moment, in milliseconds. */
const askEveryMs = 20;
const pieceBytes = 262_144;

/**
 * A file that the user named, which may be a pipe; plain or gzip, UTF-8 or UTF-16, as its first bytes tell.
 * @returns its lines, from wherever and for as long as the options say.
 */
export function linesOfFile(path: string, means: GivenMeans): (options: GivenOptions) => GivenLines {
  const pipe: { again: (() => AsyncIterable<Uint8Array>) | null } = { again: null };
  return (options) => ({ name: path, read: () => readFiles(path, options, means, pipe) });
}

/** The lines that come in on stdin, likewise. */
export function linesOfStdin(
  stdin: Host["stdin"],
  { signal, isReadAgain, onCut }: Omit<GivenMeans, "sleep">,
): GivenLines {
  const fresh = (): AsyncIterable<Uint8Array> => untilAborted(stdin.pieces(), signal);
  const pieces = isReadAgain ? keeping(fresh) : fresh;
  return { name: "stdin", read: () => split(pieces(), { name: "stdin", before: 0, onCut }) };
}

/** Hands on what comes, and after that the same again. */
function keeping(pieces: () => AsyncIterable<Uint8Array>): () => AsyncIterable<Uint8Array> {
  const kept: Uint8Array[] = [];
  let isOver = false;
  return async function* () {
    if (isOver) {
      yield* kept;
      return;
    }
    for await (const piece of pieces()) {
      kept.push(piece);
      yield piece;
    }
    isOver = true;
  };
}

/** Nobody waits for a pipe any more once the signal aborts. */
async function* untilAborted(
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = pieces[Symbol.asyncIterator]();
  let stop: () => void = () => undefined;
  const aborted = new Promise<null>((resolve) => {
    stop = () => {
      resolve(null);
    };
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    while (!signal.aborted) {
      const step = await Promise.race([iterator.next(), aborted]);
      if (step === null || step.done === true) return;
      yield step.value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * The lines of the file, and where that is followed, of those that take its place.
 * @param pipe what has come out of one that may be read again.
 */
async function* readFiles(
  path: string,
  { follow, fromEnd }: GivenOptions,
  means: GivenMeans,
  pipe: { again: (() => AsyncIterable<Uint8Array>) | null },
): AsyncGenerator<readonly GivenLine[], void, undefined> {
  if (pipe.again !== null) {
    yield* split(pipe.again(), { name: path, before: 0, onCut: means.onCut });
    return;
  }
  const place = expandHome(path);
  const fail = (error: unknown): never => {
    throw unreadable(path, error, hint);
  };
  // A pipe that nobody writes to must not keep the process, which waits for every read of the system that is under way.
  let handle = await open(place, constants.O_RDONLY | constants.O_NONBLOCK).catch(fail);
  try {
    const begin = await handle.stat();
    if (begin.isDirectory()) fail(Object.assign(new Error("EISDIR"), { code: "EISDIR" }));
    if (!begin.isFile()) {
      const isNamed = begin.isFIFO() && !/^\/(?:dev|proc)\//.test(place);
      const fresh = (): AsyncIterable<Uint8Array> => piecesOfPipe(handle, isNamed, means, fail);
      if (means.isReadAgain) pipe.again = keeping(fresh);
      yield* split((pipe.again ?? fresh)(), { name: path, before: 0, onCut: means.onCut });
      return;
    }
    let from = fromEnd ? await endOfLines(handle, begin.size) : { offset: 0, lines: 0 };
    for (;;) {
      const next: { handle: FileHandle | null } = { handle: null };
      const following = follow ? { place, next } : null;
      yield* split(piecesOfFile(handle, from.offset, following, means, fail), {
        name: path,
        before: from.lines,
        onCut: means.onCut,
      });
      if (next.handle === null) return;
      await handle.close();
      handle = next.handle;
      from = { offset: 0, lines: 0 };
    }
  } finally {
    await handle.close();
  }
}

/** Where the last whole line of a file ends, and how many lines there are until then. */
async function endOfLines(handle: FileHandle, size: number): Promise<{ offset: number; lines: number }> {
  const buffer = Buffer.allocUnsafe(pieceBytes);
  let end = { offset: 0, lines: 0 };
  for (let at = 0; at < size;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(pieceBytes, size - at), at);
    if (bytesRead === 0) break;
    const piece = buffer.subarray(0, bytesRead);
    for (let found = piece.indexOf(newline); found !== -1; found = piece.indexOf(newline, found + 1)) {
      end = { offset: at + found + 1, lines: end.lines + 1 };
    }
    at += bytesRead;
  }
  return end;
}

const newline = 0x0a;

/**
 * A file's bytes to its end. A piece without bytes says that there is no more at the moment.
 * @param following where it is to be looked at again, and for the file that stands there in its place.
 */
async function* piecesOfFile(
  handle: FileHandle,
  begin: number,
  following: { readonly place: string; readonly next: { handle: FileHandle | null } } | null,
  { sleep, signal }: GivenMeans,
  fail: (error: unknown) => never,
): AsyncGenerator<Uint8Array, void, undefined> {
  let offset = begin;
  while (!signal.aborted) {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    const { bytesRead } = await handle.read(buffer, 0, pieceBytes, offset).catch(fail);
    offset += bytesRead;
    if (bytesRead > 0) {
      yield buffer.subarray(0, bytesRead);
      continue;
    }
    // What was written before the other file took its place has just been read to its end.
    if (following?.next.handle !== null) return;
    yield nothing;
    await sleep(lookEveryMs, signal);
    following.next.handle = await openOther(following.place, handle, offset);
  }
}

const nothing = new Uint8Array();

/** The file that stands in a file's place, or the same that was cut short; `null` where it is as it was, or none is there now. */
async function openOther(place: string, handle: FileHandle, offset: number): Promise<FileHandle | null> {
  const [now, before] = await Promise.all([stat(place).catch(() => null), handle.stat()]);
  if (now === null || (now.ino === before.ino && now.dev === before.dev && now.size >= offset)) return null;
  return open(place, "r").catch(() => null);
}

/**
 * A pipe's bytes, to where its last writer closes it.
 * @param isNamed a pipe in a folder: before anybody writes to it, one waits.
 */
async function* piecesOfPipe(
  handle: FileHandle,
  isNamed: boolean,
  { sleep, signal }: GivenMeans,
  fail: (error: unknown) => never,
): AsyncGenerator<Uint8Array, void, undefined> {
  let hasBegun = !isNamed;
  while (!signal.aborted) {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    const bytesRead = await handle.read(buffer, 0, pieceBytes, null).then(
      (read) => read.bytesRead,
      (error: unknown) => (codeOf(error) === "EAGAIN" ? null : fail(error)),
    );
    if (bytesRead === 0 && hasBegun) return;
    if (bytesRead === null || bytesRead === 0) {
      await sleep(askEveryMs, signal);
      continue;
    }
    hasBegun = true;
    yield buffer.subarray(0, bytesRead);
  }
}

interface Splitting {
  readonly name: string;
  /** How many lines stand before these. */
  readonly before: number;
  readonly onCut: GivenMeans["onCut"];
}

/** Bytes → lines. */
async function* split(
  pieces: AsyncIterable<Uint8Array>,
  { name, before, onCut }: Splitting,
): AsyncGenerator<readonly GivenLine[], void, undefined> {
  let number = before;
  let rest = "";
  let isTooLong = false;
  for await (const text of textsOf(pieces, name, onCut)) {
    const [first = "", ...others] = text.split("\n");
    const last = others.pop();
    const lines: GivenLine[] = [];
    if (isTooLong || rest.length + first.length > longestLine) {
      isTooLong = true;
      rest = "";
    } else rest += first;
    if (last !== undefined) {
      lines.push({ number: (number += 1), text: isTooLong ? null : rest, isWhole: true });
      for (const other of others) lines.push({ number: (number += 1), text: other, isWhole: true });
      rest = last;
      isTooLong = false;
    }
    yield lines;
  }
  if (isTooLong || rest !== "") yield [{ number: number + 1, text: isTooLong ? null : rest, isWhole: false }];
}

/** Bytes → text, unpacked where they are gzip. @throws FlowrunError `usage` for what is neither. */
async function* textsOf(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  onCut: GivenMeans["onCut"],
): AsyncGenerator<string, void, undefined> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  for await (const piece of unpacked(pieces, name, onCut)) {
    if (piece.length === 0) {
      yield "";
      continue;
    }
    if (decoder === null) {
      const encoding = encodingOf(piece);
      if (encoding === "utf-8" && piece.includes(0)) throw notText(name, "it is binary: no text has a zero in it");
      decoder = new TextDecoder(encoding);
    }
    yield decoder.decode(piece, { stream: true });
  }
}

async function* unpacked(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  onCut: GivenMeans["onCut"],
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await firstOf(iterator);
  const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => iterator };
  if (first === null) return;
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield first;
    yield* rest;
    return;
  }
  const whole = Readable.from(join(first, rest));
  const gunzip = createGunzip();
  whole.on("error", (error) => gunzip.destroy(error));
  try {
    for await (const piece of whole.pipe(gunzip)) if (piece instanceof Uint8Array) yield piece;
  } catch (error) {
    // It ends in the middle: somebody may still be writing it, and what there was has been read.
    if (codeOf(error) === "Z_BUF_ERROR") {
      onCut?.();
      return;
    }
    throw error instanceof FlowrunError ? error : notText(name, "it begins as gzip does, and what follows is damaged");
  } finally {
    whole.destroy();
  }
}

/** The first piece with at least two bytes, or all there is; `null` where there is none. */
async function firstOf(iterator: AsyncIterator<Uint8Array, unknown>): Promise<Uint8Array | null> {
  let first = Buffer.alloc(0);
  while (first.length < 2) {
    const step = await iterator.next();
    if (step.done === true) break;
    first = Buffer.concat([first, step.value]);
  }
  return first.length === 0 ? null : first;
}

async function* join(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  for await (const piece of rest) if (piece.length > 0) yield piece;
}

function notText(name: string, why: string): FlowrunError {
  return new FlowrunError("usage", `${name} holds no lines to read`, { why, hint });
}

const hint = "give a file of records or events, a line each: flowrun since -P1D --json > runs.ndjson";
