import type { Host } from "../../../host.ts";
import { dayMs } from "../../../adobe/journal/retention.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import { describeFaults } from "../../../engine/faults.ts";
import { emptyTally, pump, type Tally } from "../../../engine/pump.ts";
import type { Resumption, Sink } from "../../../engine/sinks/sink.ts";
import { placeIn } from "../../../engine/sources/lytics.ts";
import type { Start } from "../../../adobe/journal/when.ts";
import { FlowrunError } from "../../../errors.ts";
import { renderWindow } from "../../../render/text/times.ts";
import { createSeen } from "../../../runs/events/seen.ts";
import { endsAfter } from "../../options/reading-options.ts";
import { clock, count, createReporter, seconds, type Reporter, type SummaryWording } from "../../terminal/reporter.ts";
import type { JobPlan } from "./job-plan.ts";
import { firstDays, openOrigin, type JobsOrigin, type JobsWanted } from "./jobs-origin.ts";

/** A plan, and all that it is carried out with. */
export interface JobReading extends JobPlan {
  readonly host: Host;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly origin: JobsOrigin;
  readonly tally: Tally;
  /** Epoch ms. */
  readonly began: number;
}

/** Events are told apart by this many keys at most, so that a `tail` of weeks does not grow. */
const keysRemembered = 200_000;

/**
 * Opens what is read, lets `work` read it, and says in one closing line what was read, however that ended.
 * @throws what opening and the work throw.
 */
export async function inReading(
  plan: JobPlan,
  did: SummaryWording["did"],
  { host, signal }: Pick<JobReading, "host" | "signal">,
  work: (reading: JobReading) => Promise<void>,
): Promise<Readonly<Tally>> {
  const { options, start, follow } = plan;
  const { quiet = false, verbose = 0, progress, profile } = options.common;
  const reporter = createReporter(host, { quiet, verbose, live: progress, profile });
  const tally = emptyTally();
  const began = host.now();
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const origin = await openOrigin(plan, { host, reporter, signal: until });
  try {
    if (follow) options.doubts().forEach(reporter.notify);
    await work({ ...plan, host, reporter, signal: until, origin, tally, began });
    return tally;
  } finally {
    over.abort();
    reporter.clear();
    const tookMs = host.now() - began;
    // The last words come after what they are about.
    await host.stdout.release?.().catch(() => undefined);
    await origin.close();
    if (tally.pages > 0) {
      options.report().forEach(reporter.notify);
      reporter.summary(tally, tookMs, {
        did,
        hasCondition: options.hasCondition && did !== "archived",
        unit: null,
        called: "event",
        window: windowWords(start, options, began),
      });
    }
  }
}

/** The window as it was understood; `null` where all is read, or a cursor to the end. */
function windowWords(start: Start, { until, zone }: JobPlan["options"], now: number): string | null {
  const from = start.kind === "time" ? start.at : start.kind === "now" ? now : null;
  const to = until !== null && until < now ? until : null;
  return from === null && to === null ? null : renderWindow({ from, to }, zone, now);
}

/**
 * The moment that a reading begins with, epoch ms.
 * @param past where an earlier one stopped; `null` for none.
 * @throws FlowrunError `settings` for a cursor whose place tells none. Pure.
 */
export function jobsFrom(
  {
    start,
    options: { cursor },
    origin: { profile },
    began,
  }: Pick<JobReading, "start" | "options" | "origin" | "began">,
  past: Resumption | null,
): number | "now" {
  if (past !== null) return momentIn(past, cursor, profile);
  if (start.kind === "now") return "now";
  if (start.kind === "time") return start.at;
  return start.kind === "last" ? began - firstDays * dayMs : -Infinity;
}

function momentIn({ next }: Resumption, cursor: string, profile: string): number {
  const at = placeIn(next);
  if (at !== null) return at;
  throw new FlowrunError("settings", `the cursor '${cursor}' cannot be used`, {
    why: "its place tells no moment; starting over silently might skip or repeat events",
    hint: `start over knowingly: flowrun cursor delete ${cursor}${profileFlag(profile)}`,
  });
}

/** The part of the events that goes to a sink. */
export interface JobsPumped<T> extends JobsWanted<T> {
  readonly sink: Sink<T>;
  /** Where an earlier reading stopped; `null` for none. */
  readonly past: Resumption | null;
  readonly tally: Tally;
}

/** Hands events on to a sink, and tells how it goes. @throws what reading and the sink throw. */
export async function pumpJobs<T>(
  { options, follow, host, reporter, origin }: JobReading,
  { sink, past, tally, ...wanted }: JobsPumped<T>,
): Promise<void> {
  const source = origin.source(wanted);
  const most = endsAfter(options);
  await pump(
    {
      source,
      seen: createSeen(keysRemembered, past?.keys),
      sink,
      isEnough: (_event, taken) => taken >= most,
      onBatch: (batch) => {
        for (const text of describeFaults(batch, source)) reporter.notify({ kind: "warning", text });
        if (!follow || !batch.mark.atEnd) return;
        const again = `caught up at ${clock(host.now())}, asking again in ${seconds(batch.waitMs)}`;
        reporter.live(`${again} · ${count(tally.printed, "event")}`, true);
      },
    },
    tally,
  );
}
