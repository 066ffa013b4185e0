import type { Token, TokenSource } from "../auth/token.ts";
import { FlowrunError } from "../../errors.ts";
import { defaultWaitMs, longestWaitMs, retryAfterMs } from "../gateway/backoff.ts";
import { persevere, type Attempt, type Retrying, type Trouble } from "../gateway/retrying.ts";
import { describeNetworkFailure, isMistake, networkHint } from "../http/words.ts";
import type { Answer, Ask, Host } from "../../host.ts";
import { textOf } from "../../json.ts";
import { judge, tokenFor, type Question } from "../gateway/judge.ts";
import { findLink } from "../gateway/link.ts";
import { decodePage, guessTimes, mayFollow, resolveNext, skimPage, type Page } from "./page.ts";
import { retentionMs } from "./retention.ts";
import { afterPosition } from "./when.ts";

/** What it takes to ask one journal. */
export interface Journal extends Retrying {
  readonly host: Pick<Host, "send" | "now" | "sleep" | "random">;
  readonly url: string;
  readonly clientId: string;
  readonly imsOrgId: string;
  readonly tokens: TokenSource;
  /** Texts of which one stands in every page worth parsing; left out where every page is. */
  readonly marks?: readonly string[];
}

/** One page on its way. */
export interface Asked {
  /** Settles with the headers: the next page's URL where they name one that can be asked for already, else `null`. */
  readonly head: Promise<string | null>;
  /** The page, however many attempts it took. */
  readonly page: Promise<Page>;
}

/**
 * Asks for one page until it is in. The question is made anew for each attempt, since `seek` counts from the moment of
 * asking.
 * The page rejects with FlowrunError when patience runs out or waiting cannot help.
 * @param turn the page is parsed no earlier than this settles; its body is read at once.
 */
export function askJournal(journal: Journal, question: () => string, turn: Promise<void> = Promise.resolve()): Asked {
  let tell: (next: string | null) => void = () => undefined;
  const head = new Promise<string | null>((resolve) => (tell = resolve));
  const refused: Token[] = [];
  const page = persevere(() => tryOnce(journal, question(), refused, { tell, turn }), journal);
  page.then(
    () => {
      tell(null);
    },
    () => {
      tell(null);
    },
  );
  return { head, page };
}

/**
 * Asks whether a position still exists. A purged one may answer 204 for ever as if nothing had happened; only
 * `validate` says 400 (contract: journal, §1.5). Anything but a clear no counts as yes.
 */
export async function isPurged(journal: Journal, validateUrl: string): Promise<boolean> {
  try {
    const token = await journal.tokens.current();
    journal.notify({ kind: "asking", method: "GET", url: validateUrl });
    const answer = await journal.host.send(request(journal, validateUrl, token), journal.signal);
    answer.discard();
    return answer.status === 400 || answer.status === 410;
  } catch {
    return false;
  }
}

/** Between headers and page. */
interface Steps {
  /** Says what comes next, as soon as it is known. */
  readonly tell: (next: string | null) => void;
  /** Settles when the page is wanted. */
  readonly turn: Promise<void>;
}

/** @param refused the tokens that the gateway refused for this page; grows. */
async function tryOnce(journal: Journal, url: string, refused: Token[], steps: Steps): Promise<Attempt<Page>> {
  const token = await tokenFor(journal.tokens, refused);
  journal.notify({ kind: "asking", method: "GET", url });
  try {
    const answer = await journal.host.send(request(journal, url, token), journal.signal);
    if (answer.status === 200) return await readPage(journal, url, answer, steps);
    if (answer.status === 204) return { value: endOfJournal(journal, url, answer) };
    const question: Question = { service: "journal", url, refused };
    return { trouble: await judge(question, answer, token, journal.host.now()) };
  } catch (error) {
    journal.signal.throwIfAborted();
    if (error instanceof FlowrunError || isMistake(error)) throw error;
    const failed = trouble("the journal could not be read", describeNetworkFailure(error));
    return { trouble: { ...failed, hint: networkHint, suspects: ["journalUrl"], examine: true } };
  }
}

/** The one place where a token is put to a question: whoever named it, a link or a file, it goes where it may and nowhere else. */
function request(journal: Journal, url: string, token: Token): Ask {
  resolveNext(url, journal.url, journal.url);
  return {
    method: "GET",
    url,
    headers: {
      authorization: `Bearer ${token.accessToken.reveal()}`,
      "x-api-key": journal.clientId,
      "x-ims-org-id": journal.imsOrgId,
      accept: "application/vnd.adobecloud.events+json, application/json",
    },
  };
}

async function readPage(journal: Journal, url: string, answer: Answer, { tell, turn }: Steps): Promise<Attempt<Page>> {
  const link = findLink(answer.headers["link"] ?? [], "next");
  // Anything but JSON may be a stranger's page: its links are worth nothing until the body is known to be a journal's.
  if (link !== null && /json/i.test(answer.headers["content-type"]?.[0] ?? "json")) {
    const early = resolveOrDiscard(link, url, journal, answer);
    if (early !== url) tell(early);
  }
  const onSlow = (): void => {
    journal.notify(slow);
  };
  const bytes = await answer.body({ mostBytes: mostPageBytes, onSlow });
  // Parsed when it is wanted and not before: what lives long enough is slow to be collected.
  await turn;
  const skimmed = journal.marks === undefined ? null : skimPage(bytes, journal.marks);
  const body = skimmed ?? decodePage(bytes);
  if (body === null) {
    return { trouble: trouble("the journal sent a page that is not whole", "its body is not the JSON of a page") };
  }
  const now = journal.host.now();
  return {
    value: {
      url,
      entries: body.entries,
      unparsed: skimmed === null ? null : bytes,
      count: body.count,
      last: textOf(body.entries.at(-1)?.position) ?? body.last,
      ...guessTimes(bytes, now - retentionMs, now),
      next: link === null ? afterLast(journal, url, body.last) : resolveNext(link, url, journal.url),
      atEnd: false,
      validate: null,
      waitMs: 0,
    },
  };
}

/** Many times what a journal sends: its pages end at 1.5 MB (contract: journal, §1.3). */
const mostPageBytes = 32 * 1024 * 1024;

const slow = {
  kind: "warning",
  text: "the journal sends a page so slowly that half a minute was not enough; still reading it",
} as const;

function resolveOrDiscard(link: string, url: string, journal: Journal, answer: Answer): string {
  try {
    return resolveNext(link, url, journal.url);
  } catch (error) {
    answer.discard();
    throw error;
  }
}

/** A page that does not say what comes next: its last position does, with the limit that was asked for; without one, the same question. */
function afterLast(journal: Journal, url: string, last: string | null): string {
  if (last === null) return url;
  journal.notify({
    kind: "warning",
    text: "the journal sent a page without a next link; going on after its last event",
  });
  return afterPosition(journal.url, last, url);
}

function endOfJournal(journal: Journal, url: string, answer: Answer): Page {
  answer.discard();
  const links = answer.headers["link"] ?? [];
  const next = findLink(links, "next");
  const validate = findLink(links, "validate");
  const waitMs = Math.min(retryAfterMs(answer.headers, journal.host.now()) ?? defaultWaitMs, longestWaitMs);
  return {
    url,
    entries: [],
    unparsed: null,
    count: 0,
    last: null,
    recordedFrom: null,
    recordedAt: null,
    next: next === null ? url : resolveNext(next, url, journal.url),
    atEnd: true,
    // Only a question that may be asked; one that points elsewhere is left alone.
    validate: validate !== null && mayFollow(validate, url, journal.url) ? new URL(validate, url).href : null,
    waitMs,
  };
}

function trouble(what: string, why: string | null): Trouble {
  return { what, kind: "unavailable", why, requestId: null, waitMs: null };
}
