import { exitCodes, type FlowrunError } from "../../errors.ts";
import { failureLines } from "./failure-lines.ts";

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
  const hint = words === null ? null : withProfile(words, profile);
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

function withProfile(hint: string, profile: string | null): string {
  if (profile === null || !/^[\w.,][\w.,-]*$/.test(profile) || hint.includes("--profile")) return hint;
  return hint.replace(commandsIn, (command) => `${command} --profile ${profile}`);
}

/** Commands in a hint that are about a profile, each to where the hint goes on in prose, or its shell does. */
const commandsIn =
  /\bflowrun (?!explain|completion|demo|help|--)(?!\S+(?: \S+)? --help)[a-z].*?(?=$|, |[();]| {2,}| [<>|&]+ |: )/gm;

const lookCloser = "(or look closer: flowrun doctor)";
