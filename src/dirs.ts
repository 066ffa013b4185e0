import { userInfo } from "node:os";
import { resolve } from "node:path";
import envPaths from "env-paths";
import type { Dirs, Host } from "./host.ts";

/** FLOWRUN_HOME is one folder for all three; else they are where the platform keeps such things (XDG, Library, AppData). */
export function findDirs(env: Host["env"], platform: string): Dirs {
  const home = env["FLOWRUN_HOME"];
  if (home !== undefined && home !== "") return { config: home, state: home, cache: home };
  const { config, cache, data, log } = envPaths("flowrun", { suffix: "" });
  // Linux has a folder for state, which env-paths knows as the one for logs; elsewhere it goes with the data.
  const state = platform === "linux" ? log : data;
  return { config: underHome(config), cache: underHome(cache), state: underHome(state) };
}

/** With an empty HOME a path would lie in the working folder, which may be somebody's repository. */
function underHome(path: string): string {
  return resolve(userInfo().homedir, path);
}
