import { dataFactoryCodes } from "./error-codes-data-factory.ts";
import { families, type Family, type FamilyCodes } from "./error-codes-families.ts";
import { flowServiceCodes } from "./error-codes-flow-service.ts";
import { platformCodes } from "./error-codes-platform.ts";
import { signInCodes } from "./error-codes-sign-in.ts";
import { sourcesApiCodes } from "./error-codes-sources-api.ts";
import { compileGlob } from "./glob.ts";
import { nearest } from "./nearest.ts";

/** What the catalogue says about a code of one family. A code may have an entry in more than one. */
export interface CatalogueEntry {
  readonly code: string;
  readonly family: Family;
  /** What happened, in one to three plain sentences. */
  readonly meaning: string;
  /** What to do next; never empty, and says so where nobody documents a remedy. */
  readonly remedy: string;
  /** Where the facts are documented in public, or that they are not. */
  readonly source: string;
}

/** Every entry, family by family. Pure. */
export function allEntries(): readonly CatalogueEntry[] {
  entries ??= allShelves().flatMap(entriesOf);
  return entries;
}

/** Whether the catalogue has the code, in any case. It is asked for each cause of each error, so it costs one look-up. */
export function isKnownCode(code: string): boolean {
  return entriesByCode().has(code.toLowerCase());
}

/** What the code means, in any case: one entry for each family that has it, none if it is unknown. Pure. */
export function explain(code: string): readonly CatalogueEntry[] {
  return entriesByCode().get(code.toLowerCase()) ?? [];
}

/**
 * The entries that a pattern picks, in any case. With `*` (any text) or `?` (one character) it is held against the
 * whole code and the name of the family. Without, it names a family, alone or with its branches (`aad`, `adf`), or is
 * the beginning of codes (`INGEST-`). Pure.
 */
export function matchCodes(pattern: string): readonly CatalogueEntry[] {
  const wanted = pattern.toLowerCase();
  if (/[*?]/.test(wanted)) {
    const fits = compileGlob(wanted);
    return allEntries().filter(({ code, family }) => fits(code) || fits(family));
  }
  const ofFamily = allEntries().filter(({ family }) => family === wanted || family.startsWith(`${wanted}-`));
  return ofFamily.length > 0 ? ofFamily : allEntries().filter(({ code }) => code.toLowerCase().startsWith(wanted));
}

/**
 * The codes most like an unknown one, `count` at most: first those it may be a misspelling of, nearest first, then those
 * that begin most like it. None for a word that looks like no code at all. Pure.
 */
export function nearestCodes(code: string, count: number): readonly string[] {
  const found: string[] = [];
  let left = [...new Set(allEntries().map((entry) => entry.code))];
  while (found.length < count) {
    const next = nearest(code, left) ?? mostAlikeAtStart(code, left);
    if (next === undefined) break;
    found.push(next);
    left = left.filter((candidate) => candidate !== next);
  }
  return found;
}

/** The families that list the code or, where none does, those whose form it has (maybe none). Pure. */
export function familyOf(code: string): readonly Family[] {
  const known = explain(code);
  if (known.length > 0) return known.map(({ family }) => family);
  return allShelves()
    .map(({ family }) => family)
    .filter((name) => families[name].form?.test(code));
}

/** The catalogue in its order: what a run carries first, what only an API answers last. */
function allShelves(): readonly FamilyCodes[] {
  shelves ??= [platformCodes, dataFactoryCodes, signInCodes, flowServiceCodes, sourcesApiCodes].flatMap((of) => of());
  return shelves;
}

/** How much of a beginning says something: the shortest, such as Sql and Ftp, have three letters. */
const tellingStart = 3;

// Each is built when first asked for: most commands start without them, and V8 only skims what nobody has called.
let shelves: readonly FamilyCodes[] | undefined;
let entries: readonly CatalogueEntry[] | undefined;
let byCode: ReadonlyMap<string, readonly CatalogueEntry[]> | undefined;

function entriesOf({ family, source, codes }: FamilyCodes): readonly CatalogueEntry[] {
  return codes.map((entry) => ({
    code: entry.code,
    family,
    meaning: entry.meaning,
    remedy: entry.remedy,
    source: entry.source ?? source,
  }));
}

function entriesByCode(): ReadonlyMap<string, readonly CatalogueEntry[]> {
  if (byCode === undefined) {
    const grouped = new Map<string, CatalogueEntry[]>();
    for (const entry of allEntries()) {
      const key = entry.code.toLowerCase();
      const others = grouped.get(key);
      if (others === undefined) grouped.set(key, [entry]);
      else others.push(entry);
    }
    byCode = grouped;
  }
  return byCode;
}

function mostAlikeAtStart(code: string, candidates: readonly string[]): string | undefined {
  const wanted = code.toLowerCase();
  let best: string | undefined;
  let most = tellingStart - 1;
  for (const candidate of candidates) {
    const shared = sharedStart(wanted, candidate.toLowerCase());
    if (shared > most) {
      best = candidate;
      most = shared;
    }
  }
  return best;
}

function sharedStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
