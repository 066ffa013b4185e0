/** A line of a text that may be of any length. */
export interface BoundedLine {
  /** Counted from 1, blank ones too. */
  readonly number: number;
  readonly text: string;
  /** True where this is only the beginning of it. */
  readonly isCut: boolean;
}

/**
 * The lines of bytes that come in pieces, some at a time; blank ones are left out, and of a line that is longer than `most`
 * characters only its beginning is kept, so that no line fills the memory.
 */
export async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<readonly BoundedLine[], void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  let isCut = false;
  let number = 0;
  const finish = (text: string): readonly BoundedLine[] => {
    number += 1;
    const line = { number, text: text.endsWith("\r") ? text.slice(0, -1) : text, isCut };
    isCut = false;
    return line.text.trim() === "" ? [] : [line];
  };
  /** Adds to the line that is not yet over. */
  const grown = (more: string): string => {
    const room = most - rest.length;
    if (more.length > room) isCut = true;
    return more.length > room ? rest + more.slice(0, room) : rest + more;
  };
  for await (const piece of pieces) {
    const [first = "", ...others] = decoder.decode(piece, { stream: true }).split("\n");
    const last = others.pop();
    rest = grown(first);
    if (last === undefined) continue;
    const lines = [...finish(rest)];
    for (const text of others) {
      rest = "";
      lines.push(...finish(grown(text)));
    }
    rest = "";
    rest = grown(last);
    if (lines.length > 0) yield lines;
  }
  const end = finish(grown(decoder.decode()));
  if (end.length > 0) yield end;
}
