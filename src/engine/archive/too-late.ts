import { FlowrunError } from "../../errors.ts";

/** A question to a transaction that has ended: answered by itself, it would be saved by itself. */
export function tooLate(): FlowrunError {
  return new FlowrunError("bug", "the archive was asked for a transaction that has ended", {
    why: "its work went on without being waited for",
    hint: "wait for each question before the work ends",
  });
}
