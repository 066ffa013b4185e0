/** What a 429, a 503 or a 204 means when it does not say how long to wait, or says it badly (contract: journal, §1.7). */
export const defaultWaitMs = 10_000;

const firstCeilingMs = 500;
const lastCeilingMs = 60_000;

/** How long to wait before the next try after `failures` in a row (1 or more): full jitter under a ceiling that doubles from 0.5 s to 60 s. Pure. */
export function backoff(failures: number, random: () => number): number {
  const ceiling = Math.min(lastCeilingMs, firstCeilingMs * 2 ** Math.min(failures - 1, 20));
  return Math.round(random() * ceiling);
}

/**
 * What a Retry-After header asks for, in milliseconds from `now`: whole seconds or an HTTP date, one second at least.
 * `null` for nothing, garbage, or a wait that is already over. Pure.
 */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) === 0 ? null : Number(text) * 1000;
  if (!/[a-z]{3}/i.test(text)) return null;
  const waitMs = Date.parse(text) - now;
  return waitMs > 0 ? Math.max(1000, waitMs) : null;
}
