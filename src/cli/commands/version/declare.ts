import type { Command } from "commander";
import type { Host } from "../../../host.ts";
import { declareOutput } from "../../options/output-options.ts";
import { declareColour, declareQuiet, type VersionFlags } from "../../options/flags.ts";

/** `flowrun version`: what `--version` prints, and with a format what else a report of a fault needs. */
export function declareVersion(program: Command, host: Host): void {
  declareColour(
    declareQuiet(
      declareOutput(
        program
          .command("version")
          .summary("the version; with -o json also Node's and the platform")
          .description(
            "Prints the version, as --version does; every other format than the table adds Node and platform.",
          ),
        "version,node,platform",
      ),
    ),
  )
    .addHelpText(
      "after",
      `
Examples:
  flowrun version
  flowrun version -o json                   what to put into a report of a fault`,
    )
    .action(async (flags: VersionFlags) => (await import("./version.ts")).runVersion(flags, host));
}
