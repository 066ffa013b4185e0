/** An encoding that files made by people come in. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/**
 * How a text that somebody made is encoded: UTF-8, or UTF-16 as Windows' editor and PowerShell's `>` write it, told by its
 * byte order mark or, without one, by the zero that an ASCII character leaves beside it. Pure.
 */
export function encodingOf(bytes: Uint8Array): Encoding {
  const [first, second] = bytes;
  const isLittle = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && second !== undefined && second !== 0);
  return isLittle ? "utf-16le" : isBig ? "utf-16be" : "utf-8";
}

/** The text of a file or a stream that somebody made, in whichever of these encodings. Pure. */
export function decodeText(bytes: Uint8Array): string {
  // A decoder takes the mark off by itself.
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}
