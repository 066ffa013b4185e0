import type { Seen } from "../runs/events/seen.ts";
import type { Sink } from "./sinks/sink.ts";
import type { Batch, Candidate, Mark, Source } from "./sources/source.ts";

/** The counts of a reading so far. */
export interface Tally {
  printed: number;
  /** Runs that passed the filters, where not all of these were printed. */
  matched?: number;
  failed: number;
  /** Flow runs among the events, whatever the filters say; a repeated one counts once. */
  runs: number;
  /** Events of every kind. */
  events: number;
  duplicates: number;
  unreadable: number;
  /** Batches: the journal's pages. */
  pages: number;
}

/** A source, a sink, and who is asked and told on the way from one to the other. */
export interface Pumping<T> {
  readonly source: Source<T>;
  readonly seen: Seen;
  readonly sink: Sink<T>;
  /** Looked at after each run, in order: true ends the reading with that run. */
  readonly isEnough: (run: Candidate<T>, printed: number) => boolean;
  /** Told of each batch that was taken. */
  readonly onBatch: (batch: Batch<T>, tally: Readonly<Tally>) => void;
}

/**
 * The whole flow: source → runs that are new → sink. A sink takes the runs and the place to read on from together, so a
 * crash repeats runs at worst and never skips one.
 * @throws whatever a room throws; the sink is closed first, and a failing close never hides the first failure.
 */
export async function pump<T>(pumping: Pumping<T>, tally: Tally): Promise<void> {
  const { sink } = pumping;
  try {
    await pumpAll(pumping, tally);
  } catch (error) {
    await sink.close().catch(() => undefined);
    throw error;
  }
  await sink.close();
}

async function pumpAll<T>({ source, seen, sink, isEnough, onBatch }: Pumping<T>, tally: Tally): Promise<void> {
  let held: string | null = null;
  for await (const batch of source.read()) {
    const kept = batch.candidates.filter(({ key }) => seen.add(key));
    const last = kept.findIndex((run, index) => isEnough(run, tally.printed + index + 1));
    const taken = last === -1 ? kept : kept.slice(0, last + 1);
    held ??= placeBeforeLater(batch, kept, taken);
    const mark = markAfter(batch, kept, taken);
    await sink.take(taken, held === null ? mark : heldAt(held, mark));
    count(tally, batch, kept.length, taken);
    onBatch(batch, tally);
    if (last !== -1) return;
  }
}

/** How far the source was read when so many of a batch's runs were taken, from the first. Pure. */
export function markAfter(
  { mark, nextAfter }: Pick<Batch<unknown>, "mark" | "nextAfter">,
  kept: readonly Candidate<unknown>[],
  taken: readonly Candidate<unknown>[],
): Mark {
  const firstLeft = kept[taken.length];
  if (firstLeft === undefined) return mark;
  // An event may hold several runs: it is passed only when all of them were taken.
  const whole = taken.findLast(({ position }) => position !== firstLeft.position);
  const next = nextAfter(whole?.position ?? null);
  // It begins where the batch does, however far it reaches.
  return { ...mark, next, last: taken.at(-1)?.position ?? null, atEnd: false, recordedAt: null };
}

/**
 * Where to read on from before the first run that was left out as later than the window's end; `null` where there is none,
 * or the reading stopped before it. From then on no place may move past it, whatever is taken after it. Pure.
 */
export function placeBeforeLater(
  { firstLater = null, candidates, nextAfter }: Pick<Batch<unknown>, "firstLater" | "candidates" | "nextAfter">,
  kept: readonly Candidate<unknown>[],
  taken: readonly Candidate<unknown>[],
): string | null {
  if (firstLater === null) return null;
  const firstLeft = kept[taken.length];
  const isStoppedBefore = firstLeft !== undefined && candidates.indexOf(firstLeft) < firstLater.candidates;
  return isStoppedBefore ? null : nextAfter(firstLater.after);
}

/** A mark at that place, which tells no more than is known of it. Pure. */
export function heldAt(place: string, { begins = null, count: events }: Pick<Mark, "begins" | "count">): Mark {
  return { begins, next: place, last: null, atEnd: false, recordedAt: null, count: events };
}

function count<T>(tally: Tally, batch: Batch<T>, kept: number, taken: readonly Candidate<T>[]): void {
  const duplicates = batch.candidates.length - kept;
  tally.printed += taken.length;
  tally.failed += taken.filter(({ status }) => status === "failed").length;
  tally.runs += batch.runs - duplicates;
  tally.events += batch.mark.count;
  tally.duplicates += duplicates;
  tally.unreadable += batch.rejects.length;
  tally.pages += 1;
}

/** The tally of a reading that has not begun. Pure. */
export function emptyTally(): Tally {
  return { printed: 0, failed: 0, runs: 0, events: 0, duplicates: 0, unreadable: 0, pages: 0 };
}
