import type { Command } from "commander";
import type { Host } from "../../../host.ts";
import { declareCommon, duration, each, notNegative, type DoctorFlags } from "../../options/flags.ts";
import { declareOutput } from "../../options/output-options.ts";

/** `flowrun doctor`: everything that a reading depends on, looked at in order. */
export function declareDoctor(program: Command, host: Host): void {
  declareCommon(
    declareOutput(
      program
        .command("doctor")
        .summary("check settings, network, clock, token, journal, registration and cursors")
        .description(
          "Checks in order all that a reading depends on, and says what mends what does not hold. Exits 0 when all holds, else 2, 4 or 5 by the first failure; a warning is none.",
        ),
      "verdict,check,text,remedy…",
      "short for -o json: one document",
    )
      .option("--to <url>", "check a destination instead, without sending a run; repeatable", each)
      .option("--send-test", "with --to: send a run that is made up, and says so")
      .option("--retries <n>", "failures in a row before a check gives up", notNegative, 2)
      .option("--max-wait <duration>", "longest single wait that the server may ask for", duration, "PT10S"),
  ).action(async (flags: DoctorFlags) => (await import("./doctor.ts")).runDoctor(flags, host));
}
