/** A clock that a flow goes by: it shows how much of the time has passed that counts for the flow. All in ms. */
export interface Clock {
  /** The time that it shows at an instant (epoch ms). */
  readonly shownAt: (at: number) => number;
  /** The first instant (epoch ms) at which it shows that. */
  readonly instantOf: (shown: number) => number;
}

/** The clock of a flow that runs at any hour. */
export const steadyClock: Clock = { shownAt: (at) => at, instantOf: (shown) => shown };

/**
 * A clock that stops in the hours of the day and on the days of the week in which none of these starts (epoch ms) lies:
 * that of a flow which runs in office hours. A day begins where that leaves the fewest days in use, since an office may be
 * in any zone, and its working day go past midnight in UTC. Pure.
 */
export function workingClock(starts: readonly number[]): Clock {
  const hours = new Set(starts.map((at) => Math.floor(at / hour) % 24));
  const days = Array.from({ length: 24 }, (_, shift) => new Set(starts.map((at) => dayOf(hourOf(at), shift))));
  const fewest = Math.min(...days.map(({ size }) => size));
  const shift = days.findIndex(({ size }) => size === fewest);
  const isUsed = Array.from(
    { length: hoursAWeek },
    (_, at) => hours.has(at % 24) && (days[shift]?.has(dayOf(at, shift)) ?? false),
  );
  // How many used hours of the week lie before each of its hours, and at last all of them.
  const before = [0];
  for (const used of isUsed) before.push((before.at(-1) ?? 0) + (used ? 1 : 0));
  const aWeek = (before[hoursAWeek] ?? 0) * hour;
  const shownBefore = (index: number): number => (before[index] ?? 0) * hour;
  return {
    shownAt: (at) => {
      const index = hourOf(at);
      return Math.floor(at / week) * aWeek + shownBefore(index) + (isUsed[index] ? at - floorTo(at, hour) : 0);
    },
    instantOf: (shown) => {
      const rest = shown - floorTo(shown, aWeek);
      const index = isUsed.findIndex((used, at) => used && rest < shownBefore(at + 1));
      return Math.floor(shown / aWeek) * week + index * hour + rest - shownBefore(index);
    },
  };
}

const hour = 3_600_000;
const hoursAWeek = 168;
const week = hoursAWeek * hour;

/** The hour of the week that an instant lies in. Weeks begin on Thursday here, as the epoch does. */
function hourOf(at: number): number {
  return Math.floor((at - floorTo(at, week)) / hour);
}

/** The day of the week that an hour of it belongs to, where days begin so many hours after midnight. */
function dayOf(hourOfWeek: number, shift: number): number {
  return Math.floor(((hourOfWeek - shift + hoursAWeek) % hoursAWeek) / 24);
}

function floorTo(at: number, step: number): number {
  return Math.floor(at / step) * step;
}
