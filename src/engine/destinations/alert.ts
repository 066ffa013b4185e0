import { renderCount } from "../../render/text/numbers.ts";
import { safeText } from "../../render/text/safe-text.ts";
import { quoteForShell } from "../../render/text/shell-word.ts";
import { explain } from "../../runs/catalogue/catalogue.ts";
import { unnamed } from "../../runs/causes/causes-in-text.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { shortRunId } from "../../runs/record/run-id.ts";

/** A message to people in a chat about a run, or of several that failed alike. All texts are one line each, and bounded. */
export interface Alert {
  /** Which runs of the batch it tells of, by their places in it, in order. */
  readonly places: readonly number[];
  /** False for a run that has nothing to explain: its `line` is all there is. */
  readonly isFailure: boolean;
  /** `Orders to Profile failed`, `Orders to Profile failed 3 times`. */
  readonly title: string;
  readonly facts: readonly Fact[];
  /** The root cause in plain words, where the catalogue knows it. */
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
 * The alerts of a batch, in the order of its runs: those that failed in the same flow, with the same status, by the same
 * root cause are one alert, in the place of the first of them. Pure.
 * @param profile whose runs they are.
 */
export function alertsOf(runs: readonly FlowRun[], profile: string): readonly Alert[] {
  const groups = new Map<string, Placed[]>();
  for (const [place, run] of runs.entries()) {
    const key = isFailed(run) ? likenessOf(run) : `${place}`;
    const others = groups.get(key);
    if (others === undefined) groups.set(key, [{ place, run }]);
    else others.push({ place, run });
  }
  return [...groups.values()].map((group) => alertOf(group, profile));
}

interface Placed {
  readonly place: number;
  readonly run: FlowRun;
}

function isFailed({ status, rootCause }: FlowRun): boolean {
  return rootCause !== null || status.toLowerCase() === "failed";
}

function likenessOf({ flowId, sandbox, status, rootCause }: FlowRun): string {
  return JSON.stringify([flowId, sandbox.id ?? sandbox.name, status, rootCause?.code ?? null]);
}

function alertOf(group: readonly Placed[], profile: string): Alert {
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

function timeOf({ updatedAt }: FlowRun): string {
  return updatedAt ?? "";
}

function titleOf({ length }: readonly Placed[], run: FlowRun): string {
  const times = length === 1 ? "" : ` ${renderCount(length)} times`;
  return `${flowOf(run)} ${run.status === "failed" ? "failed" : `ended as ${fit(run.status, 40)}`}${times}`;
}

function flowOf({ flowName, flowId }: FlowRun): string {
  return fit(flowName ?? `flow ${flowId}`, 100);
}

function lineOf(group: readonly Placed[], run: FlowRun): string {
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

function failureFacts(group: readonly Placed[], run: FlowRun): readonly Fact[] {
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

function sandboxOf({ sandbox: { name, id } }: FlowRun): readonly string[] {
  const told = name ?? id;
  return told === null ? [] : [fit(told, 100)];
}

/** The time of the newest, or from when to when they came. */
function whenOf(group: readonly Placed[]): readonly string[] {
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
