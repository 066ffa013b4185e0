import type { Command } from "commander";
import {
  declareColour,
  declareQuiet,
  declareReading,
  withoutUse,
  type ExplainFlags,
  type ShowFlags,
} from "../../options/flags.ts";
import { declareOutput } from "../../options/output-options.ts";
import type { Host } from "../../../host.ts";
import { inOutlet } from "../outlet.ts";

/** `flowrun show <run-id>`: one run in full. */
export function declareShow(program: Command, host: Host): void {
  const show = declareReading(
    program
      .command("show")
      .summary("one run in full: metrics, sources, targets, batches, and why it failed")
      .description(
        "Shows one run in full: its history, metrics, sources, targets and batches, and each error down to its root cause, with what that means and what to do. It looks for notifications of every status and kind: in the profile's archive and what the journal has beyond it, or else in the last hour first, then the last day, then all of --since.",
      )
      .argument("<run-id>", "the run's id, or eight or more characters that it begins with")
      .option("--since <when>", "how far to look back (default: -P7D, or all that the archive has)")
      .option("--downstream", "follows what came of it in the services after it, to the end"),
  );
  withoutUse(show, "last", "sort", "cursor", "onExpired")
    .addHelpText(
      "after",
      `
Without -o, or with -o table, a sheet to read; every other format has a record
for each notification of the run, the latest last. --status is all and --events
is runs unless told otherwise.

Examples:
  flowrun show 6b0c6b1e                     by the beginning of its id
  flowrun show 6b0c6b1e --downstream        and all that came of it
  flowrun show <run id> -o json | jq '.[-1].rootCause'`,
    )
    .action(async (runId: string, flags: ShowFlags) =>
      inOutlet(flags, host, async (there) => (await import("./show.ts")).runShow(runId, flags, there)),
    );
}

/** `flowrun explain [code]`: what an error code means, offline. */
export function declareExplain(program: Command, host: Host): void {
  declareColour(
    declareQuiet(
      declareOutput(
        program
          .command("explain")
          .summary("what an error code means, and what to do about it")
          .description(
            "Says what an error code means and what to do about it. Offline; without a code, lists them all. A whole error text is read for its codes, too. Where the profile has an archive: also when and where they were met.",
          )
          .option("--profile <name>", "whose archive tells when a code was met; 'demo' is built in")
          .argument(
            "[code]",
            "a code, its beginning, a family (aad, adf) or a pattern ('INGEST-*'), in any case; an error text; - reads either from stdin",
          ),
        "code,family,meaning,remedy…",
      ),
    ),
  )
    .addHelpText(
      "after",
      `
Examples:
  flowrun explain AADSTS7000222
  flowrun explain 'INGEST-*'
  pbpaste | flowrun explain -               an error text, as it was copied
  flowrun explain | grep -i password

On a terminal, what is longer than the screen goes through FLOWRUN_PAGER, PAGER
or less.`,
    )
    .action(async (code: string | undefined, flags: ExplainFlags) =>
      inOutlet(flags, host, async (there) => (await import("./explain.ts")).runExplain(code, flags, there)),
    );
}
