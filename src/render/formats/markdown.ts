import { openTimes } from "../text/times.ts";
import { standsRight, titleOf } from "./column.ts";
import { tellCell } from "./encoded-row.ts";
import { rowByRow, type Look, type Renderer } from "./renderer.ts";

/**
 * `markdown`: a table as GitHub reads it, its head also where there is no row. Cells are told as in a table, times ISO
 * unless asked for otherwise, numbers to the right. Whatever stands in a cell is text to GitHub, and stays in its cell.
 */
export async function openMarkdown<Row>({ columns, headers, time, now }: Look<Row>): Promise<Renderer<Row>> {
  const times = await openTimes(time ?? "iso", now);
  const head = [
    line(columns.map((column) => markdownText(titleOf(column, times)))),
    line(columns.map(({ kind }) => (standsRight(kind) ? "---:" : "---"))),
  ];
  return rowByRow<Row>((row) => line(columns.map((column) => markdownText(tellCell(column, row, times)))), {
    open: () => (headers ? head.join("") : ""),
  });
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

/** A line of text in Markdown that means just this text: no table, style, link, mention, picture or HTML comes of it. Pure. */
export function markdownText(text: string): string {
  return text.replace(active, (found) => {
    const entity = entities.get(found);
    if (entity !== undefined) return entity;
    if (apart.test(found)) return `${found.slice(0, -1)}<span>${found.slice(-1)}</span>`;
    return `${found.slice(0, -1)}\\${found.slice(-1)}`;
  });
}

/**
 * All that GitHub would not show as it is written: the table's own sign, escapes, HTML, styles (an underscore between letters is none), brackets of
 * links and pictures, links without brackets, addresses and mentions, numbers of issues, names of emoji (two digits
 * between colons are a time of day), formulas.
 */
const active =
  /[\\|`*~[\]<>&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:\/(?=\/)|www\.|(?<![A-Za-z0-9])@(?=\w)|@(?=[\w-]+\.)|#(?=\d)|(?<![A-Za-z0-9])GH-(?=\d)|:(?=(?!\d\d:)[\w+-]+:)/gi;

const entities: ReadonlyMap<string, string> = new Map([
  ["<", "&lt;"],
  [">", "&gt;"],
  ["&", "&amp;"],
]);

/** The signs that GitHub looks for in the finished page, where no escape is left; it does not look across an element. */
const apart = /^(?:[@#$:]|GH-)$/i;
