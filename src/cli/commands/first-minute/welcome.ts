import type { Host } from "../../../host.ts";
import { readVariable, readVariables } from "../../../adobe/settings/environment.ts";
import { listProfiles, readUsedProfile } from "../../../state/profile-files.ts";
import { calledAs } from "./called-as.ts";

/** Whether nothing is set up yet: no profile is saved or chosen, and the environment has no setting. */
export async function isNewHere(host: Pick<Host, "env" | "dirs">): Promise<boolean> {
  const { env } = host;
  if (readVariable(env, "FLOWRUN_PROFILE") !== null || readVariable(env, "FLOWRUN_ACCESS_TOKEN") !== null) return false;
  if (Object.keys(readVariables(env)).length > 0) return false;
  const { config } = host.dirs;
  return (await listProfiles(config)).length === 0 && (await readUsedProfile(config)) === null;
}

/** For somebody who has just come: this is flowrun, so it is tried, and so it is connected. Pure. */
export function welcome(env: Host["env"]): string {
  const name = calledAs(env);
  return `flowrun reads Adobe Experience Platform dataflow runs from the Adobe I/O Events
journal: what ran, what failed, and why.

Try it: the demo needs no account and no network.

  ${name} demo
  ${name} since -P1D --status failed --profile demo
  ${name} tail --profile demo

Connect your organisation: 'login' asks for the file that "Download all" gives
in Adobe Developer Console, or for its values.

  ${name} login
  ${name} since -P1D

All commands, and the details of one:

  ${name} help
  ${name} help since
`;
}
