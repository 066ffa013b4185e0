import { renderCount, renderDuration } from "../../../render/text/numbers.ts";
import { quoteForShell } from "../../../render/text/shell-word.ts";
import type { AbsentRecord } from "../../../runs/cadence/flow-record.ts";
import { flowOf, sandboxOf } from "./flow-words.ts";
import { clockOf, bounded, type AlertText } from "./form.ts";

/** The alert of a flow that does not run, or runs again. Pure. */
export function absenceAlert(record: AbsentRecord, profile: string): AlertText {
  const { flowId, state, paceMs, nextExpectedAt, missing, silentSince } = record;
  const isFailure = state === "late" || state === "absent";
  const title = isFailure ? `${flowOf(record)} has not run (${state})` : `${flowOf(record)} runs again`;
  const since = silentSince === null ? [] : [`${clockOf(silentSince)} UTC`];
  const expected = nextExpectedAt === null ? [] : [`${clockOf(nextExpectedAt)} UTC`];
  const usual = paceMs === null ? [] : [renderDuration(paceMs)];
  const silence = silenceOf(record);
  return {
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
    command: bounded(
      `flowrun flows --flow ${quoteForShell(bounded(flowId, 200))} --profile ${quoteForShell(profile)}`,
      400,
    ),
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
