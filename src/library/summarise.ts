import { findInstant } from "../adobe/journal/moment.ts";
import { parseDuration } from "../adobe/journal/when.ts";
import { FlowrunError } from "../errors.ts";
import { isObject } from "../json.ts";
import type { Grouping } from "../runs/figures/grouping.ts";
import { countStats, mostBuckets, type Stats } from "../runs/figures/stats.ts";
import type { FlowRun } from "../runs/record/flow-run.ts";
import { nameOf } from "./words.ts";
import { timeOf } from "../text/time-text.ts";

/** The window of the figures, and what is told apart in it. */
export interface SummariseOptions {
  /** The window: a `Date`, or a date or RFC 3339 time. By default from when the first run was updated to the last. */
  readonly from?: string | Date | undefined;
  readonly to?: string | Date | undefined;
  /** Figures for each flow, sandbox, root cause's code or status besides. */
  readonly by?: Grouping | undefined;
  /** Figures for each piece of the window of that length: `PT1H`, `30m`. */
  readonly bucket?: string | undefined;
}

/**
 * The figures over runs, in the order of the journal: outcomes, success rate, durations, volumes, root causes.
 * @throws FlowrunError `usage` for a window or a bucket that there cannot be, and for what is no list of runs. Pure.
 */
export function summarise(runs: Iterable<FlowRun>, options: SummariseOptions = {}): Stats {
  const { by = null, bucket } = options;
  const all = [...checkRuns(runs)];
  const odd = all.findIndex((run) => !isRun(run));
  if (odd !== -1) throw noRuns(`item ${odd} of the list is ${nameOf(all[odd])}, and no run`);
  const { from, to } = windowOf(all, options);
  const counter = countStats({ from, to, by, bucketMs: bucket === undefined ? null : bucketIn(bucket, to - from) });
  for (const run of all) counter.add(run);
  return counter.read();
}

/** A caller in JavaScript has no compiler to tell it. */
function checkRuns(runs: Iterable<FlowRun>): Iterable<FlowRun> {
  const given: unknown = runs;
  const isList = typeof given === "object" && given !== null && Symbol.iterator in given;
  if (isList) return runs;
  const isReading = typeof given === "object" && given !== null && Symbol.asyncIterator in given;
  throw noRuns(`it was given ${isReading ? "a reading, whose runs are still to come" : nameOf(given)}`);
}

function isRun(run: unknown): boolean {
  return isObject(run) && run["type"] === "flowrun.run";
}

function noRuns(why: string): FlowrunError {
  return new FlowrunError("usage", "summarise takes a list of runs", {
    why,
    hint: "gather them first: for await (const run of readRuns({ since })) runs.push(run)",
  });
}

function windowOf(runs: readonly FlowRun[], options: SummariseOptions): { readonly from: number; readonly to: number } {
  const first = options.from === undefined ? null : instantOf(options.from, "from");
  const last = options.to === undefined ? null : instantOf(options.to, "to");
  const times = { from: Infinity, to: -Infinity };
  for (const { updatedAt } of runs) {
    const at = timeOf(updatedAt);
    if (at < times.from) times.from = at;
    if (at > times.to) times.to = at;
  }
  // Of no runs at all, one end is as good as the other.
  const from = first ?? (times.from === Infinity ? (last ?? 0) : times.from);
  const to = last ?? Math.max(from, times.to);
  if (from <= to) return { from, to };
  throw new FlowrunError("usage", "the window ends before it begins", {
    why: `it goes from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`,
    hint: "give from and to the other way round, or leave one of them out",
  });
}

function instantOf(time: string | Date, name: string): number {
  const at = typeof time === "string" ? findInstant(time.trim()) : time.getTime();
  if (at !== null && !Number.isNaN(at)) return at;
  throw new FlowrunError("usage", `${name} is no time`, {
    why: typeof time === "string" ? `it reads ${JSON.stringify(time.slice(0, 100))}` : "it is an invalid Date",
    hint: `give a Date, a date or an RFC 3339 time: ${name}: "2026-11-20T08:00Z"`,
  });
}

function bucketIn(words: string, windowMs: number): number {
  const bucketMs = parseDuration(words);
  if (windowMs / bucketMs <= mostBuckets) return bucketMs;
  throw new FlowrunError("usage", `a bucket of ${words} cuts the window into too many pieces`, {
    why: `${mostBuckets.toLocaleString("en-US")} are the most`,
    hint: "choose a longer bucket (PT1H) or a shorter window",
  });
}
