import { FlowrunError } from "../../errors.ts";
import type { Candidate, Mark } from "../sources/source.ts";
import type { Sink } from "./sink.ts";

/** A run as text, and the value that it is put in order by. */
export interface Keyed<K> {
  readonly encoded: string;
  readonly sortKey: K;
}

/** Which of the runs are handed on, and in which order. */
export interface Holding<K> {
  /** Only so many, the newest; Infinity for all. */
  readonly last: number;
  /** Their order; `null` for the order in which they came. Equal ones stay as they are. */
  readonly compare: ((one: K, other: K) => number) | null;
  /** Only so many of that order, from its beginning; all where it is left out. */
  readonly first?: number;
  /** Characters that may be held. */
  readonly most?: number;
}

/** A sink that holds runs back until it is closed. */
export interface HoldingSink<K, T extends Keyed<K> = Keyed<K>> extends Sink<T> {
  /** The runs that it holds of those that it took, in the order in which it hands them on. */
  held(): readonly Candidate<T>[];
}

/** About what a window of a million rows takes; beyond it the process would be in danger. */
const mostHeld = 512_000_000;

/**
 * A sink that can hand on nothing before it has seen all: the newest runs, or all of them in another order. It holds what
 * it may have to hand on, and hands that on when it is closed, also after a failure elsewhere, as a sink that holds nothing
 * has printed until then. So a place to read on from may be kept only after `close` has resolved.
 */
export function holdingSink<K, T extends Keyed<K> = Keyed<K>>(
  sink: Sink,
  { last, compare, first = Infinity, most = mostHeld }: Holding<K>,
): HoldingSink<K, T> {
  const ring: Candidate<T>[] = [];
  let oldest = 0;
  let size = 0;
  let mark: Mark | null = null;
  let overflow: FlowrunError | null = null;
  let isClosed = false;

  const add = (run: Candidate<T>): void => {
    size += run.encoded.encoded.length;
    if (ring.length < last) {
      ring.push(run);
      return;
    }
    size -= ring[oldest]?.encoded.encoded.length ?? 0;
    ring[oldest] = run;
    oldest = (oldest + 1) % last;
  };
  const held = (): readonly Candidate<T>[] => {
    if (overflow !== null) return [];
    const runs = [...ring.slice(oldest), ...ring.slice(0, oldest)];
    if (compare !== null) runs.sort((one, other) => compare(one.encoded.sortKey, other.encoded.sortKey));
    return runs.slice(0, first);
  };

  return {
    take: (batch, reached) => {
      if (overflow === null) {
        batch.forEach(add);
        mark = reached;
        if (size > most) overflow = tooMuch(ring.length);
      }
      return overflow === null ? Promise.resolve() : Promise.reject(overflow);
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      try {
        const runs = held().map((run) => ({ ...run, encoded: run.encoded.encoded }));
        if (mark !== null && overflow === null) await sink.take(runs, mark);
      } finally {
        await sink.close();
      }
    },
    held,
  };
}

function tooMuch(runs: number): FlowrunError {
  return new FlowrunError("usage", "there are too many runs to be put in order here", {
    why: `${String(runs)} of them are held already, and the window goes on`,
    hint: "take the newest (--last 10000), a shorter window, or formats with columns (-o csv)",
  });
}
