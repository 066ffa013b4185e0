import type { FailureSample, Report, ReportedCause } from "../../runs/report/report.ts";
import { isToldBelow } from "../sheets/error-tree.ts";
import { renderCount } from "../text/numbers.ts";
import { oneLine } from "./html.ts";
import { counted } from "./look.ts";
import type { ReportTimes } from "./told-times.ts";

/** The title above the causes of runs that did not fail as a whole. */
export const partTitle = "Why others succeeded only in part";

/** As many flows as a line holds. */
const mostNamed = 5;

/** The code as it is shown; those for which there were too many share an entry. Pure. */
export function causeCode({ code }: ReportedCause): string {
  return code === null ? "all others" : oneLine(code, 120);
}

/** The flows that it touched. Pure. */
export function flowsTold({ flows }: ReportedCause): readonly string[] {
  const names = flows.slice(0, mostNamed).map(({ id, name }) => oneLine(name ?? id, 60));
  const more = flows.length - names.length;
  return [...names, ...(more > 0 ? [`${renderCount(more)} more`] : [])];
}

/** The chain of a failure, in which nothing is said twice. Pure. */
export function chainTold({ chain }: FailureSample): FailureSample["chain"] {
  return chain.map((step, at) => (isToldBelow(step, chain.slice(at + 1)) ? { ...step, message: null } : step));
}

/** When it came first and last. Pure. */
export function causeWhen({ firstSeen, lastSeen }: ReportedCause, times: ReportTimes): string {
  const [first, last] = [Date.parse(firstSeen), Date.parse(lastSeen)];
  return first === last ? times.moment(first) : `${times.moment(first)} to ${times.moment(last)}`;
}

/** Failures that have no entry of their own. Pure. */
export function causeNotes({ causesLeftOut, failedUntold }: Report): readonly string[] {
  return [
    ...(causesLeftOut > 0 ? [`${counted(causesLeftOut, "further root cause")} came less often than these.`] : []),
    ...(failedUntold > 0 ? [`${counted(failedUntold, "run")} failed and told no error.`] : []),
  ];
}
