import { fingerprintOf } from "./fingerprint.ts";
import { findEntries, firstEntries, firstPosition, type Entry, type Page } from "./page.ts";

/**
 * How a stretch of the journal begins: its first entries, by which the reader before it knows that it has come there. A
 * position alone would not do, since events may share one, or have one that another has had before.
 */
export interface Opening {
  /** The position of its first event; opaque, compared for equality only. */
  readonly position: string;
  /** Fingerprints of its first entries, position and event: three when it is whole, fewer while it is being read. */
  readonly prints: readonly number[];
}

/**
 * A boundary is proved by so many entries in a row, position and event: one that is delivered twice at one position is
 * taken neither for its other self nor for what follows it. Each costs its text to be written once more (20 µs), and of
 * pages of a hundred one boundary in fifty stands so near to the end that it takes the page after it, too.
 */
const entriesCompared = 3;

/** Whether an opening has as many entries as prove a boundary. Pure. */
export function isWhole({ prints }: Opening): boolean {
  return prints.length === entriesCompared;
}

/**
 * An opening with another page of the stretch; `before` is `null` for the first page with events.
 * @returns `null` where no boundary can be made of it: its first event has no position, or something stands there twice.
 * Pure.
 */
export function addToOpening(before: Opening | null, page: Page): Opening | null {
  const position = before?.position ?? firstPosition(page);
  if (position === null || repeatsItself(page.entries)) return null;
  const some = before?.prints ?? [];
  const prints = [...some, ...firstEntries(page, entriesCompared - some.length).map(printOf)];
  const [first, ...rest] = prints;
  return first === undefined || rest.includes(first) ? null : { position, prints };
}

/**
 * A page without its first event, which a `seek` may begin with although it was recorded long before. Where a window ends at
 * a boundary, that must not come too early: what lies between would be lost. So it is made of the events after. Pure.
 */
export function withoutFirst(page: Page): Page {
  const entries = firstEntries(page, page.count).slice(1);
  return { ...page, entries, unparsed: null, count: entries.length };
}

/** The result of a search for openings in pages; `S` stands for the stretch that an opening is of. */
export type Meeting<S> =
  /** None of them begins there. */
  | { readonly kind: "none" }
  /** This one does, at that entry of that page, each counted from 0. */
  | { readonly kind: "met"; readonly stretch: S; readonly page: number; readonly entry: number }
  /** One may, in that page, if what comes after these pages is the same as well. */
  | { readonly kind: "open"; readonly page: number }
  /** The first entry of this one stands elsewhere too: nothing proves where it begins. */
  | { readonly kind: "twice"; readonly stretch: S };

/** Looks for the first of these openings in pages that follow one another. Pure. */
export function meet<S>(pages: readonly Page[], openings: readonly (readonly [S, Opening])[]): Meeting<S> {
  const positions = openings.map(([, { position }]) => position);
  for (const [index, page] of pages.entries()) {
    const entries = findEntries(page, positions);
    for (const [at, { position }] of entries.entries()) {
      if (!positions.includes(position)) continue;
      const read = readerFrom(entries.slice(at), pages.slice(index + 1));
      for (const [stretch, opening] of openings) {
        if (opening.position !== position) continue;
        const same = commonStart(opening.prints, read);
        const isMet = same.count === opening.prints.length && !repeatsItself(entries);
        if (isMet) return { kind: "met", stretch, page: index, entry: at };
        if (same.isAll) return { kind: "open", page: index };
        // Another event at its position only is no matter; the same event with another one after it is.
        if (same.count > 0) return { kind: "twice", stretch };
      }
    }
  }
  return { kind: "none" };
}

/**
 * Whether the same event stands at the same position twice among these. Where that happens, a few entries in a row may well
 * come twice, too, and then prove nothing: what lies between them would be lost.
 */
function repeatsItself(entries: readonly Entry[]): boolean {
  const at = new Map<string, Entry[]>();
  for (const entry of entries) {
    const others = at.get(entry.position);
    if (others === undefined) at.set(entry.position, [entry]);
    else others.push(entry);
  }
  // Events that share a position are few, if there are any; only they must be told apart.
  return at.size < entries.length && [...at.values()].some((same) => new Set(same.map(printOf)).size < same.length);
}

/** The fingerprint of the nth of these entries and those of the pages after; `null` past the end of what was read. */
function readerFrom(entries: readonly Entry[], later: readonly Page[]): (nth: number) => number | null {
  const rest = [...entries.slice(0, entriesCompared)];
  for (const page of later) {
    if (rest.length >= entriesCompared) break;
    rest.push(...firstEntries(page, entriesCompared - rest.length));
  }
  const prints: number[] = [];
  return (nth) => {
    const entry = rest[nth];
    return entry === undefined ? null : (prints[nth] ??= printOf(entry));
  };
}

/** How many are the same from the first on, and whether all that were read are. */
function commonStart(
  prints: readonly number[],
  read: (nth: number) => number | null,
): { readonly count: number; readonly isAll: boolean } {
  for (const [nth, print] of prints.entries()) {
    const found = read(nth);
    if (found !== print) return { count: nth, isAll: found === null };
  }
  return { count: prints.length, isAll: false };
}

function printOf({ position, event }: Entry): number {
  return fingerprintOf([position, event]);
}
