import { FlowrunError, reasonOf } from "../../../errors.ts";
import { failed, type Check, type Finding } from "./finding.ts";

/** A piece of work's value or its failure, which is a value here, since the doctor goes on. */
export type Tried<T> = { readonly value: T } | { readonly error: FlowrunError };

/** Any failure at all: what damaged files and strange answers do to a check must not end the others. @throws the order to stop. */
export async function tryTo<T>(work: () => T | Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof FlowrunError)) return { error: unexpected(error) };
    if (error.kind === "aborted") throw error;
    return { error };
  }
}

/** The findings of a check, or that it failed. @throws the order to stop. */
export async function survive(
  check: Check,
  look: () => Finding | Promise<Finding> | Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const outcome = await tryTo(async () => [await look()].flat());
  return "error" in outcome ? [failed(check, outcome.error)] : outcome.value;
}

function unexpected(error: unknown): FlowrunError {
  return new FlowrunError("bug", "flowrun hit a bug in this check", {
    why: reasonOf(error),
    hint: "please report this line; the other checks go on",
    cause: error,
  });
}
