import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import Conf from "conf";
import { FlowrunError, reasonOf } from "../errors.ts";
import type { Host } from "../host.ts";
import { profileKeys, type ProfileValues } from "../settings/keys.ts";
import { readPrivateFile } from "./private-file.ts";
import { tryProcessLock, type ProcessLock } from "./process-lock.ts";
import { profilePath } from "./profile-files.ts";

/** What it takes to change a profile. */
export type ProfileKeeper = Pick<Host, "dirs" | "pid" | "sleep">;

/**
 * What a profile has saved; nothing for one that was never saved.
 * @throws FlowrunError `settings` that names the file, when it is damaged or cannot be read; the file is left alone.
 */
export async function readProfile(configFolder: string, profile: string): Promise<ProfileValues> {
  const path = profilePath(configFolder, profile);
  try {
    if ((await readPrivateFile(path)) === null) return {};
    return open(configFolder, profile).store;
  } catch (error) {
    throw damaged(path, error);
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
  return locked(keeper, profile, async () => {
    const values = change(await readProfile(keeper.dirs.config, profile));
    const conf = open(keeper.dirs.config, profile);
    conf.store = { ...values };
    return values;
  });
}

/** Forgets a profile's file, damaged or not. @returns whether there was one. */
export async function removeProfile(keeper: ProfileKeeper, profile: string): Promise<boolean> {
  const path = profilePath(keeper.dirs.config, profile);
  return locked(keeper, profile, async () => {
    const isThere = (await readPrivateFile(path).catch(() => "")) !== null;
    await rm(path, { force: true });
    return isThere;
  });
}

function open(configFolder: string, profile: string): Conf<Record<string, string>> {
  return new Conf<Record<string, string>>({
    cwd: join(configFolder, "profiles"),
    configName: profile,
    projectSuffix: "",
    configFileMode: 0o600,
    // A URL as a value is fine either way, but a dot in a key must never nest.
    accessPropertiesByDotNotation: false,
    schema: Object.fromEntries(profileKeys.map((key) => [key, { type: "string" }] as const)),
    rootSchema: { additionalProperties: false },
  });
}

/** A change takes milliseconds: a lock held for this long is not a change any more. */
const longestWaitMs = 10_000;
const napMs = 20;

async function locked<T>(keeper: ProfileKeeper, profile: string, work: () => Promise<T>): Promise<T> {
  const path = profilePath(keeper.dirs.config, profile);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const lock = await takeLock(keeper, path.replace(/json$/, "lock"), profile);
    try {
      return await work();
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (error instanceof FlowrunError) throw error;
    throw new FlowrunError("state", `the profile file ${path} could not be written`, {
      why: reasonOf(error),
      hint: "make the folder writable, or put flowrun's files elsewhere: FLOWRUN_HOME=<folder>",
      cause: error,
    });
  }
}

async function takeLock(keeper: ProfileKeeper, path: string, profile: string): Promise<ProcessLock> {
  for (let waitedMs = 0; ; waitedMs += napMs) {
    const attempt = await tryProcessLock(path, keeper.pid);
    if ("lock" in attempt) return attempt.lock;
    if (waitedMs < longestWaitMs) {
      await keeper.sleep(napMs);
      continue;
    }
    const who = attempt.holder === null ? "another process" : `process ${attempt.holder}`;
    throw new FlowrunError("state", `the profile '${profile}' is being changed by ${who}`, {
      why: "one process at a time may change it, and that one does not come to an end",
      hint: "end that process, then try again",
    });
  }
}

function damaged(path: string, error: unknown): FlowrunError {
  return new FlowrunError("settings", `the profile file ${path} cannot be used`, {
    why: reasonOf(error),
    hint: "mend the file, or move it away and set the profile up again: flowrun login",
    cause: error,
  });
}
