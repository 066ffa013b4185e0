import { hash } from "../../text/hash.ts";

/** A text's fingerprint, a number of 53 bits. Pure. */
export function fingerprint(text: string): number {
  const [high, low] = hash(text);
  return (high & 0x1fffff) * 2 ** 32 + low;
}

/** The fingerprint of what was parsed from JSON; of what is nested too deep to be written again, that alone. Pure. */
export function fingerprintOf(value: unknown): number {
  return fingerprint(write(value));
}

function write(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // JSON.parse takes any depth, JSON.stringify only what the stack does.
    return "too deep";
  }
}
