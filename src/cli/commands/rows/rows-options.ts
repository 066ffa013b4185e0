import { isSandboxName } from "../../../adobe/platform/api.ts";
import type { Patience } from "../../../adobe/gateway/retrying.ts";
import { parseDuration } from "../../../adobe/journal/when.ts";
import type { FetchedFile } from "../../../engine/rows/download.ts";
import { FlowrunError } from "../../../errors.ts";
import { bareRowColumns, rowColumns } from "../../../render/formats/row-columns.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import type { FailedRow } from "../../../runs/rows/failed-row.ts";
import type { ReadingFlags, RowsFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet, type OutputOptions } from "../../options/output-options.ts";
import { fetchedColumns } from "./fetched-columns.ts";

/** The words of `rows` as domain values. */
export interface RowsOptions {
  /** The sandbox that the user named; `null` leaves it to the run. */
  readonly sandbox: string | null;
  readonly patience: Patience;
  readonly wish: RowsWish | FilesWish;
}

/** Records are printed. */
export interface RowsWish {
  readonly kind: "rows";
  readonly output: OutputOptions<FailedRow>;
  /** Infinity for all. */
  readonly maxRows: number;
  readonly isBare: boolean;
  /** Whether all are held before the first one is printed: a sheet begins with the sum of them, an order with the first. */
  readonly isHeld: boolean;
}

/** Files are fetched, and told of. */
export interface FilesWish {
  readonly kind: "files";
  readonly output: OutputOptions<FetchedFile>;
  readonly folder: string;
}

const usualMaxRows = 100;

/** That many wait in memory. */
const mostHeld = 10_000;

/** @throws FlowrunError `usage` for what cannot be, before anything is asked. Pure. */
export function resolveRows(flags: RowsFlags): RowsOptions {
  const { sandbox, profile = "", retries, maxWait } = flags;
  if (profile.includes(",")) {
    throw new FlowrunError("usage", "rows asks about one profile's organisation at a time", {
      why: "a run and its batches belong to one organisation",
      hint: "name one of them: --profile <name>",
    });
  }
  if (sandbox !== undefined && !isSandboxName(sandbox)) {
    throw new FlowrunError("usage", `no sandbox can have the name '${safeText(sandbox)}'`, {
      why: "a sandbox's name is letters, digits and lines, without blanks",
      hint: "it stands in the SANDBOX column: flowrun since -P1D --columns runId,sandbox.name",
    });
  }
  return {
    sandbox: sandbox ?? null,
    patience: { retries, maxWaitMs: parseDuration(maxWait) },
    wish: flags.download === undefined ? resolveWish(flags) : resolveFiles(flags.download, flags),
  };
}

function resolveWish(flags: RowsFlags): RowsWish {
  const { maxRows = usualMaxRows, errorsOnly = false } = flags;
  const output = resolveOutput(errorsOnly ? bareRowColumns : rowColumns, flags);
  const isHeld = wantsSheet(output) || output.order !== null;
  if (!isHeld || maxRows <= mostHeld) return { kind: "rows", output, maxRows, isBare: errorsOnly, isHeld };
  const what = output.order === null ? "a table" : "an order";
  throw new FlowrunError("usage", `--max-rows is ${String(mostHeld)} at most in ${what}`, {
    why: "they have to wait in memory for the last one",
    hint: "print them as they come: --max-rows all -o ndjson   (or -o csv)",
  });
}

function resolveFiles(folder: string, flags: RowsFlags): FilesWish {
  const given = flags.errorsOnly === true ? "--errors-only" : flags.maxRows === undefined ? null : "--max-rows";
  if (given === null) return { kind: "files", output: resolveOutput(fetchedColumns, flags), folder };
  throw new FlowrunError("usage", `${given} and --download do not go together`, {
    why: "files are fetched as they are, with all the records in them",
    hint: "leave one of them out; to write a part of the records: --out rows.ndjson -o ndjson",
  });
}

/** How the run is looked for, as `show` does. Pure. */
export function searchFlags(flags: RowsFlags): ReadingFlags {
  const { retries, maxWait, jobs, progress, color, profile, quiet, verbose, debugFile, time } = flags;
  return {
    ...{ retries, maxWait, jobs, progress, color },
    ...(profile === undefined ? {} : { profile }),
    ...(quiet === undefined ? {} : { quiet }),
    ...(verbose === undefined ? {} : { verbose }),
    ...(debugFile === undefined ? {} : { debugFile }),
    ...(time === undefined ? {} : { time }),
    output: "table",
    headers: true,
    pager: false,
    status: ["all"],
    events: ["runs"],
  };
}
