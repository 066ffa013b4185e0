import { describe, expect, test, vi } from "vitest";
import { exitCodes } from "../../../src/errors.ts";
import type { Answer, Ask } from "../../../src/host.ts";
import { readPages } from "../../../src/adobe/journal/read-pages.ts";
import { parseDuration, parseWhen, type Start } from "../../../src/adobe/journal/when.ts";
import { fakeHost, noon, type FakeHost } from "../../support/host.ts";
import { sealNetwork } from "../../support/network.ts";
import {
  answerOf,
  asked,
  bearers,
  body,
  endless,
  failureOf,
  imsHandsOut,
  journalOf,
  journalPath,
  journalUrl,
  next,
  on,
  origin,
  positions,
  read,
  readingOf,
  settled,
  withIms,
} from "./story.ts";

sealNetwork();

const at = (position: string): string => `${journalPath}?since=${position}`;
const end = (position: string, headers: Readonly<Record<string, string>> = { "retry-after": "10" }) =>
  on(at(position)).reply(204, undefined, { ...next(at(position)), ...headers });
const since = (words: string): Exclude<Start, { kind: "last" }> => {
  const start = parseWhen(words, noon);
  if (start.kind === "last") throw new Error("not a start by itself");
  return start;
};

describe("walking", () => {
  test("follows next from page to page until the first 204, without waiting", async () => {
    on(journalPath).reply(200, body("cat:1", "cat:2"), next(at("cat:2")));
    on(at("cat:2")).reply(200, body("cat:3"), next(at("cat:3")));
    end("cat:3");
    const host = fakeHost();
    const pages = await read(readingOf(journalOf(host)));
    expect(positions(pages)).toEqual(["cat:1", "cat:2", "cat:3"]);
    expect(pages.map(({ atEnd }) => atEnd)).toEqual([false, false, true]);
    expect(host.sleeps).toEqual([]);
  });

  test("a short page is not the end", async () => {
    on(`${journalPath}?limit=10`).reply(200, body("cat:1"), next(`${at("cat:1")}&limit=10`));
    on(`${at("cat:1")}&limit=10`).reply(200, body("cat:2", "cat:3"), next(`${at("cat:3")}&limit=10`));
    on(`${at("cat:3")}&limit=10`).reply(204, undefined, next(`${at("cat:3")}&limit=10`));
    expect(positions(await read(readingOf(journalOf(fakeHost()), { limit: 10 })))).toEqual(["cat:1", "cat:2", "cat:3"]);
  });

  test("an empty journal is one empty page", async () => {
    on(journalPath).reply(204, undefined, next(journalPath));
    const pages = await read(readingOf(journalOf(fakeHost())));
    expect(pages).toMatchObject([
      { url: journalUrl, entries: [], count: 0, next: journalUrl, atEnd: true, waitMs: 10_000 },
    ]);
  });

  test.each([
    ["a path", "/events-fast/organizations/1234/x?since=tuna:0f.tuna:1a.2b.0.1795348800.77&limit=3"],
    ["commas and escapes", "/events-fast/x?since=a:1,b.2%3Ac%2fd+e"],
    ["other parameters, in their order", "/events-fast/x?z=1&since=a&limit=2&a=%7B"],
    ["no query at all", "/events-fast/x/since/9"],
  ])("next is asked byte for byte: %s", async (_, target) => {
    on(journalPath).reply(200, body("cat:1"), next(target));
    on(target).reply(204, undefined, next(target));
    const host = fakeHost();
    await read(readingOf(journalOf(host)));
    expect(asked(host)).toEqual([journalPath, target]);
  });

  test("an absolute next on the journal's own host, or another of Adobe I/O's, is followed with the token", async () => {
    on(journalPath).reply(200, body("cat:1"), next(`${origin}/events-fast/x?since=1`));
    on("/events-fast/x?since=1").reply(200, body("cat:2"), next("https://events-irl1.adobe.io/x?since=2"));
    const host = fakeHost({
      send: (ask, signal) => {
        if (!ask.url.includes("irl1")) return plainHost.send(ask, signal);
        return Promise.resolve(answerOf(204, {}, ""));
      },
    });
    const plainHost = fakeHost();
    expect(positions(await read(readingOf(journalOf(host))))).toEqual(["cat:1", "cat:2"]);
    expect(new Set(bearers(host))).toEqual(new Set(["Bearer token-0"]));
    expect(host.asked).toHaveLength(3);
  });

  test("a next elsewhere ends the walk, and the token does not go there", async () => {
    on(journalPath).reply(200, body("cat:1"), next(at("cat:1")));
    on(at("cat:1")).reply(200, body("cat:2"), next("https://evil.example.com/x"));
    const host = fakeHost();
    const seen: unknown[] = [];
    const error = await failureOf(
      (async () => {
        for await (const page of readPages(readingOf(journalOf(host)))) seen.push(page);
      })(),
    );
    expect(seen).toHaveLength(1);
    expect(exitCodes[error.kind]).toBe(5);
    expect(error.message).toContain("evil.example.com");
    expect(host.asked.every(({ url }) => url.startsWith(origin))).toBe(true);
  });

  const wholeSet = [
    `<${journalPath}>; rel="events"`,
    `<${at("{position}")}&limit={count}>; rel="page"`,
    `<${journalPath}?seek={duration}&limit={count}>; rel="seek"`,
    `<${at("cat:1,x")}>; rel="next"`,
    `<${journalPath}?latest=true>; rel="latest"`,
  ];

  test.each([
    ["lines of their own", wholeSet],
    ["one line", [wholeSet.join(", ")]],
  ])("templates among the links are left alone: %s", async (_, link) => {
    const answers = [answerOf(200, { link }, JSON.stringify(body("cat:1"))), answerOf(204, { link }, "")];
    const host = fakeHost({ send: () => Promise.resolve(answers.shift()!) });
    await read(readingOf(journalOf(host)));
    expect(asked(host)).toEqual([journalPath, at("cat:1,x")]);
  });

  test("next is followed even where _page.last says otherwise", async () => {
    on(journalPath).reply(200, { ...body("cat:1", "cat:2"), _page: { last: "cat:1", count: 2 } }, next(at("cat:2")));
    end("cat:2");
    expect(positions(await read(readingOf(journalOf(fakeHost()))))).toEqual(["cat:1", "cat:2"]);
  });

  test("a page without next goes on after its last event, limit and all", async () => {
    on(`${journalPath}?limit=2`).reply(200, body("cat:1", "cat:2"));
    on(`${at("cat:2")}&limit=2`).reply(204);
    const journal = journalOf(fakeHost());
    expect(positions(await read(readingOf(journal, { limit: 2 })))).toEqual(["cat:1", "cat:2"]);
    expect(journal.notices.filter(({ kind }) => kind === "warning")).toHaveLength(1);
  });
});

describe("the first question", () => {
  test.each([
    ["oldest", null, ""],
    ["now", null, "?latest=true"],
    ["-P1D", null, "?seek=-P1D"],
    ["P30D", null, ""],
    ["oldest", 7, "?limit=7"],
    ["-P1D", 7, "?seek=-P1D&limit=7"],
  ])("from %s, limit %s", async (words, limit, query) => {
    on(journalPath + query).reply(204, undefined, next(at("cat:9")));
    const host = fakeHost();
    await read(readingOf(journalOf(host), { start: since(words), limit }));
    expect(asked(host)).toEqual([journalPath + query]);
  });

  test("limit is asked once: next keeps it", async () => {
    on(`${journalPath}?limit=7`).reply(200, body("cat:1"), next(`${at("cat:1")}&limit=7`));
    on(`${at("cat:1")}&limit=7`).reply(204);
    const host = fakeHost();
    await read(readingOf(journalOf(host), { limit: 7 }));
    expect(asked(host)).toEqual([`${journalPath}?limit=7`, `${at("cat:1")}&limit=7`]);
  });

  test("asked again after trouble, it reaches back to the same moment", async () => {
    on(`${journalPath}?seek=-P1D`).reply(503, "", { "retry-after": "120" });
    on(`${journalPath}?seek=-PT86520S`).reply(500);
    on(`${journalPath}?seek=-PT86521S`).reply(204);
    const host = fakeHost();
    await read(readingOf(journalOf(host), { start: since("-P1D") }));
    expect(host.sleeps).toEqual([120_000, 1000]);
  });
});

describe("the end", () => {
  const followed = (host: FakeHost, most: number, overrides = {}) =>
    read(readingOf(journalOf(host, { patience: endless }), { follow: true, ...overrides }), most);

  test.each([
    ["seconds", { "retry-after": "25" }, 25_000],
    ["a date", { "retry-after": "Sun, 22 Nov 2026 12:01:00 GMT" }, 60_000],
    ["garbage", { "retry-after": "later" }, 10_000],
    ["nothing", {}, 10_000],
  ])("a follower waits and asks again: %s", async (_, headers, waitMs) => {
    end("cat:1", headers);
    on(at("cat:1")).reply(200, body("cat:2"), next(at("cat:2")));
    end("cat:2");
    const host = fakeHost();
    const pages = await followed(host, 2, { start: { kind: "next", url: journalUrl + "?since=cat:1" } });
    await settled();
    expect(positions(pages)).toEqual(["cat:2"]);
    expect(pages[0]).toMatchObject({ atEnd: true, waitMs });
    expect(host.sleeps).toEqual([waitMs]);
  });

  test("a 204 without a link keeps the place", async () => {
    on(at("cat:1")).reply(204, undefined, { "retry-after": "10" });
    on(at("cat:1")).reply(204, undefined, { "retry-after": "10" });
    on(at("cat:1")).reply(200, body("cat:2"));
    on(at("cat:2")).reply(204);
    const host = fakeHost();
    const pages = await followed(host, 4, { start: { kind: "next", url: `${journalUrl}?since=cat:1` } });
    expect(positions(pages)).toEqual(["cat:2"]);
  });

  test("a 204 may move next, which is followed", async () => {
    on(`${journalPath}?latest=true`).reply(204, undefined, next(at("cat:7")));
    end("cat:7");
    const host = fakeHost();
    await followed(host, 2, { start: since("now") });
    expect(asked(host)).toEqual([`${journalPath}?latest=true`, at("cat:7")]);
  });

  test.each([
    ["from now on", since("now")],
    ["from five seconds ago", since("PT5S")],
    ["from an hour ago", since("PT1H")],
  ])("%s, where the journal names no place: no moment falls between two questions", async (_, start) => {
    const { host, sentAt } = silentJournal();
    await followed(host, 6, { start });
    const gaps = reaches(host, sentAt).filter((from, index) => index > 0 && from > sentAt[index - 1]!);
    expect(sentAt).toHaveLength(6);
    expect(gaps).toEqual([]);
  });

  test("from the end after an expiry, where the journal names no place: the same", async () => {
    const { host, sentAt } = silentJournal(answerOf(410, {}, "Events at position cat:1 have expired."));
    const start = { kind: "next", url: `${journalUrl}?since=cat:1` };
    await followed(host, 4, { start, onExpired: "latest" });
    expect(asked(host)[1]).toBe(`${journalPath}?latest=true`);
    const gaps = reaches(host, sentAt).filter((from, index) => index > 1 && from > sentAt[index - 1]!);
    expect(gaps).toEqual([]);
  });

  /** A journal that answers 204 after two seconds, and never with a link; and when it was asked. */
  function silentJournal(first?: Answer) {
    const sentAt: number[] = [];
    let underWay = 0;
    const inner = fakeHost({
      send: () => {
        sentAt.push(host.now());
        underWay += 2000;
        return Promise.resolve(sentAt.length === 1 && first !== undefined ? first : answerOf(204, {}, ""));
      },
    });
    const host: FakeHost = { ...inner, now: () => inner.now() + underWay };
    return { host, sentAt };
  }

  /** From which moment on each question asks. */
  function reaches(host: FakeHost, sentAt: readonly number[]): readonly number[] {
    return host.asked.map(({ url }, index) => {
      const seek = new URL(url).searchParams.get("seek");
      return sentAt[index]! - (seek === null ? 0 : parseDuration(seek));
    });
  }

  test("renews its token on time while it follows", async () => {
    imsHandsOut("one", "two");
    const host = fakeHost();
    const life = 86_399_000 - 5 * 60_000;
    on(at("cat:1"), { authorization: "Bearer one" })
      .times(2)
      .reply(204, undefined, { "retry-after": String(Math.ceil(life / 2000)) });
    on(at("cat:1"), { authorization: "Bearer two" }).reply(204);
    const start = { kind: "next", url: `${journalUrl}?since=cat:1` } as const;
    await read(readingOf(withIms(journalOf(host, { patience: endless })), { start, follow: true }), 3);
    expect(bearers(host)).toEqual(["Bearer one", "Bearer one", "Bearer two"]);
  });

  test("a 401 in the middle costs one minting and no event", async () => {
    imsHandsOut("one", "two");
    on(journalPath).reply(200, body("cat:1"), next(at("cat:1")));
    on(at("cat:1"), { authorization: "Bearer one" }).reply(401, {
      error_code: "401013",
      message: "Oauth token is not valid",
    });
    on(at("cat:1"), { authorization: "Bearer two" }).reply(200, body("cat:2"), next(at("cat:2")));
    end("cat:2");
    const host = fakeHost();
    expect(positions(await read(readingOf(withIms(journalOf(host)))))).toEqual(["cat:1", "cat:2"]);
    expect(host.asked.filter(({ method }) => method === "POST")).toHaveLength(2);
  });
});

describe("a place that has expired", () => {
  const start = { kind: "next", url: `${journalUrl}?since=cat:1` } as const;
  const day = 86_400_000;
  const past = { readUntil: noon - 9 * day, movedAt: noon - 10 * day };
  const expire = (position = "cat:1") =>
    on(at(position)).reply(410, `Events at position ${position} have expired.\n`, { "x-request-id": "req-410" });

  test("fail: exit 6, and says what may be missing, why, and how to go on", async () => {
    expire();
    const error = await failureOf(read(readingOf(journalOf(fakeHost()), { start, past })));
    expect(exitCodes[error.kind]).toBe(6);
    expect(error.message).toContain(
      "events recorded from 2026-11-13T12:00:00.000Z to 2026-11-15T12:00:00.000Z may be missing",
    );
    expect(error.why).toContain("Events at position cat:1 have expired.");
    expect(error.hint).toContain("--on-expired oldest");
    expect(error.requestId).toBe("req-410");
  });

  test.each([
    ["oldest", "?limit=5", "the oldest event", "2026-11-15T12:00:00.000Z"],
    ["latest", "?latest=true&limit=5", "the journal's end", "2026-11-22T12:00:00.000Z"],
  ] as const)("%s: goes on from there after a warning", async (onExpired, query, words, until) => {
    expire();
    on(journalPath + query).reply(200, body("cat:8"), next(at("cat:8")));
    end("cat:8");
    const journal = journalOf(fakeHost());
    expect(positions(await read(readingOf(journal, { start, past, onExpired, limit: 5 })))).toEqual(["cat:8"]);
    const warnings = journal.notices.filter(({ kind }) => kind === "warning");
    expect(warnings).toEqual([{ kind: "warning", text: expect.stringContaining(words) as string }]);
    expect(JSON.stringify(warnings)).toContain(
      `events recorded from 2026-11-13T12:00:00.000Z to ${until} may be missing`,
    );
  });

  test("again at once is the end: there is nowhere left to go", async () => {
    expire();
    on(journalPath).reply(410, "gone");
    expect(await failureOf(read(readingOf(journalOf(fakeHost()), { start, past, onExpired: "oldest" })))).toMatchObject(
      {
        kind: "gap",
      },
    );
  });

  test("again much later is passed over again", async () => {
    expire();
    on(journalPath).reply(200, body("cat:8"), next(at("cat:8")));
    expire("cat:8");
    on(journalPath).reply(200, body("cat:9"), next(at("cat:9")));
    end("cat:9");
    expect(positions(await read(readingOf(journalOf(fakeHost()), { start, past, onExpired: "oldest" })))).toEqual([
      "cat:8",
      "cat:9",
    ]);
  });

  test("other refusals are not taken for it", async () => {
    on(at("cat:1")).reply(404);
    expect(await failureOf(read(readingOf(journalOf(fakeHost()), { start, past, onExpired: "oldest" })))).toMatchObject(
      {
        kind: "unavailable",
      },
    );
  });

  describe("without a word: 204 for ever", () => {
    const validate = "/events-validate/organizations/1234/integrations/5678/0a1b2c3d?since=cat:1";
    const silent = (headers: Readonly<Record<string, string>> = {}) =>
      on(at("cat:1")).reply(204, undefined, {
        link: `<${at("cat:1")}>; rel="next", <${validate}>; rel="validate"`,
        ...headers,
      });

    test.each([400, 410])("%i from validate after a day's silence is an expiry", async (status) => {
      silent();
      on(validate).reply(status);
      const error = await failureOf(read(readingOf(journalOf(fakeHost()), { start, past })));
      expect(exitCodes[error.kind]).toBe(6);
      expect(error.message).toContain("events recorded from 2026-11-12T12:00:00.000Z");
    });

    test("and the policy holds for it", async () => {
      silent();
      on(validate).reply(400);
      on(journalPath).reply(200, body("cat:8"), next(at("cat:8")));
      end("cat:8");
      expect(positions(await read(readingOf(journalOf(fakeHost()), { start, past, onExpired: "oldest" })))).toEqual([
        "cat:8",
      ]);
    });

    test.each([200, 204, 401, 404, 500])("%i from validate is none", async (status) => {
      silent();
      on(validate).reply(status);
      expect((await read(readingOf(journalOf(fakeHost()), { start, past }))).at(-1)?.atEnd).toBe(true);
    });

    test("nor is a validate that cannot be reached", async () => {
      silent();
      on(validate).replyWithError("reset");
      expect((await read(readingOf(journalOf(fakeHost()), { start, past }))).at(-1)?.atEnd).toBe(true);
    });

    test("a young silence is not looked into", async () => {
      silent();
      const young = { readUntil: noon - day, movedAt: noon - day + 1 };
      await read(readingOf(journalOf(fakeHost()), { start, past: young }));
    });

    test("a follower asks once a day", async () => {
      const half = { "retry-after": "43200" };
      for (let n = 0; n < 5; n++) silent(half);
      on(validate).times(2).reply(200);
      const host = fakeHost();
      await read(readingOf(journalOf(host, { patience: endless }), { start, follow: true }), 5);
      expect(asked(host).filter((path) => path === validate)).toHaveLength(2);
    });

    test("a validate link to another host gets no token and stops nothing", async () => {
      on(at("cat:1")).reply(204, undefined, {
        link: `<${at("cat:1")}>; rel="next", <https://evil.example.com/v>; rel="validate"`,
      });
      const host = fakeHost();
      expect((await read(readingOf(journalOf(host), { start, past }))).at(-1)?.atEnd).toBe(true);
      expect(host.asked).toHaveLength(1);
    });
  });
});

describe("a journal that does not move", () => {
  test("200 without events goes on along next, ever more slowly", async () => {
    on(journalPath).reply(200, body(), next(at("cat:1")));
    on(at("cat:1")).reply(200, body(), next(at("cat:2")));
    on(at("cat:2")).reply(200, body("cat:3"), next(at("cat:3")));
    end("cat:3");
    const host = fakeHost();
    expect(positions(await read(readingOf(journalOf(host))))).toEqual(["cat:3"]);
    expect(host.sleeps).toEqual([500, 1000]);
  });

  test.each([
    ["no events", []],
    ["the same events", ["cat:1"]],
  ])("the same next and %s, again and again: an error after five", async (_, delivered) => {
    on(journalPath).reply(200, body("cat:1"), next(at("cat:1")));
    on(at("cat:1"))
      .times(5)
      .reply(200, body(...delivered), next(at("cat:1")));
    const host = fakeHost();
    const error = await failureOf(read(readingOf(journalOf(host), { follow: true }), 20));
    expect(exitCodes[error.kind]).toBe(5);
    expect(error.message).toContain("same next link");
    expect(host.sleeps).toEqual([500, 1000, 1000, 1000]);
  });

  test.each([
    ["links, with events", 7, (n: number) => [`cat:${n}`]],
    ["many links, with events", 300, (n: number) => [`cat:${n}`, `dog:${n}`]],
    ["links, each of which gives what was there before", 20, () => ["cat:1"]],
  ])("a cycle of %s: an error after one lap and five answers", async (_, length, positionsAt) => {
    const { host, error } = await refusedWalk((n) => [n % length, positionsAt(n % length)]);
    expect(exitCodes[error.kind]).toBe(5);
    expect(host.asked).toHaveLength(length + 5);
    expect(Math.max(...host.sleeps)).toBeLessThanOrEqual(1000);
  });

  test.each([
    ["no events", 5, () => []],
    ["events before", 25, (n: number) => (n < 20 ? [`cat:${n}`] : [])],
  ])("ever-new links, %s and none after: an error after five", async (_, asked, positionsAt) => {
    const { host, error } = await refusedWalk((n) => [n, positionsAt(n)]);
    expect(exitCodes[error.kind]).toBe(5);
    expect(host.asked).toHaveLength(asked);
    expect(host.sleeps).toEqual([500, 1000, 1000, 1000]);
  });

  test("a cycle by way of an expired place, which is begun anew again and again, ends too", async () => {
    let asks = 0;
    const host = fakeHost({
      send: ({ url }) => {
        if (++asks > 200) return Promise.resolve(answerOf(404, {}, "enough"));
        if (url !== journalUrl) return Promise.resolve(answerOf(410, {}, "Events have expired."));
        return Promise.resolve(answerOf(200, { link: [next(at("cat:1")).link] }, JSON.stringify(body("cat:1"))));
      },
    });
    const error = await failureOf(read(readingOf(journalOf(host), { onExpired: "oldest" })));
    expect(error.kind).toBe("protocol");
    expect(asks).toBeLessThan(20);
  });

  /** A walk along pages of which each names a `next` and holds events at these positions. */
  async function refusedWalk(pageAt: (n: number) => readonly [number, readonly string[]]) {
    let asks = 0;
    const host = fakeHost({
      send: ({ url }) => {
        if (++asks > 2000) return Promise.resolve(answerOf(404, {}, "enough"));
        const n = Number(/cat:(\d+)/.exec(url)?.[1] ?? -1) + 1;
        const [to, held] = pageAt(n);
        const links = { link: [next(at(`cat:${to}`)).link] };
        return Promise.resolve(answerOf(200, links, JSON.stringify(body(...held))));
      },
    });
    const error = await failureOf(read(readingOf(journalOf(host, { patience: endless }), { follow: true }), 3000));
    return { host, error };
  }

  test("200 without events and without next is asked again", async () => {
    on(journalPath).times(2).reply(200, { events: [] });
    on(journalPath).reply(200, body("cat:1"), next(at("cat:1")));
    end("cat:1");
    expect(positions(await read(readingOf(journalOf(fakeHost()))))).toEqual(["cat:1"]);
  });

  test("200 without events and without next, again and again: an error after five", async () => {
    on(journalPath).times(5).reply(200, { events: [] });
    const error = await failureOf(read(readingOf(journalOf(fakeHost()))));
    expect(exitCodes[error.kind]).toBe(5);
  });

  test("a next that moves again is forgiven", async () => {
    on(journalPath).times(4).reply(200, body("cat:1"), next(journalPath));
    on(journalPath).reply(200, body("cat:1"), next(at("cat:1")));
    end("cat:1");
    const host = fakeHost();
    const pages = await read(readingOf(journalOf(host)));
    expect(pages.at(-1)?.atEnd).toBe(true);
  });

  test("two empty pages that point at each other end too", async () => {
    let asks = 0;
    const host = fakeHost({
      send: ({ url }) => {
        if (++asks > 200) return Promise.resolve(answerOf(404, {}, "enough"));
        const link = next(url.endsWith("cat:1") ? at("cat:2") : at("cat:1")).link;
        return Promise.resolve(answerOf(200, { link: [link] }, JSON.stringify(body())));
      },
    });
    const error = await failureOf(read(readingOf(journalOf(host))));
    expect(error.kind).toBe("protocol");
    expect(asks).toBeLessThan(200);
  });

  test("an unchanged next after 204 is no trouble", async () => {
    for (let n = 0; n < 12; n++) end("cat:1");
    const start = { kind: "next", url: `${journalUrl}?since=cat:1` } as const;
    expect(await read(readingOf(journalOf(fakeHost()), { start, follow: true }), 12)).toHaveLength(12);
  });
});

/** A journal whose bodies come when the test lets them. */
function slowJournal(pages: number) {
  const asks: { readonly ask: Ask; readonly signal: AbortSignal }[] = [];
  const finishers: ((text: string) => void)[] = [];
  const bodies = Array.from({ length: pages }, () => new Promise<string>((resolve) => finishers.push(resolve)));
  const host = fakeHost({
    send: (ask, signal) => {
      const number = asks.push({ ask, signal });
      const content = bodies[number - 1];
      if (content === undefined)
        return Promise.resolve(answerOf(204, { link: [`<${at(`cat:${number - 1}`)}>; rel="next"`] }, ""));
      return Promise.resolve(answerOf(200, { link: [`<${at(`cat:${number}`)}>; rel="next"`] }, content));
    },
  });
  const finish = (number: number): void => finishers[number - 1]?.(JSON.stringify(body(`cat:${number}`)));
  return { host, asks, finish };
}

describe("the page ahead", () => {
  test("is asked for before the body of the last one is read", async () => {
    const { host, asks, finish } = slowJournal(2);
    const walk = readPages(readingOf(journalOf(host)));
    const first = walk.next();
    await settled();
    expect(asks.map(({ ask }) => ask.url)).toEqual([journalUrl, `${origin}${at("cat:1")}`]);
    finish(1);
    expect((await first).value).toMatchObject({ entries: [{ position: "cat:1" }] });
    finish(2);
    expect((await walk.next()).value).toMatchObject({ entries: [{ position: "cat:2" }] });
    expect((await walk.next()).value).toMatchObject({ atEnd: true });
    expect((await walk.next()).done).toBe(true);
    expect(asks).toHaveLength(3);
  });

  test("is only one, however long the consumer takes", async () => {
    const { host, asks, finish } = slowJournal(5);
    for (const number of [1, 2, 3, 4, 5]) finish(number);
    const walk = readPages(readingOf(journalOf(host)));
    await settled();
    expect(asks).toHaveLength(0);
    await walk.next();
    await settled();
    expect(asks).toHaveLength(2);
    await walk.next();
    await settled();
    expect(asks).toHaveLength(3);
    await walk.return();
  });

  test("is let go of when the consumer leaves", async () => {
    const { host, asks, finish } = slowJournal(2);
    finish(1);
    for await (const page of readPages(readingOf(journalOf(host)))) {
      expect(page.entries).toHaveLength(1);
      await settled();
      expect(asks[1]?.signal.aborted).toBe(false);
      break;
    }
    expect(asks[1]?.signal.aborted).toBe(true);
    expect(host.signal.aborted).toBe(false);
  });

  test("is let go of when the page before it fails", async () => {
    let tries = 0;
    const signals: AbortSignal[] = [];
    const host = fakeHost({
      send: (_, signal) => {
        signals.push(signal);
        if (++tries === 1) return Promise.resolve(answerOf(200, { link: [next(at("cat:1")).link] }, "{"));
        if (signals.length === 2) return new Promise(() => undefined);
        return Promise.resolve(answerOf(404, {}, ""));
      },
    });
    await failureOf(read(readingOf(journalOf(host))));
    expect(signals.length).toBeGreaterThanOrEqual(2);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  test("that fails is the failure of its own turn, after the page before was handed on", async () => {
    on(journalPath).reply(200, body("cat:1"), next(at("cat:1")));
    on(at("cat:1")).reply(403, { error_code: "403003", message: "Api Key is invalid" });
    const walk = readPages(readingOf(journalOf(fakeHost())));
    expect((await walk.next()).value).toMatchObject({ entries: [{ position: "cat:1" }] });
    await settled();
    expect(await failureOf(walk.next())).toMatchObject({ kind: "forbidden" });
  });

  test("is asked for afresh where the page, asked again, names another next", async () => {
    on(journalPath).reply(200, JSON.stringify(body("cat:1")).slice(0, -2), {
      "content-type": "application/json",
      ...next(at("cat:1")),
    });
    on(at("cat:1")).reply(204);
    on(journalPath).reply(200, body("cat:1", "cat:2"), next(at("cat:2")));
    end("cat:2");
    expect(positions(await read(readingOf(journalOf(fakeHost()))))).toEqual(["cat:1", "cat:2"]);
  });
});

describe("told to stop", () => {
  const stop = (_: number, self: FakeHost): void => {
    self.stop();
  };

  test("before it begins, it asks nothing", async () => {
    const host = fakeHost();
    host.stop();
    expect(await read(readingOf(journalOf(host)))).toEqual([]);
    expect(host.asked).toEqual([]);
  });

  test("while it waits at the end, it ends quietly", async () => {
    end("cat:1");
    const host = fakeHost({ onSleep: stop });
    const start = { kind: "next", url: `${journalUrl}?since=cat:1` } as const;
    expect(await read(readingOf(journalOf(host), { start, follow: true }))).toHaveLength(1);
  });

  test("while it backs off, it ends quietly", async () => {
    on(journalPath).reply(500);
    const host = fakeHost({ onSleep: stop });
    expect(await read(readingOf(journalOf(host)))).toEqual([]);
  });

  test("while a request is under way, it ends quietly and the request with it", async () => {
    const host = fakeHost({
      send: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            reject(new Error("aborted"));
          });
        }),
    });
    const pages = read(readingOf(journalOf(host)));
    await settled();
    host.stop();
    expect(await pages).toEqual([]);
  });

  test("while a page is worked on, that page is the last", async () => {
    const { host, asks, finish } = slowJournal(3);
    for (const number of [1, 2, 3]) finish(number);
    const seen = vi.fn();
    for await (const page of readPages(readingOf(journalOf(host)))) {
      seen(page);
      await settled();
      host.stop();
    }
    expect(seen).toHaveBeenCalledTimes(1);
    expect(asks.every(({ signal }) => signal.aborted)).toBe(true);
  });
});
