import { contentKeys, wholeEventKeys } from "../../runs/events/whole-event-keys.ts";
import type { Via } from "../../runs/record/flow-run.ts";

/** The keys of an event that was received, by the way it came. */
export interface SpoolKeys {
  /** Those that are put down with it. */
  readonly own: readonly string[];
  /** Lists of keys: it came before where all of one list were put down. */
  readonly same: readonly (readonly string[])[];
}

/**
 * An event is known by its id; and where the webhook and the journal call it by two, by what it tells of its runs. That
 * counts between the two ways alone: what came twice by one of them with two ids, Adobe has told twice. Pure.
 * @param now epoch milliseconds.
 */
export function spoolKeys(event: unknown, via: Via, now: number): SpoolKeys {
  const names = wholeEventKeys(event);
  const contents = contentKeys(event, now - comparableMs);
  const keysBy = (way: string): readonly string[] => contents.map((key) => `${way} ${key}`);
  return {
    own: [...names, ...keysBy(via)],
    same: contents.length === 0 ? [names] : [names, keysBy(via === "webhook" ? "journal" : "webhook")],
  };
}

/** The journal keeps seven days, and a webhook is asked again for one. */
const comparableMs = 8 * 24 * 3_600_000;
