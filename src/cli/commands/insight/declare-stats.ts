import { Option, type Command } from "commander";
import { declareReading, withoutUse, type StatsFlags } from "../../options/flags.ts";
import { withoutNames } from "../../options/output-options.ts";
import type { Host } from "../../../host.ts";
import { inOutlet } from "../outlet.ts";
import { groupings } from "../../../runs/figures/grouping.ts";

/** `flowrun stats [when]`: how a window went, in figures. */
export function declareStats(program: Command, host: Host): void {
  const stats = withoutNames(
    declareReading(
      program
        .command("stats")
        .summary("success rate, durations, volumes and root causes of a window")
        .description(
          "Counts the runs since [when]: how many succeeded, how long they took, what they moved, and what went wrong, with lines that show when.",
        )
        .argument(
          "[when]",
          '-P1D, 90m, "2 hours ago", yesterday, monday, 02:00, a date or time, or oldest (default: "-P1D")',
        )
        .addOption(new Option("--by <what>", "separate figures for each of these").choices(groupings))
        .option("--bucket <duration>", "figures for each stretch of that length: PT1H, 15m")
        .option("--compare", "beside the window before it, which is as long: what came, went, grew and shrank"),
      { columns: null },
    ),
  );
  withoutUse(stats, "last", "raw", "cursor", "onExpired")
    .addHelpText(
      "after",
      `
Each notification that passes the filters counts, as since would print it;
success is success and partialSuccess among the runs that ended. -o json is one
document; ndjson and csv have a row for the total, each group, each bucket and
each root cause; -o wide shows columns that found no room. --sort puts the
groups of --by in order, by any column of csv.

Examples:
  flowrun stats -P7D --by code              what went wrong this week, and when
  flowrun stats -P1D --bucket PT1H          hour by hour
  flowrun stats -P3D --compare              is it worse than before?
  flowrun stats yesterday --until today     the day before
  flowrun stats --all-profiles --by profile each organisation
  flowrun stats -o json | jq '.total.successRate'`,
    )
    .action(async (when: string | undefined, flags: StatsFlags) =>
      inOutlet(flags, host, async (there) => (await import("./stats.ts")).runStats(when, flags, there)),
    );
}
