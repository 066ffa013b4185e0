import type { Source } from "./source.ts";
import { coverageOf, type Stretch } from "../archive/coverage.ts";
import { listCursors, readChains, type ArchiveCursor } from "../archive/cursors.ts";
import type { Archive } from "../archive/open.ts";
import { lateMs } from "../../adobe/journal/read-until.ts";
import { retentionMs } from "../../adobe/journal/retention.ts";
import { startAt } from "../../adobe/journal/when.ts";
import { readLastSeq } from "../archive/read-archived.ts";
import { archiveSource } from "./archive.ts";
import type { Digesting } from "../digest.ts";
import type { JournalStart } from "./journal.ts";
import { oneAfterTheOther, stitch, withoutArchived, type Part } from "./stitched.ts";

/** A window that an archive and a journal have together. */
export interface StitchedReading<T> {
  readonly archive: Archive;
  /** Epoch milliseconds; -Infinity for all there is. */
  readonly from: number;
  /** Nothing that was updated later is wanted; `null` where everything is. */
  readonly until: number | null;
  readonly now: number;
  readonly digesting: Digesting<T>;
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
  readonly missing: readonly Stretch[];
  /** Where an archive is read alone and ends before the window does: its end. */
  readonly endsAt: number | null;
}

/** Reads a window from an archive and, where that ends, from the journal: each run once, in one order. */
export async function stitchedSource<T>(reading: StitchedReading<T>): Promise<Stitched<T>> {
  const { archive, from, until, now, journal, digesting } = reading;
  const { database, journal: name } = archive;
  // Places first: what is archived on the way is covered, and given once. And what is from now on is the journal's to give.
  const place = journal === null ? null : furthest(await listCursors(database, name), now);
  const coverage = coverageOf(await readChains(database, name));
  const upTo = await readLastSeq(database);
  const asked = until === null ? now : Math.min(now, until);
  // An archive that is read alone is not asked for what came after it.
  const reach = coverage.complete.at(-1)?.to.at ?? asked;
  const to = journal === null ? Math.min(asked, reach) : asked;
  const keptFrom = journal === null ? Infinity : now - retentionMs;
  const begin = from === -Infinity ? Math.min(coverage.complete[0]?.from.at ?? to, now - retentionMs) : from;
  const { parts, missing } = stitch({ from: begin, to, coverage, place, keptFrom });
  const open = (part: Part): Source<T>[] => {
    if (part.kind === "archive") return [archiveSource({ ...digesting, ...archive, window: part, upTo })];
    if (journal === null) return [];
    const source =
      part.kind === "rest"
        ? journal.read({ kind: "next", url: journal.fromSaved(part.next) }, until)
        : journal.read(startAt(part.from), part.to >= to ? until : part.to);
    return [withoutArchived(source, { queries: database, journal: name, from, upTo })];
  };
  // All there is includes what was imported from before anything that is covered.
  const before: readonly Part[] = from === -Infinity ? [{ kind: "archive", from, to: begin }] : [];
  return { source: oneAfterTheOther([...before, ...parts].flatMap(open)), missing, endsAt: to < asked ? to : null };
}

/** The cursor that has read most; a place that the journal has forgotten is none. */
function furthest(cursors: readonly ArchiveCursor[], now: number): ArchiveCursor | null {
  const alive = cursors.filter(({ readUntil }) => readUntil > now - retentionMs + lateMs);
  return alive.reduce<ArchiveCursor | null>(
    (best, cursor) => (best === null || cursor.readUntil > best.readUntil ? cursor : best),
    null,
  );
}
