import { readClaims } from "../auth/token-claims.ts";
import { Secret } from "../auth/secret.ts";
import { FlowrunError } from "../../errors.ts";
import { overridden } from "../settings/settings.ts";
import { readVariable } from "../settings/environment.ts";
import { variables, type Env, type ProfileValues } from "../settings/keys.ts";

/** The settings that a failure may come from. */
export interface Circumstances {
  readonly profile: string;
  readonly env: Env;
  /** Reads the values that the profile has saved; called only where the environment is suspect. */
  readonly saved: () => Promise<ProfileValues>;
}

/**
 * Names what stands in the environment where it may have caused a failure: a ready token, or a setting that the profile
 * has saved otherwise. Nobody remembers what was exported last week. Any other error comes back as it is, and one that
 * was told suspects nothing any more.
 */
export async function nameCulprits(error: FlowrunError, { profile, env, saved }: Circumstances): Promise<FlowrunError> {
  const { suspects } = error;
  const token = suspects.includes("accessToken") ? readVariable(env, "FLOWRUN_ACCESS_TOKEN") : null;
  const names = Object.entries(variables).flatMap(([key, name]): readonly string[] =>
    suspects.includes(key) && readVariable(env, name) !== null ? [name] : [],
  );
  if (token === null && names.length === 0) return error;
  const kept = await saved();
  const culprits = overridden(env, kept).filter((name) => names.includes(name));
  // The likeliest is suspected first.
  const isToken = suspects[0] === "accessToken" || culprits.length === 0;
  if (token !== null && isToken) return blameToken(error, token, profile, kept);
  return culprits.length === 0 ? error : blameVariables(error, culprits, profile);
}

function blameToken(error: FlowrunError, token: string, profile: string, saved: ProfileValues): FlowrunError {
  const { expiresAt } = readClaims(new Secret(token));
  const until = expiresAt === null ? "" : `, and was good until ${new Date(expiresAt).toISOString()}`;
  const canMint = saved.clientId !== undefined && saved.clientSecret !== undefined;
  const mint = canMint ? `profile '${profile}' mints its own` : "flowrun mints its own after: flowrun login";
  const hint = `give a fresh token in FLOWRUN_ACCESS_TOKEN, or: unset FLOWRUN_ACCESS_TOKEN   (${mint})`;
  return told(error, `the token came from FLOWRUN_ACCESS_TOKEN${until}`, hint);
}

function blameVariables(error: FlowrunError, culprits: readonly string[], profile: string): FlowrunError {
  const [are, go] = culprits.length === 1 ? ["is", "goes"] : ["are", "go"];
  const why = `${culprits.join(" and ")} ${are} set and ${go} before what profile '${profile}' has saved`;
  return told(error, why, `unset ${culprits.join(" ")}   (or else: ${error.hint ?? "flowrun login"})`);
}

/** Told once: the error that comes out suspects nothing any more. */
function told(error: FlowrunError, why: string, hint: string): FlowrunError {
  const { kind, message, requestId, examine } = error;
  const reasons = [error.why, why].filter((reason) => reason !== null).join("; ");
  return new FlowrunError(kind, message, { why: reasons, hint, requestId, examine, cause: error.cause ?? error });
}
