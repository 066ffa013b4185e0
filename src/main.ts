import { setTimeout as delay } from "node:timers/promises";
import process from "node:process";
import { isatty } from "node:tty";
import { runCli } from "./cli.ts";
import { findDirs } from "./dirs.ts";
import { exitCodes, FlowrunError } from "./errors.ts";
import type { Host, Prompt } from "./host.ts";
import type { Transport } from "./http/transport.ts";
import { outputOf } from "./terminal/output.ts";

/** The composition root: but for start.ts the only file that knows the process, its signals and the clock. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const stopping = new AbortController();
const stopped: { by: keyof typeof signals | null; at: number } = { by: null, at: 0 };

/** Nobody presses Ctrl-C twice as fast as this: npx passes on what the terminal has sent already, and so may a package. */
const echoMs = 200;

for (const name of Object.keys(signals) as (keyof typeof signals)[]) {
  process.on(name, () => {
    if (stopped.by === null) {
      stopped.by = name;
      stopped.at = Date.now();
      stopping.abort(new FlowrunError("aborted", `stopped by ${name}`));
      return;
    }
    // The second time means it: no flushing, no saving.
    if (Math.abs(Date.now() - stopped.at) > echoMs) process.exit(signals[name]);
  });
}

// A file that may not grow any more (ulimit -f) is a full disk, which the write itself reports.
process.on("SIGXFSZ", () => undefined);

const nodeVersion = process.versions.node;

/** undici is loaded by the first request, since most of a start-up would be its. */
function lazyTransport(): Transport {
  let loading: Promise<Transport> | null = null;
  const load = async (): Promise<Transport> => {
    const { createTransport } = await import("./http/transport.ts");
    return createTransport({ env: process.env, nodeVersion, stallMs: 60_000, sleep });
  };
  return {
    send: async (ask, signal) => (await (loading ??= load())).send(ask, signal),
    close: async () => (await loading?.catch(() => null))?.close(),
  };
}

/** The prompts are loaded by the first question: hardly any command asks one. */
function lazyPrompt(): Prompt {
  const load = async (): Promise<Prompt> => {
    const { createPrompt } = await import("./terminal/prompt.ts");
    return createPrompt({ input: process.stdin, output: process.stderr, signal: stopping.signal });
  };
  return {
    text: async (question, options) => (await load()).text(question, options),
    secret: async (question) => (await load()).secret(question),
    choose: async (question, choices) => (await load()).choose(question, choices),
  };
}

const longestNapMs = 10_000;

/**
 * Waits by the wall clock as well as by the timer: a laptop that slept is not made to wait the rest, and a clock that
 * jumps back does not make the wait longer.
 */
async function sleep(ms: number, signal: AbortSignal = stopping.signal): Promise<void> {
  const until = Date.now() + ms;
  for (let left = ms; left > 0 && Date.now() < until && !signal.aborted; left -= longestNapMs) {
    await delay(Math.min(left, longestNapMs), undefined, { signal }).catch(() => undefined);
  }
}

async function readStdin(): Promise<string> {
  const { text } = await import("node:stream/consumers");
  stopping.signal.addEventListener("abort", () => process.stdin.destroy(), { once: true });
  return text(process.stdin).catch((error: unknown) => {
    stopping.signal.throwIfAborted();
    throw error;
  });
}

const transport = lazyTransport();

const host: Host = {
  env: process.env,
  dirs: findDirs(process.env, process.platform),
  // The stream itself is made when it is read: most commands never do.
  stdin: { isTTY: isatty(0), read: readStdin },
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  prompt: isatty(0) && isatty(2) ? lazyPrompt() : null,
  nodeVersion,
  pid: process.pid,
  startedAt: Date.now() - process.uptime() * 1000,
  signal: stopping.signal,
  now: () => Date.now(),
  sleep,
  random: () => Math.random(),
  send: (ask, signal) => transport.send(ask, signal),
};

// Nothing left to wait for ends a process, done or not: until it is done, it has failed.
process.exitCode = exitCodes.bug;
void runCli(process.argv.slice(2), host).then((exitCode) => {
  process.exitCode = stopped.by === null ? exitCode : signals[stopped.by];
  endNow();
});

/** What has been said has been written and what was to be saved is saved: nothing that is still under way keeps the process. */
function endNow(): void {
  void transport.close();
  setTimeout(() => process.exit(), lingerMs).unref();
}

/** For a process that would end by itself, as it does when all goes well. */
const lingerMs = 50;
