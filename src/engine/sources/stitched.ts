import { lateMs } from "../../adobe/journal/read-until.ts";
import { uncovered, type Coverage, type Span } from "../archive/coverage.ts";
import type { Queries } from "../archive/database.ts";
import { placesOf } from "../archive/fill-text.ts";
import { boundedMoment } from "../archive/read-archived.ts";
import { numberIn, textIn } from "../archive/row-values.ts";
import { eventKey } from "../archive/run-row.ts";
import type { Batch, Source } from "./source.ts";

/** A window, what the archive has of it, and what the journal still keeps; epoch milliseconds. */
export interface Seams {
  /** The window; its end is now, or the moment that nothing later is wanted of. */
  readonly from: number;
  readonly to: number;
  readonly coverage: Coverage;
  /** The archive's own place to read on from, and until when it has read; `null` where it has none, or one that is gone. */
  readonly place: { readonly next: string; readonly readUntil: number } | null;
  /** Everything recorded before is gone from the journal. */
  readonly keptFrom: number;
}

/** A part of a window, from where it is to be had. */
export type Part =
  | ({ readonly kind: "archive" } & Span)
  /** A hole of the archive that the journal still has. */
  | ({ readonly kind: "hole" } & Span)
  /** From where the archive stands, to the journal's end. */
  | { readonly kind: "rest"; readonly next: string };

/** The parts of a window, in its order, and those that nobody has. */
export interface Stitches {
  readonly parts: readonly Part[];
  readonly missing: readonly Span[];
}

/**
 * Divides a window between archive and journal. After what the archive has read the journal goes on from the archive's own
 * place, never from a moment: events tell times that lie before they were recorded. Holes are read from the journal as far
 * as it goes back. A window that begins after all that the archive has is the journal's alone. Pure.
 */
export function stitch({ from, to, coverage, place, keptFrom }: Seams): Stitches {
  const reach = Math.max(coverage.complete.at(-1)?.to.at ?? -Infinity, place?.readUntil ?? -Infinity);
  const goesOn = place !== null && reach > from;
  const open = uncovered(coverage, { from, to: goesOn ? Math.min(to, reach) : to });
  const missing = open
    .filter((part) => part.from < keptFrom)
    .map((part) => ({ from: part.from, to: Math.min(part.to, keptFrom) }));
  const parts: Part[] = [];
  let at = from;
  for (const part of open.filter(({ to: end }) => end > keptFrom)) {
    // Where a chain of pages ended may be an estimate.
    const start = Math.max(from, keptFrom, part.from - lateMs);
    if (start > at) parts.push({ kind: "archive", from: at, to: start });
    parts.push({ kind: "hole", from: start, to: part.to });
    at = start;
  }
  parts.push({ kind: "archive", from: at, to: Math.max(to, at) + lateMs });
  if (goesOn && reach < to + lateMs) parts.push({ kind: "rest", next: place.next });
  return { parts, missing };
}

/** Several sources one after the other, as one. */
export function oneAfterTheOther<T>(sources: readonly Source<T>[]): Source<T> {
  let current = sources[0];
  return {
    async *read() {
      for (const source of sources) {
        current = source;
        yield* source.read();
      }
    },
    describe: (fault) => current?.describe(fault) ?? fault.position,
  };
}

/** The runs that an archive gives of a window: of a journal, recorded from a moment on, with numbers up to one. */
export interface Given {
  readonly queries: Queries;
  readonly journal: string;
  readonly from: number;
  readonly upTo: number;
  /** Runs that were recorded from then on it gives only after the source, which gives it in its own order. */
  readonly before: number;
  /** The keys that a source gave in the archive's place, in the archive's form. */
  readonly inPlace: Set<string>;
}

/** A source without the runs that the archive has given already. */
export function withoutArchived<T>(source: Source<T>, given: Given): Source<T> {
  return stripped(source, async (keys) => {
    const archived = await findArchived(given, keys);
    const isGiven = (key: string): boolean => {
      const at = archived.get(eventKey(key));
      if (at === undefined) return false;
      const isAgain = at < given.before || given.inPlace.has(eventKey(key));
      given.inPlace.add(eventKey(key));
      return isAgain;
    };
    return keys.map(isGiven);
  });
}

/** An archive's source without what others have given in its place. */
export function withoutKeys<T>(source: Source<T>, inPlace: ReadonlySet<string>): Source<T> {
  return stripped(source, (keys) =>
    Promise.resolve(inPlace.size === 0 ? [] : keys.map((key) => inPlace.has(eventKey(key)))),
  );
}

/** @param areGiven one after the other, since a batch may hold a key twice. */
function stripped<T>(source: Source<T>, areGiven: (keys: readonly string[]) => Promise<readonly boolean[]>): Source<T> {
  const strip = async (batch: Batch<T>): Promise<Batch<T>> => {
    const given = await areGiven(batch.candidates.map(({ key }) => key));
    const candidates = batch.candidates.filter((_, index) => given[index] !== true);
    return { ...batch, candidates, runs: batch.runs - (batch.candidates.length - candidates.length) };
  };
  return {
    async *read() {
      for await (const batch of source.read()) yield await strip(batch);
    },
    describe: (fault) => source.describe(fault),
  };
}

const keysAtOnce = 500;

/** Those of these keys that the archive gives, in its form, and about when they were recorded. */
async function findArchived(
  { queries, journal, from, upTo }: Given,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (let at = 0; at < keys.length; at += keysAtOnce) {
    const own = [...new Set(keys.slice(at, at + keysAtOnce).map(eventKey))];
    const rows = await queries.all(
      // By the time as it stands SQLite would look at all that was recorded since, and not for these keys.
      `SELECT event_key, recorded_at FROM {schema}runs
      WHERE journal = $1 AND recorded_at + 0 >= $2 AND seq <= $3 AND event_key IN (${placesOf(own.length, 4)})`,
      [journal, boundedMoment(from), upTo, ...own],
    );
    for (const row of rows) found.set(textIn(row, "event_key"), numberIn(row, "recorded_at"));
  }
  return found;
}
