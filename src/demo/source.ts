import { hexFrom, uuidFrom } from "./chance.ts";

/**
 * A journal's content: entries in the order written, counted from 0. Position −1 stands before the first one, so that
 * an empty journal has an end too.
 */
export interface JournalSource {
  /** How many entries are written by `now` (epoch ms). */
  readonly length: (now: number) => number;
  readonly position: (index: number) => string;
  /**
   * The index of a position, which may be of an entry that is not written yet, or (below −1) of one that is gone; null for
   * a position never given out.
   */
  readonly indexOf: (position: string) => number | null;
  /** Epoch ms; never decreases with the index. */
  readonly writtenAt: (index: number) => number;
  /** The entry `{"position","event"}` as JSON text, so that a page is joined rather than serialised anew. */
  readonly text: (index: number) => string;
}

/** Entries of a journal that are made when they are read; times are epoch ms. */
export interface Generator {
  /** How many entries there will ever be; may grow, may be Infinity. */
  readonly total: () => number;
  readonly length: (now: number) => number;
  readonly writtenAt: (index: number) => number;
  /** The event as JSON text. Called for each reading, so it must always give the same. */
  readonly event: (index: number) => string;
  /** How positions hold places other than by counting entries. */
  readonly places?: PlaceNumbers;
  /** Puts a comma into each position, as some could have. */
  readonly commas?: boolean;
}

/** A whole number for each place, which grows with the index; 0 stands before the first entry. */
export interface PlaceNumbers {
  readonly of: (index: number) => number;
  /** The index of a number that was given out, be it by another source of the same journal; null where it was not. */
  readonly indexOf: (place: number) => number | null;
}

/** A source whose entries are made when they are read: a million of them cost no memory. */
export function generatedSource(generator: Generator): JournalSource {
  const { commas = false, places = counted(generator) } = generator;
  const positionOf = (index: number): string => positionAt(places.of(index), commas);
  return {
    length: generator.length,
    writtenAt: generator.writtenAt,
    position: positionOf,
    indexOf: (text) => {
      const place = placeIn(text, commas);
      return place === null ? null : places.indexOf(place);
    },
    text: (index) => `{"position":"${positionOf(index)}","event":${generator.event(index)}}`,
  };
}

function counted({ total }: Generator): PlaceNumbers {
  return { of: (index) => index + 1, indexOf: (place) => (place <= total() ? place - 1 : null) };
}

/** An event of a journal that is written down, and when it was recorded. */
export interface Written {
  /** Epoch ms, in order. */
  readonly at: number;
  readonly event: unknown;
}

/** A source over a list, which may grow while it is served; an entry is seen from its `at` on. */
export function listedSource(list: readonly Written[], options: { readonly commas?: boolean } = {}): JournalSource {
  const writtenAt = (index: number): number => list[index]?.at ?? Infinity;
  return generatedSource({
    total: () => list.length,
    length: (now) => firstWhere(list.length, (index) => writtenAt(index) > now),
    writtenAt,
    event: (index) => JSON.stringify(list[index]?.event),
    ...options,
  });
}

/** The first index in [0, length) that passes an ordered test (false … true), else `length`. Pure. */
export function firstWhere(length: number, test: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A position: it looks like a journal's own (`:` and `.` in it) and holds its place, so that none has to be remembered. */
export function positionAt(place: number, commas = false): string {
  const id = uuidFrom(`position ${String(place - 1)}`);
  return `heron:${id}${commas ? "," : "."}heron:${place.toString(36)}.0.${hexFrom(id, 8)}`;
}

function placeIn(text: string, commas: boolean): number | null {
  const digits = /heron:([0-9a-z]{1,10})\.0\.[0-9a-f]{8}$/.exec(text)?.[1];
  if (digits === undefined) return null;
  const place = Number.parseInt(digits, 36);
  return positionAt(place, commas) === text ? place : null;
}
