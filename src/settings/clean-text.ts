/** A text as it was meant, and what had got around it. */
export interface CleanText {
  readonly text: string;
  /** "the quotes around it"; blanks are not worth a word. */
  readonly without: readonly string[];
}

/**
 * Takes off what a value picks up on its way into an environment, a file or a command line: blanks and characters that
 * nobody sees, quotes that no shell took off (`docker --env-file` keeps them), the comma of the line it was copied from.
 * Whatever is left may still be wrong. Pure.
 */
export function cleanText(text: string): CleanText {
  const without = new Set<string>();
  let bare = strip(text);
  for (;;) {
    const comma = /^(.+?)[,;]$/s.exec(bare)?.[1];
    const quoted = /^(["'`])(.*)\1$/s.exec(bare)?.[2];
    if (comma !== undefined) without.add("the comma at its end");
    else if (quoted !== undefined) without.add("the quotes around it");
    else return { text: bare, without: [...without] };
    bare = strip(comma ?? quoted ?? "");
  }
}

/** Besides what `trim` takes off (a no-break space and a byte order mark are among it) what has no width at all. */
function strip(text: string): string {
  return text.replace(/^[\s\u00ad\u200b-\u200f\u2060\ufeff]+|[\s\u00ad\u200b-\u200f\u2060\ufeff]+$/g, "");
}
