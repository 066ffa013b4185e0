import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { FlowrunError } from "../../errors.ts";
import type { BodyOptions } from "../../host.ts";
import { codingsOf, unpackingOf, type Unpacking } from "./codings.ts";

/** A body on its way, and what the headers say of it. */
export interface Arriving {
  readonly stream: AsyncIterable<Uint8Array> & Pick<Readable, "destroy">;
  /** The value of Content-Encoding; empty for a plain body. */
  readonly coding: string;
  /** The request, for the message of an error: method and URL. */
  readonly asked: string;
}

/** How long a body may take, however steadily it moves. In milliseconds. */
export interface Pace {
  /** The user is told after this long. */
  readonly slowMs: number;
  /** The exchange ends after this long. */
  readonly mostMs: number;
  /** Acts after so many milliseconds, unless what it returns is called before. */
  readonly after: (ms: number, act: () => void) => () => void;
}

const mebibyte = 1024 * 1024;
const usualMostBytes = 8 * mebibyte;

/**
 * Reads a body to its end and takes its codings off; neither what arrives nor what comes of it takes more memory than
 * the limit, however it is coded or cut into pieces.
 * @throws FlowrunError `protocol` for one that is larger than the limit; an Error when it breaks, stalls or takes too long.
 */
export async function readBody(
  arriving: Arriving,
  { mostBytes = usualMostBytes, onSlow, onReceived }: BodyOptions = {},
  pace: Pace | null = null,
): Promise<Uint8Array> {
  const timers = pace === null ? [] : hasten(arriving, onSlow, pace);
  const packed = await receive(arriving, mostBytes).finally(() => {
    for (const cancel of timers) cancel();
  });
  onReceived?.(packed.length);
  const bytes = await unpack(packed, arriving.coding, mostBytes).catch((error: unknown) => {
    throw hasCode(error, "ERR_BUFFER_TOO_LARGE") ? tooLarge(arriving, mostBytes, "unpacked") : error;
  });
  if (bytes.length > lightBytes && weigh(bytes) > mostBytes * heavy) throw tooDense(arriving);
  return bytes;
}

/** Tells of a slow body, and in the end gives it up. */
function hasten({ stream }: Arriving, onSlow: BodyOptions["onSlow"], { slowMs, mostMs, after }: Pace) {
  return [
    after(slowMs, () => onSlow?.()),
    after(mostMs, () => stream.destroy(new Error(`the answer had not ended after ${lasting(mostMs)}`))),
  ];
}

async function receive(arriving: Arriving, mostBytes: number): Promise<Uint8Array> {
  // Copied together as they come: a million pieces of one byte, kept as they are, take a hundred times their size.
  let bytes: Buffer = Buffer.allocUnsafe(firstBytes);
  let size = 0;
  // Whatever leaves the loop early destroys the stream, and with it the connection.
  for await (const piece of arriving.stream) {
    if (size + piece.length > mostBytes) throw tooLarge(arriving, mostBytes, "received");
    if (size + piece.length > bytes.length) bytes = grown(bytes, size, size + piece.length);
    bytes.set(piece, size);
    size += piece.length;
  }
  return bytes.subarray(0, size);
}

const firstBytes = 65_536;

function grown(bytes: Buffer, size: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(needed, 2 * bytes.length));
  bytes.copy(larger, 0, 0, size);
  return larger;
}

function tooLarge({ asked }: Arriving, mostBytes: number, done: "received" | "unpacked"): FlowrunError {
  const limit = mostBytes >= mebibyte ? `${mostBytes / mebibyte} MB` : `${mostBytes} bytes`;
  return new FlowrunError("protocol", `the answer to ${asked} is larger than ${limit}`, {
    why: `that much was ${done}, and there was more`,
    hint: "ask for fewer events at a time (--limit 50); else check the URLs and any proxy in between",
    examine: true,
  });
}

/** Parsed, so little cannot become much. */
const lightBytes = mebibyte;

/** Text of real events weighs 1.4 to 2.4 times its length; a list of `{}` weighs 43 times as much. */
const heavy = 3;

/** About how many bytes of memory the values of a JSON text take when they are parsed, strings apart. */
function weigh(bytes: Uint8Array): number {
  let weight = 0;
  // By index, which takes a quarter of the time: 0.1 s for 32 MB.
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    const byte = bytes[at];
    if (byte === comma || byte === opensList) weight += 48;
    else if (byte === opensObject) weight += 80;
  }
  return weight;
}

const comma = 0x2c;
const opensList = 0x5b;
const opensObject = 0x7b;

function tooDense({ asked }: Arriving): FlowrunError {
  return new FlowrunError("protocol", `the answer to ${asked} holds too many values`, {
    why: "it is made up of tiny ones, which would take gigabytes of memory; no event looks like that",
    hint: "check the URLs and any proxy between here and Adobe",
    examine: true,
  });
}

function lasting(ms: number): string {
  return ms >= 60_000 ? `${Math.round(ms / 60_000)} min` : `${ms} ms`;
}

/** Loaded by the first answer that is compressed. */
let zlib: Promise<typeof import("node:zlib")> | undefined;

async function unpack(packed: Uint8Array, coding: string, mostBytes: number): Promise<Uint8Array> {
  let bytes = packed;
  for (const name of codingsOf(coding).toReversed()) {
    // A body that is not there was not packed, whatever the headers say.
    if (bytes.length === 0) return bytes;
    zlib ??= import("node:zlib");
    const method = promisify<Uint8Array, { readonly maxOutputLength: number }, Uint8Array>(
      (await zlib)[methods[unpackingOf(name, bytes)]],
    );
    bytes = await method(bytes, { maxOutputLength: mostBytes });
  }
  return bytes;
}

const methods = {
  Gunzip: "gunzip",
  Inflate: "inflate",
  InflateRaw: "inflateRaw",
  BrotliDecompress: "brotliDecompress",
} as const satisfies Readonly<Record<Unpacking, string>>;

/** A short body is read to its end, so that the connection can be used again. */
const worthReadingBytes = 65_536;

/** Lets go of a body nobody wants. */
export function discardBody(stream: Readable, pace: Pace | null = null): void {
  const cancel = pace?.after(pace.slowMs, () => stream.destroy());
  let size = 0;
  stream
    // An abort may end it early.
    .on("error", () => undefined)
    .on("close", () => {
      cancel?.();
    })
    .on("data", (piece: Uint8Array) => {
      size += piece.length;
      if (size > worthReadingBytes) stream.destroy();
    });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
