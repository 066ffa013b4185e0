import type { Source } from "./source.ts";
import { coverageOf, uncovered, type Span } from "../archive/coverage.ts";
import { readCursors, readChains, type ArchiveCursor } from "../archive/cursors.ts";
import type { Archive } from "../archive/open.ts";
import { lateMs } from "../../adobe/journal/read-until.ts";
import { retentionMs } from "../../adobe/journal/retention.ts";
import { numberOrNull } from "../archive/row-values.ts";
import { startAt } from "../../adobe/journal/when.ts";
import { readLastSeq } from "../archive/read-archived.ts";
import { archivedRunSource, archiveSource, type Extent } from "./archive.ts";
import type { Digesting } from "../digest.ts";
import type { JournalStart } from "./journal.ts";
import { oneAfterTheOther, stitch, withoutArchived, withoutKeys, type Given, type Part } from "./stitched.ts";

/** A window that an archive and a journal have together. */
export interface StitchedReading<T> {
  readonly archive: Archive;
  /** Epoch milliseconds; -Infinity for all there is. */
  readonly from: number;
  /** Nothing that was updated later is wanted; `null` where everything is. */
  readonly until: number | null;
  readonly now: number;
  readonly digesting: Digesting<T>;
  readonly extent: Extent;
  /** A part of the journal; `null` where it is not to be asked. */
  readonly journal: JournalParts<T> | null;
}

/** How the journal's parts are read. */
export interface JournalParts<T> {
  /** @param until nothing updated later is wanted of it; `null` reads to its end. */
  readonly read: (start: JournalStart, until: number | null) => Source<T>;
  readonly fromSaved: (text: string) => string;
}

/** A window's source, and the parts of it that neither has; epoch milliseconds. */
export interface Stitched<T> {
  readonly source: Source<T>;
  readonly missing: readonly Span[];
  /** Where an archive is read alone and ends before the window does: its end. */
  readonly endsAt: number | null;
}

/** Reads a window from an archive and, where that ends, from the journal: each run once, in one order. */
export async function stitchedSource<T>(reading: StitchedReading<T>): Promise<Stitched<T>> {
  const { archive, from, until, digesting, extent } = reading;
  const { begin, parts, missing, upTo, endsAt, open } = await divide(reading);
  // All there is includes what was imported from before anything that is covered.
  const before: readonly Part[] = from === -Infinity ? [{ kind: "archive", from, to: begin }] : [];
  // A hole may lie before what was archived of it: a reading that ended in the middle, or an import, tells no end.
  const inPlace = new Set<string>();
  const archived = (part: Span): Source<T> =>
    withoutKeys(archiveSource({ ...digesting, ...archive, window: part, upTo, until, extent }), inPlace);
  const sources = [...before, ...parts].flatMap((part) =>
    part.kind === "archive"
      ? [archived(part)]
      : open(part, { before: part.kind === "hole" ? part.from : Infinity, inPlace }),
  );
  return { source: oneAfterTheOther(sources), missing, endsAt };
}

/**
 * The notifications of a run: those that the archive has, found by the beginning of its id, and from the journal what the
 * archive has not.
 */
export async function runSource<T>(reading: StitchedReading<T>, beginning: string): Promise<Stitched<T>> {
  const { archive, from, digesting } = reading;
  const { parts, missing, endsAt, open } = await divide(reading);
  const archived = archivedRunSource({ ...digesting, ...archive, beginning, from });
  const all = { before: Infinity, inPlace: new Set<string>() };
  return { source: oneAfterTheOther([archived, ...parts.flatMap((part) => open(part, all))]), missing, endsAt };
}

/** A window as archive and journal have it, and how its parts in the journal are read. */
interface Divided<T> extends Pick<Stitched<T>, "missing" | "endsAt"> {
  readonly begin: number;
  readonly parts: readonly Part[];
  /** The last number of those that the archive gives. */
  readonly upTo: number;
  readonly open: (part: Part, given: Pick<Given, "before" | "inPlace">) => readonly Source<T>[];
}

async function divide<T>({ archive, from, until, now, journal }: StitchedReading<T>): Promise<Divided<T>> {
  const { database, journal: name } = archive;
  // Places first: what is archived on the way is covered, and given once. And what is from now on is the journal's to give.
  const place = journal === null ? null : furthest(await readCursors(database, name), now);
  const coverage = coverageOf(await readChains(database, name));
  const upTo = await readLastSeq(database);
  const asked = until === null ? now : Math.min(now, until);
  // An archive that is read alone is not asked for what came after it.
  const reach = coverage.complete.at(-1)?.to.at ?? asked;
  const to = journal === null ? Math.min(asked, reach) : asked;
  const keptFrom = journal === null ? Infinity : now - retentionMs;
  const begin = from === -Infinity ? Math.min(coverage.complete[0]?.from.at ?? to, now - retentionMs) : from;
  const stitches = stitch({ from: begin, to, coverage, place, keptFrom });
  const open: Divided<T>["open"] = (part, given) => {
    if (part.kind === "archive" || journal === null) return [];
    const source =
      part.kind === "rest"
        ? journal.read({ kind: "next", url: journal.fromSaved(part.next) }, until)
        : journal.read(startAt(part.from), part.to >= to ? until : part.to);
    return [withoutArchived(source, { queries: database, journal: name, from, upTo, ...given })];
  };
  const { missing } = stitches;
  // An archive that began with the oldest that the journal had then need not ask for what lay before it.
  const [first] = coverage.complete;
  const beginning = first === undefined || first.from.isExact ? -Infinity : first.from.at;
  const parts = stitches.parts.filter((part) => part.kind !== "hole" || part.to > beginning);
  // Seven days that were typed a moment ago have lost that moment since.
  const isWorthTelling = (part: Span): boolean => part.to !== keptFrom || part.to - part.from > momentMs;
  return { begin, parts, missing: missing.filter(isWorthTelling), upTo, endsAt: to < asked ? to : null, open };
}

/**
 * The first moment (epoch milliseconds) of which an archive or the journal has anything, the one since when they together
 * have all that was recorded, and the one until which the archive was filled.
 */
export async function readReach(
  { database, journal }: Archive,
  now: number,
): Promise<{ readonly first: number; readonly whole: number; readonly filledUntil: number | null }> {
  const coverage = coverageOf(await readChains(database, journal));
  const keptFrom = now - retentionMs;
  const begin = Math.min(coverage.complete[0]?.from.at ?? keptFrom, keptFrom);
  const lost = uncovered(coverage, { from: begin, to: keptFrom });
  const [row] = await database.all(`SELECT min(recorded_at) AS first_at FROM {schema}runs WHERE journal = $1`, [
    journal,
  ]);
  const first = row === undefined ? null : numberOrNull(row, "first_at");
  return {
    first: Math.min(begin, first ?? begin),
    whole: lost.at(-1)?.to ?? begin,
    filledUntil: coverage.complete.at(-1)?.to.at ?? null,
  };
}

/** Nobody knows to the minute when a journal forgets. */
const momentMs = 60_000;

/** The cursor that has read most; a place that the journal has forgotten is none. */
function furthest(cursors: readonly ArchiveCursor[], now: number): ArchiveCursor | null {
  const alive = cursors.filter(({ readUntil }) => readUntil > now - retentionMs + lateMs);
  return alive.reduce<ArchiveCursor | null>(
    (best, cursor) => (best === null || cursor.readUntil > best.readUntil ? cursor : best),
    null,
  );
}
