import { isObject, parseObject, textOf } from "../../json.ts";
import { cutEvents, type EventBytes } from "./cut-events.ts";

/** One element of a journal page as delivered. */
export interface Entry {
  /** Where the event sits; opaque, compared for equality only. */
  readonly position: string;
  readonly event: unknown;
  /** The event in the bytes in which it was sent, cut when they are asked for; only where the journal keeps them. */
  readonly bytes?: () => Uint8Array | null;
}

/** One answer of the journal. */
export interface Page {
  /** The URL that was asked. */
  readonly url: string;
  /** When the question was sent that brought this answer: the attempt that succeeded. Epoch milliseconds. */
  readonly askedAt: number;
  /** Where a chain of pages begins with this one; `null` where it goes on from another. */
  readonly begins: Beginning | null;
  readonly entries: readonly Entry[];
  /** The body of a page that holds nothing that was asked for: it was not parsed, and `entries` is empty. */
  readonly unparsed: Uint8Array | null;
  /** How many events it holds. */
  readonly count: number;
  /** The last event's position, where it has one. */
  readonly last: string | null;
  /** About when its first events were recorded, and its last: epoch milliseconds, as far as their texts tell; for progress only. */
  readonly recordedFrom: number | null;
  readonly recordedAt: number | null;
  /** The URL to ask next: the `rel=next` link, kept whole and made absolute. */
  readonly next: string;
  /** True where the last of its events were left to the page after it: `next` leads past those. */
  readonly isCut?: boolean;
  /** True for a 204: nothing is there at the moment. */
  readonly atEnd: boolean;
  /** On a 204, where to ask whether its position still exists; `null` where it does not say. */
  readonly validate: string | null;
  /** How long to leave the journal alone before asking for `next`, in milliseconds. */
  readonly waitMs: number;
}

/** A page that goes on from no other: from which moment on it is whole, and why it does not go on. */
export interface Beginning {
  /**
   * Everything recorded from then on is in this page and those after it; epoch milliseconds. `null` where nothing tells
   * exactly: the oldest event.
   */
  readonly from: number | null;
  /** It was asked for, or the place to read on from was refused (410), or was silently gone. */
  readonly why: "start" | "expired" | "purged";
}

/** The body of a 200, as far as it is read. */
export interface PageBody {
  readonly entries: readonly Entry[];
  readonly count: number;
  /** `_page.last`: only a fallback for a missing `next` link, never a way to walk. */
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
  return {
    entries,
    count: entries.length,
    last: textOf(last) ?? entries.findLast(({ position }) => position !== "")?.position ?? null,
  };
}

/** The entries of a page, each with the bytes of its event: all are found together, when the first is asked for. Pure. */
export function withBytes(entries: readonly Entry[], page: Uint8Array): readonly Entry[] {
  let cuts: EventBytes | null = null;
  return entries.map((each, index) => ({ ...each, bytes: () => (cuts ??= cutEvents(page))[index] ?? null }));
}

/**
 * Reads of a page's text only its end, where the journal counts its events, if none of the marks stands anywhere in
 * it: such a page need not be parsed.
 * @returns `null` where a mark does, or may in another spelling, or where the end is not written as expected: then the
 * page must be parsed.
 * Pure.
 */
export function skimPage(bytes: Uint8Array, marks: readonly string[]): PageBody | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text.includes(escapedAscii) || marks.some((mark) => text.includes(mark))) return null;
  const [, last, count] = endPattern.exec(text.toString("latin1", Math.max(0, text.length - endBytes))) ?? [];
  // What is longer than its end and counted as nothing is counted wrong.
  const isUnclear = last === undefined || (Number(count) === 0 && text.length > endBytes);
  return isUnclear ? null : { entries: [], count: Number(count), last };
}

const endBytes = 512;

/**
 * How JSON begins to write a character of a mark by its number, at any depth: in a text inside a text the backslash is
 * doubled, or itself written so.
 */
const escapedAscii = "\\u00";

const endPattern = /\]\s*,\s*"_page"\s*:\s*\{\s*"last"\s*:\s*"([^"\\]+)"\s*,\s*"count"\s*:\s*(\d+)\s*\}\s*\}\s*$/;

/** The entries of a page that was skimmed, where one of these texts stands in it; else none. Pure. */
export function findEntries({ entries, unparsed }: Page, texts: readonly string[]): readonly Entry[] {
  if (unparsed === null) return entries;
  const body = Buffer.from(unparsed.buffer, unparsed.byteOffset, unparsed.byteLength);
  // JSON can write other characters in more than one way, so only a plain text can be ruled out by looking for it.
  const mayHold = texts.some((text) => !/^[\w.:,-]+$/.test(text) || body.includes(text));
  return mayHold ? (decodePage(unparsed)?.entries ?? []) : [];
}

/** The first entries of a page, so many of them or all; of one that was skimmed, no more is parsed than must be. Pure. */
export function firstEntries({ entries, unparsed }: Page, count: number): readonly Entry[] {
  if (unparsed === null) return entries.slice(0, count);
  const head = decoder.decode(unparsed.subarray(0, headBytes)).split('{"position":', count + 1);
  // Where this is a page, it was cut between two entries: anywhere else it would not be closed like that.
  const closed = `${head.join('{"position":').replace(/,\s*$/, "")}]}`;
  const found = decodePage(new TextEncoder().encode(closed))?.entries ?? [];
  return (found.length >= count ? found : (decodePage(unparsed)?.entries ?? [])).slice(0, count);
}

const headBytes = 32_768;

/** The position of a page's first event; `null` where there is no event or it has none. Pure. */
export function firstPosition(page: Page): string | null {
  if (page.unparsed === null) return textOf(page.entries[0]?.position);
  const head = Buffer.from(page.unparsed.subarray(0, 1024)).toString("latin1");
  const position = /^\s*\{\s*"events"\s*:\s*\[\s*\{\s*"position"\s*:\s*"([\w.:,-]+)"/.exec(head)?.[1];
  return position ?? textOf(decodePage(page.unparsed)?.entries[0]?.position);
}

const decoder = new TextDecoder("utf-8");

/**
 * The latest time that the first of a page's events tells, and the latest of its last one, of those that lie between two
 * instants, or `null`: epoch milliseconds or RFC 3339, whoever's they are. A guess from the ends of the page's text, good
 * enough to show progress and to choose where to split a window. Pure.
 */
export function guessTimes(
  bytes: Uint8Array,
  after: number,
  before: number,
): Pick<Page, "recordedFrom" | "recordedAt"> {
  const latestIn = (text = ""): number | null => {
    const times = (text.match(timePattern) ?? []).map((time) => (time.includes("-") ? Date.parse(time) : Number(time)));
    const plausible = times.filter((time) => time >= after && time <= before);
    return plausible.length === 0 ? null : Math.max(...plausible);
  };
  const [start, first] = decoder.decode(bytes.subarray(0, timeTextBytes)).split('"position"');
  const last = decoder.decode(bytes.subarray(-timeTextBytes)).split('"position"').at(-1);
  return { recordedFrom: latestIn(first ?? start), recordedAt: latestIn(last) };
}

const timeTextBytes = 4096;
const timePattern = /\b1\d{12}\b|\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** The sample in Adobe's documentation of its SDK has `body` beside `event`; it is handed on inside it. */
function entry(element: unknown): Entry {
  if (!isObject(element)) return { position: "", event: element };
  const { position, event, body } = element;
  const whole = isObject(event) && body !== undefined && event["body"] === undefined ? { ...event, body } : event;
  return { position: textOf(position) ?? "", event: whole };
}
