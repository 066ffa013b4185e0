import nock from "nock";
import { describe, expect, test } from "vitest";
import { exitCodes, FlowrunError } from "../../../src/errors.ts";
import type { Answer } from "../../../src/host.ts";
import { askJournal } from "../../../src/adobe/journal/ask-journal.ts";
import { fakeHost } from "../../support/host.ts";
import { sealNetwork } from "../../support/network.ts";
import {
  answerOf,
  asked,
  bearers,
  body,
  endless,
  failureOf,
  imsHandsOut,
  imsUrl,
  journalOf,
  journalPath,
  journalUrl,
  next,
  on,
  settled,
  withIms,
} from "./story.ts";

sealNetwork();

const question = `${journalPath}?since=cat:1`;
const after = "/events-fast/organizations/1234/integrations/5678/0a1b2c3d?since=cat:2";
const page = (journal: Parameters<typeof askJournal>[0]) => askJournal(journal, () => `${journalUrl}?since=cat:1`).page;

test("a question carries token, key and organisation, and takes JSON", async () => {
  on(question).reply(200, body("cat:2"), next(after));
  const host = fakeHost();
  await page(journalOf(host));
  expect(host.asked).toEqual([
    {
      method: "GET",
      url: `${journalUrl}?since=cat:1`,
      headers: {
        authorization: "Bearer token-0",
        "x-api-key": "client-1",
        "x-ims-org-id": "ORG@AdobeOrg",
        accept: "application/vnd.adobecloud.events+json, application/json",
      },
    },
  ]);
});

test.each([
  "http://127.0.0.1:9/events?since=cat:1",
  "http://events-va6.adobe.io/events?since=cat:1",
  "https://adobe.io.example.com/events?since=cat:1",
])("a question that may not be put is not, whoever made it: %s", async (url) => {
  const host = fakeHost();
  const error = await failureOf(askJournal(journalOf(host), () => url).page);
  expect([error.kind, host.asked]).toEqual(["protocol", []]);
});

test("a page says what it holds", async () => {
  on(question).reply(200, body("cat:2", "cat:3"), next(after));
  expect(await page(journalOf(fakeHost()))).toMatchObject({
    url: `${journalUrl}?since=cat:1`,
    entries: [{ position: "cat:2" }, { position: "cat:3" }],
    count: 2,
    last: "cat:3",
    atEnd: false,
    waitMs: 0,
  });
});

test("each request is told, without a secret", async () => {
  on(question).reply(200, body("cat:2"), next(after));
  const journal = journalOf(fakeHost());
  await page(journal);
  expect(journal.notices).toEqual([{ kind: "asking", method: "GET", url: `${journalUrl}?since=cat:1` }]);
});

describe("401", () => {
  const invalid = { error_code: "401013", message: "Oauth token is not valid" };
  const refuse = (token: string, id = "req-1") =>
    on(question, { authorization: `Bearer ${token}` }).reply(401, invalid, { "x-request-id": id });

  test("once: one fresh token, the same request, no wait", async () => {
    imsHandsOut("one", "two");
    refuse("one");
    on(question, { authorization: "Bearer two" }).reply(200, body("cat:2"), next(after));
    const host = fakeHost();
    const journal = journalOf(host);
    expect((await page(withIms(journal))).entries).toHaveLength(1);
    expect(bearers(host)).toEqual(["Bearer one", "Bearer two"]);
    expect(host.sleeps.filter((ms) => ms > 0)).toEqual([]);
    expect(journal.notices).toContainEqual(
      expect.objectContaining({
        kind: "retrying",
        what: "the journal answered 401",
        requestId: "req-1",
        attempt: 2,
        waitMs: 0,
      }),
    );
  });

  test("twice: once more after a pause, without a third minting", async () => {
    imsHandsOut("one", "two");
    refuse("one");
    refuse("two");
    on(question, { authorization: "Bearer two" }).reply(200, body("cat:2"), next(after));
    const host = fakeHost();
    expect((await page(withIms(journalOf(host)))).entries).toHaveLength(1);
    expect(host.sleeps.filter((ms) => ms > 0)).toHaveLength(1);
  });

  test.each([
    ["since", {}],
    ["tail, whose patience is endless", { patience: endless }],
  ])("thrice: not authorised, with the gateway's message and request id (%s)", async (_, patience) => {
    imsHandsOut("one", "two");
    refuse("one");
    refuse("two");
    refuse("two", "req-3");
    const error = await failureOf(page(withIms(journalOf(fakeHost(), patience))));
    expect(error).toMatchObject({ kind: "auth", requestId: "req-3" });
    expect(exitCodes[error.kind]).toBe(4);
    expect(error.message).toContain("401");
    expect(error.why).toContain("Oauth token is not valid");
    expect(error.hint).toContain("Adobe Developer Console");
  });

  test("with a ready-made token ends the same way, and IMS is not asked", async () => {
    for (let n = 0; n < 3; n++) refuse("token-0");
    expect(await failureOf(page(journalOf(fakeHost())))).toMatchObject({ kind: "auth" });
  });

  test("and IMS refuses the credential too: IMS has the word", async () => {
    imsHandsOut("one");
    refuse("one");
    nock(imsUrl)
      .post("/ims/token/v3")
      .reply(
        400,
        { error: "invalid_client", error_description: "invalid client_secret parameter" },
        { "x-debug-id": "dbg-1" },
      );
    const error = await failureOf(page(withIms(journalOf(fakeHost()))));
    expect(error).toMatchObject({ kind: "auth", requestId: "dbg-1" });
    expect(error.why).toContain("invalid client_secret parameter");
  });

  test("on many questions at once costs one minting", async () => {
    imsHandsOut("one", "two");
    on(question, { authorization: "Bearer one" }).times(5).reply(401, invalid);
    on(question, { authorization: "Bearer two" }).times(5).reply(200, body("cat:2"), next(after));
    const host = fakeHost();
    const journal = withIms(journalOf(host));
    await Promise.all(Array.from({ length: 5 }, () => page(journal)));
    expect(host.asked.filter(({ method }) => method === "POST")).toHaveLength(2);
  });
});

describe("waiting as told", () => {
  test.each([
    ["429, seconds", 429, "7", 7000],
    ["429, a date", 429, "Sun, 22 Nov 2026 12:01:30 GMT", 90_000],
    ["429, garbage", 429, "soon", 10_000],
    ["429, negative", 429, "-1", 10_000],
    ["429, a date that has passed", 429, "Sun, 22 Nov 2026 11:00:00 GMT", 10_000],
    ["429, nothing", 429, undefined, 10_000],
    ["503, seconds", 503, "4", 4000],
    ["503, nothing", 503, undefined, 10_000],
  ])("%s: then the same request", async (_, status, header, waitMs) => {
    const words = { error_code: "429050", message: "Too many requests" };
    on(question).reply(status, words, {
      ...(header === undefined ? {} : { "retry-after": header }),
      "x-request-id": "req-9",
    });
    on(question).reply(200, body("cat:2"), next(after));
    const host = fakeHost();
    const journal = journalOf(host);
    await page(journal);
    expect(host.sleeps).toEqual([waitMs]);
    expect(asked(host)).toEqual([question, question]);
    expect(journal.notices).toContainEqual(
      expect.objectContaining({
        kind: "retrying",
        what: `the journal answered ${status}`,
        why: "Too many requests",
        requestId: "req-9",
        attempt: 2,
        waitMs,
      }),
    );
  });

  test("longer than --max-wait ends at once", async () => {
    on(question).reply(429, "", { "retry-after": "3244" });
    const host = fakeHost();
    const error = await failureOf(page(journalOf(host)));
    expect(error).toMatchObject({ kind: "unavailable" });
    expect(exitCodes[error.kind]).toBe(5);
    expect(error.message).toContain("3244 s");
    expect(error.hint).toContain("--max-wait PT3244S");
    expect(host.sleeps).toEqual([]);
  });

  test.each([
    ["behind ours", "Sun, 22 Nov 2026 09:00:00 GMT", "Sun, 22 Nov 2026 09:01:00 GMT"],
    ["ahead of ours", "Sun, 22 Nov 2026 15:00:00 GMT", "Sun, 22 Nov 2026 15:01:00 GMT"],
  ])("a date is told by the server's clock, here %s", async (_, date, until) => {
    on(question).reply(429, "", { date, "retry-after": until });
    on(question).reply(200, body("cat:2"), next(after));
    const host = fakeHost();
    await page(journalOf(host));
    expect(host.sleeps).toEqual([60_000]);
  });

  test("at the journal's end too", async () => {
    const date = "Sun, 22 Nov 2026 09:00:00 GMT";
    on(question).reply(204, undefined, { date, "retry-after": "Sun, 22 Nov 2026 09:00:30 GMT" });
    expect(await page(journalOf(fakeHost()))).toMatchObject({ atEnd: true, waitMs: 30_000 });
  });

  test.each([
    ["a 429", 429],
    ["the journal's end", 204],
  ])("nobody sleeps longer than a day, whatever %s asks for", async (_, status) => {
    on(question).reply(status, undefined, { "retry-after": "9999999999" });
    if (status === 429) on(question).reply(204, undefined, { "retry-after": "1" });
    const host = fakeHost();
    const { waitMs } = await page(journalOf(host, { patience: endless }));
    expect([...host.sleeps, waitMs].find((ms) => ms > 1000)).toBe(24 * 3_600_000);
  });

  test("tail waits it out", async () => {
    on(question).reply(429, "", { "retry-after": "3244" });
    on(question).reply(200, body("cat:2"), next(after));
    const host = fakeHost();
    await page(journalOf(host, { patience: endless }));
    expect(host.sleeps).toEqual([3_244_000]);
  });
});

describe("a body", () => {
  const answering = (read: Answer["body"]) =>
    fakeHost({ send: async () => ({ ...answerOf(200, { link: [`<${after}>; rel="next"`] }, ""), body: read }) });
  const bytes = new TextEncoder().encode(JSON.stringify(body("cat:2")));

  test("may be 32 MB, and the user is told when it is slow", async () => {
    const options: unknown[] = [];
    const journal = journalOf(
      answering(async (given) => {
        options.push(given?.mostBytes);
        given?.onSlow?.();
        return bytes;
      }),
    );
    expect((await page(journal)).count).toBe(1);
    expect(options).toEqual([32 * 1024 * 1024]);
    expect(journal.notices).toContainEqual({ kind: "warning", text: expect.stringContaining("so slowly") as string });
  });

  test("that is larger ends the reading, and is not asked for again", async () => {
    const tooLarge = new FlowrunError("protocol", "larger than 32 MB");
    const host = answering(() => Promise.reject(tooLarge));
    expect(await failureOf(page(journalOf(host, { patience: endless })))).toBe(tooLarge);
    expect(host.asked).toHaveLength(1);
  });
});

describe("trouble that passes", () => {
  test("500 three times, then 200: the same question each time, backing off", async () => {
    on(question).times(3).reply(500, "oops");
    on(question).reply(200, body("cat:2"), next(after));
    const host = fakeHost();
    expect((await page(journalOf(host))).entries).toHaveLength(1);
    expect(asked(host)).toEqual([question, question, question, question]);
    expect(host.sleeps).toEqual([500, 1000, 2000]);
  });

  test.each([408, 421, 425, 500, 502, 503, 504, 429])(
    "%i without end: exit 5 after --retries attempts",
    async (status) => {
      on(question).times(5).reply(status, "", { "x-request-id": "req-5" });
      const error = await failureOf(page(journalOf(fakeHost())));
      expect(error).toMatchObject({ kind: "unavailable", requestId: "req-5" });
      expect(error.message).toBe(`the journal answered ${status} 5 times in a row`);
    },
  );

  test("tail never gives up", async () => {
    on(question).times(50).reply(500);
    on(question).reply(200, body("cat:2"), next(after));
    const host = fakeHost();
    await page(journalOf(host, { patience: endless }));
    expect(Math.max(...host.sleeps)).toBe(60_000);
  });

  test("a connection that breaks", async () => {
    on(question).replyWithError(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
    on(question).reply(200, body("cat:2"), next(after));
    const journal = journalOf(fakeHost());
    await page(journal);
    expect(journal.notices).toContainEqual(
      expect.objectContaining({ kind: "retrying", what: "the journal could not be read", attempt: 2 }),
    );
  });

  test("a body that breaks off after its headers", async () => {
    let tries = 0;
    const host = fakeHost({
      send: () => {
        const content = tries++ === 0 ? Promise.reject(new Error("aborted")) : JSON.stringify(body("cat:2"));
        return Promise.resolve(answerOf(200, { link: [next(after).link] }, content));
      },
    });
    expect((await page(journalOf(host))).entries).toHaveLength(1);
    expect(tries).toBe(2);
  });

  test.each([
    ["truncated JSON", JSON.stringify(body("cat:2")).slice(0, -3), "application/json"],
    ["a maintenance page", "<html>back soon</html>", "text/html"],
    ["a maintenance page that claims to be JSON", "<html>back soon</html>", "application/json"],
    ["nothing", "", "application/json"],
    ["an array", "[]", "application/json"],
    ["an object without events", '{"status":"ok"}', "application/json"],
  ])("%s with 200 is asked for again, and its link is not the page's", async (_, text, type) => {
    on(question).reply(200, text, { "content-type": type, ...next("/somewhere/else") });
    on(question).reply(200, body("cat:2"), next(after));
    const host = fakeHost();
    expect((await page(journalOf(host))).next).toContain(after);
    expect(asked(host)).toEqual([question, question]);
  });

  test("a stranger's page is asked for again even where it links to a stranger", async () => {
    on(question).reply(200, "<html>please sign in</html>", {
      "content-type": "text/html",
      ...next("https://portal.example.com/2"),
    });
    on(question).reply(200, body("cat:2"), next(after));
    expect((await page(journalOf(fakeHost()))).entries).toHaveLength(1);
  });

  test.each(["text/plain", "text/html", "application/octet-stream"])(
    "JSON is read although it says %s",
    async (type) => {
      on(question).reply(200, JSON.stringify(body("cat:2")), { "content-type": type, ...next(after) });
      const result = await page(journalOf(fakeHost()));
      expect(result.entries).toHaveLength(1);
      expect(result.next).toContain(after);
    },
  );
});

describe("what waiting does not mend", () => {
  test("404 with HTML: a readable error that shows the URL", async () => {
    on(question).reply(404, "<html>some, non json, page</html>", {
      "content-type": "text/html",
      "x-request-id": "req-4",
    });
    const host = fakeHost();
    const error = await failureOf(page(journalOf(host)));
    expect(error).toMatchObject({ kind: "unavailable", requestId: "req-4" });
    expect(exitCodes[error.kind]).toBe(5);
    expect(error.message).toContain(journalUrl);
    expect(error.message).not.toContain("since=");
    expect(`${error.message}${String(error.why)}`).not.toContain("<html>");
    expect(error.hint).toContain("two minutes");
    expect(host.sleeps).toEqual([]);
  });

  test.each([
    ["403000", "Api Key is required", /client id/i],
    ["403003", "Api Key is invalid", /client id/i],
    ["403011", "scope mismatch", /adobeio_api/],
    ["403023", "Profile is not valid", /I\/O Management API/],
    ["403024", "not allowed to read profile", /administrator/],
    ["403025", "Profile is not valid", /I\/O Management API/],
    ["403999", "something new", /I\/O Management API/],
  ])("403 %s: the code, the gateway's words and the remedy", async (code, message, remedy) => {
    on(question).reply(403, { error_code: code, message }, { "x-request-id": "req-3" });
    const host = fakeHost();
    const error = await failureOf(page(journalOf(host)));
    expect(error).toMatchObject({ kind: "forbidden", requestId: "req-3" });
    expect(exitCodes[error.kind]).toBe(4);
    expect(error.why).toContain(code);
    expect(error.why).toContain(message);
    expect(error.hint).toMatch(remedy);
    expect(host.asked).toHaveLength(1);
  });

  test.each(["403010", "403020"])("403 %s: a lost token is minted once, then it counts", async (code) => {
    imsHandsOut("one", "two");
    on(question, { authorization: "Bearer one" }).reply(403, { error_code: code });
    on(question, { authorization: "Bearer two" }).reply(403, { error_code: code });
    const error = await failureOf(page(withIms(journalOf(fakeHost()))));
    expect(error).toMatchObject({ kind: "forbidden" });
    expect(error.why).toContain(code);
  });

  test("403 020 once only: the fresh token does", async () => {
    imsHandsOut("one", "two");
    on(question, { authorization: "Bearer one" }).reply(403, { error_code: "403020" });
    on(question, { authorization: "Bearer two" }).reply(200, body("cat:2"), next(after));
    expect((await page(withIms(journalOf(fakeHost())))).entries).toHaveLength(1);
  });

  test.each([
    [400, "protocol"],
    [410, "gap"],
    [418, "protocol"],
    [302, "protocol"],
  ])("%i", async (status, kind) => {
    on(question).reply(status, "Events at position cat:1 have expired.", { location: "https://example.com/" });
    const error = await failureOf(page(journalOf(fakeHost())));
    expect(error).toMatchObject({ kind });
    expect(error.why).toContain(String(status));
    expect(error.why).toContain("Events at position cat:1 have expired.");
  });
});

describe("the next link", () => {
  const elsewhere = "https://events.example.com/events?since=cat:2";

  test.each([200, 204])("to another host is refused on %i, and the host named", async (status) => {
    on(question).reply(status, status === 200 ? JSON.stringify(body("cat:2")) : undefined, next(elsewhere));
    const host = fakeHost();
    const asking = askJournal(journalOf(host), () => `${journalUrl}?since=cat:1`);
    const error = await failureOf(asking.page);
    expect(exitCodes[error.kind]).toBe(5);
    expect(error.message).toContain("events.example.com");
    expect(await asking.head).toBeNull();
    expect(host.asked).toHaveLength(1);
  });

  test("is told as soon as the headers are in, and the body comes later", async () => {
    let finish: (text: string) => void = () => undefined;
    const content = new Promise<string>((resolve) => (finish = resolve));
    const host = fakeHost({ send: () => Promise.resolve(answerOf(200, { link: [next(after).link] }, content)) });
    const asking = askJournal(journalOf(host), () => `${journalUrl}?since=cat:1`);
    expect(await asking.head).toContain(after);
    finish(JSON.stringify(body("cat:2")));
    expect((await asking.page).entries).toHaveLength(1);
  });

  test("of what is not JSON is not told before the body is known", async () => {
    let finish: (text: string) => void = () => undefined;
    const content = new Promise<string>((resolve) => (finish = resolve));
    const headers = { "content-type": ["text/html"], link: [next(after).link] };
    const host = fakeHost({ send: () => Promise.resolve(answerOf(200, headers, content)) });
    const told: unknown[] = [];
    const asking = askJournal(journalOf(host), () => `${journalUrl}?since=cat:1`);
    void asking.head.then((url) => told.push(url));
    await settled();
    expect(told).toEqual([]);
    finish(JSON.stringify(body("cat:2")));
    expect((await asking.page).next).toContain(after);
  });

  test("is missing: on from the last position, with the limit, and a warning", async () => {
    on(`${question}&limit=10`).reply(200, body("cat:2", "tuna:3.x,4"));
    const journal = journalOf(fakeHost());
    const { next: url } = await askJournal(journal, () => `${journalUrl}?since=cat:1&limit=10`).page;
    expect([...new URL(url).searchParams]).toEqual([
      ["since", "tuna:3.x,4"],
      ["limit", "10"],
    ]);
    expect(new URL(url).pathname).toBe(journalPath);
    expect(journal.notices).toContainEqual({
      kind: "warning",
      text: expect.stringContaining("without a next link") as string,
    });
  });

  test("_page.last is only for want of a link", async () => {
    on(question).reply(200, { ...body("cat:2"), _page: { last: "cat:1", count: 1 } }, next(after));
    expect((await page(journalOf(fakeHost()))).next).toContain("since=cat:2");
  });
});

test("the question is made anew for each attempt", async () => {
  const seconds = [0, 10].map((n) => `${journalPath}?seek=-PT${60 + n}S`);
  on(seconds[0]!).reply(503);
  on(seconds[1]!).reply(200, body("cat:2"), next(after));
  const host = fakeHost();
  const began = host.now();
  await askJournal(journalOf(host), () => `${journalUrl}?seek=-PT${60 + (host.now() - began) / 1000}S`).page;
  expect(asked(host)).toEqual(seconds);
});

test("no secret and no token in what is said", async () => {
  imsHandsOut("eyJ.one", "eyJ.two");
  on(question).times(3).reply(401, { error_code: "401013", message: "Oauth token is not valid" });
  const journal = journalOf(fakeHost());
  const error = await failureOf(page(withIms(journal)));
  const said = JSON.stringify([journal.notices, error.message, error.why, error.hint]);
  expect(said).not.toMatch(/eyJ|s3cret|Bearer/);
});
