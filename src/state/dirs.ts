import { homedir, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { FlowrunError } from "../errors.ts";
import type { Dirs, Host } from "../host.ts";
import { cleanText } from "../adobe/settings/clean-text.ts";

/**
 * FLOWRUN_HOME is one folder for all three; else they are where the platform keeps such things (XDG, Library, AppData).
 * The paths are absolute: a relative one would be another folder wherever flowrun is started, and a cursor lost.
 * @throws FlowrunError `settings` for a FLOWRUN_HOME that is not absolute.
 */
export function findDirs(env: Host["env"], platform: string): Dirs {
  const own = cleanText(env["FLOWRUN_HOME"] ?? "").text;
  if (own !== "") {
    const home = checkOwnHome(own);
    return { config: home, state: home, cache: home };
  }
  /** The folder that a variable names, else one under the user's home. A relative one counts as unset (XDG says so). */
  const under = (name: string, usual: string, ...rest: readonly string[]): string => {
    const named = cleanText(env[name] ?? "").text;
    return join(isAbsolute(named) ? named : join(findHome(), usual), ...rest);
  };
  switch (platform) {
    case "win32":
      return {
        config: under("APPDATA", "AppData/Roaming", "flowrun", "Config"),
        state: under("LOCALAPPDATA", "AppData/Local", "flowrun", "Data"),
        cache: under("LOCALAPPDATA", "AppData/Local", "flowrun", "Cache"),
      };
    case "darwin":
      return {
        config: join(findHome(), "Library/Preferences/flowrun"),
        state: join(findHome(), "Library/Application Support/flowrun"),
        cache: join(findHome(), "Library/Caches/flowrun"),
      };
    default:
      return {
        config: under("XDG_CONFIG_HOME", ".config", "flowrun"),
        // Only Linux has a folder for state; elsewhere it goes with the data.
        state:
          platform === "linux"
            ? under("XDG_STATE_HOME", ".local/state", "flowrun")
            : under("XDG_DATA_HOME", ".local/share", "flowrun"),
        cache: under("XDG_CACHE_HOME", ".cache", "flowrun"),
      };
  }
}

/** A tilde that no shell has replaced means the user's home here, too. */
function checkOwnHome(path: string): string {
  const whole = /^~(?=$|[/\\])/.test(path) ? join(findHome(), path.slice(1)) : path;
  if (isAbsolute(whole)) return whole;
  throw new FlowrunError("settings", "FLOWRUN_HOME is not an absolute path", {
    why: `it reads ${JSON.stringify(path.slice(0, 200))}, which is another folder wherever flowrun is started: cursors and profiles would be lost`,
    hint: `FLOWRUN_HOME=${resolve(path)}`,
  });
}

/**
 * The user's home by HOME, where that is a path, else by the system's list of users. In a container the user may be in
 * neither; the root folder, which is what Docker makes HOME then, cannot be written to by such a one, and is told of by
 * whatever needs saving.
 */
function findHome(): string {
  const named = [homedir, () => userInfo().homedir].map(tryTo).find((path) => path !== null && isAbsolute(path));
  return named ?? resolve("/");
}

/** Node throws where the system does not know the user. */
function tryTo(find: () => string): string | null {
  try {
    return find();
  } catch {
    return null;
  }
}
