import { unnamed } from "./causes-in-text.ts";
import type { RunCause } from "../record/flow-run.ts";
import { rankOf } from "../catalogue/ranks.ts";

/** Of what stands beside each other a name weighs most, then words without a code, then a summary; then the records. Pure. */
export function weightOf(
  { count }: { readonly count: number | null },
  { code, kind }: Pick<RunCause, "code" | "kind">,
): number {
  const rank = kind === "summary" ? 0 : code === unnamed ? 1 : 2;
  return rank * 2 ** 51 + Math.min(count ?? 0, 2 ** 50);
}

/** An HTTP status says no more than that something failed, unless the catalogue has such a number for something else. Pure. */
export function kindOf(code: string): RunCause["kind"] {
  const rank = rankOf(code);
  return rank === "summary" || (rank === null && /^[1-5]\d\d$/.test(code)) ? "summary" : "cause";
}
