import type { Command } from "commander";
import { withFieldsApart, withFieldsTogether } from "./options/json-fields.ts";
import { isNegativeDuration } from "./options/negative-duration.ts";

/**
 * commander takes an operand like `-P1D` or `-2h` for an option, and has no way to say that it is none. So a token that
 * begins as a negative duration does goes through it with a real minus sign (U+2212), and loses that again before its
 * command sees it: a mistyped one (`-P1X`, `-3dd`) as well, so that it is refused as the time that it was meant as. No
 * option begins like that. `--json=…` has a trick of its own.
 */
export function shield(token: string): string {
  return isNegativeDuration(token) ? minus + token.slice(1) : withFieldsApart(token);
}

/** Gives a parsed command its operands and options as they were typed. */
export function unshield(command: Command): void {
  command.processedArgs = command.processedArgs.map(typed);
  for (const [name, value] of Object.entries(command.opts())) {
    const source = command.getOptionValueSource(name);
    if (source === "cli") command.setOptionValueWithSource(name, typed(value), source);
  }
}

/** A message as it would have been said of what was typed. */
export function unshielded(text: string): string {
  return withFieldsTogether(text.replaceAll(minus, "-"));
}

const minus = "\u2212";

function typed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(typed);
  if (typeof value !== "string") return value;
  return value.startsWith(minus) ? `-${value.slice(1)}` : withFieldsTogether(value);
}
