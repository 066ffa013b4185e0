import { setTimeout as delay } from "node:timers/promises";
import process from "node:process";
import { isatty } from "node:tty";
import { runCli } from "./cli/run-cli.ts";
import { findDirs } from "./state/dirs.ts";
import { decodeText } from "./text/encoding.ts";
import { exitCodes, FlowrunError } from "./errors.ts";
import type { Host, Prompt } from "./host.ts";
import type { Transport } from "./adobe/http/transport.ts";
import { discreet, keepSecretsOf } from "./mask.ts";
import { outputOf } from "./cli/terminal/output.ts";

/** The composition root: but for start.ts the only file that knows the process, its signals and the clock. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const stopping = new AbortController();
let isPaging = false;
const stopped: { by: keyof typeof signals | null; at: number } = { by: null, at: 0 };

/** Nobody presses Ctrl-C twice as fast as this: npx passes on what the terminal has sent already, and so may a package. */
const echoMs = 200;

for (const name of Object.keys(signals) as (keyof typeof signals)[]) {
  process.on(name, () => {
    // Ctrl-C goes to all who share the terminal; while the pager has it, it is for the pager.
    if (name === "SIGINT" && isPaging) return;
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

/** Waits for what may never matter any more, and keeps nobody. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

/** Without the word on stderr that it is experimental. */
function loadWasi(): typeof import("node:wasi") {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule("node:wasi");
  } finally {
    process.emitWarning = emitWarning;
  }
}

const surroundings = { stop: stopping.signal, wait, loadWasi: process.platform === "linux" ? loadWasi : null };
const stdout = outputOf(process.stdout, surroundings);
const stderr = outputOf(process.stderr, surroundings);

const nodeVersion = process.versions.node;

/** A page of 32 MB may take ten minutes, over a line of half a megabit; but whoever waits for half of one is told. */
const pace = {
  slowMs: 30_000,
  mostMs: 600_000,
  after: (ms: number, act: () => void) => {
    const timer = setTimeout(act, ms).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** undici is loaded by the first request, since most of a start-up would be its. */
function lazyTransport(): Transport {
  let loading: Promise<Transport> | null = null;
  const load = async (): Promise<Transport> => {
    const { createTransport } = await import("./adobe/http/transport.ts");
    return createTransport({ env: process.env, nodeVersion, stallMs: 60_000, sleep, pace });
  };
  return {
    send: async (ask, signal) => (await (loading ??= load())).send(ask, signal),
    close: async () => (await loading?.catch(() => null))?.close(),
  };
}

/** The prompts are loaded by the first question: hardly any command asks one. */
function lazyPrompt(): Prompt {
  const load = async (): Promise<Prompt> => {
    const { createPrompt } = await import("./cli/terminal/prompt.ts");
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

async function* stdinPieces(): AsyncGenerator<Uint8Array, void, undefined> {
  const { stdin } = process;
  stopping.signal.addEventListener("abort", () => stdin.destroy(), { once: true });
  try {
    for await (const piece of stdin) yield piece as Uint8Array;
  } catch (error) {
    stopping.signal.throwIfAborted();
    throw error;
  }
}

async function readStdin(): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stdinPieces()) pieces.push(piece);
  return decodeText(Buffer.concat(pieces));
}

async function showPages(text: string): Promise<void> {
  const { page } = await import("./cli/terminal/pager.ts");
  isPaging = true;
  try {
    await page(text, { env: process.env, stdout: host.stdout, signal: stopping.signal, rows: process.stdout.rows });
  } finally {
    isPaging = false;
  }
}

keepSecretsOf(process.env);

const transport = lazyTransport();

const host: Host = {
  env: process.env,
  // Found when a command needs them, so that one that cannot be right is told as any other failure is.
  get dirs() {
    return findDirs(process.env, process.platform);
  },
  // The stream itself is made when it is read: most commands never do.
  stdin: { isTTY: isatty(0), read: readStdin, pieces: stdinPieces },
  stdout,
  stderr: discreet(stderr),
  page: showPages,
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
void runCli(process.argv.slice(2), host).then(async (exitCode) => {
  await Promise.all([stdout.flushed(), stderr.flushed()]);
  // All is said and saved: nothing that is still under way keeps the process.
  process.exit(stopped.by === null ? exitCode : signals[stopped.by]);
});
