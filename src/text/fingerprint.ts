import { hash } from "./hash.ts";

/** A text that only has to be recognised, as two numbers of 32 bits, the lower one never 0. */
export type Fingerprint = readonly [high: number, low: number];

/**
 * The fingerprint of a text; of a written fingerprint it is that one. That two of 200,000 texts share one has a chance of
 * one in a thousand million. Pure.
 */
export function fingerprintHalves(text: string): Fingerprint {
  if (text.length === written && /^[0-9a-f]+$/.test(text)) {
    return [parseInt(text.slice(0, written / 2), 16), parseInt(text.slice(written / 2), 16) || 1];
  }
  const [high, low] = hash(text);
  return [high, low || 1];
}

/** A text's fingerprint as 16 hexadecimal digits. Pure. */
export function writeFingerprint(text: string): string {
  return fingerprintHalves(text)
    .map((half) => half.toString(16).padStart(written / 2, "0"))
    .join("");
}

const written = 16;
