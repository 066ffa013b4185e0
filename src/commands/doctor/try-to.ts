import { FlowrunError } from "../../errors.ts";

/** What a piece of work came to: a failure that flowrun knows is a value here, since the doctor goes on. */
export type Outcome<T> = { readonly value: T } | { readonly error: FlowrunError };

/** @throws what is no `FlowrunError`, and the order to stop. */
export async function tryTo<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof FlowrunError && error.kind !== "aborted") return { error };
    throw error;
  }
}
