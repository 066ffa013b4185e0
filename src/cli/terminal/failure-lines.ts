import type { FlowrunError } from "../../errors.ts";
import { safeText } from "../../render/text/safe-text.ts";

/** A failure as three lines without a last line break: what happened, why, what to type next. Pure. */
export function failureLines({
  message,
  why,
  hint,
  requestId,
}: Pick<FlowrunError, "message" | "why" | "hint" | "requestId">): string {
  const request = requestId === null ? "" : ` (request ${requestId})`;
  return [
    `error: ${safeText(message)}`,
    `  why: ${indented(`${why ?? "unknown"}${request}`)}`,
    `  fix: ${safeText(hint ?? "flowrun --help")}`,
  ].join("\n");
}

/**
 * Only a why has several lines: a list, a stack, an expression with a caret. Those after the first are set in, so that
 * nothing quoted in them can pass for a line of ours.
 */
function indented(why: string): string {
  return why
    .split("\n")
    .map((line, index) => (index === 0 ? line : line.replace(/^ {0,4}/, setIn)))
    .map(safeText)
    .join("\n");
}

const setIn = " ".repeat(4);
