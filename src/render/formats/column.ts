import type { Painter } from "../text/painter.ts";
import { zoneTold, type TimeTelling } from "../text/times.ts";

/**
 * The kind of a column's values, which decides how they are shown to people: `duration` is milliseconds, `share` goes from 0 to 1,
 * `flag` is a boolean, `code` an error's, `drawing` a bar or a line of blocks. Where room is short a `text` is cut
 * first, and the others in the end.
 */
export type ColumnKind =
  "time" | "duration" | "bytes" | "count" | "share" | "flag" | "status" | "id" | "code" | "text" | "list" | "drawing";

/** A value as data: times are RFC 3339, `null` is unknown. */
export type ColumnValue = string | number | boolean | readonly string[] | null;

/** One column of rows of any type. */
export interface Column<Row> {
  /** Its name in `--columns` and in CSV's header: the path of the field, or a word for one that is made of several fields. */
  readonly name: string;
  /** Its name in a table, unique too. */
  readonly title: string;
  readonly kind: ColumnKind;
  readonly value: (row: Row) => ColumnValue;
  /** The width that its values usually have, in columns of a terminal, where that is more than is usual for the kind. */
  readonly usual?: number;
  /** The width that a text keeps as long as other columns can be left out. */
  readonly least?: number;
  /** So many characters of its values are enough on a terminal. */
  readonly brief?: number;
  /** The same in fewer words, for want of room. */
  readonly shorten?: (text: string) => string;
  /** True where this row's value is an id although the column holds text. */
  readonly isId?: (row: Row) => boolean;
  /** True where this row's status is not as good as it sounds. */
  readonly isFlawed?: (row: Row) => boolean;
  /** Where a table is too wide for the terminal columns are left out, the lowest number first; never one without. */
  readonly yields?: Yields;
  /** A word that people are told before this row's value; programs have it in a column of its own. */
  readonly mark?: (row: Row) => string | null;
  /** How a flag that is set is told, in place of `*`. */
  readonly sign?: string;
  /** Colours a cell, in place of the kind's own colour. */
  readonly paint?: (text: string, painter: Painter) => string;
}

/** When a column is left out: for the sake of a neat table, or only where no row would fit otherwise. */
export interface Yields {
  readonly turn: number;
  readonly to: "neat" | "least";
}

/** All that can be said of a kind of row. */
export interface ColumnSet<Row> {
  /** Every column there is, in the order in which help and errors name them. */
  readonly all: readonly Column<Row>[];
  /** The names of those that are shown where nobody names any. */
  readonly usual: readonly string[];
  /** The names of those that `wide` adds. */
  readonly wide: readonly string[];
  /** The name of the one by which a row is asked for, which `name` prints; `null` where a row has none. */
  readonly id: string | null;
  /** The paths of all fields of a whole record, for `--json=…`; raw data that others formed is one field. */
  readonly fields: readonly string[];
}

/** Whether a table and a Markdown table set the values of a kind to the right. Pure. */
export function standsRight(kind: ColumnKind): boolean {
  return kind === "duration" || kind === "bytes" || kind === "count" || kind === "share";
}

/** A column's title above a table: that of times names their zone, as `UPDATED (CET)`. Pure but for `time`. */
export function titleOf<Row>({ title, kind }: Column<Row>, time: TimeTelling): string {
  const zone = kind === "time" ? zoneTold(time) : null;
  return zone === null ? title : `${title} (${zone})`;
}
