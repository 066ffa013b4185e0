import type { Command } from "commander";
import type { Host } from "../../../host.ts";
import { declareColour, declareQuiet, type DemoFlags } from "../../options/flags.ts";

/** `flowrun demo`: a day of the demo on one screen. */
export function declareDemo(program: Command, host: Host): void {
  declareColour(
    declareQuiet(
      program
        .command("demo")
        .summary("see what flowrun shows: a day of the demo, on one screen")
        .description(
          "Reads the last day of the profile 'demo', which needs no account and no network, and shows on one screen what ran, what failed, and what to type next.",
        ),
    ),
  )
    .addHelpText(
      "after",
      `
Examples:
  flowrun demo                              the last day, on one screen
  flowrun since -P1D --profile demo         the same day, run by run
  flowrun stats -P30D --profile demo        a month of it, from its archive
  flowrun login --profile demo              a login, without an account`,
    )
    .action(async (flags: DemoFlags) => (await import("./demo.ts")).runDemo(flags, host));
}
