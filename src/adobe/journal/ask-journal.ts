import { defaultWaitMs, longestWaitMs, retryAfterMs } from "../gateway/backoff.ts";
import { askGateway, sendQuestion, type GatewayAccess } from "../gateway/ask-gateway.ts";
import { mayFollow, resolveNext } from "../gateway/follow.ts";
import { findLink } from "../gateway/link.ts";
import { unavailable, type Attempt } from "../gateway/retrying.ts";
import type { GatewayService } from "../gateway/service.ts";
import type { Answer } from "../../host.ts";
import { textOf } from "../../json.ts";
import { decodePage, guessTimes, skimPage, withBytes, type Page } from "./page.ts";
import { retentionMs } from "./retention.ts";
import { afterPosition } from "./when.ts";

/** One journal, and the means to ask it. */
export interface Journal extends GatewayAccess {
  /** The journal's own URL, as the settings have it. */
  readonly url: string;
  /** Texts of which one stands in every page worth parsing; left out where every page is. */
  readonly marks?: readonly string[];
  /** True where events are wanted in the bytes in which they were sent. */
  readonly keepsBytes?: boolean;
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
 * The page rejects as `askGateway` does.
 * @param turn the page is parsed no earlier than this settles; its body is read at once.
 */
export function askJournal(journal: Journal, question: () => string, turn: Promise<void> = Promise.resolve()): Asked {
  let announce: Steps["announce"] = () => undefined;
  const head = new Promise<string | null>((resolve) => (announce = resolve));
  const { host } = journal;
  let askedAt = host.now();
  // Only here is it known: between a question and its sending there may be a wait for a token.
  const send: typeof host.send = (ask, signal) => {
    askedAt = host.now();
    return host.send(ask, signal);
  };
  const page = askGateway(
    { ...journal, host: { ...host, send } },
    {
      service: serviceOf(journal),
      url: question,
      accept,
      read: (answer, url) => readAnswer(journal, { url, askedAt }, answer, { announce, turn }),
    },
  );
  const noMore = (): void => {
    announce(null);
  };
  page.then(noMore, noMore);
  return { head, page };
}

/**
 * Asks whether a position still exists. A purged one may answer 204 for ever as if nothing had happened; only
 * `validate` says 400 (Adobe's Journaling API, "validate"). Anything but a clear no counts as yes.
 */
export async function isPurged(journal: Journal, validateUrl: string): Promise<boolean> {
  try {
    const token = await journal.tokens.current();
    const answer = await sendQuestion(journal, token, { service: serviceOf(journal), url: validateUrl, accept });
    answer.discard();
    return answer.status === 400 || answer.status === 410;
  } catch {
    return false;
  }
}

/** Between headers and page. */
interface Steps {
  /** Says what comes next, as soon as it is known. */
  readonly announce: (next: string | null) => void;
  /** Settles when the page is wanted. */
  readonly turn: Promise<void>;
}

const accept = "application/vnd.adobecloud.events+json, application/json";

function serviceOf({ url }: Journal): GatewayService {
  return {
    name: "the journal",
    url,
    setting: "journalUrl",
    unreached: "the journal could not be read",
    forbidden: "Adobe does not let this credential read the journal",
    missing: {
      message: "there is no journal at",
      hint: "see where the project's journals are: flowrun registrations   (a new registration takes two minutes)",
    },
    check: "check --limit and the journal's URL (flowrun config get journalUrl; FLOWRUN_JOURNAL_URL)",
  };
}

/** A question as it was sent: its URL, and when. */
type Sent = Pick<Page, "url" | "askedAt">;

function readAnswer(journal: Journal, sent: Sent, answer: Answer, steps: Steps): Promise<Attempt<Page>> | null {
  if (answer.status === 200) return readPage(journal, sent, answer, steps);
  return answer.status === 204 ? Promise.resolve({ value: endOfJournal(journal, sent, answer) }) : null;
}

async function readPage(
  journal: Journal,
  { url, askedAt }: Sent,
  answer: Answer,
  { announce, turn }: Steps,
): Promise<Attempt<Page>> {
  const link = findLink(answer.headers["link"] ?? [], "next");
  // Anything but JSON may be a stranger's page: its links are worth nothing until the body is known to be a journal's.
  if (link !== null && /json/i.test(answer.headers["content-type"]?.[0] ?? "json")) {
    const early = resolveOrDiscard(link, url, journal, answer);
    if (early !== url) announce(early);
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
    return {
      trouble: unavailable("the journal sent a page that cannot be read", "its body is not the JSON of a page"),
    };
  }
  const now = journal.host.now();
  return {
    value: {
      url,
      askedAt,
      begins: null,
      entries: journal.keepsBytes === true ? withBytes(body.entries, bytes) : body.entries,
      unparsed: skimmed === null ? null : bytes,
      count: body.count,
      last: textOf(body.entries.at(-1)?.position) ?? body.last,
      ...guessTimes(bytes, now - retentionMs, now),
      next: link === null ? afterLast(journal, url, body.last) : resolveNext(link, url, serviceOf(journal)),
      atEnd: false,
      validate: null,
      waitMs: 0,
    },
  };
}

/** Many times what a journal sends: its pages end at 1.5 MB. In bytes. */
const mostPageBytes = 32 * 1024 * 1024;

const slow = {
  kind: "warning",
  text: "the journal sends a page so slowly that half a minute was not enough; still reading it",
} as const;

function resolveOrDiscard(link: string, url: string, journal: Journal, answer: Answer): string {
  try {
    return resolveNext(link, url, serviceOf(journal));
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

function endOfJournal(journal: Journal, { url, askedAt }: Sent, answer: Answer): Page {
  answer.discard();
  const links = answer.headers["link"] ?? [];
  const next = findLink(links, "next");
  const validate = findLink(links, "validate");
  const waitMs = Math.min(retryAfterMs(answer.headers, journal.host.now()) ?? defaultWaitMs, longestWaitMs);
  return {
    url,
    askedAt,
    begins: null,
    entries: [],
    unparsed: null,
    count: 0,
    last: null,
    recordedFrom: null,
    recordedAt: null,
    next: next === null ? url : resolveNext(next, url, serviceOf(journal)),
    atEnd: true,
    // Only a question that may be asked; one that points elsewhere is left alone.
    validate: validate !== null && mayFollow(validate, url, journal.url) ? new URL(validate, url).href : null,
    waitMs,
  };
}
