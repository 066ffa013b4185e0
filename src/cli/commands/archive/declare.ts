import type { Command } from "commander";
import { declareAsking, declareCommon, positive, type SyncFlags } from "../../options/flags.ts";
import { declareOutput } from "../../options/output-options.ts";
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

const examples = `
Examples:
  flowrun archive sync                      make it, or bring it up to date; for cron
  flowrun archive status                    from when to when it is complete
  flowrun since -P30D                       reads the archive, and the journal for the rest
  flowrun archive export runs.ndjson.gz     all of it, as records`;
