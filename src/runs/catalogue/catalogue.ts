import { FlowrunError } from "../../errors.ts";
import { allFamilies, familiesByForm, type Family } from "./code-forms.ts";
import { linkTo } from "./codes/sources.ts";
import { dataFactoryCodes } from "./codes/data-factory.ts";
import { entra1Codes } from "./codes/entra-1.ts";
import { entra5Codes } from "./codes/entra-5.ts";
import { entra7Codes } from "./codes/entra-7.ts";
import { entra9Codes } from "./codes/entra-9.ts";
import { families, type FamilyCodes } from "./codes/families.ts";
import { flowServiceCodes } from "./codes/flow-service.ts";
import { oauthCodes } from "./codes/oauth.ts";
import { platformApiCodes } from "./codes/platform-apis.ts";
import { platformCodes } from "./codes/platform.ts";
import { sourcesApiCodes } from "./codes/sources-api.ts";
import { storeCodes } from "./codes/stores.ts";
import { compileGlob } from "../../text/glob.ts";
import { nearest } from "../../text/nearest.ts";
import { rankOf, type Rank } from "./ranks.ts";

/**
 * The catalogue of error codes: 800 texts, which nobody should load who does not look one up. What a reading needs of a
 * code is its rank (ranks.ts).
 */

/** A code of one family, explained. A code may have an entry in more than one. */
export interface CatalogueEntry {
  readonly code: string;
  readonly family: Family;
  /** The family's name for reading. */
  readonly title: string;
  readonly rank: Rank;
  /** The trouble, in one to three plain sentences. */
  readonly meaning: string;
  /** The next thing to do; never empty, and says so where nobody documents a remedy. */
  readonly remedy: string;
  /** Where the facts are documented in public, or that they are not. */
  readonly source: string;
  /** The address of that page; null where nobody documents the code. */
  readonly link: string | null;
}

/** The questions that a renderer asks the catalogue, so that it is loaded by whoever has something to explain. */
export interface Catalogue {
  explain(code: string): readonly CatalogueEntry[];
  aboutForm(code: string): readonly FamilyNote[];
}

/** Every entry, family by family. Pure. */
export function allEntries(): readonly CatalogueEntry[] {
  entries ??= readShelves();
  return entries;
}

/**
 * The meanings of a code, in any case: one entry for each family that has it, none if it is unknown.
 * @throws FlowrunError `usage` for what is no text, as a program in JavaScript may ask about. Pure.
 */
export function explain(code: string): readonly CatalogueEntry[] {
  checkText(code);
  return entriesByCode().get(code.toLowerCase()) ?? [];
}

function checkText(code: unknown): void {
  if (typeof code === "string") return;
  throw new FlowrunError("usage", "explain takes an error code, as a text", {
    why: `it was given ${code === null ? "null" : typeof code}; a run that did not fail has no code`,
    hint: "ask only where there is one: if (run.rootCause !== null) explain(run.rootCause.code)",
  });
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
  return known.length > 0 ? known.map(({ family }) => family) : familiesByForm(code);
}

/** A family that an unlisted code may belong to, by its form. */
export interface FamilyNote {
  readonly family: Family;
  readonly title: string;
  readonly meaning: string;
  /** Where such a code may be looked up, if anywhere. */
  readonly link: string | null;
}

/**
 * The families that an unlisted code may belong to by its form, in their order (maybe none). A bare number may also be short
 * for a code of an API that begins with it: 2104 for 2104-500. Pure.
 */
export function aboutForm(code: string): readonly FamilyNote[] {
  const longer = /^\d+$/.test(code) ? allEntries().filter((entry) => entry.code.startsWith(`${code}-`)) : [];
  const found = new Set([...familiesByForm(code), ...longer.map(({ family }) => family)]);
  return [...found].map((family) => {
    const { title, meaning, source } = families[family];
    return { family, title, meaning, link: source === null ? null : linkTo(source, code) };
  });
}

/** The known code that this one is a slip of the keys away from, or null. Pure. */
export function nearMiss(code: string): string | null {
  const known = allEntries().map((entry) => entry.code);
  return nearest(code, known, slip);
}

/** Two letters changed places, or one was missed and one doubled. */
const slip = 2;

/** How much of a beginning says something: the shortest, such as Sql and Ftp, have three letters. */
const tellingStart = 3;

const shelves: readonly (() => readonly FamilyCodes[])[] = [
  platformCodes,
  platformApiCodes,
  dataFactoryCodes,
  storeCodes,
  entra1Codes,
  entra5Codes,
  entra7Codes,
  entra9Codes,
  oauthCodes,
  flowServiceCodes,
  sourcesApiCodes,
];

// Each is built when first asked for, and V8 only skims the texts until somebody does.
let entries: readonly CatalogueEntry[] | undefined;
let byCode: ReadonlyMap<string, readonly CatalogueEntry[]> | undefined;

function readShelves(): readonly CatalogueEntry[] {
  const read = shelves.flatMap((codesOf) => codesOf()).flatMap(entriesOf);
  const place = new Map(allFamilies().map((family, at) => [family, at]));
  return read.sort((one, other) => (place.get(one.family) ?? 0) - (place.get(other.family) ?? 0));
}

function entriesOf({ family, source, codes }: FamilyCodes): readonly CatalogueEntry[] {
  return codes.map((listed) => {
    const told = listed.source ?? source;
    return {
      code: listed.code,
      family,
      title: families[family].title,
      rank: rankOf(listed.code) ?? "cause",
      meaning: listed.meaning,
      remedy: listed.remedy,
      source: told.title,
      link: linkTo(told, listed.code),
    };
  });
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
