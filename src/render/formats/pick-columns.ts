import { FlowrunError } from "../../errors.ts";
import { nearest } from "../../text/nearest.ts";
import type { Column, ColumnSet } from "./column.ts";
import { columnFormats, formats, type Format, type OutputFormat } from "./registry.ts";

/**
 * The columns that a user asked for, in that order, or else the ones that the format shows by itself.
 * @throws FlowrunError `usage` for an unknown name, and for names where the format has no columns. Pure.
 */
export function pickColumns<Row>(
  set: ColumnSet<Row>,
  words: readonly string[] | undefined,
  format: OutputFormat,
): readonly Column<Row>[] {
  if (words === undefined) return namesFor(set, formats[format].takes).map((name) => findColumn(set, name));
  if (formats[format].hasColumns) return words.map((word) => findColumn(set, word));
  throw new FlowrunError("usage", `--columns has no meaning with -o ${format}`, {
    why: `columns are for ${columnFormats.join(", ")}; the other formats carry whole records, or ids`,
    hint: "leave --columns out, or choose -o csv",
  });
}

function namesFor<Row>({ usual, wide, id }: ColumnSet<Row>, takes: Format["takes"]): readonly string[] {
  if (takes === "id") return id === null ? [] : [id];
  return takes === "wide" ? [...usual, ...wide] : usual;
}

/** The column of that name. @throws FlowrunError `usage`, with all that there are. Pure. */
export function findColumn<Row>({ all, usual }: ColumnSet<Row>, name: string, option = "--columns"): Column<Row> {
  const column = all.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  const known = all.map((candidate) => candidate.name);
  const likely = nearest(name, known) ?? alike(all, name);
  throw new FlowrunError("usage", `there is no column '${name}'`, {
    why: `the columns are ${known.join(", ")}`,
    hint:
      likely === null
        ? `${option} ${usual.slice(0, option === "--columns" ? 3 : 1).join(",")}`
        : `did you mean ${likely}?`,
  });
}

/** A column whose title or last word that is: `failed`, and `BAD`, for `records.failed`. */
function alike<Row>(all: readonly Column<Row>[], name: string): string | null {
  const word = name.toLowerCase();
  const found = all.find(
    (column) => column.title.toLowerCase() === word || column.name.toLowerCase().endsWith(`.${word}`),
  );
  return found?.name ?? null;
}
