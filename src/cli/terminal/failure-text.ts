import { exitCodes, type FlowrunError } from "../../errors.ts";
import { failureLines } from "./failure-lines.ts";
import { forProfile } from "./for-profile.ts";

/**
 * A failure as it is told on stderr: three lines, or one JSON object.
 * @param profile for which the commands are that it says to type.
 * @param isOneOfSeveral whether that is the one of several profiles that failed: then its name stands first. Pure.
 */
export function failureText(
  error: FlowrunError,
  asJson: boolean,
  profile: string | null,
  isOneOfSeveral = false,
): string {
  const { kind, why, requestId } = error;
  const message = isOneOfSeveral ? `${profile ?? ""}: ${error.message}` : error.message;
  const words = error.examine ? [error.hint, lookCloser].filter(Boolean).join("   ") : error.hint;
  const hint = words === null ? null : forProfile(words, profile);
  if (!asJson) return failureLines({ message, why, hint, requestId });
  return JSON.stringify({
    type: "flowrun.error",
    kind,
    exitCode: exitCodes[kind],
    ...(isOneOfSeveral ? { profile } : {}),
    message: why === null ? message : `${message}: ${why}`,
    hint,
    requestId,
  });
}

const lookCloser = "(or look closer: flowrun doctor)";
