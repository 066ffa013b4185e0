import { spawn, type ChildProcess } from "node:child_process";
import process from "node:process";
import { FlowrunError } from "../../../errors.ts";
import type { World } from "../../../host.ts";
import { Away } from "../refused.ts";

/** A command that runs, and takes texts on its input. */
export interface Command {
  /** Resolves when the pipe has the text: false where the command has closed its input. */
  readonly write: (text: string) => Promise<boolean>;
  readonly endInput: () => void;
  /** Resolves when it has ended. */
  readonly end: Promise<CommandEnd>;
  /** Tells it, and all that it has started, to end. */
  readonly kill: (signal: "SIGTERM" | "SIGKILL") => void;
}

/** How a command ended: by its exit code, or by a signal's name. */
export interface CommandEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * Starts a command by the shell. What it prints goes to stderr, since stdout is for runs. It has a session of its own, so
 * that Ctrl-C reaches flowrun alone, which ends the command's input: whatever it was given, it can finish.
 * @throws FlowrunError `usage` where there is no shell; Away where the system has no room for a process.
 */
export async function startCommand(command: string, env: World["env"]): Promise<Command> {
  const child = await begun(() =>
    spawn("sh", ["-c", command], { stdio: ["pipe", 2, 2], detached: true, env: ownEnv(env) }),
  );
  const { stdin, pid } = child;
  if (stdin === null) throw new Error("the command has no input");
  // That a pipe is broken is told to whoever writes.
  stdin.on("error", () => undefined);
  return {
    write: (text) =>
      new Promise((taken) => {
        stdin.write(text, (error) => {
          taken(error == null);
        });
      }),
    endInput: () => {
      stdin.end();
    },
    end: endOf(child),
    kill: (signal) => {
      try {
        // A negative number is the group that a session begins with.
        if (pid !== undefined) process.kill(-pid, signal);
      } catch {
        // All of it is gone.
      }
    },
  };
}

/**
 * Whether the shell knows the program that a command begins with; also where that is more than a plain word, which is left
 * to the shell.
 */
export async function isKnown(command: string, env: World["env"]): Promise<boolean> {
  const program = programOf(command);
  if (program === null) return true;
  const { code } = await endOf(
    await begun(() => spawn("sh", ["-c", 'command -v -- "$1"', "sh", program], { stdio: "ignore", env: ownEnv(env) })),
  );
  return code === 0;
}

/** The plain word that a command begins with; `null` where it begins with anything else. Pure. */
export function programOf(command: string): string | null {
  return /^[\w./+-]+(?=\s|$)/.exec(command)?.[0] ?? null;
}

/** It needs none of these, and may hand its environment on. */
const secrets: readonly string[] = [
  "FLOWRUN_CLIENT_SECRET",
  "FLOWRUN_ACCESS_TOKEN",
  "FLOWRUN_LYTICS_TOKEN",
  "FLOWRUN_WEBHOOK_SECRET",
];

function ownEnv(env: World["env"]): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secrets.includes(name)));
}

async function begun<C extends ChildProcess>(start: () => C): Promise<C> {
  try {
    const child = start();
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve).once("error", reject);
    });
    return child.on("error", () => undefined);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (/EAGAIN|ENOMEM|EMFILE|ENFILE/.test(why)) {
      throw new Away("no process could be started", { why, hint: "see what fills the machine: ps, ulimit -a" });
    }
    throw new FlowrunError("usage", "exec: there is no shell to run the command", {
      why,
      hint: "exec: takes a POSIX shell, sh, on the PATH; elsewhere pipe the runs: flowrun tail -o ndjson | …",
      cause: error,
    });
  }
}

function endOf(child: ChildProcess): Promise<CommandEnd> {
  return new Promise((ended) => {
    child.once("exit", (code, signal) => {
      ended({ code, signal });
    });
  });
}
