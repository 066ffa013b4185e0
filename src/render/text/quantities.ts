import type { LocalTime } from "./local-time.ts";
import { safeText } from "./safe-text.ts";

export type TimeStyle = "iso" | "local" | "relative";

/** How times are told. */
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

/** `350ms`, `1.5s`, `1m 30s`, `2h 5m`, `3d 4h`: the two largest units, rounded down. Pure. */
export function renderDuration(ms: number): string {
  if (ms < second) return `${Math.floor(ms)}ms`;
  if (ms < minute) return `${Math.floor(ms / 100) / 10}s`;
  if (ms < hour) return pair(ms, minute, "m", second, "s");
  if (ms < day) return pair(ms, hour, "h", minute, "m");
  return pair(ms, day, "d", hour, "h");
}

function pair(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small);
  const first = `${renderCount(Math.floor(ms / large))}${largeUnit}`;
  return rest === 0 ? first : `${first} ${rest}${smallUnit}`;
}

/** `512 B`, `1.2 MB`: powers of 1000, one decimal. Pure. */
export function renderBytes(bytes: number): string {
  let scaled = bytes;
  let unit = 0;
  // 999 950 bytes would be told as 1000.0 kB.
  while (scaled >= (unit === 0 ? 1000 : 999.95) && unit < byteUnits.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : 1;
  const number = scaled.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${number} ${byteUnits[unit] ?? ""}`;
}

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** `1,234,567`. Pure. */
export function renderCount(count: number): string {
  return count < 1000 && Number.isInteger(count) ? String(count) : count.toLocaleString("en-GB");
}

/**
 * An RFC 3339 time as it is (`iso`), as `11-22 03:04:05` or `2025-11-22 03:04` (`local`), or as `5m ago` and `in 5m`
 * (`relative`). What is no time is told as it came. Pure but for `now`.
 */
export function renderTime(time: string, telling: TimeTelling): string {
  const at = telling.style === "iso" ? NaN : Date.parse(time);
  if (Number.isNaN(at)) return safeText(time);
  return telling.style === "local" ? telling.local(at, telling.now()) : relativeTime(at - telling.now());
}

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
