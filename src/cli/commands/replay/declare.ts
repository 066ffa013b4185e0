import { InvalidArgumentError, type Command } from "commander";
import { declareReading, positive, withoutUse, type ReplayFlags } from "../../options/flags.ts";
import { withoutNames, words } from "../../options/output-options.ts";
import type { Host } from "../../../host.ts";
import { inOutlet } from "../outlet.ts";

/** `flowrun replay <when> --to <url>`: what a webhook missed, delivered as Adobe would have. */
export function declareReplay(program: Command, host: Host): void {
  const replay = withoutNames(
    declareReading(
      program
        .command("replay")
        .summary("deliver to a webhook what it missed, as Adobe would have")
        .description(
          "Delivers the events of flow runs recorded since <when> to a webhook again: the same bytes, Adobe's headers, oldest first. It writes down what the webhook accepts, so that the same line again sends only what is missing.",
        )
        .argument("<when>", '-P1D, 90m, "2 hours ago", yesterday, monday, 02:00, a date or time, or oldest')
        .requiredOption("--to <url>", "the webhook: https, or http on this machine; env:NAME stands for a secret in it")
        .option("--dry-run", "only say how many events that would be, and which are left out")
        .option("--event <ids>", "only these events, by Adobe's event id", words)
        .option("--only-missing", "leave out what this webhook has accepted from a replay before (the default)")
        .option("--all", "send that again, too")
        .option(
          "--only-missing-from <file>",
          "leave out the event or run ids in a file (- is stdin): records, or an id a line",
        )
        .option("--batch", "arrays of up to 20 events and 2 MB, as webhook_batch has them")
        .option("--rate <n/s>", "so many requests at most: 10/s, 600/m", rate)
        .option("--concurrency <n>", "requests under way at once; 1 keeps the order", concurrency, 1)
        .option("--insecure-http", "allow plain http to another machine, on a private network"),
      { columns: "accepted,refused,leftOut…" },
    ),
  );
  const max = replay.options.find(({ long }) => long === "--max");
  if (max !== undefined) max.description = "stop after so many events that were sent";
  withoutUse(replay, ...withoutMeaning)
    .addHelpText(
      "after",
      `
The filters choose runs, of every status unless told otherwise; the whole event
of each is sent. It is signed by HMAC (x-adobe-signature) and marked
x-flowrun-replay: 1. What answers 2xx has been accepted. 429, 5xx but 505 and no
answer in 10 seconds are tried again; other answers are told, the rest goes on,
and the exit code is 3.

Examples:
  flowrun replay -PT6H --to https://…/hook --dry-run     how many that would be
  flowrun replay -PT6H --to https://…/hook               those it has not had
  flowrun replay -P1D --to https://…/hook --only-missing-from have.ndjson
  flowrun replay -P7D --to https://…/hook --event <event id> --all
  flowrun replay -P30D --to https://…/hook --batch --rate 5/s`,
    )
    .action(async (when: string, flags: ReplayFlags) =>
      inOutlet(flags, host, async (there) => (await import("./replay.ts")).runReplay(when, flags, there)),
    );
}

/** Options of reading commands that help need not tell here; replay-options.ts turns them away. */
const withoutMeaning = [
  ...(["last", "sort", "raw", "from", "failOn", "exitStatus", "cursor", "onExpired", "allProfiles"] as const),
];

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `10/s` as the milliseconds between two. */
function rate(value: string): number {
  const [, digits = "", unit = "s"] = /^(\d{1,6}(?:\.\d{1,3})?)(?:\/(s|m|min|h))?$/.exec(value) ?? [];
  const intervalMs = (unitMs[unit] ?? NaN) / Number(digits === "" ? NaN : digits);
  if (Number.isFinite(intervalMs)) return intervalMs;
  throw new InvalidArgumentError("It must be a number and a unit of time: 10/s, 600/m or 100/h.");
}

/** More requests at once would only wait for the disk, which takes down what was accepted. */
const mostConcurrency = 64;

function concurrency(value: string): number {
  const number = positive(value);
  if (number <= mostConcurrency) return number;
  throw new InvalidArgumentError(`It must be ${mostConcurrency} or less.`);
}
