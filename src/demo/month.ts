import { journalUrlOf, registrations } from "./registrations.ts";
import { firstWhere, positionAt } from "./source.ts";
import { noticesUntil, placeOf } from "./story.ts";
import { month, monthsGap } from "./week/earlier.ts";

/** Events that were read of the demo's journal one after the other, as plain data. Times are epoch ms. */
export interface ToldPage {
  readonly entries: readonly { readonly position: string; readonly event: unknown }[];
  /** When the first and the last of them were recorded; null where there is none. */
  readonly recordedFrom: number | null;
  readonly recordedAt: number | null;
  /** When it was read. */
  readonly askedAt: number;
  /** Whether nothing came after it then. */
  readonly atEnd: boolean;
  /** From when on it has all that was recorded; null where it goes on from the page before. */
  readonly from: number | null;
  /** Where reading goes on: path and query. */
  readonly next: string;
}

const eventsAtOnce = 500;

/**
 * The events that somebody has who reads the demo's journal since a month before `present` (epoch ms), was not there for some days
 * of it, and last read some hours ago: the weeks before the journal's own, and most of that. Pure.
 */
export function monthPages(present: number): readonly ToldPage[] {
  const notices = noticesUntil(present, present - month.fromMs);
  const indexAt = (at: number): number => firstWhere(notices.length, (index) => (notices[index]?.at ?? 0) > at);
  const visits = [
    { from: present - month.fromMs, until: present - monthsGap.fromMs },
    { from: present - monthsGap.untilMs, until: present - month.untilMs },
  ];
  return visits.flatMap(({ from, until }) => {
    const [first, end] = [indexAt(from), indexAt(until)];
    const count = Math.max(1, Math.ceil((end - first) / eventsAtOnce));
    return Array.from({ length: count }, (_, page): ToldPage => {
      const begin = first + page * eventsAtOnce;
      const told = notices.slice(begin, Math.min(end, begin + eventsAtOnce));
      const positions = told.map((_notice, index) => positionAt(placeOf(notices, begin + index)));
      const atEnd = page === count - 1;
      return {
        entries: told.map(({ render }, index) => ({ position: positions[index] ?? "", event: render() })),
        recordedFrom: told[0]?.at ?? null,
        recordedAt: told.at(-1)?.at ?? null,
        askedAt: atEnd ? until : (notices[begin + eventsAtOnce]?.at ?? until),
        atEnd,
        from: page === 0 ? from : null,
        next: nextPath(positions.at(-1) ?? positionAt(placeOf(notices, begin - 1))),
      };
    });
  });
}

/** As the journal's answers name it. */
function nextPath(position: string): string {
  return `${journalUrlOf("", registrations[0]).replace("/events/", "/events-fast/")}?since=${position}`;
}
