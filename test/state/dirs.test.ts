import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findDirs } from "../../src/state/dirs.ts";

const home = homedir();

describe("FLOWRUN_HOME is one folder for all", () => {
  test.each([
    ["/var/lib/flowrun", "/var/lib/flowrun"],
    ['"/var/lib/flowrun"', "/var/lib/flowrun"],
    [" '/with blank' ", "/with blank"],
    ["~", home],
    ["~/x", join(home, "x")],
    ["'~/x'", join(home, "x")],
  ])("%s", (text, folder) => {
    expect(findDirs({ FLOWRUN_HOME: text }, "linux")).toEqual({ config: folder, state: folder, cache: folder });
  });

  test.each(["state", "./state", "../x", "~other/x", "$HOME/x", "${HOME}/x"])("%s is no absolute path", (text) => {
    expect(() => findDirs({ FLOWRUN_HOME: text }, "linux")).toThrow(
      expect.objectContaining({ kind: "settings", message: "FLOWRUN_HOME is not an absolute path" }),
    );
  });

  test.each(["", " ", '""'])("%j is none", (text) => {
    expect(findDirs({ FLOWRUN_HOME: text }, "linux").config).toBe(join(home, ".config/flowrun"));
  });
});

describe("without it the folders are where the platform keeps such things", () => {
  test.each([
    ["linux", ".config/flowrun", ".local/state/flowrun", ".cache/flowrun"],
    ["freebsd", ".config/flowrun", ".local/share/flowrun", ".cache/flowrun"],
    ["darwin", "Library/Preferences/flowrun", "Library/Application Support/flowrun", "Library/Caches/flowrun"],
    ["win32", "AppData/Roaming/flowrun/Config", "AppData/Local/flowrun/Data", "AppData/Local/flowrun/Cache"],
  ])("%s", (platform, config, state, cache) => {
    expect(findDirs({}, platform)).toEqual({
      config: join(home, config),
      state: join(home, state),
      cache: join(home, cache),
    });
  });

  test("or where the user says; a relative path counts as unset", () => {
    const env = { XDG_CONFIG_HOME: "/c", XDG_STATE_HOME: "state", XDG_CACHE_HOME: "/k" };
    expect(findDirs(env, "linux")).toEqual({
      config: "/c/flowrun",
      state: join(home, ".local/state/flowrun"),
      cache: "/k/flowrun",
    });
    expect(findDirs({ APPDATA: "/r", LOCALAPPDATA: "/l" }, "win32")).toEqual({
      config: "/r/flowrun/Config",
      state: "/l/flowrun/Data",
      cache: "/l/flowrun/Cache",
    });
  });
});
