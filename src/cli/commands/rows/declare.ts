import { InvalidArgumentError, type Command } from "commander";
import { declareCommon, declarePatience, declareTime, jobs, notNegative, type RowsFlags } from "../../options/flags.ts";
import { declareOutput, withoutNames } from "../../options/output-options.ts";
import type { Host } from "../../../host.ts";
import { inOutlet } from "../outlet.ts";

/** `flowrun rows <run-id|batch-id>`: which records failed. */
export function declareRows(program: Command, host: Host): void {
  const rows = program
    .command("rows")
    .summary("which records of a run or a batch were rejected, and why")
    .description(
      "Shows which records of a run or a batch were rejected: how many by which code, what that means, then the records themselves. They come from Experience Platform (Catalog and Data Access), which keeps them for 30 days where the dataflow has error diagnostics on.",
    )
    .argument("<run-id|batch-id>", "the run's id, eight or more characters that it begins with, or a batch's id")
    .option("--sandbox <name>", "the sandbox of a batch; its run is not looked for then")
    .option("--since <when>", "how far to look back for the run (default: -P7D, or all that the archive has)")
    .option("--max-rows <n>", "print so many records at most, or all (default: 100)", maxRows)
    .option("--errors-only", "codes and names of files alone: nothing that may be a person's")
    .option("--download <folder>", "fetch the files as they are, Parquet too; what is there already is gone on with");
  withoutNames(declareTime(declareOutput(declareCommon(rows), "codes,message,record…")));
  declarePatience(rows.option("--jobs <n>", "places of the journal read at once, to find the run", jobs, 4))
    .addHelpText(
      "after",
      `
Records are personal data: they are printed, and written nowhere unless --out or
--download say where; what is written then is for its owner alone. Exits 1 where
records were rejected and not one of them can be shown.

Examples:
  flowrun rows 6b0c6b1e                     of a run, by the beginning of its id
  flowrun rows <batch id> --sandbox prod    of a batch
  flowrun rows 6b0c6b1e --errors-only -o csv --max-rows all
  flowrun rows 6b0c6b1e -o ndjson | jq '.columns.email'
  flowrun rows 6b0c6b1e --download failed-rows`,
    )
    .action(async (word: string, flags: RowsFlags) =>
      inOutlet({ ...flags, isPrivate: true }, host, async (there) =>
        (await import("./rows.ts")).runRows(word, flags, there),
      ),
    );
}

function maxRows(value: string): number {
  if (value === "all") return Infinity;
  if (/^\d{1,9}$/.test(value)) return notNegative(value);
  throw new InvalidArgumentError("It must be a whole number, or all.");
}
