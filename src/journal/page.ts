import { FlowrunError } from "../errors.ts";
import { isObject, parseObject, textOf } from "../json.ts";

/** One element of a journal page as delivered. */
export interface Entry {
  /** Where the event sits; opaque, compared for equality only. */
  readonly position: string;
  readonly event: unknown;
}

/** One answer of the journal. */
export interface Page {
  /** What was asked. */
  readonly url: string;
  readonly entries: readonly Entry[];
  /** How many events it holds. */
  readonly count: number;
  /** The last event's position, where it has one. */
  readonly last: string | null;
  /** What to ask next: the `rel=next` link, kept whole and made absolute. */
  readonly next: string;
  /** True for a 204: nothing is there at the moment. */
  readonly atEnd: boolean;
  /** On a 204, where to ask whether its position still exists (contract: journal, §1.5). */
  readonly validate: string | null;
  /** How long to leave the journal alone before asking for `next`, in milliseconds. */
  readonly waitMs: number;
}

/** What the body of a 200 holds. */
export interface PageBody {
  readonly entries: readonly Entry[];
  /** `_page.last`: only a fallback for a missing `next` link, never a way to walk (contract: journal, §1.4). */
  readonly last: string | null;
}

/**
 * Reads the body of a 200.
 * @returns `null` for what is no page: truncated or invalid JSON, not an object, no list of events.
 * Pure.
 */
export function decodePage(bytes: Uint8Array): PageBody | null {
  const body = parseObject(decoder.decode(bytes));
  const events = body?.["events"];
  if (!Array.isArray(events)) return null;
  const entries = events.map(entry);
  const page = body?.["_page"];
  const last = isObject(page) ? page["last"] : undefined;
  return { entries, last: textOf(last) ?? entries.findLast(({ position }) => position !== "")?.position ?? null };
}

const decoder = new TextDecoder("utf-8");

/** The documented SDK sample has `body` beside `event`; it is handed on inside it (contract: flow-runs, §1.3). */
function entry(element: unknown): Entry {
  if (!isObject(element)) return { position: "", event: element };
  const { position, event, body } = element;
  const whole = isObject(event) && body !== undefined && event["body"] === undefined ? { ...event, body } : event;
  return { position: textOf(position) ?? "", event: whole };
}

/**
 * The absolute form of a `next` link, if the token may go there: the journal's own origin, or https on *.adobe.io.
 * @throws FlowrunError `protocol` for any other host, which is named; nothing has been sent to it.
 * Pure.
 */
export function resolveNext(link: string, requestUrl: string, journalUrl: string): string {
  const next = URL.canParse(link, requestUrl) ? new URL(link, requestUrl) : null;
  if (next === null) {
    throw new FlowrunError("protocol", "the journal's next link is no URL", {
      why: `it reads ${JSON.stringify(link.slice(0, 200))}`,
      hint: "check FLOWRUN_JOURNAL_URL; a proxy in between may change the Link header",
    });
  }
  const isAdobe = next.protocol === "https:" && /(^|\.)adobe\.io$/.test(next.hostname);
  if (next.origin === new URL(journalUrl).origin || isAdobe) return next.href;
  throw new FlowrunError(
    "protocol",
    `the journal's next link points to another host, ${next.host}, and was not followed`,
    {
      why: "the access token goes only to the journal's own host or to *.adobe.io over https",
      hint: "check FLOWRUN_JOURNAL_URL, and any proxy between here and Adobe",
    },
  );
}
