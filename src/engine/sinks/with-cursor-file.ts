import type { Candidate, Mark } from "../sources/source.ts";
import type { Resumption, Sink } from "./sink.ts";

/** Where the place to read on from is kept apart from the runs: a cursor that this process may move. */
export interface MarkStore {
  find(): Promise<Resumption | null>;
  /** Moves past these runs, to this mark; where it is settled at the end, in thought only. */
  move(taken: readonly Candidate<unknown>[], mark: Mark): Promise<void>;
}

/**
 * A sink that knows no places, such as stdout, joined with a store that keeps one: the store moves only past what the sink
 * has taken, so that a crash in between repeats a batch and never skips one. The sink must hold nothing back, unless the
 * store is one that moves only when it is settled, once all is safe.
 */
export function withCursorFile<T>(sink: Sink<T>, store: MarkStore): Sink<T> {
  return {
    // After a failure the sink fails at once whenever it is asked again, and so the store moves no more.
    take: async (batch, mark) => {
      await sink.take(batch, mark);
      await store.move(batch, mark);
    },
    find: () => store.find(),
    close: () => sink.close(),
  };
}
