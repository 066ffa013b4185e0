import { FlowrunError } from "../errors.ts";
import type { FlowRun } from "../runs/record/flow-run.ts";
import { whereRuns } from "../runs/filter/where.ts";
import { nameOf, timeWordsInUtc } from "./words.ts";

/**
 * A condition over the record's fields, as `--where` takes it: `status == "failed" && records.failed > 100`. Nothing of it
 * is run as code, and it takes time that grows with a text's length only.
 * @throws FlowrunError `usage` that points at a wrong field, value or sign. Pure.
 */
export function where(expression: string): (run: FlowRun) => boolean {
  // A caller in JavaScript has no compiler to tell it.
  const given: unknown = expression;
  if (typeof given === "string") return whereRuns.filter(given, timeWordsInUtc, "where");
  throw new FlowrunError("usage", "where takes a condition, as a text", {
    why: `it was given ${nameOf(given)}`,
    hint: "where('status == \"failed\"')",
  });
}
