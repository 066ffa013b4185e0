/**
 * What is kept of a text that only has to be recognised: 64 bits, as 16 hexadecimal digits. What is one already stays as
 * it is. That two of 200,000 texts share one has a chance of one in a thousand million. Pure.
 */
export function fingerprint(text: string): string {
  if (isFingerprint(text)) return text;
  // Two mixed halves (cyrb53's).
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return hex(two) + hex(one);
}

function isFingerprint(text: string): boolean {
  return text.length === 16 && /^[0-9a-f]{16}$/.test(text);
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, "0");
}
