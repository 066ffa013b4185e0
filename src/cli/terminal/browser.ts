import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Host } from "../../host.ts";

/**
 * Shows a file in what the system shows such files with. No shell takes part, so that a name is a name.
 * @returns whether there is anything to show it with.
 */
export function openInBrowser(path: string, { platform, env }: Pick<Host, "platform" | "env">): Promise<boolean> {
  const command = openers.find(({ on }) => platform.startsWith(on))?.command ?? "xdg-open";
  return new Promise((done) => {
    // An absolute path never looks like an option.
    const child = spawn(command, [resolve(path)], { env, stdio: "ignore", detached: true });
    child.on("error", () => {
      done(false);
    });
    child.on("spawn", () => {
      // It lives on when flowrun has ended.
      child.unref();
      done(true);
    });
  });
}

const openers = [
  { on: "darwin", command: "open" },
  { on: "win32", command: "explorer.exe" },
];
