import type { Output } from "../../host.ts";
import type { Renderer } from "../../render/formats/renderer.ts";
import type { Sink } from "./sink.ts";

/** A sink that also takes runs which belong to no batch. */
export interface StreamSink extends Sink {
  write(encoded: readonly string[]): Promise<void>;
}

/**
 * A sink that writes a document to a stream. Where the layout gains by it, up to `hold` runs wait for each other before
 * they are laid, unless they are monstrous: so a place to read on from may only be kept where `hold` is 0. After a failed
 * write every later one fails alike; `close` then leaves the stream alone and resolves.
 */
export function streamSink(renderer: Renderer, output: Pick<Output, "write">, hold: number): StreamSink {
  const enough = renderer.holds ? hold : 0;
  const mayWait = (): boolean => held.length < enough && sizeOf(held) < mostAtOnce;
  let held: string[] = [];
  let isOpen = false;
  let isClosed = false;
  let written: Promise<void> = Promise.resolve();

  const put = (text: string): Promise<void> => {
    const opening = isOpen ? "" : renderer.open();
    isOpen = true;
    written = written.then(() => output.write(opening + text));
    return written;
  };
  const flush = (): Promise<void> => {
    const laid = piecesOf(held);
    held = [];
    return laid.reduce((_, piece) => put(renderer.lay(piece)), written);
  };
  const finish = async (): Promise<void> => {
    await flush();
    await put(renderer.close());
  };

  const write = (encoded: readonly string[]): Promise<void> => {
    held = held.concat(encoded);
    return mayWait() ? written : flush();
  };

  return {
    write,
    take: (batch) => write(batch.map(({ encoded }) => encoded)),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await written.then(finish, () => undefined);
    },
  };
}

/** Characters: a page of many runs is laid in pieces, since one text for all of them might be longer than a text can be. */
const mostAtOnce = 16_000_000;

function piecesOf(encoded: readonly string[]): readonly (readonly string[])[] {
  if (encoded.length === 0) return [];
  if (sizeOf(encoded) <= mostAtOnce) return [encoded];
  const pieces: string[][] = [];
  let left = 0;
  for (const text of encoded) {
    if (text.length > left || pieces.length === 0) {
      pieces.push([]);
      left = mostAtOnce;
    }
    pieces.at(-1)?.push(text);
    left -= text.length;
  }
  return pieces;
}

function sizeOf(encoded: readonly string[]): number {
  return encoded.reduce((sum, { length }) => sum + length, 0);
}
