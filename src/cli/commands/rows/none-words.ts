import type { FailedBatch } from "../../../engine/rows/failed-batch.ts";
import { FlowrunError } from "../../../errors.ts";
import { renderCount } from "../../../render/text/numbers.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import type { NoneTold } from "../../../runs/rows/why-none.ts";

/** The failure where a batch has no record that can be shown, and the command that would bring one. Pure. */
export function noneFailure(
  { facts, packed }: Pick<FailedBatch, "facts" | "packed">,
  why: Exclude<NoneTold, "noneFailed">,
  line: string,
): FlowrunError {
  const batch = `batch ${safeText(facts.id)}`;
  const counted = countedWords(facts);
  switch (why) {
    case "diagnosticsOff":
      return new FlowrunError("notFound", `which records of ${batch} were rejected is not known`, {
        why: `${counted}, but error diagnostics were off (INGEST-1211-400), so that none was kept`,
        hint: "switch them on for the next run: Experience Platform → Sources → Dataflows → the dataflow → Update dataflow → Dataflow detail → Error diagnostics",
      });
    case "expired":
      return new FlowrunError("notFound", `the rejected records of ${batch} are not kept any more`, {
        why: `${counted}; it ended ${endOf(facts.endedAt)}, and Adobe keeps them for 30 days`,
        hint: `fetch those of later runs in time: flowrun rows <run id> --download failed-rows`,
      });
    case "packed":
      return new FlowrunError("notFound", `the rejected records of ${batch} cannot be printed`, {
        why: `they are in ${packed.length === 1 ? "a file that holds" : `${renderCount(packed.length)} files that hold`} no text, such as Parquet: ${safeText(packed[0]?.name ?? "")}`,
        hint: `fetch ${packed.length === 1 ? "it" : "them"}: ${line} --download failed-rows`,
      });
    case "missing":
      return new FlowrunError("notFound", `Data Access has no rejected record of ${batch}`, {
        why: `${counted}, as Catalog counts; there is no file of them`,
        hint: "they may come some minutes after the run: try again; else look at it in Experience Platform → Sources → Dataflows",
      });
  }
}

function countedWords({ failed, input }: FailedBatch["facts"]): string {
  if (failed === null) return "records of it were rejected";
  const of = input === null ? "" : ` of ${renderCount(input)}`;
  return `${renderCount(failed)}${of} ${failed === 1 && input === null ? "record was" : "records were"} rejected`;
}

function endOf(at: number | null): string {
  return at === null ? "long ago" : `on ${new Date(at).toISOString().slice(0, 10)}`;
}

/** The same beside records of other batches. Pure. */
export function noneWarning({ message, why, hint }: FlowrunError): string {
  return [message, [why, hint].filter((part) => part !== null).join("; ")].join(": ");
}

/** The sentence about a batch that rejected no record. Pure. */
export function noneRejected({ facts }: Pick<FailedBatch, "facts">): string {
  const [error] = facts.errors;
  const whole = facts.status === "failed" || error !== undefined;
  const code = error?.code == null ? "" : ` (${safeText(error.code)})`;
  const batch = `batch ${safeText(facts.id)}`;
  return whole ? `${batch} failed as a whole${code}, and rejected no single record` : `${batch} rejected no record`;
}
