import { InvalidArgumentError, Option, type Command } from "commander";
import { parseDuration } from "../../adobe/journal/when.ts";
import { columnNames } from "../../render/formats/run-columns.ts";
import type { Grouping } from "../../runs/figures/grouping.ts";
import { timeWords, type TimeWord } from "./clock.ts";
import { declareOutput, words, type OutputFlags } from "./output-options.ts";

/** Options that every command which talks to Adobe has, as commander hands them over. */
export interface CommonFlags {
  readonly profile?: string;
  readonly quiet?: boolean;
  /** How often it was given: 1 for each exchange, 2 for its headers as well. */
  readonly verbose?: number;
  readonly debugFile?: string;
  readonly progress: boolean;
  readonly color: "auto" | "always" | "never";
}

/** Options of a reading command, as commander hands them over. */
export interface ReadingFlags extends CommonFlags, OutputFlags {
  readonly allProfiles?: boolean;
  readonly status?: readonly string[];
  readonly flow?: readonly string[];
  readonly run?: readonly string[];
  readonly sandbox?: readonly string[];
  readonly code?: readonly string[];
  readonly events?: readonly string[];
  readonly until?: string;
  readonly where?: readonly string[];
  readonly names?: boolean;
  readonly max?: number;
  readonly retries: number;
  readonly maxWait: string;
  readonly limit?: number;
  readonly jobs: number;
  readonly last?: number;
  readonly exitStatus?: boolean;
  readonly failOn?: readonly FailOn[];
  readonly raw?: boolean;
  readonly time?: TimeWord;
  readonly cursor?: string;
  readonly from?: string;
  readonly onExpired?: "fail" | "oldest" | "latest";
  readonly source?: SourceWord;
  readonly strict?: boolean;
}

/** Options of a command that delivers what it reads, and those that do not go with them. */
export interface ToFlags extends Pick<ReadingFlags, "last" | "sort" | "out" | "cursor"> {
  readonly to?: readonly string[];
  readonly onRefused?: "stop" | "skip";
  readonly standby?: boolean;
  /** Whether the line itself asks for runs on stdout; the settings' format does not. */
  readonly asksForStdout?: boolean;
}

/** Options of a command that delivers runs. */
export interface DeliveryFlags extends ReadingFlags, ToFlags {}

/** Options of `since`. */
export interface SinceFlags extends DeliveryFlags {
  readonly follow?: boolean;
  readonly absent?: boolean;
  readonly schedule?: boolean;
}

/** Options of `replay`. */
export interface ReplayFlags extends ReadingFlags {
  readonly to: string;
  readonly event?: readonly string[];
  readonly onlyMissing?: boolean;
  readonly onlyMissingFrom?: string;
  readonly all?: boolean;
  readonly batch?: boolean;
  /** The least time from one request to the next, in milliseconds. */
  readonly rate?: number;
  readonly concurrency: number;
  readonly dryRun?: boolean;
  readonly insecureHttp?: boolean;
}

/** Options of `login`. */
export interface LoginFlags extends CommonFlags {
  readonly from?: string;
  readonly credential?: string;
  readonly registration?: string;
  readonly journalUrl?: string;
  readonly secretStdin?: boolean;
}

/** Options of the commands that talk to Adobe or to what is saved, and print rows of their own. */
export interface ListingFlags extends CommonFlags, OutputFlags {}

/** Options of `archive sync`. */
export interface SyncFlags
  extends ListingFlags, Pick<ReadingFlags, "max" | "retries" | "maxWait" | "limit" | "jobs" | "onExpired"> {
  readonly movedFrom?: string;
}

/** Options of `archive status` and `archive verify`. */
export interface ArchiveFlags extends ListingFlags, Pick<ReadingFlags, "time"> {}

/** Options of `archive prune`. */
export interface PruneFlags extends ArchiveFlags {
  readonly olderThan: string;
  readonly dryRun?: boolean;
}

/** Options of `archive export`. */
export interface ExportFlags extends CommonFlags, Pick<ReadingFlags, "out" | "raw"> {}

/** Options of `config set`. */
export interface ConfigSetFlags extends CommonFlags {
  readonly stdin?: boolean;
}

/** Options of `doctor`. */
export interface DoctorFlags extends ListingFlags {
  readonly to?: readonly string[];
  readonly sendTest?: boolean;
  readonly retries: number;
  readonly maxWait: string;
}

/** Options of `demo`. */
export type DemoFlags = Pick<CommonFlags, "quiet" | "color">;

/** A port of one of this machine's addresses; 0 for any that is free. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Options of `tail`. */
export interface TailFlags extends DeliveryFlags {
  readonly since?: string;
  readonly absent?: boolean;
  readonly schedule?: boolean;
  /** Where `/healthz` and `/metrics` are. */
  readonly admin?: HostPort;
}

/** Options of `lytics since` and `lytics tail`. */
export interface LyticsFlags
  extends
    CommonFlags,
    OutputFlags,
    ToFlags,
    Pick<
      ReadingFlags,
      | "status"
      | "where"
      | "until"
      | "max"
      | "last"
      | "names"
      | "retries"
      | "maxWait"
      | "exitStatus"
      | "failOn"
      | "time"
      | "cursor"
    > {
  readonly subjectType?: readonly string[];
  readonly subjectId?: readonly string[];
  readonly verb?: readonly string[];
  readonly source?: LyticsSourceWord;
}

/** Options of `lytics since`. */
export interface LyticsSinceFlags extends LyticsFlags {
  readonly follow?: boolean;
}

/** Options of `lytics tail`. */
export interface LyticsTailFlags extends LyticsFlags {
  readonly since?: string;
}

/** Options of `show`. */
export interface ShowFlags extends ReadingFlags {
  readonly since?: string;
  readonly downstream?: boolean;
}

/** Options of `rows`. */
export interface RowsFlags extends ListingFlags, Pick<ReadingFlags, "retries" | "maxWait" | "jobs" | "time"> {
  readonly since?: string;
  readonly sandbox?: string;
  /** Infinity for all. */
  readonly maxRows?: number;
  readonly errorsOnly?: boolean;
  readonly download?: string;
}

/** Options of `explain`. */
export interface ExplainFlags extends Pick<CommonFlags, "color" | "quiet" | "profile">, OutputFlags {}

/** Options of `version`. */
export interface VersionFlags extends Pick<CommonFlags, "color">, OutputFlags {}

/** Options of `stats`. */
export interface StatsFlags extends ReadingFlags {
  readonly by?: Grouping;
  readonly bucket?: string;
  readonly compare?: boolean;
}

/** Options of `flows`. */
export interface FlowsFlags extends ReadingFlags {
  readonly late?: boolean;
  readonly schedule?: boolean;
  readonly withLytics?: boolean;
}

/** Options of `report`, whose `-o` names a file. */
export interface ReportFlags extends Omit<ReadingFlags, keyof OutputFlags | "raw"> {
  readonly output?: string;
  readonly format?: ReportForm;
  readonly open?: boolean;
  readonly title?: string;
  readonly redact?: boolean;
  readonly watch?: string;
  readonly withLytics?: boolean;
}

/** The forms of a report. */
export const reportForms = ["html", "markdown"] as const;

/** One of these. */
export type ReportForm = (typeof reportForms)[number];

/** Options of `wait`. */
export interface WaitFlags extends DeliveryFlags {
  readonly since?: string;
  readonly timeout?: string;
}

const sourceWords = ["auto", "journal", "archive"] as const;

/** A word of `--source`. */
export type SourceWord = (typeof sourceWords)[number];

/** Where events of Lytics are read from. */
export const lyticsSourceWords = ["lytics", "archive"] as const;

/** One of these. */
export type LyticsSourceWord = (typeof lyticsSourceWords)[number];

/** Ends of a reading that `--fail-on` may call a failure. */
const failures = ["failed", "empty"] as const;

/** A word of `--fail-on`. */
export type FailOn = (typeof failures)[number];

const expiryPolicies = ["fail", "oldest", "latest"] as const;
const colourChoices = ["auto", "always", "never"] as const;

/** Declares the options that every command which talks to Adobe has. */
export function declareCommon(command: Command): Command {
  return declareSaying(
    command.option("--profile <name>", "which saved profile; 'demo' is built in and needs no account"),
  );
}

/** How much is said, and where. */
function declareSaying(command: Command): Command {
  return declareColour(
    declareQuiet(command)
      .option("-v, --verbose", "show each request and its answer on stderr; -vv headers too (never a secret)", counted)
      .option("--debug-file <file>", "append all that -vv shows to a file, for a ticket (never a secret)")
      .option("--no-progress", "no live line on stderr"),
  );
}

/** The option carries no value: how often it stands there is one. */
function counted(_value: unknown, previous = 0): number {
  return previous + 1;
}

/** Declares the option of what says nothing on stderr but errors, quiet or not: `-q` is good after every command. */
export function declareQuiet(command: Command): Command {
  return command.option("-q, --quiet", "only errors on stderr");
}

/** Declares the option of everything that may be coloured. */
export function declareColour(command: Command): Command {
  return command.addOption(new Option("--color <when>", "colour").choices(colourChoices).default("auto"));
}

/** The rows that a reading command prints: names of some of their columns, `null` where those cannot be chosen. */
interface ReadingRows {
  readonly columns: string | null;
}

/**
 * Declares the options of every reading command, in the groups that docs/commands.md has; their choices come from the
 * registries, so help cannot lie. Without `rows` it prints flow runs.
 */
export function declareReading(command: Command, rows: ReadingRows = runRows()): Command {
  return declareReadingAs(command, (printed) => {
    declareTime(declareOutput(printed, rows.columns)).option("--raw", "add the event as delivered, under raw");
  });
}

/** The same for a command that prints no rows: `declareLooks` declares how what it makes of them looks. */
export function declareReadingAs(command: Command, declareLooks: (command: Command) => void): Command {
  declareWhatIsRead(command.optionsGroup("What is read:"));
  declareLooks(command.optionsGroup("How it is printed:"));
  declareOutcome(command, "run");
  declareAsking(
    command
      .optionsGroup("How the journal is asked:")
      .option("--cursor <name>", "which saved cursor 'last' means (default: default)"),
    { onExpired: "with last: what to do when the cursor's place has expired", by: "since, show and stats" },
  );
  return declareSaying(command.optionsGroup("What is said:"));
}

/** Declares which ends of a reading make the command fail; `called` is how one of the records is called. */
export function declareOutcome(command: Command, called: string): Command {
  return command
    .option("--fail-on <what>", `exit 3: failed, if a printed ${called} failed; empty, if nothing matched`, failOn)
    .option("--exit-status", "short for --fail-on failed");
}

/** Declares the zone of what a command reads and tells. */
export function declareTime(command: Command): Command {
  return command.addOption(
    new Option("--time <zone>", "times, typed and shown (default: local on a terminal, utc in a pipe)").choices(
      timeWords,
    ),
  );
}

/** How a command's own help tells of these options. */
interface AskingWords {
  readonly onExpired: string;
  /** Who reads many places at once. */
  readonly by: string;
}

/** Declares how the journal is asked. */
export function declareAsking(command: Command, { onExpired, by }: AskingWords): Command {
  return declarePatience(
    command
      .addOption(new Option("--on-expired <policy>", onExpired).choices(expiryPolicies))
      .option("--jobs <n>", `places of the journal read at once by ${by}`, jobs, 4)
      .option("--limit <n>", "events per page asked of the journal", positive),
  );
}

/** Declares how much trouble a command puts up with. */
export function declarePatience(command: Command): Command {
  return command
    .option("--retries <n>", "failures in a row before flowrun gives up", notNegative, 5)
    .option("--max-wait <duration>", "longest single wait that the server may ask for", duration, "PT5M");
}

/** Declares where runs, or records called otherwise, go besides stdout, and what becomes of those that are refused there. */
export function declareDelivery(command: Command, called = "run"): Command {
  return command
    .option(
      "--to <url>",
      `deliver ${called}s there, again and again until they are; repeatable: flowrun destinations`,
      each,
    )
    .addOption(
      new Option(
        "--on-refused <policy>",
        `${called}s that a destination will never take: stop there, or skip them`,
      ).choices(["stop", "skip"]),
    )
    .hook("preAction", (_, acting) => {
      const said = ["output", "json", "jsonFields", "columns"].some(
        (name) => acting.getOptionValueSource(name) === "cli",
      );
      acting.setOptionValueWithSource("asksForStdout", said, "implied");
    });
}

/** Declares that several hosts may run the same line, and one at a time delivers. */
export function declareStandby(command: Command): Command {
  return command.option(
    "--standby",
    "deliver only while no other host does, and take over from one that is gone; with a database among --to",
  );
}

function declareWhatIsRead(command: Command): void {
  command
    .option(
      "--status <statuses>",
      "success, failed, partialSuccess, inProgress, any other, or all (default: all but inProgress)",
      words,
    )
    .option("--flow <flows>", "only these dataflows, by id, its beginning, name or glob: 'Nightly*'", words)
    .option("--run <ids>", "only these runs, by id or eight or more characters that it begins with", words)
    .option("--sandbox <names>", "only these sandboxes, by name or glob: 'prod*'", words)
    .option("--code <globs>", "only runs with such an error or cause: 'CONNECTOR-1*'", words)
    .option(
      "--where <expression>",
      `a condition over the record's fields: 'records.failed > 100 && durationMs > 30m'`,
      each,
    )
    .option("--until <when>", "read no further, and drop runs updated later than that")
    .option("-n, --max <n>", "stop after so many runs; with --sort, print so many of them", positive)
    .option("--last <n>", "only the newest n of the window, in the usual order", newest)
    .option(
      "--events <which>",
      "sources, runs (anything that carries a flow run) or exact event codes (default: sources)",
      words,
    )
    .option(
      "--profile <names>",
      "which saved profile, or several at once: acme,globex; 'demo' is built in and needs no account",
      joined,
    )
    .option("--all-profiles", "read all saved profiles at once")
    .addOption(
      new Option("--source <where>", "the archive and the journal for the rest, or one alone (default: auto)").choices(
        sourceWords,
      ),
    )
    .option("--strict", "exit 6 where a part of the window is known to be missing")
    .option("--from <file>", "read records or events from a file (- is stdin) instead of the journal, offline", once)
    .option("--names", "look up in Flow Service the names that events do not carry; kept for a day");
}

/** Options that a reading command has no use for, and says so when they are given, need no room in its help. */
export function withoutUse(command: Command, ...names: readonly (keyof ReadingFlags)[]): Command {
  for (const option of command.options) {
    if (names.some((name) => name === option.attributeName())) option.hideHelp();
  }
  return command;
}

/** For an option that takes a length of time, which stays as it is written. @throws FlowrunError `usage`. */
export function duration(value: string): string {
  parseDuration(value);
  return value;
}

function runRows(): ReadingRows {
  return { columns: `${columnNames().slice(0, 6).join(",")}…` };
}

function once(value: string, previous: string | undefined): string {
  if (previous === undefined) return value;
  throw new InvalidArgumentError("It is given twice; to read several files: cat a b | flowrun since --from -");
}

function joined(value: string, previous: string | undefined): string {
  return previous === undefined ? value : `${previous},${value}`;
}

/** For an option that may be repeated. */
export function each(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** For an option that names a port of this machine. @throws InvalidArgumentError. */
export function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError("It is a number from 0 to 65535.");
}

/** For an option that names a port: of this machine alone, unless an address stands before it. @throws InvalidArgumentError. */
export function portOfHost(text: string): HostPort {
  const [, host = "127.0.0.1", number = ""] = /^(?:\[?(\S+?)\]?:)?(\d+)$/.exec(text) ?? [];
  if (number !== "") return { host, port: port(number) };
  throw new InvalidArgumentError("It is a port, or an address and a port: 9464, 0.0.0.0:9464, [::1]:9464.");
}

/** For an option that counts from 1. @throws InvalidArgumentError. */
export function positive(value: string): number {
  return integer(value, 1);
}

/** That many wait in memory. */
const mostLast = 100_000;

/** For an option that takes the newest of a window. @throws InvalidArgumentError. */
export function newest(value: string): number {
  const number = integer(value, 1);
  if (number <= mostLast) return number;
  throw new InvalidArgumentError(`It must be ${String(mostLast)} or less.`);
}

function failOn(value: string, previous: readonly FailOn[] | undefined): readonly FailOn[] {
  const given = words(value, undefined).map((word) => {
    const known = failures.find((one) => one === word);
    if (known === undefined)
      throw new InvalidArgumentError(`It must be ${failures.join(" or ")}, or both with a comma.`);
    return known;
  });
  return [...(previous ?? []), ...given];
}

/** More readers than that would only wait for each other. */
const mostJobs = 64;

/** For an option that says how many places are read at once. @throws InvalidArgumentError. */
export function jobs(value: string): number {
  const number = integer(value, 1);
  if (number <= mostJobs) return number;
  throw new InvalidArgumentError(`It must be ${mostJobs} or less.`);
}

/** For an option that counts from 0. @throws InvalidArgumentError. */
export function notNegative(value: string): number {
  return integer(value, 0);
}

function integer(value: string, least: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
  if (number >= least) return number;
  throw new InvalidArgumentError(`It must be a whole number, ${String(least)} or more.`);
}
