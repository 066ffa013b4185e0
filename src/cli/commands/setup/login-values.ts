import { unusable } from "../../../adobe/auth/console-credential.ts";
import { FlowrunError } from "../../../errors.ts";
import type { Host, Prompt } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import type { LoginFlags } from "../../options/flags.ts";
import { checkValue } from "../../../adobe/settings/check-value.ts";
import { cleanText } from "../../../adobe/settings/clean-text.ts";
import { cleanValues } from "../../../adobe/settings/clean-value.ts";
import { readVariables } from "../../../adobe/settings/environment.ts";
import { filled, profileKeys, type ProfileKey, type ProfileValues } from "../../../adobe/settings/keys.ts";
import { askSecret, askValues } from "./login-questions.ts";
import { readLoginFile, type FileValues } from "./login-file.ts";

/** The settings to log in with. */
export interface LoginValues {
  readonly values: ProfileValues;
  /** The journal that the user named, now. */
  readonly journalUrl: string | null;
  /** Whether the project has the I/O Management API; `null` where nothing says. */
  readonly hasManagementApi: boolean | null;
  /** True where a person typed any of it, and may type it again; `all` where no file gave the rest. */
  readonly wasAsked: boolean | "all";
}

/** Who can be asked, and told. */
export interface LoginTalk {
  /** `null` where nobody may be asked. */
  readonly prompt: Prompt | null;
  readonly notify: Notify;
  /** False where nobody has a file: it was asked before. */
  readonly mayHaveFile: boolean;
  /** Tells what is wrong with an answer, which is then asked for again. @throws what no other answer would mend. */
  readonly again: (error: unknown) => Promise<void>;
}

/**
 * Gathers a credential: the file over the environment over what the profile has saved of the same client; on a terminal
 * a person fills in the rest. Every value is cleaned and checked.
 * @throws FlowrunError `settings` or `usage`.
 */
export async function gatherLogin(
  flags: LoginFlags,
  saved: ProfileValues,
  talk: LoginTalk,
  host: Pick<Host, "env" | "stdin">,
): Promise<LoginValues> {
  const { prompt, notify } = talk;
  const { path, file } = await findFile(flags, talk);
  if (file === null && flags.credential !== undefined) throw credentialOfNothing();
  const secret = flags.secretStdin === true ? { clientSecret: await readSecret(host.stdin) } : {};
  const nameOf = (key: ProfileKey): string => (path === null ? key : `${key} (with ${path})`);
  const given = cleanValues({ ...file?.values, ...secret }, nameOf, notify);
  const known = overlay(saved, readVariables(host.env), given);
  const asked = prompt === null ? known : await fillIn(known, file === null, prompt);
  if (file !== null && path !== null && asked.clientSecret === undefined) throw withoutSecret(path, file);
  const values = checkAll(asked, nameOf, notify);
  const { journalUrl: url } = flags;
  const named = url === undefined ? null : checkValue("journalUrl", url, "--journal-url", notify);
  const typed = prompt !== null && file === null ? (values.journalUrl ?? null) : null;
  const isAsked = prompt !== null && (flags.from === undefined || known.clientSecret === undefined);
  const wasAsked = isAsked && file === null ? "all" : isAsked;
  return { values, journalUrl: named ?? typed, hasManagementApi: file?.hasManagementApi ?? null, wasAsked };
}

interface FoundFile {
  readonly path: string | null;
  readonly file: FileValues | null;
}

/** The file that the user named, or names now; a name that leads nowhere is asked for again. */
async function findFile(
  { from, credential }: LoginFlags,
  { prompt, mayHaveFile, again }: LoginTalk,
): Promise<FoundFile> {
  if (from !== undefined) return { path: from, file: await readLoginFile(from, credential, prompt) };
  if (prompt === null || !mayHaveFile) return { path: null, file: null };
  for (;;) {
    // A terminal puts quotes around a file that is dropped on it.
    const path = filled(cleanText(await prompt.text(fileQuestion)).text);
    if (path === null) return { path: null, file: null };
    try {
      return { path, file: await readLoginFile(path, credential, prompt) };
    } catch (error) {
      await again(error);
    }
  }
}

const fileQuestion = "File from Adobe Developer Console (empty: type the values)";

/** Saved values are kept only for the same client: another one has other journals. */
function overlay(saved: ProfileValues, env: ProfileValues, given: ProfileValues): ProfileValues {
  const clientId = given.clientId ?? env.clientId ?? saved.clientId;
  return { ...(saved.clientId === clientId ? saved : {}), ...env, ...given };
}

/** A file answers everything but a secret it was written without; without a file everything is asked. */
async function fillIn(known: ProfileValues, isAllAsked: boolean, prompt: Prompt): Promise<ProfileValues> {
  if (isAllAsked) return askValues(known, prompt);
  return { ...known, clientSecret: known.clientSecret ?? (await askSecret(prompt, null)) };
}

/** A secret from a pipe or a file. @throws FlowrunError `usage` for a terminal, and for nothing. */
export async function readSecret(stdin: Host["stdin"]): Promise<string> {
  if (stdin.isTTY) {
    throw new FlowrunError("usage", "--secret-stdin reads the secret from a pipe or a file, not from a terminal", {
      why: "there it would be shown as it is typed",
      hint: "flowrun login --from <file> --secret-stdin < secret.txt   (without --secret-stdin flowrun asks, hidden)",
    });
  }
  const secret = filled(await stdin.read());
  if (secret !== null) return secret;
  throw new FlowrunError("usage", "--secret-stdin found no secret", {
    why: "stdin is empty",
    hint: "flowrun login --from <file> --secret-stdin < secret.txt",
  });
}

function checkAll(values: ProfileValues, nameOf: (key: ProfileKey) => string, notify: Notify): ProfileValues {
  return Object.fromEntries(
    profileKeys.flatMap((key) => {
      const value = filled(values[key]);
      return value === null ? [] : [[key, checkValue(key, value, nameOf(key), notify)] as const];
    }),
  );
}

function credentialOfNothing(): FlowrunError {
  return new FlowrunError("usage", "--credential goes with --from only", {
    why: "it names one of the credentials of a file",
    hint: "flowrun login --from <file> --credential <name>",
  });
}

function withoutSecret(path: string, { secretsField }: FileValues): FlowrunError {
  return unusable(
    path,
    `it lacks the secret: \`${secretsField}\``,
    `flowrun login --from ${path} --secret-stdin < secret.txt   (on a terminal, without --secret-stdin, flowrun asks)`,
  );
}
