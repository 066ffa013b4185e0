import { describe, expect, test } from "vitest";
import {
  countHandedOn,
  countRead,
  endAt,
  giveUpAll,
  laterThan,
  leaveToTheOneBefore,
  readOnLater,
  shareRead,
  splitAt,
  takeTurn,
  undivided,
} from "../../../src/adobe/journal/divided-window.ts";
import { retentionMs } from "../../../src/adobe/journal/retention.ts";
import { startAt } from "../../../src/adobe/journal/when.ts";
import { noon } from "../../support/host.ts";
import { pageOf } from "./story.ts";

const hourMs = 3_600_000;
const ago = (hours: number): number => noon - hours * hourMs;

/** A window of four hours, which one reader reads from its beginning and others from the second hour on, and the third. */
function inThree() {
  const window = undivided(startAt(ago(4)), noon, 4);
  const first = window.stretches[0]!;
  const third = splitAt(window, first, ago(1));
  const second = splitAt(window, first, ago(2));
  for (const stretch of [first, second, third]) stretch.stage = { kind: "reading" };
  return { window, first, second, third };
}

describe("an undivided window", () => {
  test.each([
    ["begins where it is asked to", startAt(ago(4)), ago(4)],
    ["begins with what the journal keeps", { kind: "oldest" } as const, noon - retentionMs],
    ["begins no earlier than that", startAt(noon - 2 * retentionMs), noon - retentionMs],
  ])("%s", (_, start, begin) => {
    const window = undivided(start, noon, 4);
    expect(window).toMatchObject({ begin, until: noon, stretches: [{ start, from: begin, to: noon, opening: null }] });
  });

  test.each([
    [1, 16],
    [4, 16],
    [8, 8],
    [16, 4],
    [64, 3],
  ])("of %i readers has stretches of %i pages", (jobs, pagesWanted) => {
    expect(undivided({ kind: "oldest" }, noon, jobs)).toMatchObject({ jobs, pagesWanted });
  });
});

describe("a window is divided", () => {
  test("where one stretch is to end and another to begin", () => {
    const { window, first, second, third } = inThree();
    expect(window.stretches).toEqual([first, second, third]);
    expect(window.stretches.map(({ from, to }) => [from, to])).toEqual([
      [ago(4), ago(2)],
      [ago(2), ago(1)],
      [ago(1), noon],
    ]);
    expect(second.start).toEqual(startAt(ago(2)));
    expect(laterThan(window, first)).toEqual([second, third]);
  });

  test("where a reader has come to, whose rest is read later", () => {
    const { window, second, third } = inThree();
    second.reached = ago(1.5);
    const rest = readOnLater(window, second, "https://events-va6.adobe.io/j?since=z", "turn");
    expect(laterThan(window, second)).toEqual([rest, third]);
    expect(second.stage).toEqual({ kind: "read", next: rest });
    const start = { kind: "next", url: "https://events-va6.adobe.io/j?since=z" };
    expect(rest).toMatchObject({ start, next: start.url, from: ago(1.5), to: ago(1) });
    expect(rest.stage).toEqual({ kind: "later", until: "turn" });
  });
});

test("what is read is counted, and what waits until it is handed on", () => {
  const { window, first } = inThree();
  countRead(window, first, pageOf("a1 b2"), 100);
  countRead(window, first, { ...pageOf("c3"), next: "https://events-va6.adobe.io/j?since=c" }, 50);
  expect(window).toMatchObject({ pagesRead: 2, eventsRead: 3 });
  expect(first).toMatchObject({
    pages: 2,
    waiting: { pages: 2, bytes: 150 },
    next: "https://events-va6.adobe.io/j?since=c",
  });
  countHandedOn(first, 100);
  expect(first.waiting).toEqual({ pages: 1, bytes: 50 });
});

test("the share that was read counts each stretch as far as it was, and what has ended as a whole", () => {
  const { window, first, second, third } = inThree();
  expect(shareRead(window)).toBe(0);
  first.reached = ago(3);
  third.reached = ago(0.5);
  expect(shareRead(window)).toBe(1.5 / 4);
  endAt(window, second, third);
  expect(shareRead(window)).toBe(2.5 / 4);
  first.stage = { kind: "failed", failure: "lost" };
  expect(shareRead(window)).toBe(3.5 / 4);
});

describe("the turn", () => {
  test("goes to where the first stretch ended; those that it was read through are dropped, in vain", () => {
    const { window, first, second, third } = inThree();
    second.opening = { position: "a", prints: [1, 2, 3] };
    endAt(window, first, third);
    expect(takeTurn(window)).toBe(third);
    expect(window).toMatchObject({ stretches: [third], proved: 1, unproved: 1 });
    expect([first, second, third].map(({ stage }) => stage.kind)).toEqual(["dropped", "dropped", "reading"]);
  });

  test("counts nothing as in vain that had not begun, or went on where the first one stopped", () => {
    const { window, first, third } = inThree();
    endAt(window, first, third);
    takeTurn(window);
    const rest = readOnLater(window, third, "https://events-va6.adobe.io/j?since=z", "reader");
    expect(takeTurn(window)).toBe(rest);
    expect(window).toMatchObject({ stretches: [rest], proved: 1, unproved: 0 });
  });

  test("is nobody's after the journal's end, and all others are dropped", () => {
    const { window, first, second } = inThree();
    endAt(window, first, null);
    expect(takeTurn(window)).toBeNull();
    expect(window).toMatchObject({ stretches: [], proved: 0 });
    expect(second.stage.kind).toBe("dropped");
  });

  test("throws what the first stretch failed with", () => {
    const { window, first } = inThree();
    first.stage = { kind: "failed", failure: new Error("lost") };
    expect(() => takeTurn(window)).toThrow("lost");
  });
});

test("a stretch that is left to the one before it makes that one longer", () => {
  const { window, first, second, third } = inThree();
  leaveToTheOneBefore(window, second);
  expect(window).toMatchObject({ stretches: [first, third], unproved: 1 });
  expect(first.to).toBe(ago(1));
  expect(second.stage.kind).toBe("dropped");
});

test("what is given up is dropped, except for a failure", () => {
  const { window, first, second, third } = inThree();
  endAt(window, first, second);
  second.stage = { kind: "failed", failure: "lost" };
  third.stage = { kind: "later", until: "reader" };
  giveUpAll(window);
  expect([first, second, third].map(({ stage }) => stage.kind)).toEqual(["dropped", "failed", "dropped"]);
});
