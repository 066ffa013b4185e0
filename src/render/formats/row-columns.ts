import type { FailedRow } from "../../runs/rows/failed-row.ts";
import type { Column, ColumnSet } from "./column.ts";

const all: readonly Column<FailedRow>[] = [
  { name: "codes", title: "CODES", kind: "list", value: ({ codes }) => codes },
  { name: "message", title: "MESSAGE", kind: "text", least: 24, value: ({ message }) => message },
  { name: "input", title: "INPUT", kind: "text", yields: { turn: 2, to: "neat" }, value: ({ input }) => input },
  { name: "file", title: "FILE", kind: "text", yields: { turn: 1, to: "neat" }, value: ({ file }) => file },
  { name: "line", title: "LINE", kind: "count", yields: { turn: 1, to: "neat" }, value: ({ line }) => line },
  { name: "record", title: "RECORD", kind: "text", least: 24, value: recordText },
  { name: "batchId", title: "BATCH", kind: "id", value: ({ batchId }) => batchId },
  { name: "runId", title: "RUN", kind: "id", value: ({ runId }) => runId },
  { name: "sandbox", title: "SANDBOX", kind: "id", value: ({ sandbox }) => sandbox },
  { name: "from", title: "FROM", kind: "id", value: ({ from }) => from },
  { name: "cut", title: "CUT", kind: "flag", value: ({ cut }) => cut },
];

const fields: readonly string[] = [
  "type",
  "schemaVersion",
  "runId",
  "batchId",
  "sandbox",
  "from",
  "file",
  "line",
  "input",
  "codes",
  "message",
  "errors.code",
  "errors.message",
  "errors.pointer",
  "columns",
  "text",
  "cut",
];

/** All columns of rejected records. */
export const rowColumns: ColumnSet<FailedRow> = {
  all,
  usual: ["codes", "message", "input", "file", "line", "record"],
  wide: ["batchId", "from"],
  id: null,
  fields,
};

/** The same of those that are told without personal data: what would always be empty is not shown by itself. */
export const bareRowColumns: ColumnSet<FailedRow> = {
  ...rowColumns,
  usual: ["codes", "input", "file", "line"],
};

/** The record in one text: its columns as JSON, else as it was written. Pure. */
export function recordText({ columns, text }: Pick<FailedRow, "columns" | "text">): string | null {
  return columns === null ? text : JSON.stringify(columns);
}
