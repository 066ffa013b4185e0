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
