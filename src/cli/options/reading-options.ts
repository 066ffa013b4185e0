import { FlowrunError } from "../../errors.ts";
import type { CommonFlags, ReadingFlags, SinceFlags, SourceWord } from "./flags.ts";
import type { Patience } from "../../adobe/gateway/retrying.ts";
import type { OnExpired } from "../../adobe/journal/read-pages.ts";
import { timeWordsAt, parseDuration, parseUntil, parseWhen, type Start } from "../../adobe/journal/when.ts";
import { mixedRunColumns, runColumns } from "../../render/formats/run-columns.ts";
import { resolveEventSelection, type EventSelection } from "../../runs/events/event-selection.ts";
import type { Criterion, RunFilter } from "../../runs/filter/criterion.ts";
import { compileFilter } from "../../runs/filter/filter.ts";
import type { WatchedFilter } from "../../runs/filter/watch.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { checkCursorName, defaultCursor } from "../../state/cursor-name.ts";
import { renderWindow, type TimeStyle } from "../../render/text/times.ts";
import { utc, type Zone } from "../../text/zone.ts";
import { timeStyleOf } from "./clock.ts";
import { resolveOutput, type OutputFlags, type OutputOptions } from "./output-options.ts";

/** A reading command's options as domain values. */
export interface ReadingOptions extends OutputOptions<FlowRun>, WatchedFilter {
  readonly common: CommonFlags & OutputFlags;
  readonly events: EventSelection;
  readonly raw: boolean;
  /** True where the filter includes a condition (`--where`): then the reading ends by saying how many runs matched. */
  readonly hasCondition: boolean;
  /** The profiles to read side by side, by name, or all that are saved; `null` where it is one. */
  readonly profiles: readonly string[] | "all" | null;
  /** Names that events do not carry are looked up. */
  readonly names: boolean;
  readonly max: number;
  readonly limit: number | null;
  readonly patience: Patience;
  /** How many places of the journal are read at once. */
  readonly jobs: number;
  /** Only so many of the window, the newest; Infinity for all. */
  readonly last: number;
  /** Whether a printed run that failed makes the command fail, … */
  readonly exitStatus: boolean;
  /** … and whether it does when nothing matched. */
  readonly failsOnEmpty: boolean;
  /** How times are told; `null` where the format decides. */
  readonly time: TimeStyle | null;
  /** The zone in which times were read, and are told. */
  readonly zone: Zone;
  /** When the window ends, epoch milliseconds, maybe in the future; `null` where nobody says. */
  readonly until: number | null;
  /** The cursor's name; used where the reading starts at `last`. */
  readonly cursor: string;
  readonly onExpired: OnExpired | null;
  /** A file to read instead of the journal; `-` is stdin. */
  readonly from: string | null;
  /** `auto` reads the archive where the profile has one, and the journal for the rest. */
  readonly source: SourceWord;
  /** Whether a part of the window that is known to be missing makes the command fail. */
  readonly strict: boolean;
}

/**
 * Flag words become domain values here, before any network call; times in them are of that zone.
 * @throws FlowrunError `usage`. Pure.
 */
export async function resolveReading(flags: ReadingFlags, now: number, zone: Zone = utc): Promise<ReadingOptions> {
  const { status, flow, run, sandbox, code } = flags;
  const profiles = resolveProfiles(flags);
  const untilMs = flags.until === undefined ? undefined : parseUntil(flags.until, "--until", now, zone);
  return {
    common: flags,
    ...resolveOutput(profiles === null ? runColumns : mixedRunColumns, flags),
    profiles,
    events: resolveEventSelection(flags.events),
    raw: flags.raw === true,
    ...compileFilter({
      status,
      flow,
      run,
      sandbox,
      code,
      untilMs,
      conditions: await conditions(flags.where, now, zone),
    }),
    hasCondition: flags.where !== undefined,
    names: flags.names === true,
    max: flags.max ?? Infinity,
    limit: flags.limit ?? null,
    patience: { retries: flags.retries, maxWaitMs: parseDuration(flags.maxWait) },
    jobs: flags.jobs,
    last: flags.last ?? Infinity,
    exitStatus: flags.exitStatus === true || flags.failOn?.includes("failed") === true,
    failsOnEmpty: flags.failOn?.includes("empty") === true,
    time: timeStyleOf(flags.time),
    zone,
    until: untilMs ?? null,
    cursor: checkCursorName(flags.cursor ?? defaultCursor),
    onExpired: flags.onExpired ?? null,
    from: resolveFrom(flags),
    source: flags.source ?? "auto",
    strict: flags.strict === true,
  };
}

function resolveProfiles({ profile = "", allProfiles, from }: ReadingFlags): ReadingOptions["profiles"] {
  if (allProfiles !== true && !profile.includes(",")) return null;
  if (from !== undefined) {
    throw new FlowrunError(
      "usage",
      `--from and ${allProfiles === true ? "--all-profiles" : "several profiles"} do not go together`,
      {
        why: "a file is read without a profile; its records say themselves whose they are",
        hint: `flowrun since --from ${from} --where 'profile == "acme"'`,
      },
    );
  }
  if (allProfiles === true && profile !== "") {
    throw new FlowrunError("usage", "--profile and --all-profiles do not go together", {
      why: "one names profiles, and the other means all of them",
      hint: "leave one of them out",
    });
  }
  const names = profile.split(",").map((name) => name.trim());
  const known = [...new Set(names)].filter((name) => name !== "");
  if (allProfiles === true) return "all";
  if (known.length > 0) return known;
  throw new FlowrunError("usage", "--profile names no profile", {
    why: "there are only commas",
    hint: "see what there is: flowrun profile list",
  });
}

function resolveFrom({ from, names, source }: ReadingFlags): string | null {
  if (from === undefined) return null;
  if (from === "") {
    throw new FlowrunError("usage", "--from names no file", {
      why: "it is empty; a variable of the shell may not be set",
      hint: "flowrun stats --from runs.ndjson",
    });
  }
  if (source !== undefined) {
    throw new FlowrunError("usage", "--source and --from do not go together", {
      why: "--source chooses between the archive and the journal, and --from reads a file",
      hint: `leave --source out: flowrun since --from ${from}`,
    });
  }
  if (names !== true) return from;
  throw new FlowrunError("usage", "--names and --from do not go together", {
    why: "--names asks Adobe for names, and --from reads a file, offline",
    hint: "leave --names out, or give it when the file is written: flowrun since -P1D --names --json > runs.ndjson",
  });
}

/** Loaded where it is used: it brings a pattern matcher with it. */
async function conditions(
  expressions: readonly string[] | undefined,
  now: number,
  zone: Zone,
): Promise<readonly Criterion[]> {
  if (expressions === undefined) return [];
  const { whereRuns } = await import("../../runs/filter/where.ts");
  const times = timeWordsAt(now, zone);
  return expressions.flatMap((expression) => whereRuns.criteria(expression, times));
}

/** The options that go together with a `<when>`, or do not. */
type StartFlags = Pick<ReadingFlags, "from" | "until" | "sort" | "max" | "cursor" | "onExpired">;

/** The words for a reading from a moment. */
interface StartWords {
  /** The line without its moment. */
  readonly line: string;
  /** The thing that is read to its end. */
  readonly of: string;
  readonly records: string;
}

const journalWords: StartWords = { line: "flowrun since", of: "the journal", records: "runs" };

/**
 * A `<when>` together with the options that only `last` takes; a file is read whole where none is given.
 * @throws FlowrunError `usage`, also where the window would end before it begins. Pure.
 */
export function resolveStart(
  given: string | undefined,
  flags: StartFlags,
  now: number,
  zone: Zone = utc,
  { line, of, records }: StartWords = journalWords,
): Start {
  const words = given ?? (flags.from === undefined ? null : "oldest");
  if (words === null) {
    throw new FlowrunError("usage", "missing required argument 'when'", {
      why: `since reads from a moment to the end of ${of}, and the line names none`,
      hint: `${line} -P1D   (the last day)`,
    });
  }
  if (/\.(?:ndjson|jsonl?|gz)$/i.test(words) && flags.from === undefined) {
    throw new FlowrunError("usage", `'${words}' is no time`, {
      why: "it has a file's name, and a reading begins at a moment",
      hint: `flowrun since --from ${words}`,
    });
  }
  const start = parseWhen(words, now, zone);
  checkWindow(start, words, flags, { now, zone, line });
  if (start.kind === "last" && flags.from !== undefined) {
    throw new FlowrunError("usage", "'last' and --from do not go together", {
      why: "a cursor is a place in the journal, and a file has none",
      hint: `leave it out to read all of the file: flowrun since --from ${flags.from}`,
    });
  }
  if (start.kind === "last" && flags.sort !== undefined && flags.max !== undefined) {
    throw new FlowrunError("usage", "--max and --sort do not go together where a reading starts at 'last'", {
      why: `the cursor would move past ${records} that nobody has seen, since the first of another order are not the next ones`,
      hint: `leave one of them out, or give a window: ${line} -P1D --sort ${records === "runs" ? "-durationMs" : "at"} --max 5`,
    });
  }
  const misplaced = flags.cursor !== undefined ? "--cursor" : flags.onExpired !== undefined ? "--on-expired" : null;
  if (start.kind === "last" || misplaced === null) return start;
  throw new FlowrunError("usage", `${misplaced} goes with 'last' only`, {
    why: `a reading that starts at '${words}' touches no cursor`,
    hint: `${line} last --cursor <name>, or ${line.replace("since", "tail")} --since last --cursor <name>`,
  });
}

/** Nothing could ever be in a window that ends before it begins. */
function checkWindow(
  start: Start,
  words: string,
  { until }: Pick<ReadingFlags, "until">,
  { now, zone, line }: { readonly now: number; readonly zone: Zone; readonly line: string },
): void {
  if (until === undefined || (start.kind !== "time" && start.kind !== "now")) return;
  const from = start.kind === "time" ? start.at : now;
  const to = parseUntil(until, "--until", now, zone);
  if (to >= from) return;
  const told = renderWindow({ from, to }, zone, now);
  throw new FlowrunError("usage", `the window from '${words}' to '${until}' ends before it begins`, {
    why: `it would go from ${told}`,
    hint: `give --until a later moment, or begin earlier: ${line} yesterday --until today`,
  });
}

/** The flows of which `--absent` tells, and by what they are judged. */
export interface AbsenceWish {
  /** Chooses flows by their runs, whatever became of those: by `--flow` and `--sandbox`. */
  readonly keep: RunFilter;
  /** Whether Flow Service is asked for schedules. */
  readonly isScheduled: boolean;
  /** The words of `--sandbox`. */
  readonly sandboxes: readonly string[];
}

/**
 * The flows of which `--absent` tells; every filter but `--flow` and `--sandbox` is about runs alone. `null` where nobody asks.
 * @throws FlowrunError `usage` for a file, and for schedules without it. Pure.
 */
export function resolveAbsences(flags: SinceFlags): AbsenceWish | null {
  const { absent, schedule, flow, sandbox, from } = flags;
  if (absent !== true) {
    if (schedule === true) throw withoutAbsent();
    return null;
  }
  if (from === undefined) {
    const { keep } = compileFilter({ status: ["all"], flow, sandbox });
    return { keep, isScheduled: schedule === true, sandboxes: sandbox ?? [] };
  }
  throw new FlowrunError("usage", "--absent and --from do not go together", {
    why: "where a file is silent, nobody can tell whether the flow is or whoever writes it",
    hint: "follow the journal: flowrun tail --absent; or look back: flowrun stats --from <file>",
  });
}

function withoutAbsent(): FlowrunError {
  return new FlowrunError("usage", "--schedule goes with --absent", {
    why: "it says by what flows are judged that do not run, and nobody asks for these",
    hint: "flowrun tail --absent --schedule; or all flows at once: flowrun flows --schedule",
  });
}

/** How many runs end the reading; Infinity where it goes on to its own end, as it must where they are put in order. Pure. */
export function endsAfter({ max, order }: { readonly max: number; readonly order: object | null }): number {
  return order === null ? max : Infinity;
}

/** Options that only a reading which ends can have, as commander hands them over. */
type EndingFlags = Readonly<Partial<Record<"last" | "sort" | "out" | "source" | "strict" | "names", unknown>>>;

/** Turns options away that have no meaning in a reading. @throws FlowrunError `usage`. Pure. */
export function turnAway(
  names: readonly (keyof EndingFlags)[],
  flags: EndingFlags,
  reading: string,
  details: { readonly why: string; readonly hint: string },
): void {
  const given = names.find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  throw new FlowrunError("usage", `--${given} has no meaning with ${reading}`, details);
}
