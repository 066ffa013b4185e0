import nock from "nock";
import { createTokenSource, readyToken } from "../../../src/adobe/auth/token-source.ts";
import { mint } from "../../../src/adobe/auth/client-credentials.ts";
import { Secret } from "../../../src/adobe/auth/secret.ts";
import type { Token } from "../../../src/adobe/auth/token.ts";
import { FlowrunError } from "../../../src/errors.ts";
import type { Answer, AnswerHeaders } from "../../../src/host.ts";
import type { Journal } from "../../../src/adobe/journal/ask-journal.ts";
import { decodePage, type Page } from "../../../src/adobe/journal/page.ts";
import { readPages, type Reading } from "../../../src/adobe/journal/read-pages.ts";
import type { Notice } from "../../../src/notices.ts";
import { noPieces, type FakeHost } from "../../support/host.ts";

/** The journal that the stories of this folder are about. */
export const origin = "https://events-va6.adobe.io";
export const journalPath = "/events/organizations/1234/integrations/5678/0a1b2c3d";
export const journalUrl = origin + journalPath;
export const imsUrl = "https://ims-na1.adobelogin.com";

/** The next answer for `path`. */
export function on(path: string, headers: Readonly<Record<string, string>> = {}): nock.Interceptor {
  return nock(origin, { reqheaders: headers }).get(path);
}

/** The journal, with a token that needs no minting unless told otherwise, and what it had to say. */
export function journalOf(host: FakeHost, overrides: Partial<Journal> = {}): Journal & { readonly notices: Notice[] } {
  const notices: Notice[] = [];
  return {
    host,
    signal: host.signal,
    patience: { retries: 5, maxWaitMs: 300_000 },
    notify: (notice) => void notices.push(notice),
    url: journalUrl,
    clientId: "client-1",
    imsOrgId: "ORG@AdobeOrg",
    tokens: readyToken(new Secret("token-0")),
    ...overrides,
    notices,
  };
}

/** `tail`'s patience. */
export const endless = { retries: Infinity, maxWaitMs: Infinity };

/** The same journal with tokens that IMS mints and a store in memory keeps. */
export function withIms(journal: Journal): Journal {
  let kept: Token | null = null;
  const store = {
    find: () => Promise.resolve(kept),
    keep: (token: Token) => {
      kept = token;
      return Promise.resolve();
    },
  };
  const credentials = { imsUrl, clientId: "client-1", secrets: [new Secret("s3cret")], scopes: ["adobeio_api"] };
  return {
    ...journal,
    tokens: createTokenSource({ host: journal.host, store, mint: () => mint(credentials, journal) }),
  };
}

/** IMS hands out these tokens, one each time it is asked. */
export function imsHandsOut(...tokens: readonly string[]): void {
  for (const access_token of tokens)
    nock(imsUrl).post("/ims/token/v3").reply(200, { access_token, expires_in: 86_399 });
}

/** A page's body: an event at each position. */
export function body(...positions: readonly string[]) {
  return {
    events: positions.map((position) => ({ position, event: { event_id: `event-of-${position}` } })),
    _page: { last: positions.at(-1) ?? "", count: positions.length },
  };
}

/** A page of such entries: an entry `a1` has the position `a` and the event `1`; `-1` has no position. */
export function pageOf(words: string, isSkimmed = false): Page {
  const entries = words
    .split(" ")
    .filter(Boolean)
    .map((word) => ({ position: word.startsWith("-") ? "" : word.charAt(0), event: { id: word.slice(1) } }));
  const bytes = new TextEncoder().encode(JSON.stringify({ events: entries, _page: { last: "z", count: 1 } }));
  return {
    url: "https://events-va6.adobe.io/j",
    askedAt: 0,
    begins: null,
    entries: isSkimmed ? [] : (decodePage(bytes)?.entries ?? []),
    unparsed: isSkimmed ? bytes : null,
    count: entries.length,
    last: null,
    recordedFrom: null,
    recordedAt: null,
    next: "https://events-va6.adobe.io/j?since=z",
    atEnd: false,
    validate: null,
    waitMs: 0,
  };
}

export function next(target: string): { link: string } {
  return { link: `<${target}>; rel="next"` };
}

export function readingOf(journal: Journal, overrides: Partial<Reading> = {}): Reading {
  return {
    journal,
    start: { kind: "oldest" },
    limit: null,
    follow: false,
    onExpired: "fail",
    past: null,
    ...overrides,
  };
}

/** Reads to the end, or until so many pages are in. */
export async function read(reading: Reading, most = Infinity): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for await (const page of readPages(reading)) {
    pages.push(page);
    if (pages.length >= most) break;
  }
  return pages;
}

export function positions(pages: readonly Page[]): readonly string[] {
  return pages.flatMap(({ entries }) => entries.map(({ position }) => position));
}

/** What the journal was asked, in order, without its host. */
export function asked(host: FakeHost): readonly string[] {
  return host.asked.filter(({ method }) => method === "GET").map(({ url }) => url.replace(origin, ""));
}

export function bearers(host: FakeHost): readonly (string | undefined)[] {
  return host.asked.filter(({ method }) => method === "GET").map(({ headers }) => headers["authorization"]);
}

export async function failureOf(promise: Promise<unknown>): Promise<FlowrunError> {
  const error: unknown = await promise.then(
    () => "no failure",
    (reason: unknown) => reason,
  );
  if (error instanceof FlowrunError) return error;
  throw new Error(`expected a FlowrunError, got ${String(error)}`);
}

/** An answer made by hand, whose body comes when the test lets it. */
export function answerOf(status: number, headers: AnswerHeaders, content: Promise<string> | string): Answer {
  return {
    status,
    headers,
    body: async () => new TextEncoder().encode(await content),
    pieces: noPieces,
    discard: () => undefined,
  };
}

/** Long enough for everything that is ready to run, to run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
