import type { Page } from "./journal/page.ts";
import type { FlowRun } from "./runs/flow-run.ts";
import type { Sink } from "./sinks/sink.ts";

/** A flow run that passed the filters and was not seen before, and how it is told from its repetitions. */
export interface KeptRun {
  readonly key: string;
  readonly run: FlowRun;
}

/** What is left of a page, in the page's order, and what fell away. */
export interface Sifted {
  readonly kept: readonly KeptRun[];
  readonly duplicates: number;
  readonly unreadable: number;
}

/** What a reading has done so far. */
export interface Tally {
  printed: number;
  failed: number;
  /** Journal entries of every kind. */
  events: number;
  duplicates: number;
  unreadable: number;
  pages: number;
}

/** Where a checkpoint may put the cursor: past a whole page, or inside it. */
export interface Progress {
  readonly page: Page;
  readonly kept: readonly KeptRun[];
  /** The kept runs that were printed, from the first. */
  readonly printed: readonly KeptRun[];
  /** True when the reading stopped before the page's end: the rest must come next time. */
  readonly isCut: boolean;
  /** True for the last page of the reading. */
  readonly isEnd: boolean;
}

export interface Pipeline {
  readonly pages: AsyncIterable<Page>;
  readonly sift: (page: Page) => Sifted;
  readonly encode: (run: FlowRun) => string;
  readonly sink: Sink;
  /** Looked at after each run, in order: true ends the reading with that run. */
  readonly isEnough: (run: FlowRun, printed: number) => boolean;
  /** Called once a page's runs have been accepted by the sink's stream; `null` where nothing is remembered. */
  readonly checkpoint: ((progress: Progress) => Promise<void>) | null;
  /** True where each page must be seen at once rather than laid out together with others. */
  readonly flushEachPage: boolean;
  readonly onPage: (page: Page, sifted: Sifted, tally: Readonly<Tally>) => void;
}

/**
 * The whole flow: page → flow runs → kept → sink → checkpoint. The cursor moves last, so a crash repeats, never skips.
 * @throws whatever a room throws; the sink is closed first, and a failing close never hides the first failure.
 */
export async function pump(pipeline: Pipeline, tally: Tally): Promise<void> {
  let failure: unknown;
  try {
    await readAll(pipeline, tally);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    await pipeline.sink.close().catch((error: unknown) => {
      if (failure === undefined) throw error;
    });
  }
}

async function readAll(pipeline: Pipeline, tally: Tally): Promise<void> {
  const { pages, sift, encode, sink, checkpoint, flushEachPage, onPage } = pipeline;
  for await (const page of pages) {
    const sifted = sift(page);
    const { taken, isEnough } = takeEnough(pipeline, sifted.kept, tally.printed);
    await sink.write(taken.map(({ run }) => encode(run)));
    if (flushEachPage) await sink.flush();
    const { kept } = sifted;
    await checkpoint?.({
      page,
      kept,
      printed: taken,
      isCut: taken.length < kept.length,
      isEnd: page.atEnd || isEnough,
    });
    tally.printed += taken.length;
    tally.failed += taken.filter(({ run }) => run.status === "failed").length;
    tally.events += page.entries.length;
    tally.duplicates += sifted.duplicates;
    tally.unreadable += sifted.unreadable;
    tally.pages += 1;
    onPage(page, sifted, tally);
    if (isEnough) return;
  }
}

function takeEnough({ isEnough }: Pipeline, kept: readonly KeptRun[], printed: number) {
  const last = kept.findIndex(({ run }, index) => isEnough(run, printed + index + 1));
  return last === -1 ? { taken: kept, isEnough: false } : { taken: kept.slice(0, last + 1), isEnough: true };
}

export function emptyTally(): Tally {
  return { printed: 0, failed: 0, events: 0, duplicates: 0, unreadable: 0, pages: 0 };
}
