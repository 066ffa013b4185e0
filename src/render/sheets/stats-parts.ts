import type { Catalogue } from "../../runs/catalogue/catalogue.ts";
import type { RootCause } from "../../runs/figures/frequent-causes.ts";
import type { Grouping } from "../../runs/figures/grouping.ts";
import type { Group } from "../../runs/figures/stats.ts";
import type { Column, ColumnKind, ColumnValue } from "../formats/column.ts";
import { layTable } from "../formats/table.ts";
import { renderCount } from "../text/numbers.ts";
import type { Painter } from "../text/painter.ts";
import { safeText } from "../text/safe-text.ts";
import type { TimeTelling } from "../text/times.ts";
import { wrap } from "../text/wrap.ts";

/** How a sheet of figures is to look. */
export interface StatsSheetOptions {
  /** Explains root causes; may be null where there are none. */
  readonly catalogue: Catalogue | null;
  readonly painter: Painter;
  readonly time: TimeTelling;
  /** The width to keep to; Infinity where nothing may be cut or left out. */
  readonly room: number;
  /** False leaves out the titles of columns. */
  readonly headers: boolean;
}

/** Rows of a sheet of figures as lines. Pure but for `time`. */
export function listing<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { painter, time, room, headers }: StatsSheetOptions,
): readonly string[] {
  return layTable(columns, rows, { painter, time, room }).slice(headers ? 0 : 1);
}

/** A column of a sheet, which nobody asks for by name. Pure. */
export function sheetColumn<Row>(title: string, kind: ColumnKind, value: (row: Row) => ColumnValue): Column<Row> {
  return { name: title, title, kind, value };
}

const groupTitles = { flow: "FLOW", sandbox: "SANDBOX", code: "CODE", status: "STATUS", profile: "PROFILE" } as const;
/** A name that is cut keeps this much. */
const narrowestName = 24;

/** The column that says which group it is. Pure. */
export function groupColumn<Row extends Pick<Group, "key" | "name" | "isRest">>(by: Grouping): Column<Row> {
  return {
    ...sheetColumn<Row>(groupTitles[by], "text", ({ key, name, isRest }) => (isRest ? allOthers : (name ?? key))),
    least: narrowestName,
    // An id or a code that is cut cannot be looked up.
    isId: ({ name }) => name === null,
  };
}

/** How the groups and codes are told for which there were too many. */
export const allOthers = "(all others)";

/** Every cause is in the document; a sheet is for the ones that matter. */
export const causesShown = 10;

/** Marks what is known in part. */
export const partialSign = "~";

/** A count of failures in red, but for none. Pure. */
export function paintFailures(text: string, painter: Painter): string {
  return text === "0" ? text : painter.red(text);
}

/** The meaning of a cause, if the catalogue has it, else its message; and the flows that it touched. Pure. */
export function causeDetails(
  { code, message, flows }: RootCause,
  { catalogue, room }: StatsSheetOptions,
): readonly string[] {
  const meaning = (code === null ? undefined : catalogue?.explain(code)[0]?.meaning) ?? message ?? "";
  const names = flows.slice(0, 5).map(({ id, name }) => safeText(name ?? id));
  const rest = flows.length > names.length ? [`${renderCount(flows.length - names.length)} more`] : [];
  const texts = [meaning, `in ${[...names, ...rest].join(", ")}`];
  return texts.flatMap((text) => wrap(text, Math.min(room, 100) - 2)).map((text) => `  ${text}`);
}
