import { InvalidArgumentError, Option, type Command } from "commander";
import type { Column, ColumnSet } from "../../render/formats/column.ts";
import { pickColumns } from "../../render/formats/pick-columns.ts";
import { checkFields } from "../../render/formats/pick-fields.ts";
import { resolveOrder, type RowOrder } from "../../render/formats/sort-rows.ts";
import { columnFormats, formats, outputFormats, type OutputFormat } from "../../render/formats/registry.ts";
import { jsonFieldsOption } from "./json-fields.ts";

/** Options of everything that prints rows, as commander hands them over. */
export interface OutputFlags {
  readonly output: OutputFormat;
  /** Short for a format: `ndjson`, where the command has no other. */
  readonly json?: boolean;
  /** The fields of `--json=…`, which is short for the same format with these alone. */
  readonly jsonFields?: readonly string[];
  readonly columns?: readonly string[];
  readonly headers: boolean;
  readonly sort?: string;
  readonly out?: string;
  /** False where the reader wants no pager. */
  readonly pager: boolean;
}

/** How rows are printed, as domain values. */
export interface OutputOptions<Row> {
  readonly output: OutputFormat;
  readonly columns: readonly Column<Row>[];
  /** True where the user named the columns: then none is ever hidden. */
  readonly columnsNamed: boolean;
  readonly headers: boolean;
  /** The paths of the fields that are told of each record, where not all are. */
  readonly fields?: readonly string[] | null;
  /** The order of the rows; `null` where they stay as they come. */
  readonly order: RowOrder<Row> | null;
}

/**
 * Declares the options of what prints rows. `example` names columns, `null` where they cannot be chosen; `json` says what
 * that option is short for.
 */
export function declareOutput(command: Command, example: string | null, json = "short for -o ndjson"): Command {
  command
    .addOption(
      new Option("-o, --output <format>", "how it is written; wide is for pipes and wide screens")
        .choices(outputFormats)
        .default("table"),
    )
    .option("--json", `${json}; --json=<names> has these fields only`)
    // How `--json=…` arrives (json-fields.ts).
    .addOption(new Option(`${jsonFieldsOption} <names>`).argParser(words).hideHelp());
  if (example !== null) {
    command.option("--columns <names>", `columns of ${columnFormats.join(", ")}: ${example}`, words);
  }
  return command
    .option("--no-headers", `${columnFormats.join(", ")} without the header`)
    .option("--sort <column>", "in the order of any column; from large to small: -column, or column:desc", once)
    .option("--out <file>", "write to a file, which is replaced in the end or not at all; .gz is compressed", once)
    .option("--no-pager", "print it at once, though it is longer than the screen");
}

/** For a command whose rows have no ids. */
export function withoutNames(command: Command): Command {
  const option = command.options.find(({ long }) => long === "--output");
  option?.choices(outputFormats.filter((format) => formats[format].takes !== "id"));
  return command;
}

/**
 * Flag words become domain values here, before anything is read or asked; `--json` is short for `json`.
 * @throws FlowrunError `usage` for an unknown column, and for columns where the format has none. Pure.
 */
export function resolveOutput<Row>(
  set: ColumnSet<Row>,
  flags: OutputFlags,
  json: OutputFormat = "ndjson",
): OutputOptions<Row> {
  const { columns, headers, jsonFields, sort } = flags;
  const output = flags.json === true || jsonFields !== undefined ? json : flags.output;
  const picked = pickColumns(set, columns, output);
  const fields = jsonFields === undefined ? null : checkFields(set, jsonFields);
  const order = sort === undefined ? null : resolveOrder(set, sort);
  return { output, columns: picked, columnsNamed: columns !== undefined, headers, fields, order };
}

/** The options that say whether a sheet is wanted. */
interface SheetWish extends Pick<OutputOptions<never>, "output" | "columnsNamed"> {
  readonly order: unknown;
}

/** Whether a command that has a sheet of its own shows it: for a fitted table, without columns or an order of rows. Pure. */
export function wantsSheet({ output, columnsNamed, order }: SheetWish): boolean {
  return formats[output].laid === "fitted" && !columnsNamed && order === null;
}

/** For an option that is given once. @throws InvalidArgumentError. */
function once(value: string, previous: string | undefined): string {
  if (previous === undefined) return value;
  throw new InvalidArgumentError("It is given twice.");
}

/** Repeated or separated by commas, never by spaces. @throws InvalidArgumentError. */
export function words(value: string, previous: readonly string[] | undefined): readonly string[] {
  const parts = value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (parts.length === 0) throw new InvalidArgumentError("It names nothing.");
  return [...(previous ?? []), ...parts];
}
