import { type JsonObject, objectOf, objectsOf, wordOf } from "../../json.ts";
import { mainError, rootCause } from "../causes/root-cause.ts";
import { readBatchIds } from "./batch-ids.ts";
import { readConnections } from "./connections.ts";
import { joinKey, shortKey } from "./event-key.ts";
import type { Activity, FlowRun } from "../record/flow-run.ts";
import { durationOf, fillWork, type Work, readWork, readTime } from "./work.ts";
import {
  activityErrors,
  type ErrorReport,
  openRoom,
  readErrorReport,
  type Room,
  runErrors,
} from "../causes/run-errors.ts";
import { readPredecessors } from "./predecessors.ts";
import { readService } from "./service.ts";
import { findStatus } from "../record/status.ts";
import { statusToldBy } from "./event-selection.ts";
import { timeText } from "../../text/time-text.ts";
import type { Unwrapped } from "./unwrap.ts";

/** A body that has turned out to be a flow run. */
export interface RunBody {
  readonly runId: string;
  readonly flowId: string;
  readonly body: JsonObject;
}

/** The flow-run record of a run as delivered, with what its envelopes told of it, and where it is from. Pure. */
export function readRun(
  { runId, flowId, body }: RunBody,
  around: Omit<Unwrapped, "content">,
  position: string,
  { profile, via }: Pick<FlowRun, "profile" | "via">,
): FlowRun {
  const metrics = objectOf(body["metrics"]);
  // Adobe's own specification misspells the field.
  const steps = objectsOf(body["activities"] ?? body["activites"]);
  const activities = steps.map(readStep);
  const status = readStatus(objectOf(metrics["statusSummary"]), around.eventCode);
  const work = fillWork(
    readWork(metrics),
    activities.map((activity) => activity.work),
    status === "inProgress",
  );
  const room = openRoom();
  const errors = runErrors(
    readErrorReport(metrics, null),
    activities.map((activity) => activity.report),
    room,
  );
  const targets = readConnections(steps, "targetInfo");
  const main = mainError({ status, errors });
  const updatedAt = timeText(readTime(body["updatedAt"]));
  return {
    type: "flowrun.run",
    schemaVersion: 1,
    position,
    eventId: around.eventId,
    eventCode: around.eventCode,
    runId,
    flowId,
    flowName: wordOf(body["flowName"]),
    status,
    sandbox: { id: wordOf(body["sandboxId"]), name: wordOf(body["sandboxName"]) },
    imsOrgId: around.imsOrgId,
    createdAt: timeText(readTime(body["createdAt"])),
    updatedAt,
    ...timed(work),
    errors,
    rootCause: main === null ? null : rootCause(main),
    activities: activities.map((step) => activityOf(step, room)),
    sources: readConnections(steps, "sourceInfo"),
    targets,
    batchIds: readBatchIds(metrics, steps, targets),
    providerRefId: wordOf(body["providerRefId"]),
    service: readService(around.eventCode, steps),
    key: around.key ?? keyOf(runId, status, updatedAt),
    profile,
    via,
    // One run by itself does not tell.
    new: null,
    predecessors: readPredecessors(body),
  };
}

/**
 * How a run or an activity ended: what its `statusSummary` says, the known ones in any case, others as delivered; only
 * where that says nothing does the event's code decide; else `unknown`.
 */
function readStatus(statusSummary: JsonObject, eventCode: string | null): string {
  const told = wordOf(statusSummary["status"]);
  if (told === null) return statusToldBy(eventCode) ?? "unknown";
  return findStatus(told) ?? told;
}

/** For an event without an id: a run changes its status or its time with each notification. */
function keyOf(runId: string, status: string, updatedAt: string | null): string {
  return shortKey(joinKey(runId, status, updatedAt ?? ""));
}

/** An activity as delivered and what has been read of it. */
interface Step {
  readonly body: JsonObject;
  readonly work: Work;
  readonly report: ErrorReport;
}

function readStep(body: JsonObject): Step {
  return { body, work: readWork(body), report: readErrorReport(body, wordOf(body["id"])) };
}

function activityOf({ body, work, report }: Step, room: Room): Activity {
  const id = wordOf(body["id"]);
  const name = wordOf(body["name"]);
  return {
    id,
    name,
    kind: kindOf(id, name),
    status: readStatus(objectOf(body["statusSummary"]), null),
    ...timed(work),
    errors: activityErrors(report, room),
  };
}

/** Work as the record has them. */
function timed(work: Work): Pick<Activity, "startedAt" | "completedAt" | "durationMs" | "records" | "bytes" | "files"> {
  const { startedMs, completedMs, records, bytes, files } = work;
  return {
    startedAt: timeText(startedMs),
    completedAt: timeText(completedMs),
    durationMs: durationOf(work),
    records,
    bytes,
    files,
  };
}

/** The ids of the two kinds of activity a source has, of 2020 and of today, as AEP's notifications have them. */
const kinds = new Map<string, "copy" | "promotion">([
  ["copyActivity", "copy"],
  ["4f008a00-3a04-11eb-adc1-0242ac120002", "copy"],
  ["promotionActivity", "promotion"],
  ["37b34f84-1ada-11eb-adc1-0242ac120002", "promotion"],
]);

/** By id first: a name contains the connector's (`SFTP Copy Activity`). */
function kindOf(id: string | null, name: string | null): "copy" | "promotion" | null {
  const known = id === null ? undefined : kinds.get(id);
  if (known !== undefined || name === null) return known ?? null;
  const words = name.trim().toLowerCase();
  if (words.endsWith("copy activity")) return "copy";
  return words.includes("promotion") ? "promotion" : null;
}
