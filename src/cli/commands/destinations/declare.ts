import type { Command } from "commander";
import type { Host } from "../../../host.ts";
import { declareOutput } from "../../options/output-options.ts";
import { declareColour, declareQuiet, type VersionFlags } from "../../options/flags.ts";

/** `flowrun destinations`: everything that `--to` delivers to. */
export function declareDestinations(program: Command, host: Host): void {
  declareColour(
    declareQuiet(
      declareOutput(
        program
          .command("destinations")
          .summary("what --to delivers to: addresses, guarantees and settings")
          .description(
            "Lists what --to delivers to: how an address is written, how often a run arrives there, and as what. Every other format than the table has the settings, too.",
          ),
        "name,form,guarantee…",
      ),
    ),
  )
    .addHelpText(
      "after",
      `
Examples:
  flowrun destinations
  flowrun destinations -o json              with the settings of each
  flowrun doctor --to nats://host:4222/runs   whether one can be delivered to`,
    )
    .action(async (flags: VersionFlags) => (await import("./destinations.ts")).runDestinations(flags, host));
}
