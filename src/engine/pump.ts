import type { Candidate, Digest } from "./digest.ts";
import type { Page } from "../adobe/journal/page.ts";
import type { Seen } from "../runs/events/seen.ts";
import type { Sink } from "./sinks/sink.ts";

/** What a reading has done so far. */
export interface Tally {
  printed: number;
  failed: number;
  /** Flow runs among the events, whatever the filters say; a repeated one counts once. */
  runs: number;
  /** Journal entries of every kind. */
  events: number;
  duplicates: number;
  unreadable: number;
  pages: number;
}

/** Where a checkpoint may put the cursor: past a whole page, or inside it. */
export interface Progress {
  readonly page: Page;
  /** The page's runs that were to be printed, … */
  readonly kept: readonly Candidate<unknown>[];
  /** … and those that were, from the first: fewer where the reading stopped before the page's end. */
  readonly printed: readonly Candidate<unknown>[];
  /** True for the last page of the reading. */
  readonly isEnd: boolean;
}

export interface Pipeline<T> {
  readonly digests: AsyncIterable<Digest<T>>;
  readonly seen: Seen;
  readonly sink: Sink<T>;
  /** Looked at after each run, in order: true ends the reading with that run. */
  readonly isEnough: (run: Candidate<T>, printed: number) => boolean;
  /** Called once a page's runs have been accepted by the sink's stream; `null` where nothing is remembered. */
  readonly checkpoint: ((progress: Progress) => Promise<void>) | null;
  /** True where each page must be seen at once rather than laid out together with others. */
  readonly flushEachPage: boolean;
  readonly onDigest: (digest: Digest<T>, tally: Readonly<Tally>) => void;
}

/**
 * The whole flow: page → flow runs → kept → sink → checkpoint. The cursor moves last, so a crash repeats, never skips.
 * @throws whatever a room throws; the sink is closed first, and a failing close never hides the first failure.
 */
export async function pump<T>(pipeline: Pipeline<T>, tally: Tally): Promise<void> {
  const { sink } = pipeline;
  try {
    await pumpAll(pipeline, tally);
  } catch (error) {
    await sink.close().catch(() => undefined);
    throw error;
  }
  await sink.close();
}

async function pumpAll<T>(pipeline: Pipeline<T>, tally: Tally): Promise<void> {
  const { digests, seen, sink, isEnough, checkpoint, flushEachPage, onDigest } = pipeline;
  for await (const digest of digests) {
    const { page, candidates } = digest;
    const kept = candidates.filter(({ key }) => seen.add(key));
    const last = kept.findIndex((run, index) => isEnough(run, tally.printed + index + 1));
    const printed = last === -1 ? kept : kept.slice(0, last + 1);
    await sink.write(printed.map(({ encoded }) => encoded));
    if (flushEachPage) await sink.flush();
    await checkpoint?.({ page, kept, printed, isEnd: page.atEnd || last !== -1 });
    count(tally, digest, kept.length, printed);
    onDigest(digest, tally);
    if (last !== -1) return;
  }
}

function count<T>(tally: Tally, digest: Digest<T>, kept: number, printed: readonly Candidate<T>[]): void {
  const duplicates = digest.candidates.length - kept;
  tally.printed += printed.length;
  tally.failed += printed.filter(({ status }) => status === "failed").length;
  tally.runs += digest.runs - duplicates;
  tally.events += digest.page.count;
  tally.duplicates += duplicates;
  tally.unreadable += digest.rejects.length;
  tally.pages += 1;
}

export function emptyTally(): Tally {
  return { printed: 0, failed: 0, runs: 0, events: 0, duplicates: 0, unreadable: 0, pages: 0 };
}
