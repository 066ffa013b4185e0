import { retentionMs } from "../adobe/journal/retention.ts";
import { keptKey } from "../runs/events/event-key.ts";
import { heldAt, markAfter, placeBeforeLater } from "./pump.ts";
import type { Resumption } from "./sinks/sink.ts";
import type { Batch, Candidate } from "./sources/source.ts";

/** Where to read on from after each run of a reading that hands runs on one by one. */
export interface Trail<T> {
  /**
   * The place after so many of a batch's runs, from the first.
   * @param kept the batch's runs that are handed on: all but those that were before.
   */
  after(batch: Batch<T>, kept: readonly Candidate<T>[], taken: number): Resumption;
  /** The place after all of a batch; what comes next counts from there. */
  pass(batch: Batch<T>, kept: readonly Candidate<T>[]): Resumption;
}

/** So many keys of runs that were handed on go with a place, for a journal delivers an event again once in a while. */
const keysCarried = 100;

/**
 * Begins where an earlier reading stopped, or anew (`null`). A place lies between two events: where it is asked for in
 * the middle of one, it comes before that, with the keys of all its runs that were handed on.
 */
export function createTrail<T>(past: Resumption | null, now: () => number): Trail<T> {
  const began = now();
  let before: Resumption = past ?? { next: "", readUntil: began - retentionMs, movedAt: began, keys: [] };

  let held: string | null = null;

  const after: Trail<T>["after"] = (batch, kept, count) => {
    const taken = kept.slice(0, count);
    const mark = markAfter(batch, kept, taken);
    const place = held ?? placeBeforeLater(batch, kept, taken);
    const { next, atEnd, recordedAt } = place === null ? mark : heldAt(place, mark);
    const keys = [...before.keys, ...taken.map(({ key }) => keptKey(key))];
    return {
      next,
      readUntil: atEnd ? now() : (recordedAt ?? before.readUntil),
      movedAt: next === before.next ? before.movedAt : now(),
      // An event that was left in its middle may still be to come, and all that was handed on after a place that is held.
      keys: batch.candidates.length === 0 || place !== null ? keys : keys.slice(-keysNeeded(kept, count, keys.length)),
    };
  };
  return {
    after,
    pass: (batch, kept) => {
      before = after(batch, kept, kept.length);
      held ??= placeBeforeLater(batch, kept, kept);
      return before;
    },
  };
}

/** How many keys go with a place: where the event that is not done began before the batch, all that there are. */
function keysNeeded<T>(kept: readonly Candidate<T>[], taken: number, all: number): number {
  const left = kept[taken];
  if (left === undefined) return keysCarried;
  const lastWhole = kept.slice(0, taken).findLastIndex(({ position }) => position !== left.position);
  return lastWhole === -1 ? all : Math.max(keysCarried, taken - lastWhole - 1);
}
