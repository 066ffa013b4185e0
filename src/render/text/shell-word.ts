import { safeText } from "./safe-text.ts";

/** A word as a POSIX shell takes it for one; text from an event must not become a command of its own. Pure. */
export function quoteForShell(word: string): string {
  const shown = safeText(word);
  return /^[\w.:@%+=,][\w.:@%+=,/-]*$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}
