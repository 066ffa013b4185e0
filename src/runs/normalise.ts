import type { Activity, FlowRun } from "./flow-run.ts";
import { type EventSelection, statusToldBy, wants } from "./event-selection.ts";
import { type Fields, fieldsOf, isFields, listOf, textOf } from "./fields.ts";
import { type Measures, durationOf, fillMeasures, readMeasures, readTime, timeText } from "./measures.ts";
import { type ErrorReport, activityErrors, readErrorReport, runErrors } from "./run-errors.ts";
import { type Unwrapped, unwrap } from "./unwrap.ts";
import { isKnownCode } from "./catalogue.ts";
import { readBatchIds, readConnections } from "./connections.ts";
import { readStatus } from "./status.ts";
import { rootCause } from "./causes.ts";

/** What came of one event. */
export interface Verdict {
  /** Its flow runs, each with a key that is the same whenever the event is delivered again. */
  readonly runs: readonly { readonly key: string; readonly run: FlowRun }[];
  /** Why something that should be a flow run is not: a sentence each, without text from the event. */
  readonly rejects: readonly string[];
}

/**
 * Reads the flow runs out of an event as delivered. Alerts, ingestion events, other events and those that nobody asked
 * for are simply not runs; what should be a run but cannot be read is a reject. Never throws. Pure
 * (contract: cli.md, §4 and §5).
 */
export function normalise(
  position: string,
  event: unknown,
  options: { readonly events: EventSelection; readonly raw: boolean },
): Verdict {
  const runs: { key: string; run: FlowRun }[] = [];
  const rejects: string[] = [];
  for (const found of unwrap(event)) {
    if (!wants(options.events, found.eventCode)) continue;
    const reason = reasonAgainst(found, options.events);
  }
  return { runs, rejects };
}
