/**
 * Text from an event made fit for a table, a CSV cell or a message: control characters, escape sequences, line breaks,
 * text that turns the writing direction and characters without width become visible escapes (`\n`, `\x1b`,
 * `\u{202e}`). What can be printed stays as it is, emoji joined by U+200D included. The result is one line. Pure.
 */
export function safeText(text: string): string {
  return plain.test(text) ? text : text.replace(unsafe, escape);
}

/** Nearly every text: printable ASCII. */
const plain = /^[ -~]*$/;

/**
 * Control (Cc), format (Cf: direction, zero width, tags), separators of lines and paragraphs, lone surrogates. Not the
 * Arabic and Kaithi number signs, which are format characters one can see, and not a joiner between two pictographs.
 */
const unsafe =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}\u200d])\p{Cf}|(?<!\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d|\u200d(?!\p{Extended_Pictographic})/gu;

function escape(character: string): string {
  switch (character) {
    case "\n":
      return "\\n";
    case "\r":
      return "\\r";
    case "\t":
      return "\\t";
  }
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u{${code}}`;
}

/**
 * A JSON document, or YAML in double quotes, with those characters escaped (`\u009b`) which it could carry bare but a
 * terminal, a line reader or a strict parser acts upon: DEL and C1, line and paragraph separators, what turns the
 * writing direction, byte order marks, and halves of pairs, which no file can hold. The document means the same. Pure.
 */
export function escapeActive(document: string): string {
  return document.replace(active, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Whether `escapeActive` has anything to do. Pure. */
export function hasActive(text: string): boolean {
  return text.search(active) !== -1;
}

const active =
  /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
