import { FlowrunError } from "../../../errors.ts";
import type { Host, Prompt } from "../../../host.ts";
import { chosenProfile, demoProfile } from "../../../adobe/access/chosen-profile.ts";
import { usualPatience } from "../../../adobe/access/connect.ts";
import { readSaved } from "../../../adobe/access/saved-values.ts";
import { givenWay, type ConnectOptions } from "../../../adobe/access/way.ts";
import { checkValue } from "../../../adobe/settings/check-value.ts";
import { readVariables } from "../../../adobe/settings/environment.ts";
import { filled, variables } from "../../../adobe/settings/keys.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import { askAccount, type LyticsAccount } from "../../../lytics/ask-account.ts";
import { connectLytics, lyticsOn } from "../../../lytics/connect-lytics.ts";
import type { LoginFlags } from "../../options/flags.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { readSecret } from "./login-values.ts";
import { tellWrongAnswer } from "./wrong-answer.ts";

/**
 * Saves the token of an account of Lytics in a profile, once Lytics has taken it.
 * @throws FlowrunError `usage` for options of the other login, and where nobody gives a token; what asking throws.
 */
export async function runLoginLytics(flags: LoginFlags, host: Host): Promise<void> {
  const { quiet = false, verbose = 0, secretStdin, profile: named } = flags;
  turnAwayFiles(flags);
  const { notify } = createReporter(host, { quiet, verbose, live: false, profile: named });
  const profile = await chosenProfile(named, host);
  const options: ConnectOptions = { profile, notify, signal: host.signal };
  const tell = (account: LyticsAccount): void => {
    const which = account.id === null ? "which has no event yet" : `account ${account.id}`;
    notify({ kind: "remark", text: `logged in to Lytics: profile '${profile}', ${which}` });
    notify({ kind: "remark", text: `next: flowrun lytics since -P1D` });
  };
  if (profile === demoProfile) {
    const connection = await connectLytics(options, host);
    try {
      tell(await askAccount(connection.lytics(usualPatience)));
    } finally {
      await connection.close();
    }
    notify({ kind: "remark", text: "the demo is built in: nothing needs saving, and nothing was saved" });
    return;
  }
  const saved = await readSaved(profile, notify, host);
  const prove = async (text: string): Promise<string> => {
    const token = checkValue("lyticsToken", text, "the token", notify);
    const { lyticsUrl } = readVariables(host.env);
    const values = { ...saved, ...(lyticsUrl === undefined ? {} : { lyticsUrl }), lyticsToken: token };
    const connection = lyticsOn(givenWay(profile, values, host), options, host);
    tell(await askAccount(connection.lytics(usualPatience)));
    return token;
  };
  const prompt = secretStdin === true ? null : host.prompt;
  const lyticsToken =
    prompt === null ? await prove(await given(flags, host)) : await askUntilTaken(prove, prompt, host);
  const { updateProfile } = await import("../../../state/profiles.ts");
  await updateProfile(host, profile, (now) => ({ ...now, lyticsToken }));
  if (readVariables(host.env).lyticsToken === undefined) return;
  notify({ kind: "warning", text: `the environment still goes before the profile: ${variables.lyticsToken} is set` });
}

async function given(flags: LoginFlags, host: Host): Promise<string> {
  if (flags.secretStdin === true) return readSecret(host.stdin);
  throw new FlowrunError("usage", "login lytics needs a token", {
    why: "nobody can be asked for it here, and on a command line it would be seen",
    hint: `flowrun login lytics --secret-stdin${profileFlag(flags.profile ?? "default")} < token.txt`,
  });
}

/** Asks until Lytics takes the answer; one that it refuses is told. */
async function askUntilTaken(prove: (token: string) => Promise<string>, prompt: Prompt, host: Host): Promise<string> {
  for (;;) {
    const token = filled(await prompt.secret("Access token of Lytics (Account → Access Tokens)"));
    if (token === null) continue;
    try {
      return await prove(token);
    } catch (error) {
      await tellWrongAnswer(error, host);
    }
  }
}

function turnAwayFiles({ from, credential, registration, journalUrl }: LoginFlags): void {
  const given = Object.entries({ from, credential, registration, "journal-url": journalUrl });
  const [name] = given.find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  throw new FlowrunError("usage", `--${name} has no meaning with login lytics`, {
    why: "it is about Adobe's credential, and Lytics takes a token of its own",
    hint: "flowrun login lytics   (asks for the token), or --secret-stdin < token.txt",
  });
}
