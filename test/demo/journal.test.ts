import { describe, expect, test } from "vitest";
import type { Reply } from "../../src/demo/call.ts";
import { answerJournal, faithful, type JournalKnobs } from "../../src/demo/journal.ts";
import type { JournalSource } from "../../src/demo/source.ts";
import { generatedSource, listedSource } from "../../src/demo/source.ts";
import { bodyOf, call, hour, hourly, nextOf, now, numbersOf, valuesOf } from "./support.ts";

const name = "organizations/7/integrations/8/r9";
const page = `/events/${name}`;

function ask(source: JournalSource, target: string, knobs: Partial<JournalKnobs> = {}, at = now): Reply {
  return answerJournal({ source, knobs: { ...faithful, ...knobs } }, call(target), at);
}

describe("where a page begins", () => {
  const week = hourly(200); // 0 to 31 are older than seven days
  const cases: readonly [what: string, query: string, knobs: Partial<JournalKnobs>, first: number | null][] = [
    ["nothing asked: the oldest that is kept", "limit=1", {}, 31],
    ["since is exclusive", `since=${week.position(150)}&limit=1`, {}, 151],
    ["since is known however it is encoded", `since=${encodeURIComponent(week.position(150))}&limit=1`, {}, 151],
    ["since of an expired position whose successor is kept", `since=${week.position(30)}&limit=1`, {}, 31],
    ["seek: the first one written since then", "seek=-PT2H&limit=1", {}, 197],
    ["seek between two entries", "seek=-PT2H30M&limit=1", {}, 197],
    ["seek by days and hours", "seek=-P1DT1H&limit=1", {}, 174],
    ["seek by weeks", "seek=-P1W&limit=1", {}, 31],
    ["seek one earlier", "seek=-PT2H&limit=1", { seekOneEarlier: true }, 196],
    ["seek one earlier, but never an expired one", "seek=-P7D&limit=1", { seekOneEarlier: true }, 31],
    ["seek beyond what is kept", "seek=-P30D&limit=1", {}, 31],
    ["latest: the end", "latest=true", {}, null],
    ["since the end", `since=${week.position(199)}`, {}, null],
    ["a shorter memory", "limit=1", { retentionMs: 3 * hour }, 196],
  ];
  test.each(cases)("%s", (_, query, knobs, first) => {
    const reply = ask(week, `${page}?${query}`, knobs);
    expect(reply.status).toBe(first === null ? 204 : 200);
    expect(numbersOf(reply)).toEqual(first === null ? [] : [first]);
  });
});

describe("what is refused", () => {
  const source = hourly(5);
  const known = source.position(1);
  const cases: readonly [query: string, status: number][] = [
    [`seek=-PT1H&since=${known}`, 400],
    ["seek=-PT1H&latest=true", 400],
    ["seek=PT1H", 400],
    ["seek=-P", 400],
    ["seek=-PT", 400],
    ["seek=-1h", 400],
    ["seek=2026-11-22T00:00:00Z", 400],
    ["limit=0", 400],
    ["limit=-1", 400],
    ["limit=1.5", 400],
    ["limit=many", 400],
    ["limit=", 400],
    [`since=${known}&latest=true`, 200],
    ["limit=1", 200],
  ];
  test.each(cases)("%s -> %i", (query, status) => {
    expect(ask(source, `${page}?${query}`).status).toBe(status);
  });
  test("anything but GET", () => {
    const post = call(page, { method: "POST" });
    expect(answerJournal({ source, knobs: faithful }, post, now).status).toBe(405);
  });
  test("seek beyond what is kept, where the service minds", () => {
    expect(ask(source, `${page}?seek=-P8D`, { seekTooOld: "refuse" }).status).toBe(400);
    expect(ask(source, `${page}?seek=-P6D`, { seekTooOld: "refuse" }).status).toBe(200);
  });
});

describe("how much is on a page", () => {
  const source = hourly(160);
  const cases: readonly [what: string, query: string, knobs: Partial<JournalKnobs>, count: number][] = [
    ["exactly the limit", "limit=7", {}, 7],
    ["all that is left", "limit=5000", {}, 160],
    ["the default", "", {}, 100],
    ["another default", "", { defaultLimit: 3 }, 3],
    ["more than the default", "", { extraEntries: 5 }, 105],
    ["but not more than a limit", "limit=9", { extraEntries: 5 }, 9],
  ];
  test.each(cases)("%s", (_, query, knobs, count) => {
    const reply = ask(source, `${page}?${query}`, knobs);
    expect(numbersOf(reply)).toHaveLength(count);
    expect(bodyOf(reply)._page).toEqual({ count, last: source.position(count - 1) });
  });
  test("legacy: anything from one to the limit, and not always the same", () => {
    const counts = Array.from({ length: 40 }, (_, n) => {
      const reply = ask(source, `${page}?since=${source.position(n)}&limit=5`, { legacyLimit: true });
      return numbersOf(reply).length;
    });
    expect(new Set(counts)).toEqual(new Set([1, 2, 3, 4, 5]));
  });
  test("cut at 1.5 MB, but a bigger entry still goes through", () => {
    const fat = (size: number): JournalSource =>
      listedSource(Array.from({ length: 4 }, (_, n) => ({ at: now, event: { n, fat: "é".repeat(size / 2) } })));
    const reply = ask(fat(600_000), `${page}?limit=4`);
    expect(numbersOf(reply)).toEqual([0, 1]);
    expect(Buffer.byteLength(reply.body)).toBeLessThanOrEqual(1_500_000);
    expect(numbersOf(ask(fat(2_000_000), `${page}?limit=4`))).toEqual([0]);
  });
});

describe("links", () => {
  const source = hourly(3);
  const last = source.position(1);
  test("the whole set, each in a line of its own, positions as they are", () => {
    const reply = ask(source, `${page}?limit=2`);
    expect(valuesOf(reply, "link")).toEqual([
      `</events/${name}>; rel="events"`,
      `</events-fast/${name}?since=${last}&limit=2>; rel="next"`,
      `</count/${name}?since=${last}>; rel="count"`,
      `</events/${name}?latest=true>; rel="latest"`,
      `</events/${name}?since={position}&limit={count}>; rel="page"`,
      `</events/${name}?seek={duration}&limit={count}>; rel="seek"`,
      `</events-validate/${name}?since=${last}>; rel="validate"`,
    ]);
    expect(last).toMatch(/:.*\./);
    expect(valuesOf(reply, "retry-after")).toEqual([]);
  });
  const since = `?since=${last}&limit=2`;
  const cases: readonly [Partial<JournalKnobs>, next: string][] = [
    [{ nextPath: "events" }, `/events/${name}${since}`],
    [{ linkHost: "own" }, `http://127.0.0.1:8080/events-fast/${name}${since}`],
    [{ linkHost: "foreign" }, `https://journal.example.net/events-fast/${name}${since}`],
    [{ links: "joined" }, `/events-fast/${name}${since}`],
    [{ links: "none" }, ""],
    [{ quotedRel: false }, `/events-fast/${name}${since}`],
  ];
  test.each(cases)("%j", (knobs, next) => {
    expect(nextOf(ask(source, `${page}?limit=2`, knobs))).toBe(next);
  });
  test("joined is one line, unquoted has no quotes", () => {
    expect(valuesOf(ask(source, page, { links: "joined" }), "link")).toHaveLength(1);
    expect(valuesOf(ask(source, page, { quotedRel: false }), "link").join()).not.toContain('"');
  });
  test("validate in the other style", () => {
    const reply = ask(source, `${page}?limit=2`, { validatePath: "suffix" });
    expect(valuesOf(reply, "link")).toContain(`</events/${name}/validate?since=${last}>; rel="validate"`);
  });
  test("positions may hold a comma, and following next finds each event once", () => {
    const commas = hourly(5, { commas: true });
    const seen: number[] = [];
    let target = `${page}?limit=2`;
    for (let reply = ask(commas, target); reply.status === 200 && seen.length < 9; reply = ask(commas, target)) {
      seen.push(...numbersOf(reply));
      target = nextOf(reply);
      expect(target).toContain(",");
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("the end of the journal", () => {
  const source = hourly(4);
  test("next is the request itself, and finds what is written later", () => {
    const list = [{ at: now, event: { n: 0 } }];
    const growing = listedSource(list);
    const first = nextOf(ask(growing, `${page}?latest=true&limit=3`));
    const reply = ask(growing, first);
    expect([reply.status, reply.body, valuesOf(reply, "retry-after")]).toEqual([204, "", ["10"]]);
    expect(nextOf(reply)).toBe(first);
    list.push({ at: now + 5_000, event: { n: 1 } });
    expect(ask(growing, first, {}, now + 4_999).status).toBe(204);
    expect(numbersOf(ask(growing, first, {}, now + 5_000))).toEqual([1]);
  });
  test.each([["soon"], ["Sun, 22 Nov 2026 12:00:30 GMT"], ["-1"]])("retry-after %s", (retryAfter) => {
    expect(valuesOf(ask(source, `${page}?latest=true`, { retryAfter }), "retry-after")).toEqual([retryAfter]);
  });
  test("no retry-after, and no link", () => {
    const reply = ask(source, `${page}?latest=true`, { retryAfter: null, links: "none" });
    expect(reply).toEqual({ status: 204, headers: [], body: "" });
  });
  test("an empty journal: 204 with next, without retry-after", () => {
    const empty = listedSource([]);
    const reply = ask(empty, page);
    expect([reply.status, valuesOf(reply, "retry-after")]).toEqual([204, []]);
    expect(ask(empty, nextOf(reply)).status).toBe(204);
  });
});

describe("expired and unknown positions", () => {
  const old = hourly(200);
  const expired = old.position(29);
  const end = `${page}?since=${old.position(199)}`;
  test("an expired one: 410 with its sentence, no link", () => {
    const reply = ask(old, `${page}?since=${expired}`);
    expect(reply).toMatchObject({ status: 410, body: `Events at position ${expired} have expired.` });
    expect(reply.headers).toEqual([["Content-Type", "text/plain"]]);
  });
  test("the end stays good when everything has expired", () => {
    const later = now + 30 * 24 * hour;
    expect(ask(old, end, {}, later).status).toBe(204);
    expect(ask(old, `${page}?since=${old.position(198)}`, {}, later).status).toBe(410);
    expect(ask(old, page, {}, later).status).toBe(204);
  });
  test.each([[204], [400], [404], [410]] as const)("unknown: %i", (unknownSince) => {
    const target = `${page}?since=heron:never.seen`;
    const reply = ask(old, target, { unknownSince });
    expect(reply.status).toBe(unknownSince);
    if (unknownSince === 204) expect(nextOf(reply)).toBe(`/events-fast/${name}?since=heron:never.seen`);
  });
  test("a position of another place, or one beyond the last entry, is unknown", () => {
    const beyond = hourly(300).position(250);
    expect(ask(old, `${page}?since=${beyond}`, { unknownSince: 404 }).status).toBe(404);
    expect(ask(old, `${page}?since=${expired}x`, { unknownSince: 404 }).status).toBe(404);
  });
});

describe("paths", () => {
  const old = hourly(200);
  const [good, gone] = [old.position(150), old.position(5)];
  const cases: readonly [target: string, status: number][] = [
    [`/events/${name}`, 200],
    [`/events-fast/${name}`, 200],
    [`/${name}`, 200],
    [`/events-validate/${name}?since=${good}`, 200],
    [`/events/${name}/validate?since=${good}`, 200],
    [`/${name}/validate?since=${good}`, 200],
    [`/events-validate/${name}?since=${gone}`, 400],
    [`/events/${name}/validate?since=${gone}`, 400],
    [`/events-validate/${name}?since=nonsense`, 400],
    [`/events-validate/${name}`, 400],
    [`/count/${name}?since=${good}`, 404],
    [`/events/organizations/7`, 404],
  ];
  test.each(cases)("%s -> %i", (target, status) => {
    expect(ask(old, target).status).toBe(status);
  });
});

test("a million events are paged without being held", () => {
  let made = 0;
  const source = generatedSource({
    total: () => 1_000_000,
    length: () => 1_000_000,
    writtenAt: (index) => now - (1_000_000 - index),
    event: (index) => {
      made += 1;
      return `{"n":${index}}`;
    },
  });
  expect(numbersOf(ask(source, `${page}?seek=-PT1S&limit=2`))).toEqual([999_000, 999_001]);
  expect(numbersOf(ask(source, `${page}?since=${source.position(777_776)}&limit=1`))).toEqual([777_777]);
  expect(made).toBe(3);
});
