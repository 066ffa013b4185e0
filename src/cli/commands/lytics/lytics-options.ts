import { parseDuration, timeWordsAt, parseUntil, type Start } from "../../../adobe/journal/when.ts";
import type { Patience } from "../../../adobe/gateway/retrying.ts";
import { jobColumns, namedJobColumns } from "../../../render/formats/job-columns.ts";
import type { TimeStyle } from "../../../render/text/times.ts";
import type { Criterion } from "../../../runs/filter/criterion.ts";
import { compileJobFilter, wordsToAsk } from "../../../runs/filter/job-filter.ts";
import type { WatchedFilter } from "../../../runs/filter/watch.ts";
import type { Job } from "../../../runs/job/job.ts";
import type { EventsAsked } from "../../../lytics/read-events.ts";
import { checkCursorName } from "../../../state/cursor-name.ts";
import type { Zone } from "../../../text/zone.ts";
import { timeStyleOf } from "../../options/clock.ts";
import type { CommonFlags, LyticsFlags, LyticsSourceWord } from "../../options/flags.ts";
import { resolveOutput, type OutputFlags, type OutputOptions } from "../../options/output-options.ts";
import { FlowrunError } from "../../../errors.ts";
import { resolveStart, turnAway } from "../../options/reading-options.ts";

/** The options of `lytics since` and `lytics tail` as domain values. */
export interface LyticsOptions extends OutputOptions<Job>, WatchedFilter<Job> {
  readonly common: CommonFlags & OutputFlags;
  /** Of the filters those that Lytics can be asked with. */
  readonly asked: Pick<EventsAsked, "subjectType" | "subjectId" | "verb">;
  readonly hasCondition: boolean;
  readonly names: boolean;
  readonly max: number;
  /** Only so many of the window, the newest; Infinity for all. */
  readonly last: number;
  readonly patience: Patience;
  readonly exitStatus: boolean;
  readonly failsOnEmpty: boolean;
  /** How times are told; `null` where the format decides. */
  readonly time: TimeStyle | null;
  readonly zone: Zone;
  /** When the window ends, epoch ms; `null` where nobody says. */
  readonly until: number | null;
  readonly cursor: string;
  readonly source: LyticsSourceWord;
}

/** The journal's cursor is called otherwise: a place in one is none in the other. */
const usualCursor = "lytics";

/**
 * Flag words become domain values here, before anything is asked; times in them are of that zone.
 * @throws FlowrunError `usage`.
 */
export async function resolveLytics(flags: LyticsFlags, now: number, zone: Zone): Promise<LyticsOptions> {
  const { subjectType, subjectId, verb, status, where, until } = flags;
  return {
    common: flags,
    ...resolveOutput(flags.names === true ? namedJobColumns : jobColumns, flags),
    ...compileJobFilter({ subjectType, subjectId, verb, status, conditions: await conditions(where, now, zone) }),
    asked: wordsToAsk(flags),
    hasCondition: where !== undefined,
    names: flags.names === true,
    max: flags.max ?? Infinity,
    last: flags.last ?? Infinity,
    patience: { retries: flags.retries, maxWaitMs: parseDuration(flags.maxWait) },
    exitStatus: flags.exitStatus === true || flags.failOn?.includes("failed") === true,
    failsOnEmpty: flags.failOn?.includes("empty") === true,
    time: timeStyleOf(flags.time),
    zone,
    until: until === undefined ? null : parseUntil(until, "--until", now, zone),
    cursor: checkCursorName(flags.cursor ?? usualCursor),
    source: flags.source ?? "lytics",
  };
}

/** Where a reading of Lytics begins. @throws FlowrunError `usage`. Pure. */
export function resolveLyticsStart(given: string | undefined, flags: LyticsFlags, now: number, zone: Zone): Start {
  return resolveStart(given, flags, now, zone, { line: "flowrun lytics since", of: "the events", records: "events" });
}

/** Checks that an archive can be read so. @throws FlowrunError `usage`. Pure. */
export function checkSource(flags: LyticsFlags, start: Start): void {
  if (flags.source !== "archive") return;
  turnAway(["names"], flags, "--source archive", {
    why: "an archive is read without asking Lytics, and has the names that were looked up when it was filled",
    hint: "keep them with the events: flowrun lytics since last --names --to archive",
  });
  if (start.kind !== "last" && start.kind !== "now") return;
  throw new FlowrunError("usage", "--source archive reads from a moment in the past", {
    why: "an archive is not followed, and has no place that could be kept",
    hint: "flowrun lytics since -P30D --source archive",
  });
}

/** Loaded where it is used: it brings a pattern matcher with it. */
async function conditions(
  expressions: readonly string[] | undefined,
  now: number,
  zone: Zone,
): Promise<readonly Criterion<Job>[]> {
  if (expressions === undefined) return [];
  const { whereJobs } = await import("../../../runs/filter/where.ts");
  const times = timeWordsAt(now, zone);
  return expressions.flatMap((expression) => whereJobs.criteria(expression, times));
}
