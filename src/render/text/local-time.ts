import { DateTime } from "luxon";

/** Tells an instant; both are epoch milliseconds. */
export type LocalTime = (at: number, now: number) => string;

/**
 * Tells instants as `11-22 03:04:05` in a zone, or as `2025-11-22 03:04` where the year is not this one. A file of its
 * own, since luxon is slow to load and most output does without.
 * @param zone an IANA name, or `local` for the machine's own.
 */
export function localTimeIn(zone: string): LocalTime {
  return (at, now) => {
    const moment = DateTime.fromMillis(at, { zone });
    const isThisYear = moment.year === DateTime.fromMillis(now, { zone }).year;
    return moment.toFormat(isThisYear ? "MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm");
  };
}
