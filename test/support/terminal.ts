import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { binary, node, scratch } from "./flowrun.ts";

/** Whether this machine has tmux, which lends the tests a real terminal. */
export const hasTerminal = spawnSync("tmux", ["-V"]).status === 0;

export interface Terminal {
  /** What is on the screen now, without colours; … */
  screen(): string;
  /** … and with them. */
  colours(): string;
  /** Every line that was printed so far, as long as it was: what the terminal went on with below is put together again. */
  printed(): readonly string[];
  /** Types keys, as tmux names them: `C-c`. */
  press(keys: string): void;
  /** Resolves with the screen once it shows the text. */
  shows(text: string | RegExp): Promise<string>;
}

export interface TerminalOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
}

/** Runs a command line in a terminal of 80 columns and 24 lines, unless told otherwise; afterwards it shows `exit <code>`. */
export async function openTerminal(line: string, { env, columns = 80 }: TerminalOptions): Promise<Terminal> {
  const folder = await scratch();
  const socket = join(folder, "tmux");
  const config = join(folder, "tmux.conf");
  await writeFile(config, "set -g history-limit 100000\n");
  const tmux = (...args: readonly string[]): string => {
    const { stdout } = spawnSync("tmux", ["-S", socket, "-f", config, ...args], {
      encoding: "utf8",
      maxBuffer: 64_000_000,
    });
    return stdout;
  };
  const settings = Object.entries({ TERM: "xterm-256color", LC_ALL: "C.UTF-8", ...env });
  const exports = settings.map(([name, value]) => `export ${name}='${value}'; `).join("");
  const script = `unset CI npm_lifecycle_event; ${exports}flowrun() { "${node}" "${binary}" "$@"; }; ${line}; echo "exit $?"; sleep 60`;
  tmux("-u", "new-session", "-d", "-x", String(columns), "-y", "24", "bash", "--norc", "-c", script);
  onTestFinished(() => {
    tmux("kill-server");
  });
  const screen = (): string => tmux("capture-pane", "-p");
  return {
    screen,
    colours: () => tmux("capture-pane", "-p", "-e"),
    printed: () => tmux("capture-pane", "-p", "-J", "-S", "-").trimEnd().split("\n"),
    press: (keys) => {
      tmux("send-keys", keys);
    },
    shows: async (text) => {
      await expect.poll(screen, { timeout: 60_000, interval: 100 }).toMatch(text);
      return screen();
    },
  };
}
