import { FlowrunError } from "../errors.ts";
import { backoff } from "../http/backoff.ts";
import { fingerprint, fingerprintOf } from "./fingerprint.ts";
import { firstPosition, type Page } from "./page.ts";

/** Whether a walk along `next` gets anywhere. */
export interface Progress {
  /**
   * Takes note of a 200.
   * @returns how many answers in a row have brought nothing new, with this one: 0 for one that did.
   * @throws FlowrunError `protocol` when there were five.
   */
  note(page: Page): number;
}

/** So many rounds without anything new, and the walk would never end. */
export const mostRounds = 5;
const longestPauseMs = 1000;

/** How long to wait after so many rounds without anything new. */
export function pauseAfter(rounds: number, random: () => number): number {
  return rounds === 0 ? 0 : Math.min(longestPauseMs, backoff(rounds, random));
}

/**
 * An answer brings something new with a position (of its first or last event) that was not seen before; or, since events
 * may share a position or have none, with events that were not seen before and a `next` that was not. So a page without
 * events brings nothing, wherever its `next` points, and events delivered again at new positions are something new.
 *
 * What was seen is remembered as `createMemory` says: in bounded memory, and a cycle of any length is found.
 */
export function createProgress(): Progress {
  const memory = createMemory(pagesRemembered);
  let rounds = 0;
  return {
    note: (page) => {
      const isKnownNext = memory.has(printOfNext(page));
      rounds = isNew(page, memory) ? 0 : rounds + 1;
      if (rounds >= mostRounds) throw nothingNew(rounds, isKnownNext);
      return rounds;
    },
  };
}

/** Of at least so many pages, the latest, all is remembered: at a hundred events each 200,000 events, in half a megabyte. */
const pagesRemembered = 2048;

function printOfNext({ next }: Page): number {
  return fingerprint(`next ${next}`);
}

/** Remembers the page, too. */
function isNew(page: Page, memory: Memory): boolean {
  const next = printOfNext(page);
  const ends = [firstPosition(page), page.last].filter(Boolean).map((position) => fingerprint(`position ${position}`));
  const hasNewEnd = ends.some((end) => !memory.has(end));
  // Of a page with a new position nobody asks what else is in it, except where the longest cycles are looked for.
  const isLookedAt = page.count > 0 && (!hasNewEnd || memory.isMarking());
  const content = isLookedAt ? [fingerprintOf(page.unparsed === null ? page.entries : textOf(page.unparsed))] : [];
  const hasNewContent = content.some((print) => !memory.has(print));
  const isNewPage = page.count > 0 && (hasNewEnd || (!memory.has(next) && hasNewContent));
  memory.add([next, ...ends, ...content]);
  return isNewPage;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** Fingerprints of what was seen. */
interface Memory {
  has(print: number): boolean;
  /** Whether what is added now is kept for longer than the rest. */
  isMarking(): boolean;
  /** What one page held. */
  add(prints: readonly number[]): void;
}

/**
 * Remembers the latest pages (`latest` to twice as many), and of those before them the first few after each multiple of
 * `latest`, of twice that, of four times that and so on: only the last multiple of each, so that there are as many of
 * these marks as the number of pages has digits.
 *
 * So a cycle of any length L is found, wherever it begins. If L is less than `latest`, its second lap is remembered page
 * by page. Else there is a power of two, P, with P less than 2 (L + marked) and P at least L + marked: within P pages
 * a multiple of P comes; the pages after it come again L pages later, in a row, and before the next multiple of P. That
 * is Brent's way of finding a cycle, begun anew at each scale, so that it does not matter how long all went well before.
 */
export function createMemory(latest: number): Memory {
  let young = new Set<number>();
  let old = new Set<number>();
  let pages = 0;
  /** The first one's multiples are those of `latest`, the second one's those of twice that, and so on. */
  const marks: Set<number>[] = [];

  const multipleOf = (scale: number): number => latest * 2 ** scale;
  const begin = (): void => {
    if (pages % latest !== 0) return;
    [old, young] = [young, new Set()];
    for (let scale = 0; pages > 0 && pages % multipleOf(scale) === 0; scale += 1) marks[scale] = new Set();
  };
  const isMarking = (): boolean => pages >= latest && pages % latest < marked;
  return {
    has: (print) => young.has(print) || old.has(print) || marks.some((mark) => mark.has(print)),
    isMarking,
    add: (prints) => {
      begin();
      const taking = marks.filter((_, scale) => isMarking() && pages % multipleOf(scale) < marked);
      for (const taker of [young, ...taking]) for (const print of prints) taker.add(print);
      pages += 1;
    },
  };
}

/** One more than the rounds, since a lap's first page may come from elsewhere and have another neighbour. */
const marked = mostRounds + 3;

function nothingNew(rounds: number, isKnownNext: boolean): FlowrunError {
  const what = isKnownNext ? "the same next links again" : "new next links";
  return new FlowrunError("protocol", `the journal gave ${what}, and nothing new ${rounds} times in a row`, {
    why: "it answers 200 and brings no event that was not there before, so reading on would never end",
    hint: "try again in a while; if it stays so, tell Adobe support the journal's URL and the time",
  });
}
