/**
 * Whether somebody gave a whole error text where a code was expected: no code has a blank, a quote or a brace in it, is
 * URL-encoded, or says of itself that it is one (`ErrorCode=`). Pure.
 */
export function isPastedText(word: string): boolean {
  return /\s|["'{]|%[0-9a-f]{2}|errorcode\s*[=:]/i.test(word.trim());
}

/**
 * An error text as it was before it was put into a URL, and before it was put into a JSON string: each is taken off once
 * where it shows, URL first. What cannot be decoded stays as it stands, so nothing is lost. Linear in the text. Pure.
 */
export function decodePasted(text: string): string {
  return decodeJsonText(decodeUrlText(text.trim()));
}

/** Sequences that are no UTF-8 stay. Forms write a blank as a plus, so without any blank a plus is one. */
function decodeUrlText(text: string): string {
  if (!/%[0-9a-f]{2}/i.test(text)) return text;
  const spaced = /\s|%20/.test(text) ? text : text.replaceAll("+", " ");
  return spaced.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });
}

/** A JSON string with its quotes, or the inside of one. A document stays: its reader knows what to unescape. */
function decodeJsonText(text: string): string {
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  if (!isQuoted && !surelyEscaped.test(text)) return text;
  // Line breaks cannot stand in a JSON string, but may have come with the pasting.
  const literal = (isQuoted ? text : `"${text}"`).replace(/[\t\n\r]/g, (blank) => (blank === "\t" ? "\\t" : "\\n"));
  try {
    const decoded: unknown = JSON.parse(literal);
    return typeof decoded === "string" ? decoded : text;
  } catch {
    return text;
  }
}

/** A folder may be called `C:\new`: a single letter after a backslash proves nothing. */
const surelyEscaped = /\\["\\]|\\u[0-9a-f]{4}|\\r\\n|\\n(?=[\s'"])/i;
