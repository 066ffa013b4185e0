import { wallAt, type Zone } from "../../text/zone.ts";

/** How times stand in a report: `Sat 28 Nov 12:38`, in one zone that is named once. */
export interface ReportTimes {
  readonly zone: Zone;
  /** The name of the zone over the window: `UTC`, `CEST/CET` where clocks were changed in it. */
  readonly zoneName: string;
  /** Epoch ms; with the year where it is not the window's last. */
  readonly moment: (at: number) => string;
  /** `Sat 28 Nov`. */
  readonly day: (at: number) => string;
  /** `12:38`. */
  readonly clock: (at: number) => string;
  /** `Sat 28 Nov 12:38 to 15:00`: the day is told once. */
  readonly span: (from: number, to: number) => string;
}

/** How the times of a window are told; both ends are epoch ms. Pure. */
export function reportTimes(zone: Zone, { from, to }: { readonly from: number; readonly to: number }): ReportTimes {
  const partsOf = (at: number) => {
    // Sat, 28 Nov 2026 12:38:00 GMT
    const [, weekday = "", date = "", month = "", year = "", time = ""] =
      /^(\w+), (\d+) (\w+) (-?\d+) (\d\d:\d\d)/.exec(new Date(wallAt(clamp(at), zone)).toUTCString()) ?? [];
    return { weekday, date: String(Number(date)), month, year, time };
  };
  const thisYear = partsOf(to).year;
  const day = (at: number): string => {
    const { weekday, date, month, year } = partsOf(at);
    return `${weekday} ${date} ${month}${year === thisYear ? "" : ` ${String(Number(year))}`}`;
  };
  const clock = (at: number): string => partsOf(at).time;
  const moment = (at: number): string => `${day(at)} ${clock(at)}`;
  const names = new Set([zone.nameAt(clamp(from)), zone.nameAt(clamp(to))]);
  return {
    zone,
    zoneName: [...names].join("/"),
    moment,
    day,
    clock,
    span: (begin, end) =>
      day(begin) === day(end) ? `${moment(begin)} to ${clock(end)}` : `${moment(begin)} to ${moment(end)}`,
  };
}

/** An event may tell of times beyond any calendar; a day less, for the zone. */
function clamp(at: number): number {
  const most = 8.64e15 - 86_400_000;
  return Number.isNaN(at) ? 0 : Math.min(most, Math.max(-most, at));
}
