/**
 * `--json` is a switch, and `--json=runId,status` names fields. commander knows options whose value may be left out, but
 * they take the next word for it: `since --json yesterday` would be without its beginning. So the two are two options to
 * it, and the second goes by a name of its own that nobody has to type.
 */
export const jsonFieldsOption = "--json-fields";

/** A word of the command line as commander is to get it. Pure. */
export function withFieldsApart(token: string): string {
  return token.startsWith(typed) ? `${jsonFieldsOption}=${token.slice(typed.length)}` : token;
}

/** A text of commander's, or a word that it took for an operand, as it was typed. Pure. */
export function withFieldsTogether(text: string): string {
  return text.replaceAll(/--json-fields(?=[= ])/g, "--json");
}

const typed = "--json=";
