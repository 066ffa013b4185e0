import { pipeline } from "node:stream";
import type { PiecesOptions } from "../../host.ts";
import type { Arriving } from "./body.ts";
import { codingsOf, unpackingOf } from "./codings.ts";

/**
 * A body piece by piece, its codings taken off: no more of it is in memory than a few pieces, however long it is, and none
 * arrives faster than it is taken. Left early, it lets go of the connection.
 * @throws Error when the body breaks or stalls on the way, or ends in the middle of what is packed.
 */
export async function* readPieces(
  { stream, coding }: Arriving,
  { onReceived }: PiecesOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  let received = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of stream) {
      received += piece.length;
      yield piece;
    }
    onReceived?.(received);
  }
  let pieces: AsyncIterable<Uint8Array> = counted();
  try {
    for (const name of codingsOf(coding).toReversed()) pieces = unpacked(pieces, name);
    yield* pieces;
  } finally {
    // Also where it is packed in a way that cannot be unpacked.
    stream.destroy();
  }
}

/** A body that is not there was not packed, whatever the headers say. */
async function* unpacked(pieces: AsyncIterable<Uint8Array>, coding: string): AsyncGenerator<Uint8Array> {
  const source = pieces[Symbol.asyncIterator]();
  let start: Uint8Array = new Uint8Array();
  // Which of its two forms deflate has, two bytes tell.
  while (start.length < 2) {
    const next = await source.next();
    if (next.done === true) break;
    start = start.length === 0 ? next.value : Buffer.concat([start, next.value]);
  }
  if (start.length === 0) return;
  const zlib = await import("node:zlib");
  const unpacker = zlib[`create${unpackingOf(coding, start)}`]();
  // What goes wrong before it goes wrong in it, too, and is thrown where that is read.
  const ignore = (): void => undefined;
  const unpackedBytes: AsyncIterable<Uint8Array> = pipeline(whole(start, source), unpacker, ignore);
  yield* unpackedBytes;
}

async function* whole(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield start;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
