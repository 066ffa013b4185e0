import type { Candidate, Mark } from "../sources/source.ts";
import type { Sink } from "./sink.ts";

/** A run as the sink takes it, and when it was updated, as far as it tells; epoch milliseconds. */
export interface Timed<T> {
  readonly value: T;
  readonly at: number | null;
}

/** One sink for several readings that go on side by side. */
export interface SharedSink<T> {
  /** The sink of one of them; whoever reads closes it, and the others go on. */
  lane(name: string): Sink<Timed<T>>;
  /** Says that nothing more comes from one that may never have begun. */
  readonly end: (name: string) => Promise<void>;
  /** Whether this is what the sink has failed with: then it has failed for all of them. */
  readonly hasFailedWith: (error: unknown) => boolean;
  /** Ends the sink, once all readings have ended; one that nobody has begun with stays as it is. */
  close(): Promise<void>;
}

/** Runs may be monstrous. */
const mostCharacters = 16_000_000;

/** Runs of one reading that the sink has not taken yet. */
interface Lane<T> {
  waiting: { readonly run: Candidate<T>; readonly at: number }[];
  latest: number;
  isOpen: boolean;
}

/** How many runs may wait for those of slower readings, and what each takes of memory, in characters. */
export interface SharedRoom<T> {
  readonly mostRuns: number;
  readonly sizeOf: (run: T) => number;
}

/**
 * Shares a sink among readings, each with its own order. Some runs wait for those of slower readings, so that all come in
 * the order of their times; when more are there the earliest goes on, for a reading that hangs holds up nobody. Where none
 * may wait, a place to read on from may be kept.
 */
export function shareSink<T>(
  sink: Sink<T>,
  names: readonly string[],
  { mostRuns, sizeOf }: SharedRoom<T>,
): SharedSink<T> {
  const lanes = new Map(
    names.map((name): [string, Lane<T>] => [name, { waiting: [], latest: -Infinity, isOpen: true }]),
  );
  const failures = new Set<unknown>();
  let isUsed = false;
  let mark: Mark | null = null;
  let held = 0;
  let size = 0;

  const laneOf = (name: string): Lane<T> => {
    const lane = lanes.get(name);
    if (lane === undefined) throw new Error(`the sink is not shared with ${name}`);
    return lane;
  };
  /** The lane with the earliest run; `undefined` where that must wait for a lane with none. */
  const next = (): Lane<T> | undefined => {
    const all = [...lanes.values()];
    if (held <= mostRuns && size <= mostCharacters && all.some(({ isOpen, waiting }) => isOpen && waiting.length === 0))
      return undefined;
    const ready = all.filter(({ waiting }) => waiting.length > 0);
    return ready.sort((one, other) => (one.waiting[0]?.at ?? 0) - (other.waiting[0]?.at ?? 0))[0];
  };
  const passOn = async (): Promise<void> => {
    const runs: Candidate<T>[] = [];
    for (let lane = next(); lane !== undefined; lane = next()) {
      for (const { run } of lane.waiting.splice(0, 1)) {
        runs.push(run);
        held -= 1;
        size -= sizeOf(run.encoded);
      }
    }
    if (mark === null) return;
    await sink.take(runs, mark).catch((error: unknown) => {
      failures.add(error);
      throw error;
    });
  };
  const end = async (name: string): Promise<void> => {
    const lane = laneOf(name);
    if (!lane.isOpen) return;
    lane.isOpen = false;
    await passOn();
  };
  return {
    lane: (name) => {
      const lane = laneOf(name);
      isUsed = true;
      return {
        take: (batch, reached) => {
          mark = reached;
          for (const { encoded, ...run } of batch) {
            // A run that was updated before the one in front of it, or does not say when, stays behind it.
            lane.latest = Math.max(lane.latest, encoded.at ?? lane.latest);
            lane.waiting.push({ run: { ...run, encoded: encoded.value }, at: lane.latest });
            size += sizeOf(encoded.value);
          }
          held += batch.length;
          return passOn();
        },
        close: () => end(name),
      };
    },
    end,
    hasFailedWith: (error) => failures.has(error),
    close: async () => {
      for (const name of names) await end(name);
      if (isUsed) await sink.close();
    },
  };
}
