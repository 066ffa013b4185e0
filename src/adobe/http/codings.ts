/** How bodies are packed (RFC 9110, 8.4.1), and unpacked. Pure, all of it. */

/** Nobody packs a body more often than this. */
const mostCodings = 4;

/**
 * The codings that a Content-Encoding names, in the order in which they were put on; none for a plain body.
 * @throws Error for more of them than anybody has a use for.
 */
export function codingsOf(header: string): readonly string[] {
  const codings = header
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (codings.length > mostCodings) throw new Error(`the answer is compressed ${codings.length} times`);
  return codings;
}

/** A method of Node's zlib, by the word that its names end in. */
export type Unpacking = "Gunzip" | "Inflate" | "InflateRaw" | "BrotliDecompress";

/** The method that takes a coding off bytes that begin so. @throws Error for a coding that was not asked for. */
export function unpackingOf(coding: string, start: Uint8Array): Unpacking {
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return "Gunzip";
    case "deflate":
      return hasZlibHeader(start) ? "Inflate" : "InflateRaw";
    case "br":
      return "BrotliDecompress";
    default:
      throw new Error(`the answer is compressed as '${coding}', which was not asked for`);
  }
}

/** Some servers take 'deflate' by its word, and leave out the header that RFC 9110 means (RFC 1950, §2.2). */
function hasZlibHeader([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}
