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
   * The lines in their order, some at a time; none at a time where one has to wait for more.
   * @throws FlowrunError `usage` where there is no such file, it is a folder, or it holds no text or damaged gzip.
   */
  read(): AsyncIterable<readonly GivenLine[]>;
}

/** A line of a file or of stdin. */
export interface GivenLine {
  /** From 1. */
  readonly number: number;
  /** Without its end; `null` for one that is longer than 32 MiB. */
  readonly text: string | null;
  /** False for the last one of a file that does not end in a newline: somebody may still be writing it. */
  readonly isWhole: boolean;
}

/** How far a file is read. */
export interface GivenOptions {
  /** Goes on as the file grows, until the signal aborts; one that is cut short or replaced begins anew. */
  readonly follow: boolean;
  /** Leaves out what a file holds already. */
  readonly fromEnd: boolean;
}

/** A line of more is no record: the longest page of the journal has as much. */
const longestLine = 32 * 1024 * 1024;
/** How often a file that is followed is looked at, in milliseconds. */
const lookEveryMs = 1000;
const pieceBytes = 262_144;

/** The lines of a file, which may be a pipe; plain or gzip, UTF-8 or UTF-16, as its first bytes tell. */
export function linesOfFile(path: string, options: GivenOptions, host: Pick<Host, "sleep" | "signal">): GivenLines {
  return { name: path, read: () => split(piecesOf(path, options, host), path) };
}

/**
 * The lines that come in on stdin, likewise.
 * @param isReadAgain keeps what came in, so that it can be read more than once.
 */
export function linesOfStdin(stdin: Host["stdin"], isReadAgain: boolean): GivenLines {
  const kept: Uint8Array[] = [];
  let isOver = false;
  async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    if (isOver) {
      yield* kept;
      return;
    }
    for await (const piece of stdin.pieces()) {
      if (isReadAgain) kept.push(piece);
      yield piece;
    }
    isOver = true;
  }
  return { name: "stdin", read: () => split(pieces(), "stdin") };
}

/** A piece without bytes says that there is no more at the moment. */
async function* piecesOf(
  path: string,
  { follow, fromEnd }: GivenOptions,
  host: Pick<Host, "sleep" | "signal">,
): AsyncGenerator<Uint8Array, void, undefined> {
  const place = expandHome(path);
  const fail = (error: unknown): never => {
    throw unreadable(path, error, hint);
  };
  let handle = await open(place, "r").catch(fail);
  try {
    const begin = await handle.stat();
    const isFile = begin.isFile();
    let offset = fromEnd && isFile ? begin.size : 0;
    for (;;) {
      const buffer = Buffer.allocUnsafe(pieceBytes);
      const { bytesRead } = await handle.read(buffer, 0, pieceBytes, isFile ? offset : null).catch(fail);
      offset += bytesRead;
      if (bytesRead > 0) {
        yield buffer.subarray(0, bytesRead);
        continue;
      }
      if (!follow || !isFile) return;
      yield nothing;
      await host.sleep(lookEveryMs, host.signal);
      if (host.signal.aborted) return;
      const other = await openOther(place, handle, offset);
      if (other === null) continue;
      await handle.close();
      handle = other;
      offset = 0;
      // What the other one begins with is not the end of a line of this one.
      yield newline;
    }
  } finally {
    await handle.close();
  }
}

const nothing = new Uint8Array();
const newline = new TextEncoder().encode("\n");

/** The file that stands in a file's place, or the same that was cut short; `null` where it is as it was, or none is there now. */
async function openOther(place: string, handle: FileHandle, offset: number): Promise<FileHandle | null> {
  const [now, before] = await Promise.all([stat(place).catch(() => null), handle.stat()]);
  if (now === null || (now.ino === before.ino && now.dev === before.dev && now.size >= offset)) return null;
  return open(place, "r").catch(() => null);
}

/** Bytes → lines. */
async function* split(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<readonly GivenLine[], void, undefined> {
  let number = 0;
  let rest = "";
  let isTooLong = false;
  for await (const text of textsOf(pieces, name)) {
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
async function* textsOf(pieces: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string, void, undefined> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  for await (const piece of unpacked(pieces, name)) {
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

async function* unpacked(pieces: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array, void, undefined> {
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
    if (codeOf(error) === "Z_BUF_ERROR") return;
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
