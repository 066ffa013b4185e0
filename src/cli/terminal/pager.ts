import { spawn, type ChildProcess } from "node:child_process";
import type { Host } from "../../host.ts";

/** The terminal that a pager takes over. */
export interface PagerPlace extends Pick<Host, "env" | "stdout" | "signal"> {
  /** Lines that the terminal shows. */
  readonly rows: number;
}

/**
 * Shows a text on stdout: through the reader's pager where stdout is a terminal and the text does not fit on its screen,
 * else as it is. The pager is a process of its own that has the terminal until it ends; quitting it is no failure, nor
 * is having none. Rejects as `stdout.write` does.
 */
export async function page(text: string, place: PagerPlace): Promise<void> {
  const pager = choosePager(text, place);
  const isShown = pager !== null && (await isShownBy(pager, text, place));
  if (!isShown) await place.stdout.write(text);
}

/** The command line, as people write it into PAGER; null where the text is to be written as it is. */
function choosePager(text: string, { env, stdout, rows }: PagerPlace): string | null {
  if (!stdout.isTTY || env["TERM"] === "dumb" || lineCount(text) < rows) return null;
  const wanted = (env["FLOWRUN_PAGER"] ?? env["PAGER"] ?? usual).trim();
  return wanted === "" || wanted === "cat" ? null : wanted;
}

const usual = "less -FRX";

function lineCount(text: string): number {
  return text.split("\n").length - 1;
}

/** Whether the pager had the text; false where it could not be started. */
function isShownBy(pager: string, text: string, { env, signal }: PagerPlace): Promise<boolean> {
  return new Promise((resolve) => {
    const child = start(pager, env);
    const stop = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    const end = (isShown: boolean): void => {
      signal.removeEventListener("abort", stop);
      resolve(isShown);
    };
    child.on("error", () => {
      end(false);
    });
    child.on("close", (code) => {
      end(code !== notFound && code !== notExecutable);
    });
    // Whoever quits before the end has seen enough.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(text);
  });
}

/** The exit code of a shell that could not find the command (POSIX). */
const notFound = 127;
const notExecutable = 126;

/** Through a shell only where the line needs one, for that would stand between us and the pager when we stop it. */
function start(pager: string, env: Host["env"]): ChildProcess {
  const [command = "", ...args] = pager.split(/\s+/);
  const isPlain = /^[\w@%+:,./\s-]+$/.test(pager);
  return spawn(isPlain ? command : pager, isPlain ? args : [], {
    // F: leave a text that fits where it is; R: colours; X: what was read stays on the screen afterwards.
    env: { LESS: "FRX", ...env },
    stdio: ["pipe", "inherit", "inherit"],
    shell: !isPlain,
  });
}
