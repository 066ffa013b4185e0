import { FlowrunError } from "../errors.ts";
import { explain, type CatalogueEntry } from "../runs/catalogue/catalogue.ts";
import { nameOf } from "./words.ts";

/**
 * The meanings of an error code, in any case: one entry for each family that has it, none if it is unknown.
 * @throws FlowrunError `usage` for what is no text. Pure.
 */
export function explainCode(code: string): readonly CatalogueEntry[] {
  // A caller in JavaScript has no compiler to tell it.
  const given: unknown = code;
  if (typeof given === "string") return explain(given);
  throw new FlowrunError("usage", "explain takes an error code, as a text", {
    why: `it was given ${nameOf(given)}; a run that did not fail has no code`,
    hint: "ask only where there is one: if (run.rootCause !== null) explain(run.rootCause.code)",
  });
}
