/** A stretch of time cut into equal pieces, which begin at whole multiples of their length (UTC). Epoch milliseconds. */
export interface Timeline {
  readonly stepMs: number;
  /** How many pieces there are, one at least. */
  readonly length: number;
  /** When a piece begins. */
  startOf(index: number): number;
  /** The piece that a moment lies in; what lies outside belongs to the first or the last. */
  indexOf(at: number): number;
}

/** Cuts `from` to `to` into pieces of `stepMs`; the first and the last may stand out. Pure. */
export function cutTime(from: number, to: number, stepMs: number): Timeline {
  const first = Math.floor(from / stepMs);
  const length = Math.max(1, Math.ceil(to / stepMs) - first);
  return {
    stepMs,
    length,
    startOf: (index) => (first + index) * stepMs,
    indexOf: (at) => Math.min(length - 1, Math.max(0, Math.floor(at / stepMs) - first)),
  };
}

const minute = 60_000;
const hour = 60 * minute;
const roundSteps = [minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute].concat(
  [1, 2, 3, 4, 6, 8, 12, 24].map((hours) => hours * hour),
);

/** The shortest round length of time that cuts a stretch into `most` pieces or fewer. Pure. */
export function roundStep(stretchMs: number, most: number): number {
  const fits = (stepMs: number): boolean => stretchMs / stepMs <= most - 1;
  return roundSteps.find(fits) ?? Math.ceil(stretchMs / (most - 1));
}
