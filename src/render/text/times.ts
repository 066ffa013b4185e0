import { wallAt, type Zone } from "../../text/zone.ts";
import type { LocalTime } from "./local-time.ts";
import { safeText } from "./safe-text.ts";

/** As they are; in the machine's own zone; or as far from now. */
export type TimeStyle = "iso" | "local" | "relative";

/** How times are told to people, with what that takes. */
export type TimeTelling = {
  /** Epoch milliseconds. */
  readonly now: () => number;
} & ({ readonly style: Exclude<TimeStyle, "local"> } | { readonly style: "local"; readonly local: LocalTime });

/** How times are told in a style; `local` is the machine's own zone. */
export async function openTimes(style: TimeStyle, now: () => number): Promise<TimeTelling> {
  if (style !== "local") return { style, now };
  const { localTimeIn } = await import("./local-time.ts");
  return { style, now, local: localTimeIn("local") };
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * An RFC 3339 time as it is (`iso`), as `11-22 03:04:05` or `2025-11-22 03:04` (`local`), or as `5m ago` and `in 5m`
 * (`relative`). What is no time is told as it came. Pure but for `now`.
 */
export function renderTime(time: string, telling: TimeTelling): string {
  const at = telling.style === "iso" ? NaN : Date.parse(time);
  if (Number.isNaN(at)) return safeText(time);
  return telling.style === "local" ? telling.local.tell(at, telling.now()) : relativeTime(at - telling.now());
}

/**
 * The short name of the zone that times are told in, `CEST/CET` where the clocks were changed in the last week; `null`
 * where they are told by how far they are from now. Pure but for `now`.
 */
export function zoneTold(telling: TimeTelling): string | null {
  if (telling.style !== "local") return telling.style === "iso" ? "UTC" : null;
  const { zone } = telling.local;
  const [before, now] = [zone.nameAt(telling.now() - 7 * day), zone.nameAt(telling.now())];
  return before === now ? now : `${before}/${now}`;
}

/** A window in few words; its bounds are epoch milliseconds, `null` where it has none. */
export interface WindowTold {
  readonly from: number | null;
  readonly to: number | null;
}

/**
 * `11-28 00:00 to 11-29 00:00 (CET)`, `11-28 02:00 to 04:00 (CET)`, `11-28 00:00 to now (CET)`, `to 11-29 00:00 (CET)`;
 * with the year where it is not this one. Pure.
 */
export function renderWindow({ from, to }: WindowTold, zone: Zone, now: number): string {
  const wall = (at: number): string =>
    new Date(wallAt(at, zone)).toISOString().slice(0, minuteLength).replace("T", " ");
  const year = wall(now).slice(0, yearLength);
  const short = (moment: string): string => (moment.startsWith(year) ? moment.slice(yearLength) : moment);
  const zones = [from, to].map((at) => (at === null ? null : zone.nameAt(at)));
  const isOneZone = zones.includes(null) || zones[0] === zones[1];
  const bound = (at: number, before: number | null): string => {
    const isSameDay = before !== null && wall(before).slice(0, dayLength) === wall(at).slice(0, dayLength);
    const told = isSameDay && isOneZone ? wall(at).slice(dayLength + 1) : short(wall(at));
    return isOneZone ? told : `${told} (${zone.nameAt(at)})`;
  };
  const words = [
    ...(from === null ? [] : [bound(from, null)]),
    "to",
    to === null ? "now" : bound(to, from),
    ...(isOneZone ? [`(${zone.nameAt(from ?? to ?? now)})`] : []),
  ];
  return words.join(" ");
}

const yearLength = "2026-".length;
const dayLength = "2026-11-28".length;
const minuteLength = "2026-11-28T00:00".length;

function relativeTime(ahead: number): string {
  const distance = Math.abs(ahead);
  const words =
    distance < minute
      ? `${Math.floor(distance / second)}s`
      : distance < hour
        ? `${Math.floor(distance / minute)}m`
        : distance < 2 * day
          ? `${Math.floor(distance / hour)}h`
          : `${Math.floor(distance / day)}d`;
  return ahead > 0 ? `in ${words}` : `${words} ago`;
}
