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
          .argument("[name]", "all about one of them: its name, or how its addresses begin")
          .description(
            "Lists what --to delivers to: how an address is written, how often a run arrives there, and as what. With a name, also what can be set, and an example; every other format than the table has that, too.",
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
  flowrun destinations nats                 all about one of them
  flowrun destinations -o json              the same of each
  flowrun doctor --to nats://host:4222/runs   whether one can be delivered to`,
    )
    .action(async (name: string | undefined, flags: VersionFlags) =>
      (await import("./destinations.ts")).runDestinations(name, flags, host),
    );
}
