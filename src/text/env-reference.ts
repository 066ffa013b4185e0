/** A variable's name in place of its value, in an address: `env:NAME`; not the end of a host's name, whose port follows. */
const references = /(?<![\w.-])env:([A-Za-z_]\w*)/g;

/**
 * A text with its references replaced.
 * @param fill makes the text in place of a variable's name; may throw for one that is not there. Pure, if that is.
 */
export function fillReferences(text: string, fill: (name: string) => string): string {
  return text.replaceAll(references, (_, name: string) => fill(name));
}
