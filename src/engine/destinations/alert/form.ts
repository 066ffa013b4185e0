import { renderCount } from "../../../render/text/numbers.ts";
import { safeText } from "../../../render/text/safe-text.ts";

/**
 * A message to people in a chat about a run or an event of Lytics, or several that failed alike, or about a flow that does
 * not run. All texts are one line each, and bounded.
 */
export interface Alert extends AlertText {
  /** Which records of the batch it tells of, by their places in it, in order. */
  readonly places: readonly number[];
}

/** The texts of an alert. */
export interface AlertText {
  /** False for what has nothing to explain: its `line` is all there is. */
  readonly isFailure: boolean;
  /** `Orders to Profile failed`, `Orders to Profile failed 3 times`. */
  readonly title: string;
  readonly facts: readonly Fact[];
  /** Its meaning in plain words, where that is known. */
  readonly meaning: string | null;
  readonly remedy: string | null;
  /** Shows more of it: `flowrun show 3f2a9c01 --profile prod`. */
  readonly command: string;
  /** All of it in one line, for a notification: `Orders to Profile failed: CONNECTOR-1001, sandbox prod, 2026-…`. */
  readonly line: string;
}

/** A fact of an alert, by its name: `Status`, `Root cause`. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** The time of the newest of some times (RFC 3339), or from when to when they go; nothing where none is known. Pure. */
export function whenIn(times: readonly (string | null)[]): readonly string[] {
  const known = [...new Set(times.flatMap((time) => time ?? []))].sort();
  const [first, last] = [known[0], known.at(-1)].map((time) => (time === undefined ? null : clockOf(time)));
  if (first == null || last == null) return [];
  return [first === last ? `${last} UTC` : `${first} to ${last} UTC`];
}

/** How often something of a group happened, for its title: ` 3 times`, or nothing for once. Pure. */
export function timesOf({ length }: readonly unknown[]): string {
  return length === 1 ? "" : ` ${renderCount(length)} times`;
}

/** An RFC 3339 time as people read it: `2026-11-22 12:00:00`. Pure. */
export function clockOf(time: string): string {
  return bounded(time.slice(0, 19).replace("T", " "), 40);
}

/** In at most so many characters, on one line, and showing what cannot be seen; of a monstrous text only the beginning is looked at. Pure. */
export function bounded(text: string, most: number): string {
  const safe = safeText(text.slice(0, most + 1));
  return safe.length <= most ? safe : `${safe.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
