import { describe, expect, test } from "vitest";
import { addToOpening } from "../../../src/adobe/journal/boundary.ts";
import { undivided, type DividedWindow } from "../../../src/adobe/journal/divided-window.ts";
import { createStretch, type Stage, type Stretch } from "../../../src/adobe/journal/stretch.ts";
import {
  afterPage,
  cutPages,
  isLeftToTheOneBefore,
  isNextOpeningKnown,
  isPageAfterWanted,
  mayAsk,
  mayGoOn,
  questionOnceMore,
  whatNext,
} from "../../../src/adobe/journal/what-next.ts";
import { startAt } from "../../../src/adobe/journal/when.ts";
import { noon } from "../../support/host.ts";
import { pageOf } from "./story.ts";

/** A page in these tests takes ten minutes of a stretch. */
const pageMs = 600_000;
const mebibyte = 1024 * 1024;
const begin = noon - 500 * pageMs;
/** Where so many pages of the window are over. */
const at = (pages: number): number => begin + pages * pageMs;

const reading: Stage = { kind: "reading" };
const paused: Stage = { kind: "paused" };
const read: Stage = { kind: "read", next: null };
const forReader: Stage = { kind: "later", until: "reader" };
const forTurn: Stage = { kind: "later", until: "turn" };

/** How a stretch begins: known, not yet, known to be nothing that could be told, or only in part. */
const known = addToOpening(null, pageOf("a1 b2 c3"));
const partly = addToOpening(null, pageOf("a1 b2"));

interface Told extends Partial<Stretch> {
  /** How many pages seem to be left of it. */
  readonly left: number;
}

/** A window of four readers, sixteen pages to a stretch, of which 100 pages were read, with these stretches one after the other. */
function windowOf(told: readonly Told[], parts: Partial<DividedWindow> = {}) {
  const stretches: Stretch[] = [];
  for (const { left, ...more } of told) {
    const from = stretches.at(-1)?.to ?? begin;
    const to = from + left * pageMs;
    const stretch = createStretch({ from, to, pace: pageMs, start: startAt(from), stage: reading });
    stretches.push({ ...stretch, opening: known, ...more });
  }
  const window = undivided(startAt(begin), noon, 4);
  return { ...window, pagesRead: 100, eventsRead: 10_000, ...parts, stretches };
}

/** The decision in few words: which stretch is begun, or where which one is split, in pages from the window's beginning. */
function stepOf(window: DividedWindow, allowed = 4): string {
  const step = whatNext(window, allowed);
  if (step === null) return "nothing";
  const which = window.stretches.indexOf(step.stretch);
  if (step.kind === "begin") return `begin ${which}`;
  return `split ${which} at ${((step.at - begin) / pageMs).toFixed(1)}`;
}

const bytes = (mebibytes: number) => ({ waiting: { pages: 1, bytes: mebibytes * mebibyte } });

describe("the next thing for one more reader", () => {
  test.each<[string, readonly Told[], Partial<DividedWindow>, string]>([
    ["splits the first stretch after as many pages as one should have", [{ left: 400 }], {}, "split 0 at 15.7"],
    ["from where it has been read to", [{ left: 400, reached: at(100) }], {}, "split 0 at 115.7"],
    ["after fewer where more readers share the window", [{ left: 400 }], { pagesWanted: 4 }, "split 0 at 3.7"],
    ["looks ahead twice as far as it has seen", [{ left: 400 }], { pagesRead: 3 }, "split 0 at 5.7"],
    ["splits the next one where the first is short enough", [{ left: 24 }, { left: 25 }], {}, "split 1 at 39.7"],
    ["splits the first one where that is too long", [{ left: 25 }, { left: 400 }], {}, "split 0 at 15.7"],
    ["begins what waits for a reader", [{ left: 9 }, { left: 9, stage: forReader }], {}, "begin 1"],
    ["but not before what is nearer", [{ left: 25 }, { left: 9, stage: forReader }], {}, "split 0 at 15.7"],
    ["and rather than what is farther", [{ left: 9, stage: forReader }, { left: 25 }], {}, "begin 0"],
    ["leaves alone what waits for its turn", [{ left: 2 }, { left: 25, stage: forTurn }], {}, "nothing"],
    ["leaves alone what has been read", [{ left: 25, stage: read }, { left: 2 }], {}, "nothing"],
    ["splits a stretch whose reader pauses", [{ left: 25, stage: paused }], {}, "split 0 at 15.7"],
    ["halves the largest where none is too long", [{ left: 9 }, { left: 20 }, { left: 10 }], {}, "split 1 at 18.7"],
    ["halves an odd number so that the last half page is the other's", [{ left: 9 }], {}, "split 0 at 3.7"],
    ["halves no stretch of three pages", [{ left: 3 }, { left: 3 }], {}, "nothing"],
    ["halves one of a little more", [{ left: 3 }, { left: 4 }], {}, "split 1 at 4.7"],
    ["splits nothing whose pace is not known", [{ left: 400, pace: null }], {}, "nothing"],
    ["splits nothing that seems to have all events at once", [{ left: 400, pace: 0 }], {}, "nothing"],
    ["splits nothing shorter than a minute", [{ left: 0.09, pace: 1 }], {}, "nothing"],
    ["splits a minute", [{ left: 0.1, pace: 1000 }], {}, "split 0 at 0.0"],
  ])("%s", (_, told, parts, step) => {
    expect(stepOf(windowOf(told, parts))).toBe(step);
  });

  test.each<[string, Partial<DividedWindow>, boolean]>([
    ["after a first page that is short", { pagesRead: 1, eventsRead: 49 }, false],
    ["after a first page that is full", { pagesRead: 1, eventsRead: 50 }, true],
    ["after a second page", { pagesRead: 2, eventsRead: 2 }, true],
    ["after as many boundaries in vain as are allowed", { proved: 5, unproved: 7 }, true],
    ["after one more than that", { proved: 5, unproved: 8 }, false],
  ])("a reader joins %s, having read %o: %s", (_, parts, joins) => {
    expect(whatNext(windowOf([{ left: 400 }], parts), 4) !== null).toBe(joins);
  });

  test.each<[string, readonly Stage[], number, boolean]>([
    ["while fewer are at work than may be", [reading, reading, reading], 4, true],
    ["where all are", [reading, reading, reading, reading], 4, false],
    ["where fewer are allowed", [reading, reading], 2, false],
    ["in the place of one that pauses", [reading, reading, reading, paused], 4, true],
    ["in the place of no more than are allowed", [paused, paused, reading, paused], 2, false],
    ["whatever was read or waits", [reading, read, forTurn, read, forTurn], 2, true],
  ])("a reader joins %s", (_, stages, allowed, joins) => {
    const told = stages.map((stage) => ({ left: 10, stage }));
    expect(whatNext(windowOf(told), allowed) !== null).toBe(joins);
  });

  // With four readers of sixteen pages each, the last in turn has 64 pages before it.
  test.each([
    ["the first in turn may hold all", 0, 7.9, "split 0 at 15.7"],
    ["but no more than that", 0, 8, "nothing"],
    ["one half-way", 32, 4.9, "begin 2"],
    ["has room for less", 32, 5, "nothing"],
    ["the last in turn", 64, 1.9, "begin 4"],
    ["has a quarter of it", 64, 2, "nothing"],
    ["and so has whatever comes after it", 96, 1.9, "begin 6"],
  ])("%s: %i pages before it, %f MiB held", (_, before, held, step) => {
    const told: Told[] = Array.from({ length: before / 16 }, () => ({ left: 16 }));
    const last: Told = before === 0 ? { left: 400 } : { left: 16, stage: forReader };
    const [first, ...others] = [...told, last];
    expect(stepOf(windowOf([{ ...first, ...bytes(held) }, ...others]), 9)).toBe(step);
  });
});

describe("a reader may ask", () => {
  test.each<[string, readonly Stage[], number, number, boolean]>([
    ["in its turn", [reading, reading], 0, 0, true],
    ["in its turn, though it has not begun", [forTurn, reading], 0, 1, true],
    ["ahead of it, where so many are allowed", [reading, reading, reading], 2, 3, true],
    ["ahead of it, where fewer are", [reading, reading, reading], 2, 2, false],
    ["counting only those that are at work", [reading, read, forTurn, reading], 3, 2, true],
    ["and those that pause", [reading, paused, reading], 2, 2, false],
    ["not for what is read later", [reading, forReader], 1, 4, false],
    ["not for what waits for its turn", [reading, forTurn], 1, 4, false],
    ["to learn how it ends, though all is read", [reading, reading, read], 2, 1, true],
  ])("%s", (_, stages, which, allowed, may) => {
    const window = windowOf(stages.map((stage) => ({ left: 10, stage })));
    expect(mayAsk(window, window.stretches[which]!, allowed)).toBe(may);
  });
});

describe("a reader goes on", () => {
  test.each<[string, readonly Told[], number, number, boolean]>([
    ["in its turn, with a page that waits", [{ left: 9, waiting: { pages: 1, bytes: 0 } }], 0, 4, true],
    ["in its turn, but not with two", [{ left: 9, waiting: { pages: 2, bytes: 0 } }], 0, 4, false],
    [
      "in its turn, whatever is held",
      [
        { left: 9, ...bytes(0) },
        { left: 9, ...bytes(99) },
      ],
      0,
      0,
      true,
    ],
    ["ahead of it, with more pages than that", [{ left: 9 }, { left: 9, waiting: { pages: 9, bytes: 9 } }], 1, 4, true],
    ["ahead of it, unless it may not ask", [{ left: 9 }, { left: 9 }], 1, 1, false],
    ["ahead of it, unless too much is held", [{ left: 9 }, { left: 9, ...bytes(8) }], 1, 4, false],
    [
      "though much is held, until it is known how it begins",
      [{ left: 9 }, { left: 9, ...bytes(8), opening: undefined }],
      1,
      4,
      true,
    ],
    [
      "though much is held, until it is wholly known",
      [{ left: 9 }, { left: 9, ...bytes(8), opening: partly }],
      1,
      4,
      true,
    ],
    ["not where nothing can tell how it begins", [{ left: 9 }, { left: 9, ...bytes(8), opening: null }], 1, 4, false],
    ["with the room of one so far ahead: some", [{ left: 32 }, { left: 9, ...bytes(4.9) }], 1, 4, true],
    ["with the room of one so far ahead: no more", [{ left: 32 }, { left: 9, ...bytes(5) }], 1, 4, false],
  ])("%s", (_, told, which, allowed, goesOn) => {
    const window = windowOf(told);
    expect(mayGoOn(window, window.stretches[which]!, allowed)).toBe(goesOn);
  });
});

describe("what was read may be handed on", () => {
  test.each<[string, readonly Told[], number, boolean]>([
    ["where no other stretch follows", [{ left: 9 }], 4, true],
    ["where it is known how the next one begins", [{ left: 9 }, { left: 9 }], 4, true],
    ["where nothing can tell", [{ left: 9 }, { left: 9, opening: null }], 4, true],
    ["not before the next one's first page", [{ left: 9 }, { left: 9, opening: undefined }], 4, false],
    ["not where that was too short", [{ left: 9 }, { left: 9, opening: partly }], 4, false],
    ["where the next one may not ask", [{ left: 9 }, { left: 9, opening: undefined }], 1, true],
    ["where nobody reads the next one", [{ left: 9 }, { left: 9, opening: undefined, stage: forReader }], 4, true],
    ["whatever the one after next does", [{ left: 9 }, { left: 9 }, { left: 9, opening: undefined }], 4, true],
  ])("%s", (_, told, allowed, may) => {
    const window = windowOf(told);
    expect(isNextOpeningKnown(window, window.stretches[0]!, allowed)).toBe(may);
  });
});

describe("after a page a reader", () => {
  const full = { pages: 2, bytes: 0 };
  test.each<[string, Partial<Told>, boolean, number, string]>([
    ["goes on", { pages: 5 }, false, 0, "goOn"],
    ["pauses where it may not", { pages: 5, ...bytes(9) }, false, 0, "pause"],
    ["goes on with 23 pages", { pages: 23 }, false, 0, "goOn"],
    ["leaves the rest for later after 24, half as many again as it should", { pages: 24 }, false, 0, "readOnLater"],
    ["does so rather than pause", { pages: 24, ...bytes(9) }, false, 0, "readOnLater"],
    ["goes on in its turn, however long", { pages: 99 }, true, 0, "goOn"],
    ["pauses in its turn where two pages wait", { pages: 5, waiting: full }, true, 0, "pause"],
    ["goes on while it keeps something back", { pages: 24, ...bytes(9) }, false, 1, "goOn"],
  ])("%s", (_, told, hasTurn, keptBack, next) => {
    const stretch = { left: 9, ...told };
    const window = windowOf(hasTurn ? [stretch] : [{ left: 9 }, stretch]);
    expect(afterPage(window, window.stretches.at(-1)!, keptBack, 4)).toBe(next);
  });
});

describe("the page after the one under way is wanted", () => {
  const upTo = (pages: number) => ({ times: { first: at(0), last: at(pages) } });
  const from = (pages: number): Told => ({ left: 9, times: { first: at(pages), last: at(pages + 5) } });
  test.each<[string, readonly Told[], Partial<DividedWindow>, boolean]>([
    ["where the next stretch is far", [{ left: 9, ...upTo(5) }, from(6.6)], {}, true],
    ["not where it begins in a page and a half", [{ left: 9, ...upTo(5) }, from(6.5)], {}, false],
    ["where stretches are short, all the same", [{ left: 9, ...upTo(5) }, from(6.5)], { pagesWanted: 7 }, true],
    ["not where they have eight pages", [{ left: 9, ...upTo(5) }, from(6.5)], { pagesWanted: 8 }, false],
    [
      "where no time tells where the next one begins",
      [
        { left: 9, ...upTo(5) },
        { left: 9, times: null },
      ],
      {},
      true,
    ],
    ["where no time tells how far it has read", [{ left: 9, times: null }, from(6.5)], {}, true],
    ["where no other stretch follows", [{ left: 9, ...upTo(5) }], {}, true],
  ])("%s", (_, told, parts, wanted) => {
    const window = windowOf(told, parts);
    expect(isPageAfterWanted(window, window.stretches[0]!)).toBe(wanted);
  });

  test.each([
    [22, 1, true],
    [23, 1, false],
    [99, 0, true],
  ])("after %i pages of the stretch at %i, which is read on later: %s", (pages, which, wanted) => {
    const window = windowOf([
      { left: 9, pages },
      { left: 9, pages },
    ]);
    expect(isPageAfterWanted(window, window.stretches[which]!)).toBe(wanted);
  });
});

describe("pages that follow one another", () => {
  const [first, second] = [pageOf("a1 b2 c3"), pageOf("d4 e5 f6")];
  const end = { ...pageOf(""), atEnd: true };
  const [other] = windowOf([{ left: 1 }]).stretches;
  const stretch = other!;
  const beginning = (page: ReturnType<typeof pageOf>, count: number) => ({
    ...page,
    isCut: true,
    entries: page.entries.slice(0, count),
    count,
    last: page.entries[count - 1]?.position ?? null,
  });

  test.each([
    ["are handed on", [first, second], { kind: "none" } as const, [first, second], [], null],
    [
      "are handed on at the journal's end, and that is all",
      [first, end],
      { kind: "none" } as const,
      [first, end],
      [],
      { next: null },
    ],
    [
      "are kept back from where another stretch may begin",
      [first, second],
      { kind: "open", page: 1 } as const,
      [first],
      [second],
      null,
    ],
    [
      "are kept back all, where it may begin in the first",
      [first, second],
      { kind: "open", page: 0 } as const,
      [],
      [first, second],
      null,
    ],
    [
      "are handed on where it may begin and the journal ends",
      [first, end],
      { kind: "open", page: 0 } as const,
      [first, end],
      [],
      { next: null },
    ],
    [
      "are cut where it begins",
      [first],
      { kind: "met", stretch, page: 0, entry: 2 } as const,
      [beginning(first, 2)],
      [],
      { next: stretch },
    ],
    [
      "are cut in a later one",
      [first, second],
      { kind: "met", stretch, page: 1, entry: 1 } as const,
      [first, beginning(second, 1)],
      [],
      { next: stretch },
    ],
    [
      "are cut in an earlier one, and the rest is the other's",
      [first, second],
      { kind: "met", stretch, page: 0, entry: 1 } as const,
      [beginning(first, 1)],
      [],
      { next: stretch },
    ],
    [
      "are cut before the first entry",
      [first],
      { kind: "met", stretch, page: 0, entry: 0 } as const,
      [beginning(first, 0)],
      [],
      { next: stretch },
    ],
    [
      "are cut where it begins, though the journal ends",
      [first, end],
      { kind: "met", stretch, page: 0, entry: 1 } as const,
      [beginning(first, 1)],
      [],
      { next: stretch },
    ],
  ])("%s", (_, pages, meeting, ready, keptBack, ends) => {
    expect(cutPages(pages, meeting)).toEqual({ ready, keptBack, end: ends });
  });
});

describe("a stretch of which nothing tells where it begins is left to the one before it", () => {
  test.each<[string, number, Stage, boolean]>([
    ["while it is read", 2, reading, true],
    ["while its reader pauses", 2, paused, true],
    ["not in its turn", 0, reading, false],
    ["not when it has been read", 2, read, false],
    ["not when it has not begun", 2, forReader, false],
  ])("%s", (_, which, stage, isLeft) => {
    const window = windowOf([{ left: 9 }, { left: 9 }, { left: 9 }]);
    window.stretches[which]!.stage = stage;
    expect(isLeftToTheOneBefore(window, window.stretches[which]!)).toBe(isLeft);
  });

  test("not when that one was seen to end there", () => {
    const window = windowOf([{ left: 9 }, { left: 9 }, { left: 9 }]);
    const [, before, stretch] = window.stretches;
    before!.stage = { kind: "read", next: stretch! };
    expect(isLeftToTheOneBefore(window, stretch!)).toBe(false);
  });
});

describe("a stretch that could not be read on", () => {
  test.each([
    ["is asked about once more from where its reader stood", 1, "https://events-va6.adobe.io/j?since=z", true],
    ["has failed where nothing of it was read", 1, null, false],
    ["has failed in its turn", 0, "https://events-va6.adobe.io/j?since=z", false],
  ])("%s", (_, which, next, isOnceMore) => {
    const window = windowOf([
      { left: 9, next },
      { left: 9, next },
    ]);
    expect(questionOnceMore(window, window.stretches[which]!)).toBe(isOnceMore ? next : null);
  });
});
