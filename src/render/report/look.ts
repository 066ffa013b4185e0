import type { Catalogue } from "../../runs/catalogue/catalogue.ts";
import type { FailureSample, FlowLabel, RunOutcome } from "../../runs/report/report.ts";
import { quoteForShell } from "../text/shell-word.ts";
import { oneLine } from "./html.ts";
import { renderCount, renderDuration, roundCount } from "../text/numbers.ts";
import type { ReportTimes } from "./told-times.ts";

/** How a report is to look. */
export interface ReportLook {
  readonly title: string;
  readonly times: ReportTimes;
  readonly catalogue: Catalogue;
  /** Of flowrun, which made it. */
  readonly version: string;
  /** True where names and ids are hashed: then nothing is told that somebody could type. */
  readonly isRedacted: boolean;
  /** So often a browser looks again, in ms; `null` where it does not. */
  readonly refreshMs: number | null;
  /** Why it is not as new as it should be; `null` where it is. */
  readonly stale: string | null;
}

/** Each outcome as a legend tells it. */
export const outcomeWords: Readonly<Record<RunOutcome, string>> = {
  success: "succeeded",
  partialSuccess: "in part",
  other: "other",
  failed: "failed",
  absent: "expected, absent",
};

/** `167 runs`, `1 run`. Pure. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${renderCount(count)} ${count === 1 ? one : many}`;
}

/** A flow as it is called: its name, or else its id. Pure. */
export function nameOfFlow({ name, id }: FlowLabel): string {
  return name ?? id;
}

/** Where a flow is: `prod`, `acme, prod`; empty where nobody says. Pure. */
export function placeOfFlow({ sandbox, profile }: FlowLabel): string {
  return [profile, sandbox].filter((word) => word !== null).join(", ");
}

/** A flow by its name and where it is: `Web orders (prod)`. Pure. */
export function calledWhere(flow: FlowLabel): string {
  const place = placeOfFlow(flow);
  return place === "" ? nameOfFlow(flow) : `${nameOfFlow(flow)} (${place})`;
}

/** The command that shows a run, as it is typed. Pure. */
export function showCommand({ runId, profile }: Pick<FailureSample, "runId" | "profile">): string {
  const whose = profile === null || profile === "default" ? "" : ` --profile ${quoteForShell(oneLine(profile, 100))}`;
  return `flowrun show ${quoteForShell(oneLine(runId, 100))}${whose}`;
}

/** A length of time, or nothing. Pure. */
export function lengthTold(ms: number | null): string {
  return ms === null ? "" : renderDuration(ms);
}

/** A large count in few digits, or nothing. Pure. */
export function amountTold(count: number | null): string {
  return count === null ? "" : roundCount(renderCount(count));
}

/** A count, or nothing where there is nothing to see. Pure. */
export function countOrNone(count: number | null): string {
  return count === null || count === 0 ? "" : renderCount(count);
}

/** Words on a root cause: what it means, what to do, and where that is documented. */
export interface CauseWords {
  readonly meaning: string | null;
  readonly remedy: string | null;
  readonly source: { readonly title: string; readonly link: string } | null;
}

/** The words of the catalogue on a code; of one that it does not have, what its form says. Pure. */
export function causeWords(code: string | null, catalogue: Catalogue): readonly CauseWords[] {
  if (code === null) return [];
  const entries = catalogue.explain(code).slice(0, mostMeanings);
  if (entries.length > 0) {
    const isOne = entries.length === 1;
    return entries.map(({ title, meaning, remedy, source, link }) => ({
      meaning: isOne ? meaning : `${title}: ${meaning}`,
      remedy,
      source: sourceOf(source, link),
    }));
  }
  const [family] = catalogue.aboutForm(code);
  return family === undefined
    ? []
    : [{ meaning: family.meaning, remedy: null, source: sourceOf(family.title, family.link) }];
}

/** A bare number may be a code of several families. */
const mostMeanings = 2;

/** A link that no page should have is none. */
function sourceOf(title: string, link: string | null): CauseWords["source"] {
  return link?.startsWith("https://") === true ? { title, link } : null;
}
