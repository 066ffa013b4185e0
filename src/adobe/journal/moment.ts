import { instantAt, instantsAt, utc, wallAt, type Zone } from "../../text/zone.ts";
import { dayMs } from "./retention.ts";

/**
 * A moment that words name, in epoch milliseconds: a date or RFC 3339 time, `today`, `yesterday`, a day of the week, each
 * with a time of day after it or without, or a time of day alone. What has no zone of its own is in the one given.
 *
 * `monday` is the last one that has begun, and `last monday` the last one before today; with a time, the last one on which
 * that time is past. A time of day alone is the last time that a clock showed it. What the clocks show twice is the first
 * of the two, and what they were put forward past the moment when that was done. `null` for anything else. Pure.
 */
export function findMoment(words: string, now: number, zone: Zone): number | null {
  return findInstant(words, zone) ?? findNamed(words.trim().toLowerCase().replaceAll(/\s+/g, " "), now, zone);
}

const instantPattern =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?)?$/i;

/** A date or RFC 3339 time, in epoch milliseconds; where it names no zone, in that one. `null` for anything else. Pure. */
export function findInstant(word: string, zone: Zone = utc): number | null {
  const [, date, time = "00:00", offset] = instantPattern.exec(word) ?? [];
  if (date === undefined) return null;
  // Date.parse takes 30 February for 2 March.
  const isDay = !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().startsWith(date);
  const at = Date.parse(`${date}T${time}${(offset ?? "Z").toUpperCase().replace(/(\d\d):?(\d\d)$/, "$1:$2")}`);
  if (!isDay || Number.isNaN(at) || time.startsWith("24")) return null;
  return offset === undefined ? instantAt(at, zone) : at;
}

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const named = new RegExp(
  `^(?:(?<near>today|yesterday)|(?<last>last )?(?<weekday>${weekdays.join("|")}|${weekdays.map((day) => day.slice(0, 3)).join("|")}))?(?<time>(?:^|(?<!^) (?:at )?)\\d?\\d:\\d\\d(?::\\d\\d)?)?$`,
);

function findNamed(words: string, now: number, zone: Zone): number | null {
  const { near, last, weekday, time } = named.exec(words)?.groups ?? {};
  const clock = time === undefined ? 0 : clockOf(time);
  if (clock === null) return null;
  const today = Math.floor(wallAt(now, zone) / dayMs) * dayMs;
  if (near !== undefined) return instantAt(today - (near === "today" ? 0 : dayMs) + clock, zone);
  if (weekday === undefined) return time === undefined ? null : lastShown(today + clock, now, zone);
  const back = (new Date(today).getUTCDay() - weekdays.findIndex((day) => day.startsWith(weekday)) + 7) % 7;
  const newest = today - (back === 0 && last !== undefined ? 7 : back) * dayMs + clock;
  const at = instantAt(newest, zone);
  return at <= now ? at : instantAt(newest - 7 * dayMs, zone);
}

/** `7:30` in milliseconds from midnight; `null` for what no clock shows. */
function clockOf(time: string): number | null {
  const [hours = 0, minutes = 0, seconds = 0] = time.replace(/^\D+/, "").split(":").map(Number);
  const isShown = hours < 24 && minutes < 60 && seconds < 60;
  return isShown ? ((hours * 60 + minutes) * 60 + seconds) * 1000 : null;
}

/** On most days once, but on those when clocks are changed twice or not at all. */
function lastShown(today: number, now: number, zone: Zone): number | null {
  const days = [0, 1, 2].map((back) => today - back * dayMs);
  return days.flatMap((wall) => instantsAt(wall, zone).toReversed()).find((at) => at <= now) ?? null;
}

const agoPattern = /^(?:(\d+(?:\.\d+)?)|(an?)) ?(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)(?: ago)$/;

/** `2 hours ago` and `an hour ago` as a short duration, `2h` and `1h`; anything else as it is, but for an `ago` after it. Pure. */
export function withoutAgo(words: string): string {
  const plain = words.toLowerCase().replaceAll(/\s+/g, " ");
  const [, count = "1", , unit] = agoPattern.exec(plain) ?? [];
  if (unit !== undefined) return `${count}${unit.slice(0, 1)}`;
  return plain.endsWith(" ago") ? words.slice(0, -"ago".length).trim() : words;
}
