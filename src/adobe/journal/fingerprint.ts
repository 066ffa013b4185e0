import { hash } from "../../text/hash.ts";

/** A text's fingerprint: a whole number of 53 bits, all that a JavaScript number holds exactly. Pure. */
export function fingerprint(text: string): number {
  const [high, low] = hash(text);
  return (high & 0x1fffff) * 2 ** 32 + low;
}

/** The fingerprint of a value parsed from JSON; values nested too deep to be written again share one. Pure. */
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
