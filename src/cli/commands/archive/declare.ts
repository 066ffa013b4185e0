import type { Command } from "commander";
import {
  declareAsking,
  declareCommon,
  declareTime,
  positive,
  type ArchiveFlags,
  type ExportFlags,
  type ListingFlags,
  type PruneFlags,
  type SyncFlags,
} from "../../options/flags.ts";
import { declareOutput, withoutNames } from "../../options/output-options.ts";
import type { Host } from "../../../host.ts";
import { inOutlet } from "../outlet.ts";

/** `flowrun archive`: our own history, beyond the journal's seven days. */
export function declareArchive(program: Command, host: Host): void {
  const archive = program
    .command("archive")
    .summary("our own history, beyond the journal's seven days")
    .description(
      "Keeps every flow run in an archive: a file of its own, or a PostgreSQL database that several machines share. Reading commands read it without being told.",
    )
    .addHelpText("after", examples);
  const subcommand = (name: string, description: string): Command =>
    declareCommon(archive.command(name).description(description));
  declareSync(subcommand, host);
  declareLooking(subcommand, host);
  declarePrune(subcommand, host);
  declareCopying(subcommand, host);
}

type Subcommand = (name: string, description: string) => Command;

function declareSync(subcommand: Subcommand, host: Host): void {
  const sync = subcommand("sync", "Read the journal from where the archive stands to its end into the archive.");
  declareOutput(
    declareAsking(sync.option("-n, --max <n>", "stop after so many runs", positive), {
      onExpired: "what to do when the archive's place has expired (default: fail)",
      by: "a first reading",
    }).option(
      "--moved-from <journal>",
      "go on with what was archived of another journal: its registration was replaced",
    ),
    "profile,added,completeTo…",
  )
    .addHelpText("after", examples)
    .action(async (flags: SyncFlags) =>
      inOutlet(flags, host, async (there) => (await import("./sync.ts")).runArchiveSync(flags, there)),
    );
}

function declareLooking(subcommand: Subcommand, host: Host): void {
  const status = subcommand(
    "status",
    "Show from when to when the archive is complete, every gap and why, its size, and who reads it on.",
  );
  declareTime(withoutNames(declareOutput(status, "row,from,to,reason…", "short for -o json: one document")))
    .addHelpText("after", examples)
    .action(async (flags: ArchiveFlags) =>
      inOutlet(flags, host, async (there) => (await import("./status.ts")).runArchiveStatus(flags, there)),
    );
  const verify = subcommand(
    "verify",
    "Read all of it back, and hold it against what it says of itself; a gap exits 6, a damage 2.",
  );
  declareTime(declareOutput(verify, "ok,runs,gaps…")).action(async (flags: ArchiveFlags) =>
    inOutlet(flags, host, async (there, finish) =>
      (await import("./verify.ts")).runArchiveVerify(flags, there, finish),
    ),
  );
}

function declarePrune(subcommand: Subcommand, host: Host): void {
  const prune = subcommand("prune", "Remove what was recorded longer ago than that; it does not ask.")
    .requiredOption("--older-than <age>", "years, months, weeks or days: P1Y, P6M, 12w, P90D")
    .option("--dry-run", "only say how many runs that would be");
  declareTime(declareOutput(prune, "runs,left,before…"))
    .addHelpText("after", pruneExamples)
    .action(async (flags: PruneFlags) =>
      inOutlet(flags, host, async (there) => (await import("./prune.ts")).runArchivePrune(flags, there)),
    );
}

function declareCopying(subcommand: Subcommand, host: Host): void {
  subcommand("export [file]", "Write all runs as records, a line each, to stdout or a file; .gz is compressed.")
    .option("--raw", "add the event as delivered, so that an import can read it anew")
    .option("--out <file>", "the same as the file: replaced in the end or not at all")
    .addHelpText("after", copyExamples)
    .action(async (file: string | undefined, flags: ExportFlags) =>
      (await import("./export.ts")).runArchiveExport(file, flags, host),
    );
  const add = subcommand("import <file>", "Add the runs of a file (- is stdin) that the archive does not have.");
  declareOutput(add, "added,runs,unreadable…")
    .addHelpText("after", copyExamples)
    .action(async (file: string, flags: ListingFlags) =>
      inOutlet(flags, host, async (there) => (await import("./import.ts")).runArchiveImport(file, flags, there)),
    );
  const reindex = subcommand("reindex", "Read all events in it anew, after an upgrade.");
  declareOutput(reindex, "runs,changed,kept…").action(async (flags: ListingFlags) =>
    inOutlet(flags, host, async (there) => (await import("./reindex.ts")).runArchiveReindex(flags, there)),
  );
}

const examples = `
Examples:
  flowrun archive sync                      make it, or bring it up to date
  flowrun archive status                    from when to when it is complete
  flowrun since -P30D                       from it, the rest from the journal
  flowrun archive export runs.ndjson.gz     all of it, as records`;

const pruneExamples = `
Examples:
  flowrun archive prune --older-than P1Y --dry-run
  flowrun archive prune --older-than P90D`;

const copyExamples = `
Examples:
  flowrun archive export runs.ndjson.gz --raw
  flowrun archive import runs.ndjson.gz
  flowrun archive export | jq -r .runId`;
