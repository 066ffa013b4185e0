import type { World } from "../../host.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { packRuns } from "../archive/packs.ts";
import { writtenOf, type WrittenRun } from "../archive/run-row.ts";
import type { Batch, Mark, Source } from "./source.ts";
import { timeOf } from "../../text/time-text.ts";

/** How batches are joined. */
export interface Joining {
  /** A batch with so many runs, or more, waits for no other. */
  readonly mostRuns: number;
  /** Nor does one wait longer than that, in milliseconds. */
  readonly mostMs: number;
  readonly now: World["now"];
}

/**
 * A source of runs as one of what an archive keeps of them. Their objects and texts are let go as soon as these are packed, so
 * that batches are joined of what is small.
 */
export function forArchive(source: Source<FlowRun>, now: World["now"]): Source<WrittenRun> {
  return {
    async *read() {
      for await (const batch of source.read()) yield await packed(batch, now());
    },
    describe: (fault) => source.describe(fault),
  };
}

async function packed(batch: Batch<FlowRun>, now: number): Promise<Batch<WrittenRun>> {
  const written = batch.candidates.map(({ key, encoded: run }) => ({
    ...{ key, recordedAt: recordingOf(run, batch.mark, now) },
    ...writtenOf(run),
  }));
  const runs = await packRuns(written);
  const candidates = batch.candidates.flatMap((candidate, n) => {
    const encoded = runs[n];
    return encoded === undefined ? [] : { ...candidate, encoded };
  });
  return { ...batch, candidates };
}

/**
 * The journal does not say when an event was recorded: when its run was updated, or later where the page begins later. The
 * page's last event may be one that is delivered again, and tells an earlier time than those before it.
 */
function recordingOf({ updatedAt }: FlowRun, { recordedFrom = null, recordedAt, askedAt }: Mark, now: number): number {
  const latest = askedAt ?? now;
  const told = timeOf(updatedAt);
  const about = Number.isNaN(told) ? (recordedAt ?? latest) : told;
  return Math.min(Math.max(about, recordedFrom ?? about), latest);
}

/**
 * A source whose batches are joined until they are worth a transaction, since most pages of a busy journal hold a few runs,
 * and until their place leads past nothing. What begins anew is never joined to what came before, and nothing to the end.
 * A source that fails has given what came before: that is handed on first.
 */
export function joinBatches<T>(source: Source<T>, { mostRuns, mostMs, now }: Joining): Source<T> {
  return {
    async *read() {
      let open: Batch<T> | null = null;
      let since = now();
      const end: Ending = {};
      for await (const batch of untilFailing(source, end)) {
        if (open !== null && batch.mark.begins != null) {
          yield wholly(open);
          open = null;
        }
        if (open === null) since = now();
        open = open === null ? batch : join(open, batch);
        if (batch.mark.isCut === true) continue;
        if (open.candidates.length < mostRuns && !batch.mark.atEnd && now() - since < mostMs) continue;
        yield open;
        open = null;
      }
      if (open !== null) yield wholly(open);
      if ("error" in end) throw end.error;
    },
    describe: (fault) => source.describe(fault),
  };
}

/** How a source has ended: where it failed, by what. */
interface Ending {
  error?: unknown;
}

/** A source's batches up to its end or its failure, which is put down. */
async function* untilFailing<T>(source: Source<T>, end: Ending): AsyncGenerator<Batch<T>, void, undefined> {
  try {
    yield* source.read();
  } catch (error) {
    end.error = error;
  }
}

/** A batch with a place that leads past nothing: where its neighbour never came, to what follows its last event. Pure. */
function wholly<T>(batch: Batch<T>): Batch<T> {
  const { mark, nextAfter } = batch;
  return mark.isCut === true ? { ...batch, mark: { ...mark, isCut: false, next: nextAfter(mark.last) } } : batch;
}

/** Two batches of which the second goes on from the first, as one. Pure. */
function join<T>(one: Batch<T>, other: Batch<T>): Batch<T> {
  const nextAfter: Batch<T>["nextAfter"] = (position) => {
    const isOthers = other.candidates.some((candidate) => candidate.position === position);
    return (isOthers ? other : one).nextAfter(position);
  };
  return {
    mark: joinMarks(one.mark, other.mark),
    candidates: [...one.candidates, ...other.candidates],
    runs: one.runs + other.runs,
    rejects: [...one.rejects, ...other.rejects],
    withoutRaw: [...one.withoutRaw, ...other.withoutRaw],
    waitMs: other.waitMs,
    nextAfter,
  };
}

function joinMarks(one: Mark, other: Mark): Mark {
  return {
    ...other,
    begins: one.begins ?? null,
    recordedFrom: one.recordedFrom ?? other.recordedFrom ?? null,
    last: other.last ?? one.last,
    recordedAt: other.recordedAt ?? one.recordedAt,
    count: one.count + other.count,
  };
}

/**
 * A source that works on its next batch while the last one is taken: one ahead, never more.
 * @param stop ends what it is at, where no more is wanted: it may be waiting for long.
 */
export function readAhead<T>(source: Source<T>, stop: () => void): Source<T> {
  return {
    async *read() {
      const batches = source.read()[Symbol.asyncIterator]();
      const ask = (): Promise<IteratorResult<Batch<T>>> => {
        const next = batches.next();
        // It is looked at when its turn comes.
        next.catch(() => undefined);
        return next;
      };
      let next = ask();
      try {
        for (;;) {
          const step = await next;
          if (step.done === true) return;
          next = ask();
          yield step.value;
        }
      } finally {
        stop();
        await batches.return?.();
      }
    },
    describe: (fault) => source.describe(fault),
  };
}
