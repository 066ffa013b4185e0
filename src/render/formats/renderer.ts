import type { Output } from "../../host.ts";
import type { TimeStyle } from "../text/times.ts";
import type { Column } from "./column.ts";

/**
 * Rows as text in one format. `encode` looks at nothing but its row, so that it can be done ahead and out of order; the
 * rest is called in order, and what it returns, put together, is the document.
 */
export interface Renderer<Row = never> {
  /** One row, ready to be laid. */
  readonly encode: (row: Row) => string;
  /** The text before the first row, written even if there are no rows. */
  readonly open: () => string;
  /** The next rows, in their order; one at least. */
  readonly lay: (encoded: readonly string[]) => string;
  /** The text after the last row. */
  readonly close: () => string;
  /** True where the layout gains by rows that are laid together. */
  readonly holds: boolean;
  /** True where it must begin on a line of its own, whatever a killed process left unfinished before it. */
  readonly isOfLines: boolean;
  /** How many columns were left out for want of room, so far. */
  readonly hidden: () => number;
  /** Text that is no row, ready to be laid among rows; left out where whoever reads the format takes rows alone. */
  readonly between?: (lines: string) => string;
  /** One thing that is no list of rows, as a document; absent where the format has only rows. */
  readonly document?: (data: unknown) => string;
}

/** How rows are to look. A format takes from it what it has a use for. */
export interface Look<Row> {
  readonly columns: readonly Column<Row>[];
  /** True where the user named the columns: then none is ever left out. */
  readonly columnsNamed: boolean;
  readonly headers: boolean;
  /** The paths of the fields that are told of each record, where not all are; for the formats that JSON's readers read. */
  readonly fields?: readonly string[] | null;
  readonly colour: boolean;
  /** How times are told to people; `null`: local in a table on a terminal, else ISO. */
  readonly time: TimeStyle | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many rows there are, where that is known and all are laid at once; `null` for a stream of them. */
  readonly rowCount: number | null;
  /** True where rows are laid as they come, and nothing is known of those to come. */
  readonly isLive?: boolean;
  /** The stream that the rows are written to: whether it is a terminal, and how many columns it has now. */
  readonly stream: Pick<Output, "isTTY" | "columns">;
}

/** A renderer that writes one row after the other with nothing in between, but for what `more` says otherwise. Pure. */
export function rowByRow<Row>(encode: (row: Row) => string, more: Partial<Renderer<Row>> = {}): Renderer<Row> {
  return {
    encode,
    open: () => "",
    lay: (encoded) => encoded.join(""),
    close: () => "",
    holds: false,
    isOfLines: true,
    hidden: () => 0,
    ...more,
  };
}
