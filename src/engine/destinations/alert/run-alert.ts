import { renderCount } from "../../../render/text/numbers.ts";
import { quoteForShell } from "../../../render/text/shell-word.ts";
import { explain } from "../../../runs/catalogue/catalogue.ts";
import { unnamed } from "../../../runs/causes/causes-in-text.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { shortRunId } from "../../../runs/record/run-id.ts";
import { flowOf, sandboxOf } from "./flow-words.ts";
import { bounded, whenIn, timesOf, type AlertText, type Fact } from "./form.ts";

/** Runs of a flow that failed with the same status by the same cause are one alert; `null` for one without trouble. Pure. */
export function likenessOfRun(run: FlowRun): string | null {
  const { flowId, sandbox, status, rootCause } = run;
  if (!isFailedRun(run)) return null;
  return JSON.stringify([flowId, sandbox.id ?? sandbox.name, status, rootCause?.code ?? null]);
}

/** The alert of a run, or of several that failed alike. Pure. */
export function runAlert(runs: readonly FlowRun[], profile: string): AlertText {
  const run = runs.reduce((newest, other) => (timeOf(other) > timeOf(newest) ? other : newest));
  const isFailure = isFailedRun(run);
  const explained = isFailure ? meaningOf(run) : null;
  const id = /^[\da-f]{8}-/i.test(run.runId) ? run.runId.slice(0, shortRunId) : run.runId;
  return {
    isFailure,
    title: titleOf(runs, run),
    facts: isFailure ? failureFacts(runs, run) : [],
    meaning: explained?.meaning ?? null,
    remedy: explained?.remedy ?? null,
    command: bounded(`flowrun show ${quoteForShell(id)} --profile ${quoteForShell(profile)}`, 400),
    line: lineOf(runs, run),
  };
}

/** Whether it has anything to explain. */
function isFailedRun({ status, rootCause }: FlowRun): boolean {
  return rootCause !== null || status.toLowerCase() === "failed";
}

function timeOf({ updatedAt }: FlowRun): string {
  return updatedAt ?? "";
}

function titleOf(runs: readonly FlowRun[], run: FlowRun): string {
  return `${flowOf(run)} ${run.status === "failed" ? "failed" : `ended as ${bounded(run.status, 40)}`}${timesOf(runs)}`;
}

function lineOf(runs: readonly FlowRun[], run: FlowRun): string {
  const { status, rootCause, records } = run;
  const what = isFailedRun(run)
    ? `${titleOf(runs, run)}${rootCause === null ? "" : `: ${bounded(causeOf(rootCause), 100)}`}`
    : `${flowOf(run)}: ${bounded(status, 40)}`;
  const written = isFailedRun(run) || records.output === null ? [] : [`${renderCount(records.output)} records written`];
  return [what, ...written, ...sandboxOf(run).map((name) => `sandbox ${name}`), ...whenOf(runs)].join(", ");
}

/** A cause that is told without a code has only words. */
function causeOf({ code, message }: NonNullable<FlowRun["rootCause"]>): string {
  return code === unnamed && message !== null ? message : code;
}

function failureFacts(runs: readonly FlowRun[], run: FlowRun): readonly Fact[] {
  const { status, rootCause, records, new: isNew } = run;
  const cause = rootCause === null ? "none is told" : wholeCauseOf(rootCause);
  const failed = runs.length === 1 && records.failed !== null && records.failed > 0 ? records.failed : null;
  return [
    { name: "Status", value: bounded(status, 40) + (runs.length === 1 ? "" : `, ${renderCount(runs.length)} runs`) },
    { name: "Root cause", value: bounded(cause, 500) + (isNew === true ? " (new for this flow)" : "") },
    ...(failed === null ? [] : [{ name: "Records failed", value: renderCount(failed) }]),
    ...sandboxOf(run).map((value) => ({ name: "Sandbox", value })),
    ...whenOf(runs).map((value) => ({ name: "When", value })),
  ];
}

function wholeCauseOf({ code, message }: NonNullable<FlowRun["rootCause"]>): string {
  const parts = [code === unnamed && message !== null ? null : code, message];
  return parts.filter((part) => part !== null && part.trim() !== "").join(": ");
}

/** Of a code that several families have, the first, which is the likeliest, as `explain` lists them. */
function meaningOf({ rootCause }: FlowRun): Pick<AlertText, "meaning" | "remedy"> | null {
  const entries = rootCause === null || rootCause.code === unnamed ? [] : explain(rootCause.code);
  const [entry] = entries;
  if (entry === undefined) return null;
  const among = entries.length === 1 ? "" : `(${entry.title}) `;
  return { meaning: bounded(among + entry.meaning, 1000), remedy: bounded(entry.remedy, 1500) };
}

function whenOf(runs: readonly FlowRun[]): readonly string[] {
  return whenIn(runs.map(({ updatedAt }) => updatedAt));
}
