import { describe, expect, test } from "vitest";
import type { FaultRule } from "../../src/demo/faults.ts";
import type { LyticsItem } from "../../src/demo/lytics/story.ts";
import type { Lytics } from "../../src/lytics/lytics.ts";
import { askLyticsClock, readEvents, type EventsAsked } from "../../src/lytics/read-events.ts";
import { lyticsNoon as noon, serveLytics, workEvents as told } from "../support/lytics.ts";

async function serve(items: LyticsItem[], faults: readonly FaultRule[] = []) {
  const served = await serveLytics({ items, faults });
  const read = async (asked: Partial<EventsAsked> = {}, most?: number) => {
    const slices: string[][] = [];
    for await (const { events } of readEvents(served.lytics, { from: 0, to: Infinity, ...asked }, most)) {
      slices.push(events.map(({ key }) => key));
    }
    return slices;
  };
  return { ...served, read };
}

const names = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => `event-${from + n}`);

test("a window is read to its beginning and given oldest first", async () => {
  const { read, server } = await serve(told(...Array.from({ length: 250 }, (_, n) => noon - (250 - n) * 60_000)));
  expect(await read()).toEqual([names(0, 250)]);
  expect(server.requests.length).toBeLessThan(6);
});

test("both ends of a window are inside it, and nothing else is", async () => {
  const { read } = await serve(told(1, 2, 3, 4, 5).map((one, n) => ({ ...one, at: noon - (5 - n) * 1000 + 0 })));
  const items = told(noon - 5000, noon - 4000, noon - 3000, noon - 2000, noon - 1000);
  const other = await serve(items);
  expect(await other.read({ from: noon - 4000, to: noon - 2000 })).toEqual([["event-1", "event-2", "event-3"]]);
  expect((await read()).flat()).toHaveLength(5);
});

describe("events of one instant on both sides of a page", () => {
  test.each([150, 101, 350])("%d of one instant are all read", async (count) => {
    const crowd = Array.from({ length: count }, () => noon - 60_000);
    const { read } = await serve(told(noon - 90_000, ...crowd, noon - 30_000));
    const [events] = await read();
    expect(events).toHaveLength(count + 2);
    expect(new Set(events).size).toBe(count + 2);
    expect([events?.[0], events?.at(-1)]).toEqual(["event-0", `event-${count + 1}`]);
  });
});

test("a window of more events than may be held is read in slices, oldest first, each event once", async () => {
  const { read, server } = await serve(told(...Array.from({ length: 2000 }, (_, n) => noon - (2000 - n) * 700)));
  const slices = await read({}, 300);
  expect(slices.length).toBeGreaterThan(4);
  expect(slices.flat()).toEqual(names(0, 2000));
  // Each page is asked for twice at most, but for those where slices meet.
  expect(server.requests.length).toBeLessThan(70);
});

test("events that arrive while a window is read neither disturb it nor come twice", async () => {
  const items = told(...Array.from({ length: 400 }, (_, n) => noon - (400 - n) * 10_000));
  const { lytics } = await serve(items);
  let asked = 0;
  const host: Lytics["host"] = {
    ...lytics.host,
    send: (ask, signal) => {
      items.push({ at: noon, item: { id: `new-${asked++}`, subject_type: "work", verb: "synced", timestamp: noon } });
      return lytics.host.send(ask, signal);
    },
  };
  const found: string[] = [];
  for await (const { events } of readEvents({ ...lytics, host }, { from: 0, to: noon - 1 })) {
    found.push(...events.map(({ key }) => key));
  }
  expect(found).toEqual(names(0, 400));
});

test("what cannot be read is told once, and an item without an id is read by what it says", async () => {
  const odd: LyticsItem[] = [
    { at: noon - 3000, item: { nothing: "of a kind" } },
    { at: noon - 2000, item: { subject_type: "work", verb: "failed", timestamp: noon - 2000 } },
  ];
  const { lytics } = await serve(odd);
  const slices = [];
  for await (const slice of readEvents(lytics, { from: 0, to: Infinity })) slices.push(slice);
  expect(slices).toHaveLength(1);
  expect(slices[0]?.rejects.map(({ reason }) => reason)).toEqual(["names neither a subject nor a verb"]);
  expect(slices[0]?.events.map(({ job }) => [job.eventId, job.status])).toEqual([[null, "failed"]]);
});

describe("trouble", () => {
  test("429 without Retry-After is waited out for ten seconds, and 5xx with a growing pause", async () => {
    const { read, slept } = await serve(told(noon - 1000), [
      { on: "api", at: 0, fault: { kind: "status", status: 429 } },
      { on: "api", at: 1, fault: { kind: "status", status: 503 } },
      { on: "api", at: 2, fault: { kind: "status", status: 500 } },
    ]);
    expect(await read()).toEqual([["event-0"]]);
    expect(slept.slice(0, 2)).toEqual([10_000, 10_000]);
  });

  test("half an answer is asked for again", async () => {
    const { read } = await serve(told(noon - 1000), [{ on: "api", at: 0, fault: { kind: "truncated" } }]);
    expect(await read()).toEqual([["event-0"]]);
  });

  test.each([
    [401, "auth"],
    [403, "forbidden"],
    [404, "unavailable"],
    [400, "protocol"],
  ])("%d ends the reading at once", async (status, kind) => {
    const { read, slept } = await serve(told(noon - 1000), [{ on: "api", fault: { kind: "status", status } }]);
    await expect(read()).rejects.toMatchObject({ kind });
    expect(slept).toEqual([]);
  });

  test("the token goes into one header, and into no notice", async () => {
    const { read, server, notices } = await serve(told(noon - 1000));
    await read();
    expect(server.requests[0]?.headers["authorization"]).toBe("a-token");
    expect(JSON.stringify(notices)).not.toContain("a-token");
  });
});

test("a poll with nothing new is one question", async () => {
  const { read, server } = await serve(told(noon - 30_000, noon - 1000));
  await read({ from: noon - 60_000 });
  expect(server.requests).toHaveLength(1);
});

test("a window of any size tells after each page how far it is", async () => {
  const { read } = await serve(told(...Array.from({ length: 250 }, (_, n) => noon - (250 - n) * 1000)));
  const pages: (readonly [number, number])[] = [];
  await read({ from: noon - 200_000, onPage: (events, downTo) => pages.push([events, downTo]) });
  expect(pages.map(([events]) => events)).toEqual([...pages.map(([events]) => events)].sort((a, b) => a - b));
  expect(pages.at(-1)).toEqual([200, noon - 200_000]);
});

test("the clock of Lytics is asked for, whatever ours shows", async () => {
  const { lytics } = await serveLytics({ items: [], aheadMs: -600_000 });
  expect(await askLyticsClock(lytics)).toBe(noon);
});

describe("answers that are not as they are documented", () => {
  /** Another body in place of each, or of each but the first. */
  function answering(lytics: Lytics, change: (body: unknown, n: number) => unknown): Lytics {
    let n = 0;
    const send: Lytics["host"]["send"] = async (ask, signal) => {
      const answer = await lytics.host.send(ask, signal);
      const body: unknown = JSON.parse(new TextDecoder().decode(await answer.body()));
      const bytes = new TextEncoder().encode(JSON.stringify(change(body, n++)));
      return { ...answer, body: () => Promise.resolve(bytes) };
    };
    return { ...lytics, host: { ...lytics.host, send } };
  }

  async function keysOf(lytics: Lytics): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const { events } of readEvents(lytics, { from: 0, to: Infinity })) {
      keys.push(...events.map(({ key }) => key));
    }
    return keys;
  }

  const spread = told(...Array.from({ length: 230 }, (_, n) => noon - (230 - n) * 1000));

  test("a bare list, and none that says whether it goes on", async () => {
    const { lytics } = await serve(spread);
    const bare = answering(lytics, (body) => (body as { data: unknown }).data);
    expect(await keysOf(bare)).toEqual(names(0, 230));
  });

  test.each([[{ status: 200, data: null }], [{ status: 200 }], [{ _meta: {} }]])(
    "%j is an empty list",
    async (empty) => {
      const { lytics } = await serve(spread);
      expect(await keysOf(answering(lytics, () => empty))).toEqual([]);
    },
  );

  test.each([[{}], ["text"], [{ data: "text" }], [null]])(
    "%j is no list, and is not taken for an empty one",
    async (odd) => {
      const { lytics } = await serve(spread);
      await expect(keysOf(answering(lytics, () => odd))).rejects.toMatchObject({ kind: "protocol" });
    },
  );

  test("where `start` is not taken, more than a page of one instant costs the rest of that second, and is told", async () => {
    const crowd = Array.from({ length: 150 }, () => noon - 60_000);
    const { lytics, notices } = await serve(told(noon - 90_000, noon - 62_500, ...crowd, noon - 30_000));
    const send: Lytics["host"]["send"] = (ask, signal) => {
      const url = new URL(ask.url);
      url.searchParams.delete("start");
      return lytics.host.send({ ...ask, url: url.href }, signal);
    };
    const keys = await keysOf({ ...lytics, host: { ...lytics.host, send } });
    expect(keys.slice(0, 2)).toEqual(["event-0", "event-1"]);
    expect(keys.at(-1)).toBe("event-152");
    const warnings = notices.flatMap((one) => (one.kind === "warning" ? [one.text] : []));
    expect(warnings).toEqual([expect.stringContaining("2026-11-28T11:59:00Z and no others")]);
  });

  test("one page for ever ends the reading", async () => {
    const { lytics } = await serve(spread);
    let first: unknown = null;
    const stuck = answering(lytics, (body) => (first ??= { ...(body as object), _meta: { next_cursor: "on" } }));
    expect(await keysOf(stuck)).toHaveLength(100);
  });
});
