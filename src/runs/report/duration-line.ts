import type { DurationPoint } from "./report.ts";

/** Collects points in order, in bounded memory. */
export interface DurationLine {
  add(point: DurationPoint): void;
  read(): readonly DurationPoint[];
}

/** As many as a drawing of a table's cell shows apart. */
const mostPoints = 64;

/** Keeps up to 128 points; where more come, neighbours are joined into the longest of them. */
export function countDurations(): DurationLine {
  let points: DurationPoint[] = [];
  /** How many runs a point stands for, and those of the one that is being made. */
  let share = 1;
  let open: DurationPoint | null = null;
  let joined = 0;
  return {
    add: (point) => {
      open = open === null ? point : joinPoints(open, point);
      joined += 1;
      if (joined < share) return;
      points.push(open);
      open = null;
      joined = 0;
      if (points.length < 2 * mostPoints) return;
      points = halve(points);
      share *= 2;
    },
    read: () => (open === null ? points : [...points, open]),
  };
}

/** The same line by so many points at most. Pure. */
export function thinOut(points: readonly DurationPoint[], most: number): readonly DurationPoint[] {
  let thin = points;
  while (thin.length > Math.max(1, most)) thin = halve(thin);
  return thin;
}

function halve(points: readonly DurationPoint[]): DurationPoint[] {
  return points.flatMap((point, index) => {
    const next = points[index + 1];
    return index % 2 === 1 ? [] : [next === undefined ? point : joinPoints(point, next)];
  });
}

/** A slow run among quick ones, and one that failed among others, is what is looked for. */
function joinPoints(one: DurationPoint, other: DurationPoint): DurationPoint {
  return { ms: Math.max(one.ms, other.ms), failed: one.failed || other.failed };
}
