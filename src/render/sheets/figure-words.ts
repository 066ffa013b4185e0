import { renderBytes, renderCount, renderDuration, renderShare } from "../text/numbers.ts";
import { renderTime, zoneTold, type TimeTelling } from "../text/times.ts";

/** A window's two ends, RFC 3339, as a sheet tells them, with the zone where that is needed. Pure but for `time`. */
export function windowLine({ from, to }: { readonly from: string; readonly to: string }, time: TimeTelling): string {
  const zone = time.style === "local" ? ` (${zoneTold(time)})` : "";
  return `${renderTime(from, time)} to ${endOf(to, time)}${zone}`;
}

/** A share in percent, or `-`. Pure. */
export function shareTold(share: number | null): string {
  return share === null ? "-" : renderShare(share);
}

/** Milliseconds in words, or `-`. Pure. */
export function durationTold(ms: number | null): string {
  return ms === null ? "-" : renderDuration(ms);
}

/** A count, or `-`. Pure. */
export function countTold(amount: number | null): string {
  return amount === null ? "-" : renderCount(amount);
}

/** A size, or `-`. Pure. */
export function bytesTold(amount: number | null): string {
  return amount === null ? "-" : renderBytes(amount);
}

/** A window that ends now is not told to have ended a few seconds ago, which is how long the reading took. */
function endOf(to: string, time: TimeTelling): string {
  const isNow = time.style === "relative" && Math.abs(Date.parse(to) - time.now()) < 60_000;
  return isNow ? "now" : renderTime(to, time);
}
