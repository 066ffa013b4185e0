import { exitCodes, type FlowrunError } from "../../errors.ts";
import { safeText } from "../../render/text/safe-text.ts";

/**
 * A failure as it is told on stderr: what happened, why, what to type next, a line each; or one JSON object.
 * @param profile of several that are read side by side, the one that failed. Pure.
 */
export function failureText(error: FlowrunError, asJson: boolean, profile: string | null = null): string {
  const { kind, why, requestId } = error;
  const hint = error.examine ? [error.hint, lookCloser(profile)].filter(Boolean).join("   ") : error.hint;
  const message = profile === null ? error.message : `${profile}: ${error.message}`;
  if (asJson) {
    return JSON.stringify({
      type: "flowrun.error",
      kind,
      exitCode: exitCodes[kind],
      ...(profile === null ? {} : { profile }),
      message: why === null ? message : `${message}: ${why}`,
      hint,
      requestId,
    });
  }
  const request = requestId === null ? "" : ` (request ${requestId})`;
  return [
    `error: ${safeText(message)}`,
    `  why: ${indented(`${why ?? "unknown"}${request}`)}`,
    `  fix: ${safeText(hint ?? "flowrun --help")}`,
  ].join("\n");
}

function lookCloser(profile: string | null): string {
  return `(or look closer: flowrun doctor${profile === null ? "" : ` --profile ${profile}`})`;
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
