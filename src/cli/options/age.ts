import { FlowrunError } from "../../errors.ts";
import { findDuration } from "../../adobe/journal/when.ts";

/**
 * Reads an age, and says how long ago that was: the durations of `<when>`, and years and months by the calendar (UTC), as
 * `P1Y`, `P6M`, `P1Y6M10D` or `1y`. Of a month without that day it is the last day.
 * @param now epoch milliseconds, as what is returned.
 * @throws FlowrunError `usage` for anything else, and for less than a day. Pure.
 */
export function parseAge(words: string, now: number): number {
  const word = words.trim();
  const at = findCalendarAge(word, now) ?? now - (findDuration(word) ?? NaN);
  if (at <= now - dayMs) return at;
  throw new FlowrunError("usage", `--older-than cannot be '${words}'`, {
    // A slip in the unit must not cost a history: 6M is six minutes, as everywhere.
    why:
      at <= now ? "that is less than a day: hardly anything would be left (a month is P1M)" : "it is no length of time",
    hint: "give years, months, weeks or days: --older-than P1Y, P6M, 12w or P90D",
  });
}

const dayMs = 24 * 3_600_000;

const isoPattern = /^[-\u2212]?P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?$/i;
const yearsPattern = /^[-\u2212]?(\d{1,4})y$/i;

/** `null` where it is none that has years or months. */
function findCalendarAge(word: string, now: number): number | null {
  const found = yearsPattern.exec(word) ?? isoPattern.exec(word);
  if (found === null) return null;
  const [years, months, weeks, days] = [1, 2, 3, 4].map((at) => Number(found[at] ?? 0));
  const date = new Date(now);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - 12 * (years ?? 0) - (months ?? 0));
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  date.setUTCDate(date.getUTCDate() - 7 * (weeks ?? 0) - (days ?? 0));
  const at = date.getTime();
  return Number.isNaN(at) || at < 0 ? null : at;
}
