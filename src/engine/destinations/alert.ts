import { renderCount, renderDuration } from "../../render/text/numbers.ts";
import { safeText } from "../../render/text/safe-text.ts";
import { quoteForShell } from "../../render/text/shell-word.ts";
import { explain } from "../../runs/catalogue/catalogue.ts";
import { unnamed } from "../../runs/causes/causes-in-text.ts";
import type { AbsentRecord } from "../../runs/cadence/flow-record.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { shortRunId } from "../../runs/record/run-id.ts";
import type { DeliveredRecord } from "./destination.ts";

/**
 * A message to people in a chat about a run, or several that failed alike, or about a flow that does not run. All texts are
 * one line each, and bounded.
 */
export interface Alert {
  /** Which records of the batch it tells of, by their places in it, in order. */
  readonly places: readonly number[];
  /** False for what has nothing to explain: its `line` is all there is. */
  readonly isFailure: boolean;
  /** `Orders to Profile failed`, `Orders to Profile failed 3 times`. */
  readonly title: string;
  readonly facts: readonly Fact[];
  /** Its meaning in plain words, where that is known. */
  readonly meaning: string | null;
  readonly remedy: string | null;
  /** Shows more of it: `flowrun show 3f2a9c01 --profile prod`. */
  readonly command: string;
  /** All of it in one line, for a notification: `Orders to Profile failed: CONNECTOR-1001, sandbox prod, 2026-…`. */
  readonly line: string;
}

/** A fact of an alert, by its name: `Status`, `Root cause`. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/**
 * The alerts of a batch, in the order of its records: runs that failed in the same flow, with the same status, by the same
 * root cause are one alert, in the place of the first of them. Pure.
 * @param profile whose they are.
 */
export function alertsOf(records: readonly DeliveredRecord[], profile: string): readonly Alert[] {
  const groups = new Map<string, Placed[]>();
  for (const [place, record] of records.entries()) {
    const key = record.type === "flowrun.run" && isFailed(record) ? likenessOf(record) : `${place}`;
    const others = groups.get(key);
    if (others === undefined) groups.set(key, [{ place, record }]);
    else others.push({ place, record });
  }
  return [...groups.values()].flatMap((group) => {
    const runs = group.flatMap(({ place, record }) => (record.type === "flowrun.run" ? [{ place, run: record }] : []));
    const absences = group.flatMap(({ place, record }) =>
      record.type === "flowrun.absent" ? [absenceAlert(place, record, profile)] : [],
    );
    return runs.length === 0 ? absences : [alertOf(runs, profile)];
  });
}

interface Placed {
  readonly place: number;
  readonly record: DeliveredRecord;
}

/** A run, and its place in the batch. */
interface PlacedRun {
  readonly place: number;
  readonly run: FlowRun;
}

function isFailed({ status, rootCause }: FlowRun): boolean {
  return rootCause !== null || status.toLowerCase() === "failed";
}

function likenessOf({ flowId, sandbox, status, rootCause }: FlowRun): string {
  return JSON.stringify([flowId, sandbox.id ?? sandbox.name, status, rootCause?.code ?? null]);
}

function alertOf(group: readonly PlacedRun[], profile: string): Alert {
  const { run } = group.reduce((newest, other) => (timeOf(other.run) > timeOf(newest.run) ? other : newest));
  const isFailure = isFailed(run);
  const explained = isFailure ? meaningOf(run) : null;
  const id = /^[\da-f]{8}-/i.test(run.runId) ? run.runId.slice(0, shortRunId) : run.runId;
  return {
    places: group.map(({ place }) => place),
    isFailure,
    title: titleOf(group, run),
    facts: isFailure ? failureFacts(group, run) : [],
    meaning: explained?.meaning ?? null,
    remedy: explained?.remedy ?? null,
    command: fit(`flowrun show ${quoteForShell(id)} --profile ${quoteForShell(profile)}`, 400),
    line: lineOf(group, run),
  };
}

/** Of a flow that does not run, or runs again. */
function absenceAlert(place: number, record: AbsentRecord, profile: string): Alert {
  const { flowId, state, paceMs, nextExpectedAt, missing, silentSince } = record;
  const isFailure = state === "late" || state === "absent";
  const title = isFailure ? `${flowOf(record)} has not run (${state})` : `${flowOf(record)} runs again`;
  const since = silentSince === null ? [] : [`${clockOf(silentSince)} UTC`];
  const expected = nextExpectedAt === null ? [] : [`${clockOf(nextExpectedAt)} UTC`];
  const usual = paceMs === null ? [] : [renderDuration(paceMs)];
  const silence = silenceOf(record);
  return {
    places: [place],
    isFailure,
    title,
    facts: [
      { name: "State", value: state },
      ...since.map((value) => ({ name: "Silent since", value })),
      ...usual.map((value) => ({ name: "Usually every", value })),
      ...expected.map((value) => ({ name: "Was expected", value })),
      ...(missing === null ? [] : [{ name: "Runs missing", value: renderCount(missing) }]),
      ...sandboxOf(record).map((value) => ({ name: "Sandbox", value })),
    ],
    meaning: isFailure ? "No run of it was told of since: it did not start, or its notification was lost." : null,
    remedy: isFailure ? "Look at the flow in Platform: whether it is enabled, its schedule, and its last run." : null,
    command: fit(`flowrun flows --flow ${quoteForShell(fit(flowId, 200))} --profile ${quoteForShell(profile)}`, 400),
    line: [
      isFailure || silence === null ? title : `${title}, after ${renderDuration(silence)} of silence`,
      ...(isFailure ? since.map((time) => `silent since ${time}`) : []),
      ...(isFailure ? usual.map((pace) => `usually every ${pace}`) : []),
      ...sandboxOf(record).map((name) => `sandbox ${name}`),
    ].join(", "),
  };
}

/** How long a flow was silent that runs again, in ms; `null` where nobody knows. */
function silenceOf({ silentSince, lastRunAt }: AbsentRecord): number | null {
  return silentSince === null || lastRunAt === null ? null : Date.parse(lastRunAt) - Date.parse(silentSince);
}

function timeOf({ updatedAt }: FlowRun): string {
  return updatedAt ?? "";
}

function titleOf({ length }: readonly PlacedRun[], run: FlowRun): string {
  const times = length === 1 ? "" : ` ${renderCount(length)} times`;
  return `${flowOf(run)} ${run.status === "failed" ? "failed" : `ended as ${fit(run.status, 40)}`}${times}`;
}

function flowOf({ flowName, flowId }: Pick<FlowRun, "flowName" | "flowId">): string {
  return fit(flowName ?? `flow ${flowId}`, 100);
}

function lineOf(group: readonly PlacedRun[], run: FlowRun): string {
  const { status, rootCause, records } = run;
  const what = isFailed(run)
    ? `${titleOf(group, run)}${rootCause === null ? "" : `: ${fit(causeOf(rootCause), 100)}`}`
    : `${flowOf(run)}: ${fit(status, 40)}`;
  const written = isFailed(run) || records.output === null ? [] : [`${renderCount(records.output)} records written`];
  return [what, ...written, ...sandboxOf(run).map((name) => `sandbox ${name}`), ...whenOf(group)].join(", ");
}

/** A cause that is told without a code has only words. */
function causeOf({ code, message }: NonNullable<FlowRun["rootCause"]>): string {
  return code === unnamed && message !== null ? message : code;
}

function failureFacts(group: readonly PlacedRun[], run: FlowRun): readonly Fact[] {
  const { status, rootCause, records, new: isNew } = run;
  const cause = rootCause === null ? "none is told" : wholeCauseOf(rootCause);
  const failed = group.length === 1 && records.failed !== null && records.failed > 0 ? records.failed : null;
  return [
    { name: "Status", value: fit(status, 40) + (group.length === 1 ? "" : `, ${renderCount(group.length)} runs`) },
    { name: "Root cause", value: fit(cause, 500) + (isNew === true ? " (new for this flow)" : "") },
    ...(failed === null ? [] : [{ name: "Records failed", value: renderCount(failed) }]),
    ...sandboxOf(run).map((value) => ({ name: "Sandbox", value })),
    ...whenOf(group).map((value) => ({ name: "When", value })),
  ];
}

function wholeCauseOf({ code, message }: NonNullable<FlowRun["rootCause"]>): string {
  const parts = [code === unnamed && message !== null ? null : code, message];
  return parts.filter((part) => part !== null && part.trim() !== "").join(": ");
}

/** Of a code that several families have, the first, which is the likeliest, as `explain` lists them. */
function meaningOf({ rootCause }: FlowRun): Pick<Alert, "meaning" | "remedy"> | null {
  const entries = rootCause === null || rootCause.code === unnamed ? [] : explain(rootCause.code);
  const [entry] = entries;
  if (entry === undefined) return null;
  const among = entries.length === 1 ? "" : `(${entry.title}) `;
  return { meaning: fit(among + entry.meaning, 1000), remedy: fit(entry.remedy, 1500) };
}

function sandboxOf({ sandbox: { name, id } }: Pick<FlowRun, "sandbox">): readonly string[] {
  const told = name ?? id;
  return told === null ? [] : [fit(told, 100)];
}

/** The time of the newest, or from when to when they came. */
function whenOf(group: readonly PlacedRun[]): readonly string[] {
  const times = [...new Set(group.flatMap(({ run }) => run.updatedAt ?? []))].sort();
  const [first, last] = [times[0], times.at(-1)].map((time) => (time === undefined ? null : clockOf(time)));
  if (first == null || last == null) return [];
  return [first === last ? `${last} UTC` : `${first} to ${last} UTC`];
}

/** `2026-11-22 12:00:00` */
function clockOf(time: string): string {
  return fit(time.slice(0, 19).replace("T", " "), 40);
}

/** In at most so many characters, on one line, and showing what cannot be seen; of a monstrous text only the beginning is looked at. */
function fit(text: string, most: number): string {
  const safe = safeText(text.slice(0, most + 1));
  return safe.length <= most ? safe : `${safe.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
