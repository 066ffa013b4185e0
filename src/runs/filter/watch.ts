import type { Notice } from "../../notices.ts";
import { keptText } from "../../text/kept.ts";
import { nearest } from "../../text/nearest.ts";
import type { FlowRun } from "../record/flow-run.ts";
import { quote, type Criterion, type RunFilter, type Thing, type Wanted } from "./criterion.ts";

/** A filter that remembers what it saw, within bounds, to tell in the end why nothing matched. */
export interface WatchedFilter<R = FlowRun> {
  readonly keep: RunFilter<R>;
  /** The paths of the fields that its criteria look at; none where it keeps nearly all. */
  readonly looksAt: readonly string[];
  /** Remarks before a reading that may never end, about words that are probably misspelt. */
  readonly doubts: () => readonly Notice[];
  /** Remarks after a reading: filters that nothing matched, with the nearest that was seen; beginnings that fit several. */
  readonly report: () => readonly Notice[];
}

/** A filter with something in front of it that looks at other fields, too. Who reads no more than is looked at is told of all. */
export function narrowed<F extends Pick<WatchedFilter, "keep" | "looksAt">>(
  filter: F,
  fields: readonly string[],
  keep: RunFilter,
): F {
  return { ...filter, keep, looksAt: [...filter.looksAt, ...fields] };
}

/** How options are told back, and what is left out where nobody asked for a status. */
export interface WatchOptions {
  readonly spell: (option: string) => string;
  /** Runs that are in progress are left out. */
  readonly leavesOutBegun: boolean;
  /** How one of the records is called. */
  readonly called?: string;
}

/**
 * Holds runs against all criteria, each by itself: of a run that one of them turns away the others are asked all the
 * same, for as long as they have not matched anything. What it remembers is bounded: some hundreds of names, cut.
 */
export function openWatch<R extends { readonly status: string | null }>(
  criteria: readonly Criterion<R>[],
  { spell, leavesOutBegun, called = "run" }: WatchOptions,
): WatchedFilter<R> {
  const watched = criteria.map(watchOne);
  const counts = { seen: 0, kept: 0, begun: 0 };
  return {
    looksAt: criteria.flatMap(({ looksAt }) => looksAt),
    keep: (run) => {
      counts.seen += 1;
      let fits = true;
      for (const one of watched) {
        if ((fits || !one.isSettled()) && !one.look(run)) fits = false;
      }
      if (!fits) return false;
      if (leavesOutBegun && run.status === "inProgress") {
        counts.begun += 1;
        return false;
      }
      counts.kept += 1;
      for (const one of watched) one.take(run);
      return true;
    },
    doubts: () => criteria.flatMap((criterion) => doubtsAbout(criterion, spell)),
    report: () => {
      if (counts.seen === 0) return criteria.flatMap((criterion) => doubtsAbout(criterion, spell));
      const missed = watched.flatMap((one) => one.missed(spell, called));
      const shared = watched.flatMap((one) => one.shared(spell));
      if (counts.kept > 0 || missed.length > 0) return [...missed, ...shared];
      return nothingTogether(criteria, counts.begun, { spell, called });
    },
  };
}

type Spell = WatchOptions["spell"];

/** Each filter matched something, and yet no run is left. */
function nothingTogether<R>(
  criteria: readonly Criterion<R>[],
  begun: number,
  { spell, called }: { readonly spell: Spell; readonly called: string },
): readonly Notice[] {
  if (criteria.length === 0) return [];
  if (begun > 0) {
    const runs = begun === 1 ? "the run that matches is" : `the ${begun} runs that match are`;
    return [remark(`${runs} still in progress; ${spell("status")} all shows them`)];
  }
  const all = criteria.map(({ option, wanted }) => `${spell(option)} ${toldTogether(wanted)}`);
  return criteria.length < 2 ? [] : [remark(`no ${called} matched all of these together: ${all.join(", ")}`)];
}

function watchOne<R>(criterion: Criterion<R>) {
  const { wanted, isEachTold, thingsOf, things } = criterion;
  const unmatched = new Set(wanted);
  const sightings = createSightings();
  const meant = new Map<Wanted<R>, Meant>();
  let isSettled = false;
  return {
    isSettled: () => isSettled,
    look: (run: R): boolean => {
      if (isSettled) return wanted.some((one) => one.fits(run));
      let fits = false;
      for (const one of wanted) {
        if (!one.fits(run)) continue;
        fits = true;
        unmatched.delete(one);
      }
      isSettled = isEachTold ? unmatched.size === 0 : unmatched.size < wanted.length;
      if (things !== null) for (const thing of thingsOf(run)) sightings.add(thing);
      if (isSettled) sightings.forget();
      return fits;
    },
    take: (run: R): void => {
      for (const one of wanted) {
        const thing = one.meant?.(run) ?? null;
        if (thing === null) continue;
        const so = meant.get(one) ?? { byBeginning: false, labels: new Map<string, string>() };
        if (so.labels.size < mostMeant)
          so.labels.set(keptText(thing.key, longestKept), keptText(thing.label, longestKept));
        meant.set(one, { ...so, byBeginning: so.byBeginning || thing.byBeginning });
      }
    },
    missed: (spell: Spell, called: string): readonly Notice[] => {
      if (isSettled) return [];
      const told = isEachTold ? [...unmatched].map((one) => [one]) : [wanted];
      return told.map((words) => remark(sentenceOn(criterion, words, sightings, { spell, called })));
    },
    shared: (spell: Spell): readonly Notice[] =>
      [...meant].flatMap(([one, { byBeginning, labels }]) =>
        byBeginning && labels.size > 1 ? [warnOfShared(criterion, one, [...labels.values()], spell)] : [],
      ),
  };
}

interface Meant {
  readonly byBeginning: boolean;
  readonly labels: Map<string, string>;
}

/** So many of the things that a beginning means are named. */
const mostMeant = 5;

function warnOfShared<R>(
  { option, things }: Criterion<R>,
  { told }: Wanted<R>,
  labels: readonly string[],
  spell: Spell,
): Notice {
  const many = labels.length < mostMeant ? String(labels.length) : `${mostMeant} or more`;
  const named = labels.join(", ");
  return {
    kind: "warning",
    text: `${spell(option)} ${told} means ${many} ${things?.[1] ?? "things"}, and all of them are here: ${named}; give more of it`,
  };
}

/** `no run matched --flow "nigtly load"; 12 flows were seen, the nearest is "Nightly load"`. */
function sentenceOn<R>(
  { option, things, known = [] }: Criterion<R>,
  words: readonly Wanted<R>[],
  sightings: Sightings,
  { spell, called }: { readonly spell: Spell; readonly called: string },
): string {
  const nothing = `no ${called} matched ${spell(option)} ${toldTogether(words)}`;
  if (things === null) return nothing;
  const [one, many] = things;
  const labels = sightings.labels();
  if (labels.length === 0) return `${nothing}; no ${one} was seen`;
  const count = sightings.isFull() ? `more than ${labels.length}` : String(labels.length);
  const seen = labels.length === 1 ? `1 ${one} was seen` : `${count} ${many} were seen`;
  const only = words.length === 1 ? words[0] : undefined;
  const near = only === undefined ? null : sightings.nearest(only.word);
  if (near !== null) return `${nothing}; ${seen}, the nearest is ${quote(near)}`;
  const some = labels.slice(0, mostNamed).map(quote).join(", ");
  const meant = only === undefined ? null : meantKnown(only.word, known);
  const better = meant === null ? "" : `; did you mean ${quote(meant)}?`;
  return `${nothing}; ${seen}: ${some}${labels.length > mostNamed ? "…" : ""}${better}`;
}

const mostNamed = 3;

function toldTogether<R>(words: readonly Wanted<R>[]): string {
  return words.map(({ told }) => told).join(", ");
}

/** Words that are none of the known ones, and near one. */
function doubtsAbout<R>({ option, wanted, known = [] }: Criterion<R>, spell: Spell): readonly Notice[] {
  return wanted.flatMap(({ word, told }) => {
    const meant = meantKnown(word, known);
    if (meant === null) return [];
    return [remark(`${spell(option)} ${told} is matched as it is; did you mean ${quote(meant)}?`)];
  });
}

function meantKnown(word: string, known: readonly string[]): string | null {
  const isKnown = known.some((name) => name.toLowerCase() === word.trim().toLowerCase());
  return isKnown ? null : nearest(word, known);
}

function remark(text: string): Notice {
  return { kind: "remark", text };
}

/** Things that were seen, each once: so many at most, and of each so much. */
type Sightings = ReturnType<typeof createSightings>;

const mostSeen = 300;
const longestKept = 200;

function createSightings() {
  const seen = new Map<string, string>();
  let isFull = false;
  return {
    add: ({ key, label }: Thing): void => {
      const short = key.length > longestKept ? key.slice(0, longestKept) : key;
      if (seen.has(short)) return;
      if (seen.size >= mostSeen) isFull = true;
      else seen.set(keptText(short), keptText(label, longestKept));
    },
    forget: (): void => {
      seen.clear();
    },
    isFull: () => isFull,
    labels: (): readonly string[] => [...seen.values()],
    /** The label that a word was probably meant to be: its id begins so, it is alike, or the word is a part of it. */
    nearest: (word: string): string | null => {
      const wanted = word.trim().toLowerCase();
      const begun = [...seen].find(([key]) => key.toLowerCase().startsWith(wanted));
      const labels = [...seen.values()];
      const part = wanted.replaceAll(/[*?…]/g, "");
      const holding = part.length < 3 ? undefined : labels.find((label) => label.toLowerCase().includes(part));
      return begun?.[1] ?? nearest(wanted, labels) ?? holding ?? null;
    },
  };
}
