import { chance } from "../../src/demo/chance.ts";

/** Chance that falls the same way for the same seed. */
export interface Luck {
  /** A whole number from 0 to below that. */
  readonly below: (most: number) => number;
  readonly isTrue: (share?: number) => boolean;
}

export function luckOf(seed: number): Luck {
  let thrown = 0;
  const next = (): number => chance(`${seed} ${thrown++}`);
  return { below: (most) => Math.floor(next() * most), isTrue: (share = 0.5) => next() < share };
}
