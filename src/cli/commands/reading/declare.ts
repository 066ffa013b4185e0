import type { Command } from "commander";
import {
  declareDelivery,
  declareReading,
  declareStandby,
  portOfHost,
  withoutUse,
  type SinceFlags,
  type TailFlags,
  type WaitFlags,
} from "../../options/flags.ts";
import type { Host } from "../../../host.ts";

/** `flowrun since <when>`: every flow run recorded since then, oldest first, to the end of the journal. */
export function declareSince(program: Command, host: Host): void {
  const since = declareReading(
    program
      .command("since")
      .alias("logs")
      .summary("print every flow run recorded since a moment, then exit")
      .description("Prints every flow run recorded since <when>, oldest first, and exits at the end of the journal.")
      .argument(
        "[when]",
        '-P1D, 90m, "2 hours ago", yesterday, monday, 02:00, a date or time, oldest, now, or last (the saved cursor)',
      )
      .option("-f, --follow", "go on after the end, as tail does")
      .option("--absent", "with -f: tell also of flows that do not run as they usually do")
      .option("--schedule", "with --absent: judge by the schedules that Flow Service has"),
  );
  declareDelivery(since)
    .addHelpText(
      "after",
      `
Examples:
  flowrun since -P1D                        the last day
  flowrun since yesterday --until today     the day before
  flowrun since 2h --status failed          what failed in the last two hours
  flowrun since 1d --last 20                the newest twenty of the last day
  flowrun since 1d --sort -durationMs       the slowest first
  flowrun since 9h --flow 'CRM*' --fail-on empty   did it run? exit 3 if not
  flowrun since last --json >> runs.ndjson  what is new since then, for cron
  flowrun since -P1D --profile acme,globex  several organisations at once
  flowrun since last --to file:runs.ndjson  keep a file of all runs, for cron`,
    )
    .action(async (when: string | undefined, flags: SinceFlags) =>
      (await import("./since.ts")).runSince(when, flags, host),
    );
}

/** `flowrun tail`: each flow run as it is recorded, until stopped. */
export function declareTail(program: Command, host: Host): void {
  const tail = declareReading(
    program
      .command("tail")
      .summary("follow the journal and print each flow run as it is recorded")
      .description("Follows the journal from its end and prints each flow run as it is recorded, until stopped.")
      .option(
        "--since <when>",
        "print that window first: -P1D, 90m, today, 02:00, a date or time, oldest, last (default: now; to an archive: last)",
      )
      .option("--absent", "tell also of flows that do not run as they usually do, and when they run again")
      .option("--schedule", "with --absent: judge by the schedules that Flow Service has"),
  );
  declareStandby(declareDelivery(tail)).option(
    "--admin <port>",
    "tell there how it is: /healthz, /metrics (Prometheus); 0.0.0.0:9464 for other machines as well",
    portOfHost,
  );
  withoutUse(tail, "last", "sort", "out", "source", "strict")
    .addHelpText(
      "after",
      `
Examples:
  flowrun tail                              from now on
  flowrun tail --since -PT1H                the last hour first
  flowrun tail --status failed --json       failures only, a JSON object a line
  flowrun tail --absent --status failed     what failed, and what did not run
  flowrun tail --to archive                 keep every run, as archive sync does
  flowrun tail --since last --to nats://…   deliver them: flowrun destinations`,
    )
    .action(async (flags: TailFlags) => (await import("./tail.ts")).runTail(flags, host));
}

/** `flowrun wait`: until the first finished run that matches; for pipelines. */
export function declareWait(program: Command, host: Host): void {
  const wait = declareReading(
    program
      .command("wait")
      .summary("wait for the first finished run that matches, and exit by its outcome")
      .description(
        "Waits for the first finished run that matches the filters, prints it, and exits 0 (success, partialSuccess), 3 (any other outcome) or 7 (--timeout reached).",
      )
      .option("--since <when>", "look at that window first, for a run that may have ended already (default: now)")
      .option("--timeout <duration>", "give up after that long: 30m, PT2H"),
  );
  declareDelivery(wait);
  withoutUse(wait, "last", "sort", "out", "source", "strict", "cursor", "onExpired")
    .addHelpText(
      "after",
      `
Examples:
  flowrun wait --flow <flow id> --timeout 2h
  flowrun wait --flow <flow id> --since -PT5M --timeout 1h && ./next-step.sh`,
    )
    .action(async (flags: WaitFlags) => (await import("./wait.ts")).runWait(flags, host));
}
