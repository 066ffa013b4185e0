import type { FlowRun } from "../runs/record/flow-run.ts";
import { compileWhere } from "../runs/filter/where.ts";
import { timeWordsInUtc } from "./words.ts";

/**
 * A condition over the record's fields, as `--where` takes it: `status == "failed" && records.failed > 100`. Nothing of it
 * is run as code, and it takes time that grows with a text's length only.
 * @throws FlowrunError `usage` that points at a wrong field, value or sign. Pure.
 */
export function where(expression: string): (run: FlowRun) => boolean {
  return compileWhere(expression, timeWordsInUtc);
}
