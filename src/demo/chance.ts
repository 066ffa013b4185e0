/**
 * Chance that always falls the same way: everything is derived from a text, so that the demo's week is the same in
 * every process. Pure.
 */

/** A whole number from 0 to 2³²−1: FNV-1a, then mixed so that neighbouring texts land far apart. */
export function numberFrom(text: string): number {
  return mix(fold(text));
}

function fold(text: string, from = 0x811c9dc5): number {
  let state = from;
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return state;
}

function mix(folded: number): number {
  let state = Math.imul(folded ^ (folded >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** Uniform in [0, 1). */
export function chance(text: string): number {
  return numberFrom(text) / 2 ** 32;
}

/** A whole number from `low` to `high`, both included. */
export function between(low: number, high: number, text: string): number {
  return low + Math.floor(chance(text) * (high - low + 1));
}

/** `length` hexadecimal digits: eight from the text and the number of each part. */
export function hexFrom(text: string, length: number): string {
  const folded = fold(`${text}#`);
  let digits = "";
  for (let part = 0; digits.length < length; part++)
    digits += mix(fold(String(part), folded))
      .toString(16)
      .padStart(8, "0");
  return digits.slice(0, length);
}

/** A UUID of version 4's form. */
export function uuidFrom(text: string): string {
  const hex = hexFrom(text, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** The rest of a number when it is divided, never below 0. */
export function modulo(number: number, by: number): number {
  return ((number % by) + by) % by;
}
