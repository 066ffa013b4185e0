import type { Job } from "../job/job.ts";
import { knownTypes, knownVerbs } from "../job/known-words.ts";
import { compileGlob } from "../../text/glob.ts";
import { called, wanted, type Criterion } from "./criterion.ts";
import { openWatch, type WatchedFilter } from "./watch.ts";

/** The words of the filter options of events of Lytics, as the user gave them; nothing, or no word, filters nothing. */
export interface JobFilterWords {
  /** Subject types and verbs in any case, or globs. */
  readonly subjectType?: readonly string[] | undefined;
  readonly verb?: readonly string[] | undefined;
  /** Ids as they are, or globs. */
  readonly subjectId?: readonly string[] | undefined;
  /** `success`, `failed` and `inProgress` in any case, or `all`. */
  readonly status?: readonly string[] | undefined;
  /** Further conditions, all of which must hold. */
  readonly conditions?: readonly Criterion<Job>[] | undefined;
}

/**
 * The events that all filter options ask for together: any word of one option, and every option.
 * @param spell an option as it is told to whoever gave it; as on a command line, unless told otherwise.
 */
export function compileJobFilter(
  words: JobFilterWords,
  spell = (option: string): string => `--${option}`,
): WatchedFilter<Job> {
  const { subjectType = [], subjectId = [], verb = [], status = [], conditions = [] } = words;
  const isAnyStatus = status.some((word) => word.trim().toLowerCase() === "all");
  const criteria = [
    ...(subjectType.length === 0 ? [] : [typeCriterion(subjectType)]),
    ...(subjectId.length === 0 ? [] : [idCriterion(subjectId)]),
    ...(verb.length === 0 ? [] : [verbCriterion(verb)]),
    ...(status.length === 0 || isAnyStatus ? [] : [jobStatusCriterion(status)]),
    ...conditions,
  ];
  return openWatch(criteria, { spell, leavesOutBegun: false, called: "event" });
}

/**
 * The words that Lytics can be asked for by itself, which spares it and us the rest: it takes one of each, as it is. None where
 * there are several, or one is a pattern, or may be meant in another case. Pure.
 */
export function wordsToAsk({ subjectType, subjectId, verb }: JobFilterWords) {
  return { subjectType: wordToAsk(subjectType), subjectId: wordToAsk(subjectId, true), verb: wordToAsk(verb) };
}

function wordToAsk(words: readonly string[] | undefined, isId = false): string | undefined {
  const [word, ...others] = words ?? [];
  if (word === undefined || others.length > 0 || isGlob(word)) return undefined;
  return isId || word === word.toLowerCase() ? word : undefined;
}

function typeCriterion(words: readonly string[]): Criterion<Job> {
  return {
    option: "subject-type",
    looksAt: ["subjectType"],
    ...worded(words, ({ subjectType }) => subjectType),
    things: ["subject type", "subject types"],
    known: knownTypes,
  };
}

function verbCriterion(words: readonly string[]): Criterion<Job> {
  return {
    option: "verb",
    looksAt: ["verb"],
    ...worded(words, ({ verb }) => verb),
    things: ["verb", "verbs"],
    known: knownVerbs,
  };
}

function worded(words: readonly string[], of: (job: Job) => string | null) {
  return {
    wanted: words.map((word) => {
      const isOne = compileGlob(word);
      return wanted<Job>(word, (job) => isOne(of(job) ?? ""));
    }),
    isEachTold: true,
    thingsOf: (job: Job) => present(of(job)),
  };
}

/** A terminal cuts long ids with an ellipsis; whoever copies one from there means any rest. */
function idCriterion(words: readonly string[]): Criterion<Job> {
  return {
    option: "subject-id",
    looksAt: ["subjectId"],
    wanted: words.map((word) => {
      const isOne = isGlob(word) ? compileGlob(word.replaceAll("…", "*")) : (id: string): boolean => id === word;
      return wanted(word, ({ subjectId }) => subjectId !== null && isOne(subjectId));
    }),
    isEachTold: true,
    things: ["subject", "subjects"],
    thingsOf: ({ subjectId }) => present(subjectId),
  };
}

function jobStatusCriterion(words: readonly string[]): Criterion<Job> {
  return {
    option: "status",
    looksAt: ["status"],
    wanted: words.map((word) => {
      const meant = word.trim().toLowerCase();
      return wanted(word, ({ status }) => status?.toLowerCase() === meant);
    }),
    isEachTold: false,
    things: ["status", "statuses"],
    thingsOf: ({ status }) => present(status),
    known: ["success", "failed", "inProgress"],
  };
}

function present(word: string | null) {
  return word === null ? [] : [called(word)];
}

function isGlob(word: string): boolean {
  return /[*?…]/.test(word);
}
