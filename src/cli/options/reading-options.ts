import { FlowrunError } from "../../errors.ts";
import type { CommonFlags, ReadingFlags } from "./flags.ts";
import type { Patience } from "../../adobe/gateway/retrying.ts";
import type { OnExpired } from "../../adobe/journal/read-pages.ts";
import { findDuration, findInstant, parseDuration, parseWhen, type Start } from "../../adobe/journal/when.ts";
import { runColumns } from "../../render/formats/run-columns.ts";
import { resolveEventSelection, type EventSelection } from "../../runs/events/event-selection.ts";
import { compileFilter, type RunFilter } from "../../runs/filter/filter.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { checkCursorName, defaultCursor } from "../../state/cursor-name.ts";
import { resolveOutput, type OutputOptions } from "./output-options.ts";

/** A reading command's options as domain values. */
export interface ReadingOptions extends OutputOptions<FlowRun> {
  readonly common: CommonFlags;
  readonly events: EventSelection;
  readonly raw: boolean;
  readonly keep: RunFilter;
  /** True where `keep` includes a condition (`--where`): then the reading ends by saying how many runs matched. */
  readonly hasCondition: boolean;
  /** Names that events do not carry are looked up. */
  readonly names: boolean;
  readonly max: number;
  readonly limit: number | null;
  readonly patience: Patience;
  /** How many places of the journal are read at once. */
  readonly jobs: number;
  readonly exitStatus: boolean;
  readonly time: "iso" | "local" | "relative" | null;
  /** The cursor's name; used where the reading starts at `last`. */
  readonly cursor: string;
  readonly onExpired: OnExpired | null;
}

/**
 * Flag words become domain values here, before any network call.
 * @throws FlowrunError `usage`. Pure.
 */
export async function resolveReading(flags: ReadingFlags, now: number): Promise<ReadingOptions> {
  const { status, flow, run, sandbox, code } = flags;
  const untilMs = flags.until === undefined ? undefined : untilInstant(flags.until, now);
  return {
    common: flags,
    ...resolveOutput(runColumns, flags),
    events: resolveEventSelection(flags.events),
    raw: flags.raw === true,
    keep: every([compileFilter({ status, flow, run, sandbox, code, untilMs }), ...(await conditions(flags.where))]),
    hasCondition: flags.where !== undefined,
    names: flags.names === true,
    max: flags.max ?? Infinity,
    limit: flags.limit ?? null,
    patience: { retries: flags.retries, maxWaitMs: parseDuration(flags.maxWait) },
    jobs: flags.jobs,
    exitStatus: flags.exitStatus === true,
    time: flags.time ?? null,
    cursor: checkCursorName(flags.cursor ?? defaultCursor),
    onExpired: flags.onExpired ?? null,
  };
}

/** Loaded where it is used: it brings a pattern matcher with it. */
async function conditions(expressions: readonly string[] | undefined): Promise<readonly RunFilter[]> {
  if (expressions === undefined) return [];
  const { compileWhere } = await import("../../runs/filter/where.ts");
  const times = { duration: findDuration, instant: findInstant };
  return expressions.map((expression) => compileWhere(expression, times));
}

function every(filters: readonly RunFilter[]): RunFilter {
  return (run) => filters.every((filter) => filter(run));
}

function untilInstant(words: string, now: number): number {
  const when = parseWhen(words, now);
  if (when.kind === "time") return when.at;
  if (when.kind === "now") return now;
  throw new FlowrunError("usage", `--until takes an instant, not '${words}'`, {
    why: "it drops the runs that were updated later than that",
    hint: "give a duration back from now (-PT1H), a date or a time",
  });
}

/**
 * A `<when>` together with the options that only `last` takes.
 * @throws FlowrunError `usage`. Pure.
 */
export function resolveStart(words: string, flags: ReadingFlags, now: number): Start {
  const start = parseWhen(words, now);
  const misplaced = flags.cursor !== undefined ? "--cursor" : flags.onExpired !== undefined ? "--on-expired" : null;
  if (start.kind === "last" || misplaced === null) return start;
  throw new FlowrunError("usage", `${misplaced} goes with 'last' only`, {
    why: `a reading that starts at '${words.replace("\u2212", "-")}' touches no cursor`,
    hint: "flowrun since last --cursor <name>, or flowrun tail --since last --cursor <name>",
  });
}
