import type { Command } from "commander";
import { declareReading, withoutUse, type FlowsFlags } from "../../options/flags.ts";
import type { Host } from "../../../host.ts";
import { inOutlet } from "../outlet.ts";

/** `flowrun flows [when]`: each flow once, and whether it ran when it was to. */
export function declareFlows(program: Command, host: Host): void {
  const flows = declareReading(
    program
      .command("flows")
      .summary("each flow once: last run, last success, pace, and whether it is late or absent")
      .description(
        "Lists each flow that ran since [when]: its last run, its last success, how often it runs, when it is to run next, and whether it has: ok, late, absent, irregular (no steady pace, so not judged) or disabled. What needs a look comes first.",
      )
      .argument(
        "[when]",
        '-P7D, 90m, "2 hours ago", yesterday, monday, 02:00, a date or time, or oldest (default: "-P7D")',
      )
      .option("--late", "only the flows that are late or absent")
      .option("--schedule", "judge by the schedules that Flow Service has, and list flows that never ran")
      .option("--with-lytics", "the works of Lytics below them, judged alike"),
    { columns: "flow,state,lastRunAt,paceMs…" },
  );
  withoutUse(flows, "last", "raw", "cursor", "onExpired")
    .addHelpText(
      "after",
      `
--flow and --sandbox choose flows; --status, --run, --code and --where ask of
each flow's last run, of whatever status. All runs of the window count, so that
-n prints so many flows. --until judges as of then. --fail-on failed and
--exit-status exit 3 where a printed flow is absent or failed last.

The pace is learned from the window: six runs at least, over a few days. A
longer window than the journal's seven days needs an archive; --schedule needs
neither.

Examples:
  flowrun flows                             did everything run?
  flowrun flows --late --exit-status        exit 3 where a flow is absent
  flowrun flows --schedule --sandbox prod   by what Adobe has scheduled
  flowrun flows --status failed             flows whose last run failed
  flowrun flows -P28D --late -o name        a month from the archive, ids alone
  flowrun flows --with-lytics --late        works of Lytics that stopped, too
  flowrun flows --from runs.ndjson          as of where the file ends`,
    )
    .action(async (when: string | undefined, flags: FlowsFlags) =>
      inOutlet(flags, host, async (there) => (await import("./flows.ts")).runFlows(when, flags, there)),
    );
}
