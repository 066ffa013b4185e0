/** A text as it was meant. */
export interface CleanText {
  readonly text: string;
  /** How it is read: "without the quotes around it". Empty where only blanks were taken off, which are not worth a word. */
  readonly how: readonly string[];
}

/** A list has commas of its own. */
export const withoutComma = "without the comma at its end";

/**
 * Takes off what a value picks up on its way into an environment, a file or a command line: blanks and characters that
 * nobody sees, quotes that no shell took off (`docker --env-file` keeps them), the comma of the line it was copied from.
 * What is left may still be wrong. Pure.
 */
export function cleanText(text: string): CleanText {
  const how = new Set<string>();
  for (let bare = strip(text); ;) {
    const comma = /^(.+?)[,;]+$/s.exec(bare)?.[1];
    const quoted = /^(["'`])((?:(?!\1).)*)\1$/s.exec(bare)?.[2];
    if (comma !== undefined) how.add(withoutComma);
    else if (quoted !== undefined) how.add("without the quotes around it");
    else return { text: bare, how: [...how] };
    bare = strip(comma ?? quoted ?? "");
  }
}

/** Besides what `trim` takes off (a no-break space and a byte order mark are among it) what has no width at all. */
function strip(text: string): string {
  return text.replace(/^[\s\u200b-\u200f\u2060\ufeff]+/, "").replace(/[\s\u200b-\u200f\u2060\ufeff]+$/, "");
}
