import { FlowrunError } from "../../errors.ts";
import { backoff } from "../gateway/backoff.ts";
import { fingerprint, fingerprintOf } from "./fingerprint.ts";
import { createMemory, type Memory } from "./memory.ts";
import { firstPosition, type Page } from "./page.ts";

/** Tells a walk along `next` links that gets somewhere from one that would never end. */
export interface Progress {
  /**
   * Takes note of a 200.
   * @returns how many answers in a row have brought nothing new, this one included: 0 where this one did.
   * @throws FlowrunError `protocol` after five of them, or a hundred pages in a row whose events all came before.
   */
  note(page: Page): number;
}

/** How many answers in a row may bring nothing new: after so many a walk is taken for one that would never end. */
export const mostRounds = 5;
/** The same events may stand in a journal many times over, but hardly on so many pages in a row. */
const mostRepeats = 100;
/** No pause between answers that bring nothing new is longer than this. */
const longestPauseMs = 1000;

/** How long to wait after so many answers without anything new, in milliseconds: 0 to 1000. `random` gives 0 to 1. */
export function pauseAfter(rounds: number, random: () => number): number {
  return rounds === 0 ? 0 : Math.min(longestPauseMs, backoff(rounds, random));
}

/**
 * Watches over a walk from its first answer on. An answer brings something new with a position (of its first or last event) that was not seen before: also where an
 * event is delivered again. One that does not brings nothing new, unless it has events and a `next` that was not seen before:
 * events may share a position, or have none. Where those events were seen before as well, it is a repeat; a hundred in a
 * row end the walk, too. So a page without events brings nothing new wherever its `next` points.
 *
 * What was seen is remembered as `createMemory` says: in bounded memory, and a cycle of links of any length is found.
 */
export function createProgress(): Progress {
  const memory = createMemory(pagesRemembered, mostRounds + 1);
  let rounds = 0;
  let repeats = 0;
  return {
    note: (page) => {
      const { isNew, isRound, isMoving } = weigh(page, memory);
      rounds = isRound ? rounds + 1 : 0;
      repeats = isNew ? 0 : repeats + 1;
      if (rounds >= mostRounds || repeats >= mostRepeats) throw nothingNew(Math.max(rounds, repeats), isMoving);
      return rounds;
    },
  };
}

/** Of at least so many pages, the latest, all is remembered: at a hundred events each 200,000 events, in half a megabyte. */
const pagesRemembered = 2048;

/** Compares a page with all that is remembered, and remembers it from now on. */
function weigh(page: Page, memory: Memory) {
  const next = fingerprint(`next ${page.next}`);
  const ends = [firstPosition(page), page.last].filter(Boolean).map((position) => fingerprint(`position ${position}`));
  const hasEvents = page.count > 0;
  const isMoving = !memory.has(next);
  const hasNewEnd = hasEvents && ends.some((end) => !memory.has(end));
  // A page with a new position is new, whatever else is in it: then its text need not be read for a fingerprint.
  const content =
    hasEvents && !hasNewEnd ? [fingerprintOf(page.unparsed === null ? page.entries : textOf(page.unparsed))] : [];
  const isNew = hasNewEnd || (isMoving && content.some((print) => !memory.has(print)));
  memory.add([next, ...ends, ...content]);
  return { isNew, isRound: !hasNewEnd && !(hasEvents && isMoving), isMoving };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function nothingNew(times: number, isMoving: boolean): FlowrunError {
  const links = isMoving ? "new next links" : "the same next links again";
  return new FlowrunError("protocol", `the journal gave ${links}, and nothing new ${times} times in a row`, {
    why: "it answers 200 and brings no event that was not there before, so reading on would never end",
    hint: "try again in a while; if it stays so, tell Adobe support the journal's URL and the time",
  });
}
