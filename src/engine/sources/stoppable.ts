import type { Source } from "./source.ts";

/**
 * A source that ends after the batch in whose time its signal came, with the signal's reason. One that is read from a file
 * never waits, so that nobody is heard in between: here everybody has a turn.
 */
export function stoppable<T>(source: Source<T>, signal: AbortSignal): Source<T> {
  return {
    async *read() {
      for await (const batch of source.read()) {
        yield batch;
        await new Promise((heard) => setImmediate(heard));
        signal.throwIfAborted();
      }
    },
    describe: (fault) => source.describe(fault),
  };
}
