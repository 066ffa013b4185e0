import { Option, type Command } from "commander";
import {
  declareReadingAs,
  declareTime,
  duration,
  reportForms,
  withoutUse,
  type ReportFlags,
} from "../../options/flags.ts";
import type { Host } from "../../../host.ts";

/** `flowrun report [when] -o <file>`: a window as one page. */
export function declareReport(program: Command, host: Host): void {
  const report = declareReadingAs(
    program
      .command("report")
      .summary("a window as one page: when each flow ran, what failed and why, what did not come")
      .description(
        "Writes one page about the runs since [when]: when each flow ran and when it should have, how the runs ended, how long they took, and why they failed. As HTML it is one file that needs nothing else and runs no script; as Markdown it is for a chat or a ticket.",
      )
      .argument(
        "[when]",
        '-P1D, 90m, "2 hours ago", yesterday, monday, 02:00, a date or time, or oldest (default: "-P7D")',
      )
      .option("--with-lytics", "the works of Lytics as well: what failed, when and why"),
    (printed) => {
      declareTime(
        printed
          .option("-o, --output <file>", "where it goes: a name that ends in .html or .md, or - for stdout")
          .addOption(
            new Option("--format <form>", "what it is, where the file's name does not tell").choices(reportForms),
          ),
      )
        .option("--title <text>", 'what stands at its head (default: "Flow runs")')
        .option("--redact", "for strangers: names and ids hashed, messages left out")
        .option("--open", "shows it in the browser")
        .option("--watch <duration>", "writes it anew so often, until stopped: PT5M", duration);
    },
  );
  const max = report.options.find(({ long }) => long === "--max");
  if (max !== undefined) max.description = "stop after so many runs";
  withoutUse(report, "last", "cursor", "onExpired")
    .addHelpText(
      "after",
      `
A file is whole, or as it was before; one that flowrun did not write is not
replaced. A flow whose runs keep a steady pace is missed where it did not run.

Examples:
  flowrun report -o report.html --open      this week
  flowrun report -P1D -o report.md          for a ticket
  flowrun report -o report.html --redact    for somebody outside
  flowrun report -o report.html --with-lytics   flows and works on one page
  flowrun report -P1D -o /srv/www/flows.html --watch PT5M
  flowrun report -o - | gzip > report.html.gz`,
    )
    .action(async (when: string | undefined, flags: ReportFlags) =>
      (await import("./report.ts")).runReport(when, flags, host),
    );
}
