/** A time zone, as far as it takes one to read times and to tell them. Instants and lengths are milliseconds. */
export interface Zone {
  /** How far its clocks are ahead of UTC at an instant. */
  readonly offsetAt: (at: number) => number;
  /** Its short name at an instant: `CET`, or `UTC+05:30` where it has none. */
  readonly nameAt: (at: number) => string;
}

/** The zone of everything that is told to programs. */
export const utc: Zone = { offsetAt: () => 0, nameAt: () => "UTC" };

/** The date and time that a zone's clocks show at an instant, as the instant at which those of UTC show the same. Pure. */
export function wallAt(at: number, zone: Zone): number {
  return at + zone.offsetAt(at);
}

/**
 * The instants at which a zone's clocks show a date and time (`wall`, as `wallAt` gives it), in order: none where they
 * were put forward past it, two where they were put back and show it again. Pure.
 */
export function instantsAt(wall: number, zone: Zone): readonly number[] {
  const { before, after } = offsetsAround(wall, zone);
  const instants = before === after ? [wall - before] : [wall - before, wall - after];
  return instants.filter((at) => wallAt(at, zone) === wall);
}

/**
 * The first instant at which a zone's clocks show a date and time, or the one at which they were put forward past it. So
 * of two times the later one is never read as the earlier instant. Pure.
 */
export function instantAt(wall: number, zone: Zone): number {
  const [first] = instantsAt(wall, zone);
  if (first !== undefined) return first;
  const { before, after } = offsetsAround(wall, zone);
  let [early, late] = [wall - after, wall - before];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (zone.offsetAt(middle) === before) early = middle;
    else late = middle;
  }
  return late;
}

/** No zone is as far from UTC as a day, and none changes its clocks twice in two. */
function offsetsAround(wall: number, zone: Zone): { readonly before: number; readonly after: number } {
  return { before: zone.offsetAt(wall - day), after: zone.offsetAt(wall + day) };
}

const day = 86_400_000;
