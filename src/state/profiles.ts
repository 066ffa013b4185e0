import { join } from "node:path";
import Conf from "conf";
import { FlowrunError, reasonOf } from "../errors.ts";
import type { Host } from "../host.ts";
import { profileKeys, type ProfileValues } from "../adobe/settings/keys.ts";
import { describeHolder, holderHint, nap, tryProcessLock, type ProcessLock } from "./process-lock.ts";
import { profileFile, profilePath } from "./profile-files.ts";
import { codeOf, findRemedy } from "./trouble.ts";

/** The means to change a profile: its folder, and waiting. */
export type ProfileKeeper = Pick<Host, "dirs" | "sleep">;

/**
 * The values that a profile has saved; none for one that was never saved.
 * @throws FlowrunError `settings` that names the file, when it is damaged or cannot be read; the file is left alone.
 */
export async function readProfile(configFolder: string, profile: string): Promise<ProfileValues> {
  const file = profileFile(configFolder, profile);
  try {
    const text = await file.read();
    return text === null ? {} : decode(text, configFolder, profile);
  } catch (error) {
    if (error instanceof FlowrunError) throw error;
    throw await damaged(configFolder, file.path, error);
  }
}

/**
 * Changes what a profile has saved and returns it. The file is read, changed and written whole under a lock, so that
 * of two processes at once neither loses anything; it is private (0600) from its first byte.
 * @throws FlowrunError `settings` for a damaged file, which is left alone; `state` where it cannot be written.
 */
export async function updateProfile(
  keeper: ProfileKeeper,
  profile: string,
  change: (saved: ProfileValues) => ProfileValues,
): Promise<ProfileValues> {
  return locked(keeper, profile, "written", async () => {
    const values = change(await readProfile(keeper.dirs.config, profile));
    await profileFile(keeper.dirs.config, profile).write(`${JSON.stringify(values, undefined, "\t")}\n`);
    return values;
  });
}

/**
 * Forgets a profile's file, damaged or not, and every temporary of it.
 * @returns whether there was one. @throws FlowrunError `state` where it cannot be removed.
 */
export async function removeProfile(keeper: ProfileKeeper, profile: string): Promise<boolean> {
  return locked(keeper, profile, "removed", () => profileFile(keeper.dirs.config, profile).remove());
}

/** Conf holds the values against their schema; what is read and written goes through our own door. */
function decode(text: string, configFolder: string, profile: string): ProfileValues {
  const conf = new Conf<Record<string, string>>({
    cwd: join(configFolder, "profiles"),
    configName: profile,
    projectSuffix: "",
    deserialize: () => parse(text),
    // A URL as a value is fine either way, but a dot in a key must never nest.
    accessPropertiesByDotNotation: false,
    schema: Object.fromEntries(profileKeys.map((key) => [key, { type: "string" }] as const)),
    rootSchema: { additionalProperties: false },
  });
  return conf.store;
}

const parse: (text: string) => Record<string, string> = JSON.parse;

/** A change takes milliseconds: a lock held for this long is not a change any more. */
const longestWaitMs = 10_000;
const shortestNapMs = 20;

async function locked<T>(
  keeper: ProfileKeeper,
  profile: string,
  what: "written" | "removed",
  work: () => Promise<T>,
): Promise<T> {
  const { config } = keeper.dirs;
  try {
    const lock = await takeLock(keeper, profile);
    try {
      return await work();
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (error instanceof FlowrunError) throw error;
    const path = profilePath(config, profile);
    const remedy = await findRemedy(error, config, path, path.replace(/json$/, "lock"));
    throw new FlowrunError("state", `the profile file ${path} could not be ${what}`, { ...remedy, cause: error });
  }
}

async function takeLock(keeper: ProfileKeeper, profile: string): Promise<ProcessLock> {
  for (let waitedMs = 0; ; waitedMs += shortestNapMs) {
    const attempt = await tryProcessLock({ home: keeper.dirs.config, below: ["profiles"], name: `${profile}.lock` });
    if ("lock" in attempt) return attempt.lock;
    const { holder } = attempt;
    if (waitedMs < longestWaitMs && holder.elsewhere === null) {
      await nap(keeper);
      continue;
    }
    throw new FlowrunError("state", `the profile '${profile}' is being changed by ${describeHolder(holder)}`, {
      why: "one process at a time may change it, and that one has not finished",
      hint: holderHint(holder) ?? "end that process, then try again",
    });
  }
}

async function damaged(configFolder: string, path: string, error: unknown): Promise<FlowrunError> {
  const message = `the profile file ${path} cannot be used`;
  const isClosed = codeOf(error) === "EACCES" || codeOf(error) === "EPERM";
  if (isClosed) {
    return new FlowrunError("settings", message, { ...(await findRemedy(error, configFolder, path)), cause: error });
  }
  return new FlowrunError("settings", message, {
    why: reasonOf(error),
    hint: "mend the file, or move it away and set the profile up again: flowrun login",
    cause: error,
  });
}
