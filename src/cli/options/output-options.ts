import { InvalidArgumentError, Option, type Command } from "commander";
import type { Column, ColumnSet } from "../../render/formats/column.ts";
import { pickColumns } from "../../render/formats/pick-columns.ts";
import { columnFormats, formats, outputFormats, type OutputFormat } from "../../render/formats/registry.ts";

/** Options of everything that prints rows, as commander hands them over. */
export interface OutputFlags {
  readonly output: OutputFormat;
  /** Short for a format: `ndjson`, where the command has no other. */
  readonly json?: boolean;
  readonly columns?: readonly string[];
  readonly headers: boolean;
}

/** How rows are printed, as domain values. */
export interface OutputOptions<Row> {
  readonly output: OutputFormat;
  readonly columns: readonly Column<Row>[];
  /** True where the user named the columns: then none is ever hidden. */
  readonly columnsNamed: boolean;
  readonly headers: boolean;
}

/**
 * Declares the options of what prints rows. `example` names columns, `null` where they cannot be chosen; `json` says what
 * that option is short for.
 */
export function declareOutput(command: Command, example: string | null, json = "short for -o ndjson"): Command {
  command
    .addOption(new Option("-o, --output <format>", "how it is written").choices(outputFormats).default("table"))
    .option("--json", json);
  if (example !== null) {
    command.option("--columns <names>", `columns of ${columnFormats.join(", ")}: ${example}`, words);
  }
  return command.option("--no-headers", `${columnFormats.join(", ")} without the header`);
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
  const output = flags.json === true ? json : flags.output;
  const { columns, headers } = flags;
  return { output, columns: pickColumns(set, columns, output), columnsNamed: columns !== undefined, headers };
}

/** Whether a command that has a sheet of its own shows it: where a fitted table is asked for, and no columns. Pure. */
export function wantsSheet({ output, columnsNamed }: Pick<OutputOptions<never>, "output" | "columnsNamed">): boolean {
  return formats[output].laid === "fitted" && !columnsNamed;
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
