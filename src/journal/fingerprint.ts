/** Two mixed halves (cyrb53's) as one number of 53 bits. Pure. */
export function fingerprint(text: string): number {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return (two & 0x1fffff) * 2 ** 32 + (one >>> 0);
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
