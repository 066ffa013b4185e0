import type { AnswerHeaders } from "../../host.ts";

/** How long a 429, a 503 or a 204 is waited out, in milliseconds, that does not say how long to wait, or says it badly. */
export const defaultWaitMs = 10_000;

/** The longest wait, in milliseconds, however long a server asks to be left alone: after a day its reason may long be over. */
export const longestWaitMs = 24 * 3_600_000;

const firstCeilingMs = 500;
const lastCeilingMs = 60_000;

/** How long to wait before the next try after `failures` in a row (1 or more): full jitter under a ceiling that doubles from 0.5 s to 60 s. Pure. */
export function backoff(failures: number, random: () => number): number {
  const ceiling = Math.min(lastCeilingMs, firstCeilingMs * 2 ** Math.min(failures - 1, 20));
  return Math.round(random() * ceiling);
}

/** Whether the same question may well be answered later: a server that failed, timed out, or took it for another's or too early. Pure. */
export function mayPass(status: number): boolean {
  return status >= 500 || status === 408 || status === 421 || status === 425;
}

/**
 * The wait that an answer's Retry-After asks for, in milliseconds: whole seconds, or an HTTP date by the clock that the answer's
 * own Date tells (`now`, epoch milliseconds, where it tells none); one second at least (RFC 9110, 10.2.3). `null` for
 * nothing, garbage, or a wait that is already over. Pure.
 */
export function retryAfterMs(headers: AnswerHeaders, now: number): number | null {
  const text = headers["retry-after"]?.[0]?.trim() ?? "";
  if (/^\d+$/.test(text)) {
    const waitMs = Number(text) * 1000;
    return waitMs > 0 && Number.isSafeInteger(waitMs) ? waitMs : null;
  }
  const until = dateIn(text);
  if (until === null) return null;
  const waitMs = until - (dateIn(headers["date"]?.[0] ?? "") ?? now);
  return waitMs > 0 ? Math.max(1000, waitMs) : null;
}

/** An HTTP date, which names its month. */
function dateIn(text: string): number | null {
  const time = /[a-z]{3}/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? null : time;
}
