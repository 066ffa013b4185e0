/** A table as GitHub reads it; cells as a reader of the page sees them. */
export interface MarkdownTable {
  readonly titles: readonly string[];
  readonly aligns: readonly ("left" | "right")[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads the one table that a text is, by the rules of GitHub Flavored Markdown (§4.10): a row of titles, a row of
 * dashes, a row a line, cells between bars that no backslash stands before. `null` where GitHub would see no table.
 * @throws Error where a cell is more than text.
 */
export function readTable(text: string): MarkdownTable | null {
  const [head = "", dashes = "", ...body] = text.replace(/\n$/, "").split("\n");
  const titles = cellsOf(head);
  const marks = cellsOf(dashes);
  if (titles.length !== marks.length || !marks.every((mark) => /^:?-+:?$/.test(mark))) return null;
  const rows = body.map((line) => {
    const cells = cellsOf(line);
    if (cells.length !== titles.length) throw new Error(`${String(cells.length)} cells in: ${line}`);
    return cells.map(textOf);
  });
  const aligns = marks.map((mark) => (mark.endsWith(":") ? "right" : "left"));
  return { titles: titles.map(textOf), aligns, rows };
}

/** A row is cut at its bars first, whatever else stands in it; a bar behind a backslash becomes a bare one (§4.10). */
function cellsOf(line: string): readonly string[] {
  const inner = /^\| (.*) \|$/.exec(line)?.[1] ?? "";
  const cells = [""];
  for (let at = 0; at < inner.length; at += 1) {
    const character = inner[at] ?? "";
    if (character === "\\") {
      at += 1;
      const next = inner[at] ?? "";
      cells.push((cells.pop() ?? "") + (next === "|" ? "\\|" : character + next));
    } else if (character === "|") cells.push("");
    else cells.push((cells.pop() ?? "") + character);
  }
  return cells.map((cell) => cell.trim());
}

/** What the page shows of a cell's text: escapes, entities and bare elements around one character taken off. */
function textOf(cell: string): string {
  const token = /\\([!-/:-@[-`{-~])|&(amp|lt|gt);|<span>(.)<\/span>/g;
  const plain = cell.replace(token, "");
  const markup = /[`*~[\]<>&$\\]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/.exec(plain);
  if (markup !== null) throw new Error(`GitHub would act upon ${markup[0]} in: ${cell}`);
  // What GitHub looks for in the finished page, it finds where no element comes between.
  const page = cell.replace(/<span>(.)<\/span>/g, "\0").replace(/\\([!-/:-@[-`{-~])/g, "$1");
  const found = /(?:^|[^\w])@\w|@[\w-]+\.|#\d|(?<![A-Za-z0-9])GH-\d|\$/i.exec(page);
  if (found !== null) throw new Error(`GitHub would link ${found[0]} in: ${cell}`);
  // A link without brackets begins where no escape stands inside its beginning.
  const link = /\bhttps?:\/\/|\bftp:\/\/|www\./i.exec(cell);
  if (link !== null) throw new Error(`GitHub would link ${link[0]} in: ${cell}`);
  return cell.replace(token, (_, escaped?: string, entity?: string, alone?: string) =>
    entity === undefined ? (escaped ?? alone ?? "") : entity === "amp" ? "&" : entity === "lt" ? "<" : ">",
  );
}
