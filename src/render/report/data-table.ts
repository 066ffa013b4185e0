import { markup, type Markup } from "./html.ts";

/** A table, whose rows are made of `textCell` and `numberCell` behind a head of their own. */
export interface DataTable {
  /** Its name, for those who do not see it. */
  readonly caption: string;
  readonly look?: "flows";
  readonly heads: readonly ColumnHead[];
  readonly rows: readonly Markup[];
}

/** The title of a column; numbers stand to the right. */
export type ColumnHead = string | { readonly number: string };

/** A real table in a place of its own. Pure. */
export function dataTable({ caption, look, heads, rows }: DataTable): Markup {
  return scrolling(
    `Table: ${caption}`,
    markup`<table class="${look ?? "plain"}"><caption class="unseen">${caption}</caption>
<thead><tr>${heads.map(headOf)}</tr></thead>
<tbody>
${rows}</tbody></table>`,
  );
}

/** A place of its own, which the keyboard reaches, for content that may be wider than the page and scrolls there. Pure. */
export function scrolling(label: string, content: Markup): Markup {
  return markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${content}</div>`;
}

/** A row, which says in its first cell what it is about. Pure. */
export function row(head: Markup | string, cells: readonly Markup[]): Markup {
  return markup`<tr><th scope="row">${head}</th>${cells}</tr>\n`;
}

/** A cell with text. Pure. */
export function textCell(content: Markup | string): Markup {
  return markup`<td>${content}</td>`;
}

/** A cell with a number, and the whole of it where that is rounded. Pure. */
export function numberCell(told: string, exact = told): Markup {
  return markup`<td class="number">${exact === told ? told : markup`<span title="${exact}">${told}</span>`}</td>`;
}

function headOf(head: ColumnHead): Markup {
  return typeof head === "string"
    ? markup`<th scope="col">${head}</th>`
    : markup`<th scope="col" class="number">${head.number}</th>`;
}
