import { describe, expect, test } from "vitest";
import { keysKept } from "../../../src/adobe/journal/cursor.ts";
import type { LyticsItem } from "../../../src/demo/lytics/story.ts";
import { emptyTally, pump } from "../../../src/engine/pump.ts";
import type { Mark } from "../../../src/engine/sources/source.ts";
import { isInLytics, lyticsSource, placeIn, type LyticsReading } from "../../../src/engine/sources/lytics.ts";
import { createSeen } from "../../../src/runs/events/seen.ts";
import { lyticsNoon as noon, serveLytics, workEvent, workEvents, type ServedLytics } from "../../support/lytics.ts";

const minute = 60_000;

interface Asked extends Partial<Pick<LyticsReading<string>, "from" | "to" | "follow" | "keep" | "asked">> {
  /** Keys that an earlier reading has left. */
  readonly keys?: readonly string[];
  readonly most?: number;
}

/** Reads as a command does, and ends a reading that follows after so many waits. */
async function read(served: ServedLytics, { keys = [], most = Infinity, ...asked }: Asked, waits = 3) {
  let end = (): void => undefined;
  const { lytics, slept, server } = await serveLytics({
    ...served,
    onSleep: (n, now) => {
      served.onSleep?.(n, now);
      if (n > waits) end();
    },
  });
  const stopping = new AbortController();
  end = () => {
    stopping.abort(new Error("enough"));
  };
  const source = lyticsSource<string>({
    lytics: { ...lytics, signal: stopping.signal },
    asked: {},
    from: 0,
    to: Infinity,
    follow: false,
    keep: () => true,
    encode: ({ eventId }) => eventId ?? "without id",
    ...asked,
  });
  const printed: string[] = [];
  const taken: string[] = [];
  const marks: Mark[] = [];
  const reasons: string[] = [];
  const tally = emptyTally();
  await pump(
    {
      source,
      seen: createSeen(200_000, keys),
      sink: {
        take: (batch, mark) => {
          printed.push(...batch.map(({ encoded }) => encoded));
          taken.push(...batch.map(({ key }) => key));
          marks.push(mark);
          return Promise.resolve();
        },
        close: () => Promise.resolve(),
      },
      isEnough: (_, count) => count >= most,
      onBatch: ({ rejects }) => reasons.push(...rejects.map(({ reason }) => reason)),
    },
    tally,
  ).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  return { printed, taken, marks, reasons, tally, slept, requests: server.requests };
}

const lastPlace = (marks: readonly Mark[]): number | null => placeIn(marks.at(-1)?.next ?? "");

test("a window is read once, oldest first, and its place is a minute before its newest event", async () => {
  const { printed, marks, tally } = await read({ items: workEvents(noon - 3000, noon - 2000, noon - 1000) }, {});
  expect(printed).toEqual(["event-0", "event-1", "event-2"]);
  expect(lastPlace(marks)).toBe(noon - 1000 - minute);
  expect(marks.at(-1)?.atEnd).toBe(true);
  expect(tally).toMatchObject({ printed: 3, events: 3, duplicates: 0, unreadable: 0 });
});

test("a place is never before the window's beginning, whatever happens in it", async () => {
  for (const items of [[], workEvents(noon - 90_000)]) {
    const { marks } = await read({ items }, { from: noon - 100_000 });
    expect(lastPlace(marks)).toBe(noon - 100_000);
  }
});

test("all there is has no place before it", async () => {
  const { printed, marks } = await read({ items: workEvents(noon - 1000) }, { from: -Infinity, most: 0 });
  expect(printed).toEqual(["event-0"]);
  const empty = await read({ items: [] }, { from: -Infinity });
  expect(empty.marks.at(-1)?.next).toMatch(/\/v2\/event$/);
  expect(marks).toHaveLength(1);
});

describe("a tail", () => {
  const before = workEvents(noon - 30_000, noon - 5000);

  test.each([
    ["ours is right", 0],
    ["ours is ten minutes fast", 10 * minute],
    ["ours is ten minutes slow", -10 * minute],
  ])("begins now by the clock of Lytics: %s", async (_, aheadMs) => {
    const items = [...before];
    const onSleep = (n: number, now: number): void => void items.push(workEvent(`new-${String(n)}`, now - 1000));
    const { printed } = await read({ items, aheadMs, onSleep }, { from: "now", follow: true });
    expect(printed).toEqual(["new-1", "new-2", "new-3"]);
  });

  test("sees what comes late, within a minute of the newest", async () => {
    const items = [...before];
    const onSleep = (n: number, now: number): void => {
      if (n === 1) items.push(workEvent("on time", now - 1000));
      if (n === 2) items.push(workEvent("late", now - 10_500));
    };
    const { printed, tally } = await read({ items, onSleep }, { from: "now", follow: true });
    expect(printed).toEqual(["on time", "late"]);
    // What is only shown again is no event that was read, and no duplicate.
    expect(tally).toMatchObject({ events: 2, duplicates: 0 });
  });

  test("sees one of the same instant that comes later", async () => {
    const items: LyticsItem[] = [];
    const onSleep = (n: number): void => void items.push(workEvent(`twin-${String(n)}`, noon + 5000));
    const { printed } = await read({ items, onSleep }, { from: "now", follow: true });
    expect(printed).toEqual(["twin-1", "twin-2", "twin-3"]);
  });

  test("goes on past an event from the future, which a wrong clock makes", async () => {
    const items = [{ ...workEvent("future", noon + 365 * 24 * 60 * minute), at: noon - 1000 }];
    const onSleep = (n: number, now: number): void => void items.push(workEvent(`new-${String(n)}`, now - 1000));
    const { printed, marks } = await read({ items, onSleep }, { from: noon - minute, follow: true });
    expect(printed).toEqual(["future", "new-1", "new-2", "new-3"]);
    expect(lastPlace(marks)).toBeLessThan(noon);
  });

  test("tells of what it cannot read once, however often it is shown", async () => {
    const items = [{ at: noon - 2000, item: { timestamp: noon - 2000 } }, workEvent("good", noon - 1000)];
    const { reasons, printed } = await read({ items }, { from: noon - minute, follow: true });
    expect(printed).toEqual(["good"]);
    expect(reasons).toEqual(["names neither a subject nor a verb"]);
  });

  test("asks every ten seconds, one question each", async () => {
    const { slept, requests } = await read({ items: before }, { from: "now", follow: true });
    expect(slept).toEqual([10_000, 10_000, 10_000, 10_000]);
    // One for the clock, and one for each look.
    expect(requests).toHaveLength(5);
  });
});

describe("reading on", () => {
  test("has what came since, late ones too, and nothing twice", async () => {
    const items = workEvents(noon - 3 * minute, noon - 50_000, noon - 20_000);
    const first = await read({ items }, {});
    items.push(workEvent("late", noon - 70_000), workEvent("twin", noon - 20_000), workEvent("new", noon - 1000));
    const second = await read({ items }, { from: lastPlace(first.marks) ?? NaN, keys: first.taken });
    expect(second.printed.sort()).toEqual(["late", "new", "twin"]);
    expect(second.tally).toMatchObject({ printed: 3, events: 5, duplicates: 2 });
  });

  test("after more events in a minute than a cursor knows again it is as far as those go", async () => {
    const items = workEvents(...Array.from({ length: keysKept + 500 }, (_, n) => noon - 30_000 + n * 10));
    const first = await read({ items }, {});
    expect(lastPlace(first.marks)).toBe(items[500]?.at);
    items.push(workEvent("new", noon - 1000));
    const kept = first.taken.slice(-keysKept);
    const second = await read({ items }, { from: lastPlace(first.marks) ?? NaN, keys: kept });
    expect(second.printed).toEqual(["new"]);
  });

  test("stopped in the middle, it goes on with the next one", async () => {
    const items = workEvents(...Array.from({ length: 10 }, (_, n) => noon - 10_000 + n * 1000));
    const printed: string[] = [];
    let from = 0;
    for (let round = 0; round < 4; round += 1) {
      const some = await read({ items }, { from, keys: printed, most: 3 });
      printed.push(...some.printed);
      from = lastPlace(some.marks) ?? NaN;
    }
    expect(printed).toEqual(items.map((_, n) => `event-${String(n)}`));
  });

  test("from a place whose events are gone it has what is left", async () => {
    const { printed } = await read({ items: workEvents(noon - 1000) }, { from: noon - 400 * 24 * 60 * minute });
    expect(printed).toEqual(["event-0"]);
  });

  test("an event without an id is known by what it says", async () => {
    const items = [{ at: noon - 1000, item: { subject_type: "work", verb: "failed", timestamp: noon - 1000 } }];
    const first = await read({ items }, {});
    expect(first.printed).toEqual(["without id"]);
    const second = await read({ items }, { from: lastPlace(first.marks) ?? NaN, keys: first.taken });
    expect(second.printed).toEqual([]);
  });

  test("an id of any length makes a short key", async () => {
    const items = [workEvent("x".repeat(100_000), noon - 1000)];
    const { taken, marks } = await read({ items }, {});
    expect(taken[0]?.length).toBeLessThan(100);
    expect(marks[0]?.last?.length).toBeLessThan(100);
  });
});

test("unknown verbs and subject types pass as they are, and a status is told of works and workflows alone", async () => {
  const items = [
    workEvent("odd", noon - 4000, { verb: "pondered" }),
    workEvent("audience", noon - 3000, { subject_type: "segment", verb: "failed" }),
    workEvent("flow", noon - 2000, { subject_type: "workflow", verb: "failed" }),
    workEvent("moon", noon - 1000, { subject_type: "moon", verb: "rose" }),
  ];
  const { printed, tally } = await read({ items }, {});
  expect(printed).toEqual(["odd", "audience", "flow", "moon"]);
  expect(tally.failed).toBe(1);
});

test("a place is a question, and tells its moment", () => {
  const url = "https://api.lytics.io/v2/event?after=2026-11-28T12:00:00.000Z";
  expect(placeIn(url)).toBe(noon);
  expect(placeIn("demo:/v2/event?after=2026-11-28T12:00:00.000Z")).toBe(noon);
  for (const other of ["", "https://api.lytics.io/v2/event", "https://x/v2/event?after=soon"]) {
    expect(placeIn(other)).toBeNull();
  }
  expect([isInLytics(url), isInLytics("demo:/v2/event?after=1")]).toEqual([true, true]);
  expect([isInLytics("demo:/events/organizations/1/x"), isInLytics("")]).toEqual([false, false]);
});
