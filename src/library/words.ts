import { findInstant } from "../adobe/journal/moment.ts";
import { findDuration } from "../adobe/journal/when.ts";
import { FlowrunError } from "../errors.ts";

/** One word or several. */
export type Words = string | readonly string[];

/**
 * A list of the words; `undefined` where there are none. A caller in JavaScript has no compiler to tell it what is none.
 * @param name the option's, for the error.
 * @throws FlowrunError `usage`. Pure.
 */
export function wordList(words: Words | undefined, name: string): readonly string[] | undefined {
  if (words === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(words) ? words : [words];
  const wrong = list.find((word) => typeof word !== "string" || word.trim() === "");
  if (wrong === undefined && !list.includes(undefined)) return typeof words === "string" ? [words] : words;
  throw new FlowrunError("usage", `${name} is no word and no list of words`, {
    why: `it holds ${nameOf(wrong)}`,
    hint: `leave it out, or give a text or a list of texts: ${name}: ["…"]`,
  });
}

/** A value, as it can be told to whoever gave it: its kind, and never what is in it. Pure. */
export function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return value.trim() === "" ? "an empty text" : "a text";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** How a condition reads its words of time where no zone is told: in UTC. */
export const timeWordsInUtc = { duration: findDuration, instant: (words: string) => findInstant(words) };
