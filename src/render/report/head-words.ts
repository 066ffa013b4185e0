import type { Report } from "../../runs/report/report.ts";
import { oneLine } from "./html.ts";
import type { ReportLook } from "./look.ts";

/** The window, its zone, and whose runs they are. Pure. */
export function aboutLine({ from, to, organisations, coverage }: Report, { times }: ReportLook): string {
  const profiles = [...new Set(coverage.flatMap(({ profile }) => (profile === null ? [] : [profile])))];
  const whose = [...profiles, ...organisations].map((name) => oneLine(name, 80));
  return [`${times.moment(from)} to ${times.moment(to)} ${times.zoneName}`, ...whose].join(" · ");
}

/** How long a bar is, in words. Pure. */
export function stretchWords({ buckets }: Report): string {
  // The first may be cut short, and one day of a year is.
  const lengths = buckets.map(({ from, to }) => to - from).sort((one, other) => one - other);
  const ms = lengths[Math.floor(lengths.length / 2)] ?? 0;
  const units = [
    [day, "day"],
    [hour, "hour"],
    [minute, "minute"],
  ] as const;
  const [unit, word] = units.find(([unit]) => ms >= unit) ?? [1000, "second"];
  const count = Math.round((ms / unit) * 10) / 10;
  return count === 1 ? word : `${String(count)} ${word}s`;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
