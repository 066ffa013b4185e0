import { describe, expect, test } from "vitest";
import type { Beginning, Page } from "../../../src/adobe/journal/page.ts";
import { readPagesUntil } from "../../../src/adobe/journal/read-until.ts";
import { parseWhen, type Start } from "../../../src/adobe/journal/when.ts";
import { fakeHost, noon } from "../../support/host.ts";
import { sealNetwork } from "../../support/network.ts";
import {
  body,
  imsHandsOut,
  imsUrl,
  journalOf,
  journalPath,
  journalUrl,
  next,
  on,
  read,
  readingOf,
  withIms,
} from "./story.ts";

sealNetwork();

const dayMs = 86_400_000;
const at = (position: string): string => `${journalPath}?since=${position}`;
const end = (position: string): unknown => on(at(position)).reply(204, undefined, next(at(position)));
const since = (words: string) => parseWhen(words, noon) as Exclude<Start, { kind: "last" }>;
const begins = (pages: readonly Page[]): readonly (Beginning | null)[] => pages.map((page) => page.begins);

describe("the first page of a reading", () => {
  test.each([
    ["oldest", "", null],
    ["-P1D", "?seek=-P1D", noon - dayMs],
    ["2026-11-20T12:00Z", "?seek=-PT172800S", noon - 2 * dayMs],
    ["now", "?latest=true", noon],
    // Nothing is sought there: it is the oldest event again.
    ["-P30D", "", null],
  ])("begins at its start, and those after it go on: %s", async (words, query, from) => {
    on(journalPath + query).reply(200, body("cat:1"), next(at("cat:1")));
    on(at("cat:1")).reply(200, body("cat:2"), next(at("cat:2")));
    end("cat:2");
    const pages = await read(readingOf(journalOf(fakeHost()), { start: since(words) }));
    expect(begins(pages)).toEqual([{ from, why: "start" }, null, null]);
  });

  test("begins nothing where it goes on from a place that was kept", async () => {
    on(at("cat:1")).reply(200, body("cat:2"), next(at("cat:2")));
    end("cat:2");
    const start = { kind: "next", url: `${journalUrl}?since=cat:1` } as const;
    expect(begins(await read(readingOf(journalOf(fakeHost()), { start })))).toEqual([null, null]);
  });

  test("may be a 204; what comes later goes on from it", async () => {
    on(`${journalPath}?latest=true`).reply(204, undefined, next(at("cat:0")));
    on(at("cat:0")).reply(200, body("cat:1"), next(at("cat:1")));
    const pages = await read(readingOf(journalOf(fakeHost()), { start: { kind: "now" }, follow: true }), 2);
    expect(begins(pages)).toEqual([{ from: noon, why: "start" }, null]);
  });

  test("and does so too where the 204 names no place and the same moment is asked for again", async () => {
    on(`${journalPath}?latest=true`).reply(204);
    on(`${journalPath}?seek=-PT10S`).reply(200, body("cat:1"), next(at("cat:1")));
    const pages = await read(readingOf(journalOf(fakeHost()), { start: { kind: "now" }, follow: true }), 2);
    expect(begins(pages)).toEqual([{ from: noon, why: "start" }, null]);
  });

  test("is the same of a window that ends", async () => {
    on(`${journalPath}?seek=-P1D`).reply(200, body("cat:1"), next(at("cat:1")));
    end("cat:1");
    const pages: Page[] = [];
    const reading = readingOf(journalOf(fakeHost()), { start: since("-P1D") });
    for await (const page of readPagesUntil(reading, noon)) pages.push(page);
    expect(begins(pages)).toEqual([{ from: noon - dayMs, why: "start" }, null]);
  });

  test("stays the beginning when links then go in a circle", async () => {
    on(journalPath).reply(200, body("cat:1"), next(at("cat:1")));
    on(at("cat:1")).reply(200, body("cat:1"), next(at("cat:1")));
    const pages = await read(readingOf(journalOf(fakeHost())), 2);
    expect(begins(pages)).toEqual([{ from: null, why: "start" }, null]);
  });
});

describe("the page after a place that is gone", () => {
  const start = { kind: "next", url: `${journalUrl}?since=cat:1` } as const;
  const past = { readUntil: noon - 9 * dayMs, movedAt: noon - 10 * dayMs };
  const policies = [
    ["oldest", "", null],
    ["latest", "?latest=true", noon],
  ] as const;

  test.each(policies)("begins a chain, by 410: %s", async (onExpired, query, from) => {
    on(at("cat:1")).reply(410);
    on(journalPath + query).reply(200, body("cat:8"), next(at("cat:8")));
    end("cat:8");
    const pages = await read(readingOf(journalOf(fakeHost()), { start, past, onExpired }));
    expect(begins(pages)).toEqual([{ from, why: "expired" }, null]);
  });

  test.each(policies)("begins one, where validate tells: %s", async (onExpired, query, from) => {
    const validate = "/events-validate/organizations/1234/integrations/5678/0a1b2c3d?since=cat:1";
    const link = `<${at("cat:1")}>; rel="next", <${validate}>; rel="validate"`;
    on(at("cat:1")).reply(204, undefined, { link });
    on(validate).reply(400);
    on(journalPath + query).reply(200, body("cat:8"), next(at("cat:8")));
    end("cat:8");
    const pages = await read(readingOf(journalOf(fakeHost()), { start, past, onExpired }));
    expect(begins(pages)).toEqual([{ from, why: "purged" }, null]);
  });

  test("begins one each time, in the middle of a reading too", async () => {
    on(`${journalPath}?seek=-P1D`).reply(200, body("cat:1"), next(at("cat:1")));
    on(at("cat:1")).reply(410);
    on(journalPath).reply(200, body("cat:8"), next(at("cat:8")));
    on(at("cat:8")).reply(410);
    on(journalPath).reply(204, undefined, next(at("cat:9")));
    const pages = await read(readingOf(journalOf(fakeHost()), { start: since("-P1D"), onExpired: "oldest" }));
    expect(begins(pages)).toEqual([
      { from: noon - dayMs, why: "start" },
      { from: null, why: "expired" },
      { from: null, why: "expired" },
    ]);
  });
});

describe("the moment of asking", () => {
  test("is that of the attempt that succeeded", async () => {
    on(`${journalPath}?latest=true`).reply(503, "", { "retry-after": "40" });
    on(`${journalPath}?latest=true`).reply(204, undefined, next(at("cat:0")));
    const [page] = await read(readingOf(journalOf(fakeHost()), { start: { kind: "now" } }));
    expect(page?.askedAt).toBe(noon + 40_000);
    expect(page?.begins).toEqual({ from: noon + 40_000, why: "start" });
  });

  test("comes after the wait for a token, and a moment is counted back from there", async () => {
    const host = fakeHost();
    on(`${journalPath}?seek=-PT86460S`).reply(204, undefined, next(at("cat:0")));
    const journal = journalOf(host);
    const tokens = withIms(journal).tokens;
    imsHandsOut("one");
    const slow = {
      ...tokens,
      current: async () => {
        await host.sleep(60_000, host.signal);
        return tokens.current();
      },
    };
    const [page] = await read(readingOf({ ...journal, tokens: slow }, { start: since("-P1D") }));
    expect(host.asked.map(({ url }) => new URL(url).origin)).toContain(imsUrl);
    expect(page?.askedAt).toBe(noon + 60_000);
  });
});
