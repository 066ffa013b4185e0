import { FlowrunError } from "../../errors.ts";
import { utc, type Zone } from "../../text/zone.ts";
import { findMoment, withoutAgo } from "./moment.ts";
import { dayMs, retentionMs } from "./retention.ts";

/** The start of a reading: the user's `<when>` made exact. */
export type Start =
  /** With the first event that the journal keeps. */
  | { readonly kind: "oldest" }
  /** With what is recorded from now on. */
  | { readonly kind: "now" }
  /** Where the saved cursor stands. */
  | { readonly kind: "last" }
  | TimeStart
  /** Strictly after a position, or at a `next` link kept from before. */
  | { readonly kind: "next"; readonly url: string };

/** A start at an instant. */
export interface TimeStart {
  readonly kind: "time";
  /** The instant, epoch milliseconds. */
  readonly at: number;
  /** The same as the journal takes it at `askedAt`: a negative ISO 8601 duration, as Adobe's Journaling API wants it. */
  readonly seek: string;
  /** The moment from which `seek` counts back, epoch milliseconds. */
  readonly askedAt: number;
}

const forms =
  'a duration (-P1D, 90m, "2 hours ago"), a day or a time of day (yesterday, monday, 02:00, "last monday 02:00"), a date or time (2026-11-20, 2026-11-20T08:00Z), oldest, now or last';

/**
 * Reads a `<when>`: a duration back from `now`, epoch milliseconds (ISO 8601, short, or `2 hours ago`), a moment by name, a
 * date or RFC 3339 time (in the zone where it has none), `oldest`, `now` or `last`.
 * @throws FlowrunError `usage` for anything else, and for a time in the future; it names the accepted forms.
 * Pure.
 */
export function parseWhen(words: string, now: number, zone: Zone = utc): Start {
  const start = readWhen(words, now, zone);
  if (start.kind !== "time" || start.at <= now) return start;
  throw new FlowrunError("usage", `'${words.trim()}' is in the future`, {
    why: `it is now ${new Date(now).toISOString()}; a reading starts in the past`,
    hint: `give ${forms}`,
  });
}

/**
 * Reads the `<when>` at which a window ends, in epoch milliseconds: an instant, which may lie in the future.
 * @param name the option that it is given to, for the error.
 * @throws FlowrunError `usage` for anything else. Pure.
 */
export function parseUntil(words: string, name: string, now: number, zone: Zone = utc): number {
  const end = readWhen(words, now, zone);
  if (end.kind === "time") return end.at;
  if (end.kind === "now") return now;
  throw new FlowrunError("usage", `${name} takes an instant, not '${words}'`, {
    why: "it drops the runs that were updated later than that",
    hint: "give a duration back from now (-PT1H), a day (today), a date or a time",
  });
}

function readWhen(words: string, now: number, zone: Zone): Start {
  const word = words.trim();
  if (word === "oldest" || word === "now" || word === "last") return { kind: word };
  const duration = readDuration(withoutAgo(word));
  if (duration !== null) {
    if (duration.ms === 0) return { kind: "now" };
    return { kind: "time", at: now - duration.ms, seek: `-${duration.iso}`, askedAt: now };
  }
  const at = findMoment(word, now, zone);
  if (at === null) throw refuse(word);
  return startSince(at, now);
}

/** A start at an instant that lies before now; both epoch milliseconds. Pure. */
export function startSince(at: number, now: number): TimeStart {
  return { kind: "time", at, seek: secondsBack(at, now), askedAt: now };
}

/**
 * Reads a length of time, in milliseconds: the durations of `<when>`, with or without a sign.
 * @throws FlowrunError `usage` for anything else; it names some examples.
 * Pure.
 */
export function parseDuration(words: string): number {
  const duration = readDuration(words.trim());
  if (duration !== null) return duration.ms;
  throw new FlowrunError("usage", `'${typed(words)}' is not a length of time`, {
    why: `years and months have no fixed length, and nothing else than weeks, days, hours, minutes and seconds is known`,
    hint: "write it as PT30S, PT5M, PT1H, P1D, or 30s, 5m, 1h, 1d",
  });
}

/** A length of time in milliseconds, as `parseDuration` reads it; `null` for anything else. Pure. */
export function findDuration(word: string): number | null {
  return readDuration(word)?.ms ?? null;
}

/** How a condition reads its words of time (`TimeWords`): by that moment (epoch ms) and that zone. */
export function timeWordsAt(now: number, zone: Zone) {
  return { duration: findDuration, instant: (words: string) => findMoment(words, now, zone) };
}

/**
 * The URL of the first question to a journal, asked at `now`, epoch milliseconds: with `seek`, with `latest`, or with neither
 * of them. `limit` is how many events a page is to have at most; `null` leaves that to the journal. Pure.
 */
export function startUrl(
  journalUrl: string,
  start: Exclude<Start, { kind: "last" }>,
  limit: number | null,
  now: number,
): string {
  if (start.kind === "next") return start.url;
  const url = new URL(journalUrl);
  if (start.kind === "now") url.searchParams.set("latest", "true");
  if (start.kind === "time") {
    const seek = seekAt(start, now);
    if (seek !== null) url.searchParams.set("seek", seek);
  }
  if (limit !== null) url.searchParams.set("limit", String(limit));
  return url.href;
}

/** Whether a question counts from the moment when it is asked: asked again later, it leaves out what came in between. Pure. */
export function isSliding(url: string): boolean {
  const { searchParams } = new URL(url);
  return searchParams.has("latest") || searchParams.has("seek");
}

/** Whether a question names the moment from which on it asks. Pure. */
export function isSought(url: string): boolean {
  return new URL(url).searchParams.has("seek");
}

/** A start at an instant, epoch milliseconds, whose `seek` is counted back anew whenever it is asked for. Pure. */
export function startAt(at: number): TimeStart {
  return { kind: "time", at, seek: "", askedAt: 0 };
}

/** The URL of the question for what comes strictly after a position, with the limit of another URL (`limitFrom`). Pure. */
export function afterPosition(journalUrl: string, position: string, limitFrom: string): string {
  const url = new URL(journalUrl);
  const limit = new URL(limitFrom).searchParams.get("limit");
  url.searchParams.set("since", position);
  if (limit !== null) url.searchParams.set("limit", limit);
  return url.href;
}

/** Whether a start lies, at the moment it is asked for, before anything that the journal still keeps. Pure. */
export function isOlderThanKept({ at, askedAt }: TimeStart): boolean {
  return askedAt - at > retentionMs;
}

/**
 * `seek` counts back from the moment of the request, so a question that is asked again later must reach further back.
 * `null` where the window begins before the oldest event: no `seek` starts there.
 */
function seekAt(start: TimeStart, now: number): string | null {
  if (isOlderThanKept(start)) return null;
  if (now - start.askedAt < 1000) return start.seek;
  return now - start.at > retentionMs ? null : secondsBack(start.at, now);
}

function secondsBack(at: number, now: number): string {
  return `-PT${String(Math.ceil((now - at) / 1000))}S`;
}

interface ReadDuration {
  readonly ms: number;
  /** ISO 8601, no sign. */
  readonly iso: string;
}

// Read here and not by luxon, which every start would wait for, and which takes `P` for zero, `P1DT` for a day and
// `+25:00` for a zone. The minus may be U+2212: cli.ts shields `-P1D` from the option parser with it.
const isoPattern =
  /^[-\u2212]?P(?=\d|T\d)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;
const shortPattern = /^[-\u2212]?(?=\d)(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/i;

function readDuration(word: string): ReadDuration | null {
  const [, ...lengths] = isoPattern.exec(word) ?? shortPattern.exec(word) ?? [];
  if (lengths.length === 0) return null;
  const ms = lengths.reduce((sum, length: string | undefined, at) => sum + Number(length ?? 0) * (unitsMs[at] ?? 0), 0);
  const part = (from: number, to: number): string =>
    lengths
      .slice(from, to)
      .map((length: string | undefined, at) => (length === undefined ? "" : length + (unitNames[from + at] ?? "")))
      .join("");
  const [date, time] = [part(0, 2), part(2, 5)];
  return ms < 100 * 365 * dayMs ? { ms, iso: `P${date}${time === "" ? "" : `T${time}`}` } : null;
}

const unitNames = ["W", "D", "H", "M", "S"];
const unitsMs = [7 * dayMs, dayMs, 3_600_000, 60_000, 1000];

function refuse(word: string): FlowrunError {
  const isCalendar = /^[-\u2212]?P(?=[^T]*\d[YM])(?:\d+[YMWD])+(?:T.*)?$|^\w+ (?:month|year)s? ago$/i.test(word);
  return new FlowrunError("usage", `'${typed(word)}' is not a time flowrun understands`, {
    why: isCalendar
      ? "years and months have no fixed length: count in days, as in -P30D or -P365D"
      : "it is none of the accepted forms",
    hint: `give ${forms}`,
  });
}

function typed(word: string): string {
  return word.replace("\u2212", "-");
}
