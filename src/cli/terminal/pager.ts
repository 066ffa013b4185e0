import { spawn, type ChildProcess } from "node:child_process";
import { FlowrunError } from "../../errors.ts";
import type { Host, Output, Pager } from "../../host.ts";

/** The terminal that a pager takes over. */
export interface PagerPlace extends Pick<Host, "env" | "stdout" | "stderr" | "signal"> {
  /** Lines that the terminal shows now. */
  readonly rows: () => number;
  /** Told when a pager takes the terminal over, and when it gives it back. */
  readonly onPaging: (isNow: boolean) => void;
}

/**
 * Texts to be read go to stdout: through the reader's pager where stdout is a terminal, from the moment on that they
 * do not fit on its screen, as they come. The pager is a process of its own that has the terminal until it ends; having
 * none is no failure.
 */
export function openPager(place: PagerPlace): Pager {
  const { stdout, stderr, rows } = place;
  const command = choosePager(place);
  const quit = new AbortController();
  const held = { stdout: "", stderr: "" };
  let running: Running | null = null;
  /** The texts that the pager was given, as long as it might turn out that there is no such command; `null` once it is known to be one. */
  let given: string | null = "";
  let isPlain = command === null;
  /** All has been given to the pager: a reader who quits it then has seen what there is. */
  let isAll = false;

  const start = (pager: string): Running => {
    place.onPaging(true);
    const started = run(pager, place);
    void started.ended.then(async (isPager) => {
      place.onPaging(false);
      isPlain ||= !isPager;
      if (isPager && !isAll) quit.abort(new FlowrunError("closed", "the reader has seen enough"));
      const late = held.stderr;
      held.stderr = "";
      if (late !== "") await stderr.write(late).catch(() => undefined);
    });
    return started;
  };
  /** Texts for a pager that never was one are written as they are. */
  const writePlainly = async (): Promise<void> => {
    const text = given ?? "";
    given = null;
    if (text !== "") await stdout.write(text);
  };
  const feed = async (text: string, pager: Running): Promise<void> => {
    given = given === null || given.length > surelyRead ? null : given + text;
    if (await pager.take(text)) return;
    if (await pager.ended) throw new FlowrunError("closed", "the reader has seen enough");
    await writePlainly();
  };
  const write = async (text: string): Promise<void> => {
    if (command === null || (isPlain && given === null)) return stdout.write(text);
    if (running !== null) return feed(text, running);
    held.stdout += text;
    if (place.signal.aborted) return end();
    if (lineCount(held.stdout) < rows()) return;
    const first = held.stdout;
    held.stdout = "";
    running = start(command);
    return feed(first, running);
  };

  const end = async (): Promise<void> => {
    isAll = true;
    if (running === null) {
      const text = held.stdout;
      held.stdout = "";
      if (text !== "") await stdout.write(text);
    } else if (!(await running.end())) await writePlainly();
  };

  return {
    stdout: {
      ...outputLike(stdout),
      write,
      release: end,
      untilClosed: () => AbortSignal.any([stdout.untilClosed(), quit.signal]),
    },
    stderr: {
      ...outputLike(stderr),
      write: (text) => {
        if (running?.isRunning() !== true) return stderr.write(text);
        // The live line would stand across the pager's.
        if (!text.startsWith("\r")) held.stderr += text;
        return Promise.resolve();
      },
    },
    end,
  };
}

/** More than a pipe holds: whoever took that much reads. */
const surelyRead = 2_000_000;

function outputLike(output: Output): Output {
  return {
    isTTY: output.isTTY,
    isLost: output.isLost,
    get columns() {
      return output.columns;
    },
    get isMidLine() {
      return output.isMidLine;
    },
    untilClosed: () => output.untilClosed(),
    write: (text) => output.write(text),
  };
}

/** The command line, as people write it into PAGER; null where texts are to be written as they are. */
function choosePager({ env, stdout }: PagerPlace): string | null {
  if (!stdout.isTTY || env["TERM"] === "dumb") return null;
  const wanted = (env["FLOWRUN_PAGER"] ?? env["PAGER"] ?? usual).trim();
  return wanted === "" || wanted === "cat" ? null : wanted;
}

const usual = "less -FRX";

function lineCount(text: string): number {
  return text.split("\n").length - 1;
}

/** A pager at work. */
interface Running {
  /** Whether it took the text; false when it has ended. */
  take(text: string): Promise<boolean>;
  /** Nothing more comes. Resolves as `ended`. */
  end(): Promise<boolean>;
  /** Resolves when the pager has ended, however that was: whether it was one, or could not be started. */
  readonly ended: Promise<boolean>;
  isRunning(): boolean;
}

function run(pager: string, { env, signal }: PagerPlace): Running {
  const child = spawnPager(pager, env);
  const stop = (): void => void child.kill("SIGTERM");
  let isRunning = true;
  const ended = new Promise<boolean>((resolve) => {
    const end = (isPager: boolean): void => {
      signal.removeEventListener("abort", stop);
      isRunning = false;
      resolve(isPager);
    };
    signal.addEventListener("abort", stop, { once: true });
    child.on("error", () => {
      end(false);
    });
    child.on("close", (code) => {
      end(code !== notFound && code !== notExecutable);
    });
  });
  // Whoever quits before the end has seen enough.
  child.stdin?.on("error", () => undefined);
  return {
    take: (text) => {
      const taken = new Promise<boolean>((resolve) => {
        child.stdin?.write(text, (error) => {
          resolve(error == null);
        });
      });
      return Promise.race([taken, ended.then(() => false)]);
    },
    end: () => {
      child.stdin?.end();
      return ended;
    },
    ended,
    isRunning: () => isRunning,
  };
}

/** The exit code of a shell that could not find the command (POSIX). */
const notFound = 127;
const notExecutable = 126;

/** Through a shell only where the line needs one, for that would stand between us and the pager when we stop it. */
function spawnPager(pager: string, env: Host["env"]): ChildProcess {
  const [command = "", ...args] = pager.split(/\s+/);
  const isPlain = /^[\w@%+:,./\s-]+$/.test(pager);
  return spawn(isPlain ? command : pager, isPlain ? args : [], {
    // F: leave a text that fits where it is; R: colours; X: what was read stays on the screen afterwards.
    env: { LESS: "FRX", ...env },
    stdio: ["pipe", "inherit", "inherit"],
    shell: !isPlain,
  });
}
