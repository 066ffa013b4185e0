import { zoneNamed } from "../../text/named-zone.ts";
import { utc, wallAt, type Zone } from "../../text/zone.ts";

/** Tells instants in a zone. */
export interface LocalTime {
  readonly zone: Zone;
  /** Both are epoch milliseconds. */
  readonly tell: (at: number, now: number) => string;
}

/**
 * Tells instants as `11-22 03:04:05` in a zone, or as `2025-11-22 03:04` where the year is not this one. A file of its
 * own, since it brings luxon, which is slow to load, and most output does without.
 * @param name an IANA name, or `local` for the machine's own; one that is neither is told in UTC.
 */
export function localTimeIn(name: string): LocalTime {
  const zone = zoneNamed(name) ?? utc;
  return {
    zone,
    tell: (at, now) => {
      const moment = new Date(wallAt(at, zone)).toISOString();
      const isThisYear = moment.slice(0, 4) === new Date(wallAt(now, zone)).toISOString().slice(0, 4);
      return isThisYear
        ? moment.slice("2025-".length, "2025-11-22T03:04:05".length).replace("T", " ")
        : moment.slice(0, "2025-11-22T03:04".length).replace("T", " ");
    },
  };
}
