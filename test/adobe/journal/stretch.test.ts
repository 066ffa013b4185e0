import { describe, expect, test } from "vitest";
import type { Page } from "../../../src/adobe/journal/page.ts";
import { createStretch, moveOn, type Stretch } from "../../../src/adobe/journal/stretch.ts";
import { startAt } from "../../../src/adobe/journal/when.ts";
import { noon } from "../../support/host.ts";
import { pageOf } from "./story.ts";

const minuteMs = 60_000;
/** So many minutes after noon. */
const at = (minutes: number): number => noon + minutes * minuteMs;

function stretchOf(from: number, to: number): Stretch {
  const start = startAt(at(from));
  return createStretch({ from: at(from), to: at(to), pace: null, start, stage: { kind: "reading" } });
}

/** A page whose events tell times from one minute to another. */
function page(from: number | null, to: number): Page {
  return { ...pageOf("a1 b2"), recordedFrom: from === null ? null : at(from), recordedAt: at(to) };
}

/** What is known of a stretch, in minutes. */
function told({ reached, pace }: Stretch) {
  return { reached: (reached - noon) / minuteMs, pace: pace === null ? null : pace / minuteMs };
}

describe("pages tell how far a stretch has been read, and how long a page is", () => {
  test.each<[string, readonly Page[], { reached: number; pace: number | null }]>([
    ["by the times of their events", [page(0, 10)], { reached: 10, pace: 10 }],
    ["the latest page counting half", [page(0, 10), page(10, 40)], { reached: 40, pace: 20 }],
    [
      "counted from where it was sought, where they were recorded hours later",
      [page(-300, -280)],
      { reached: 20, pace: 20 },
    ],
    ["after silence", [page(50, 60)], { reached: 60, pace: 10 }],
    ["but not beyond its end", [page(0, 200)], { reached: 100, pace: 200 }],
    ["nor before its beginning", [page(-300, -290), page(-310, -310)], { reached: 0, pace: 0 }],
    ["all counted alike once a time has shown to be wrong", [page(0, 90), page(null, 30)], { reached: 30, pace: 15 }],
    ["as one of 64, where they tell none", [pageOf("a1")], { reached: 0, pace: 100 / 64 }],
    ["not where they hold nothing", [pageOf("")], { reached: 0, pace: null }],
  ])("%s", (_, pages, knows) => {
    const stretch = stretchOf(0, 100);
    for (const one of pages) moveOn(stretch, one, []);
    expect(told(stretch)).toEqual(knows);
    expect(stretch.pages).toBe(pages.length);
  });

  test("and the same of those after it, up to the first that has read for itself", () => {
    const [stretch, next, busy, last] = [stretchOf(0, 10), stretchOf(10, 20), stretchOf(20, 30), stretchOf(30, 40)];
    moveOn(busy, page(20, 23), [last]);
    moveOn(stretch, page(0, 15), [next, busy, last]);
    expect([stretch, next, busy, last].map(told)).toEqual([
      { reached: 10, pace: 15 },
      { reached: 15, pace: 15 },
      { reached: 23, pace: 3 },
      { reached: 30, pace: 3 },
    ]);
  });
});
