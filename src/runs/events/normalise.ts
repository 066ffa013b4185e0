import { type JsonObject, objectOf, wordOf } from "../../json.ts";
import { isDeeperThan } from "./depth.ts";
import { type EventSelection, statusToldBy, wants, wantsService } from "./event-selection.ts";
import type { FlowRun, Via } from "../record/flow-run.ts";
import { readRun } from "./read-run.ts";
import { unwrap, type Unwrapped } from "./unwrap.ts";

/** The flow runs of one event, and why it lacks some. */
export interface Verdict {
  /** Its flow runs, each with a key that is the same whenever the event is delivered again. */
  readonly runs: readonly { readonly key: string; readonly run: FlowRun }[];
  /** Why something that should be a flow run is none: the end of a sentence about the event, without text from it. */
  readonly rejects: readonly string[];
  /** Why the runs come without the event as delivered although it was asked for, said likewise. */
  readonly withoutRaw?: string;
}

/** Which events are wanted, whether with the event as delivered, whose journal they are from, and how they came. */
export interface Normalising {
  readonly events: EventSelection;
  readonly raw: boolean;
  /** Left out where they are from no profile's journal. */
  readonly profile?: string | null;
  /** Left out where nobody tells. */
  readonly via?: Via | null;
}

/**
 * Reads the flow runs out of an event as delivered. Alerts, ingestion events, other events and those that nobody asked
 * for are simply not runs; what should be a run but cannot be read is a reject. Of an event that is nested too deeply
 * to be told as delivered `raw` is `null`. Never throws. Pure.
 */
export function normalise(
  position: string,
  event: unknown,
  { events, raw, profile = null, via = null }: Normalising,
): Verdict {
  const runs: { readonly key: string; readonly run: FlowRun }[] = [];
  const rejects: string[] = [];
  const withoutRaw = raw && isDeeperThan(event, deepestRaw) ? `it is nested more than ${deepestRaw} levels deep` : null;
  const delivered = withoutRaw === null ? event : null;
  for (const found of unwrap(event)) {
    if (!wants(events, found.eventCode)) continue;
    const reading = read(found, events);
    if (reading.kind === "reject") rejects.push(reading.reason);
    if (reading.kind !== "run") continue;
    const run = readRun(reading, found, position, { profile, via });
    if (!wantsService(events, found.eventCode, run.service)) continue;
    runs.push({ key: run.key, run: raw ? { ...run, raw: delivered } : run });
  }
  return { runs, rejects, ...(withoutRaw === null ? {} : { withoutRaw }) };
}

/**
 * No known event has more than twenty. Readers of JSON take from 512 (PHP) to a few thousand, and writers that call
 * themselves for each level, JSON.stringify among them, run out of stack beyond.
 */
const deepestRaw = 500;

/** A body that is a flow run, something else, or a flow run that cannot be read. */
type Reading =
  | { readonly kind: "run"; readonly runId: string; readonly flowId: string; readonly body: JsonObject }
  | { readonly kind: "other" }
  | { readonly kind: "reject"; readonly reason: string };

function read({ eventCode, content }: Unwrapped, events: EventSelection): Reading {
  if ("unreadable" in content) {
    if (eventCode !== null && events.codes.has(eventCode)) {
      return reject(`its code promises a flow run, but it ${content.unreadable}`);
    }
    // Whether it holds a flow run nobody can tell, so somebody must look.
    return content.unseen === true ? reject(`it ${content.unreadable}`) : other;
  }
  const { body } = content;
  if (isAlert(body)) return other;
  const runId = wordOf(body["id"]);
  const flowId = wordOf(body["flowId"]);
  const isPromised = statusToldBy(eventCode) !== null;
  if (!isRunShaped(body) && !(isPromised && flowId !== null)) {
    return isPromised ? reject("its code tells how a flow run ended, but it holds none") : other;
  }
  if (runId === null) return reject("its flow run has no id");
  return flowId === null ? reject("its flow run has no flow id") : { kind: "run", runId, flowId, body };
}

/** Only a flow run has a status summary in its metrics; only runs and alerts have a flow id. */
function isRunShaped({ flowId, metrics, activities }: JsonObject): boolean {
  if (objectOf(metrics)["statusSummary"] !== undefined) return true;
  return flowId !== undefined && (metrics !== undefined || activities !== undefined);
}

/** A threshold that was crossed (`FIRING`) or is kept again (`INACTIVE`). */
function isAlert({ status, metrics }: JsonObject): boolean {
  return metrics === undefined && (status === "FIRING" || status === "INACTIVE");
}

const other: Reading = { kind: "other" };

function reject(reason: string): Reading {
  return { kind: "reject", reason };
}
