import { findInstant } from "../adobe/journal/moment.ts";
import { findDuration } from "../adobe/journal/when.ts";

/** One word or several. */
export type Words = string | readonly string[];

/** A list of the words; `undefined` where there are none. Pure. */
export function wordsOf(words: Words | undefined): readonly string[] | undefined {
  return typeof words === "string" ? [words] : words;
}

/** How a condition reads its words of time where no zone is told: in UTC. */
export const timeWordsInUtc = { duration: findDuration, instant: (words: string) => findInstant(words) };
