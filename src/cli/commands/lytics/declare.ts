import { Option, type Command } from "commander";
import type { Host } from "../../../host.ts";
import {
  declareCommon,
  declareDelivery,
  declareOutcome,
  declarePatience,
  declareStandby,
  declareTime,
  each,
  lyticsSourceWords,
  newest,
  positive,
  withoutUse,
  type LyticsSinceFlags,
  type LyticsTailFlags,
} from "../../options/flags.ts";
import { declareOutput, words } from "../../options/output-options.ts";

/** `flowrun lytics`: what an account of Lytics tells of its works, workflows and other subjects. */
export function declareLytics(program: Command, host: Host): void {
  const lytics = program
    .command("lytics")
    .summary("what becomes of works in Lytics: since, tail")
    .description(
      "Reads the events of an account of Lytics: which works and workflows started, completed or failed, and what else happened there.",
    )
    .addHelpText("after", examples);
  declareEvents(
    lytics
      .command("since")
      .description("Print every event since <when>, oldest first, then exit.")
      .argument("[when]", "-P1D, 90m, yesterday, 02:00, a date or time, oldest, now, or last (the saved cursor)")
      .option("-f, --follow", "go on after the end, as tail does"),
  )
    .addHelpText("after", sinceExamples)
    .action(async (when: string | undefined, flags: LyticsSinceFlags) =>
      (await import("./since.ts")).runLyticsSince(when, flags, host),
    );
  const tail = declareEvents(
    lytics
      .command("tail")
      .description("Print each event as it happens, until stopped.")
      .option("--since <when>", "print that window first: -P1D, 90m, today, oldest, last (default: now)"),
  );
  withoutUse(declareStandby(tail), "last", "sort", "out", "until", "source")
    .addHelpText("after", tailExamples)
    .action(async (flags: LyticsTailFlags) => (await import("./tail.ts")).runLyticsTail(flags, host));
}

function declareEvents(command: Command): Command {
  command
    .optionsGroup("What is read:")
    .option("--subject-type <types>", "only these subjects: work, workflow, segment…, or globs", words)
    .option("--subject-id <ids>", "only these subjects, by id or glob", words)
    .option("--verb <verbs>", "only what became of them: failed, completed, 'sync*'…", words)
    .option("--status <statuses>", "only works and workflows that are success, failed or inProgress by it", words)
    .option("--where <expression>", `a condition over the record's fields: 'priority > 3 && notes =~ /quota/i'`, each)
    .option("--until <when>", "only what happened until then")
    .option("-n, --max <n>", "stop after so many events; with --sort, print so many of them", positive)
    .option("--last <n>", "only the newest n of the window, in the usual order", newest)
    .option("--names", "look up what works are called, once")
    .addOption(
      new Option("--source <where>", "the account itself, or what the archive has of it (default: lytics)").choices(
        lyticsSourceWords,
      ),
    );
  declareOutcome(
    declareTime(declareOutput(command.optionsGroup("How it is printed:"), "at,verb,subjectId,status…")),
    "event",
  );
  declarePatience(
    command
      .optionsGroup("How Lytics is asked:")
      .option("--cursor <name>", "which saved cursor 'last' means (default: lytics)"),
  );
  declareCommon(command.optionsGroup("What is said:"));
  return declareDelivery(command.optionsGroup("Where it goes:"), "event");
}

const examples = `
Examples:
  flowrun lytics since -P1D                 the last day
  flowrun lytics since last --json >> lytics.ndjson
  flowrun lytics tail --verb failed         failures, as they happen`;

const sinceExamples = `
Examples:
  flowrun lytics since -P1D --names         the last day, with the works' names
  flowrun lytics since 2h --subject-type work,workflow
  flowrun lytics since 1d --status failed --exit-status   exit 3 if any failed
  flowrun lytics since last --json >> lytics.ndjson       what is new, for cron`;

const tailExamples = `
Examples:
  flowrun lytics tail                       from now on
  flowrun lytics tail --since -PT1H --verb failed,completed
  flowrun lytics tail --since last --json   read on where it stopped`;
