import type { Output } from "../host.ts";
import type { Renderer } from "../render/renderer.ts";
import type { Sink } from "./sink.ts";

/**
 * A sink that writes a document to a stream. Where the layout gains by it, up to `hold` runs wait for each other before
 * they are laid. After a failed write every later write and flush fails alike, so that no cursor passes what was never
 * accepted; `close` then leaves the stream alone and resolves.
 */
export function streamSink(renderer: Renderer, output: Pick<Output, "write">, hold: number): Sink {
  const enough = renderer.holds ? hold : 0;
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
    if (held.length === 0) return written;
    const text = renderer.lay(held);
    held = [];
    return put(text);
  };
  const finish = async (): Promise<void> => {
    await flush();
    await put(renderer.close());
  };

  return {
    write: (encoded) => {
      held = held.concat(encoded);
      return held.length >= enough ? flush() : written;
    },
    flush,
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await written.then(finish, () => undefined);
    },
  };
}
