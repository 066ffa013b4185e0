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
  /** Characters that may be held. */
  readonly most?: number;
}

/** A sink that holds runs back until it is closed. */
export interface HoldingSink<K> extends Sink<Keyed<K>> {
  /** How many runs it holds of those that it took, and how many of these failed. */
  counts(): { readonly printed: number; readonly failed: number };
}

/** About what a window of a million rows takes; beyond it the process would be in danger. */
const mostHeld = 512_000_000;

/**
 * A sink that can hand on nothing before it has seen all: the newest runs, or all of them in another order. It holds what
 * it may have to hand on, and hands that on when it is closed, also after a failure elsewhere, as a sink that holds nothing
 * has printed until then. So a place to read on from may be kept only after `close` has resolved.
 */
export function holdingSink<K>(sink: Sink, { last, compare, most = mostHeld }: Holding<K>): HoldingSink<K> {
  const ring: Candidate<Keyed<K>>[] = [];
  let oldest = 0;
  let size = 0;
  let mark: Mark | null = null;
  let overflow: FlowrunError | null = null;
  let isClosed = false;

  const add = (run: Candidate<Keyed<K>>): void => {
    size += run.encoded.encoded.length;
    if (ring.length < last) {
      ring.push(run);
      return;
    }
    size -= ring[oldest]?.encoded.encoded.length ?? 0;
    ring[oldest] = run;
    oldest = (oldest + 1) % last;
  };
  const chosen = (): readonly Candidate<string>[] => {
    const runs = [...ring.slice(oldest), ...ring.slice(0, oldest)];
    if (compare !== null) runs.sort((one, other) => compare(one.encoded.sortKey, other.encoded.sortKey));
    return runs.map((run) => ({ ...run, encoded: run.encoded.encoded }));
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
        if (mark !== null && overflow === null) await sink.take(chosen(), mark);
      } finally {
        await sink.close();
      }
    },
    counts: () => ({
      printed: overflow === null ? ring.length : 0,
      failed: overflow === null ? ring.filter(({ status }) => status === "failed").length : 0,
    }),
  };
}

function tooMuch(runs: number): FlowrunError {
  return new FlowrunError("usage", "there are too many runs to be put in order here", {
    why: `${String(runs)} of them are held already, and the window goes on`,
    hint: "take the newest (--last 10000), a shorter window, or formats with columns (-o csv)",
  });
}
