import { setTimeout as delay } from "node:timers/promises";
import process from "node:process";
import { isatty } from "node:tty";
import { runCli } from "./cli/run-cli.ts";
import { decodeText } from "./text/encoding.ts";
import { exitCodes, FlowrunError } from "./errors.ts";
import type { Host, Pager, Prompt } from "./host.ts";
import { discreet, keepSecretsOf } from "./mask.ts";
import { openNodeWorld } from "./node-host.ts";
import { createDebugFile } from "./cli/terminal/debug-file.ts";
import { outputOf } from "./cli/terminal/output.ts";
import { mayRedraw } from "./cli/terminal/redraw.ts";

/** The composition root: what belongs to the process of a command alone, its signals and streams, and the rest of the world. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const stopping = new AbortController();
let isPaging = false;
const stopped: { by: keyof typeof signals | null; at: number } = { by: null, at: 0 };

/** Nobody presses Ctrl-C twice as fast as this: npx passes on what the terminal has sent already, and so may a package. */
const echoMs = 200;

/** Done at SIGHUP by a command that runs for long; `null` where that means the end. */
let reload: (() => void) | null = null;

for (const name of Object.keys(signals) as (keyof typeof signals)[]) {
  process.on(name, () => {
    if (name === "SIGHUP" && reload !== null) {
      reload();
      return;
    }
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

/**
 * Not before the program is loaded: what V8 has compiled of Node's own modules, and keeps, is only good for the flags
 * that it was compiled with.
 */
function tuneV8(): void {
  const v8 = process.getBuiltinModule("node:v8");
  // undici's HTTP parser is WebAssembly. Unless V8 is told to stay with its quick compiler, a process of one request
  // spends most of its time optimising it, and waits for that at its end: without this, an hour of the demo takes 1.7
  // times as much CPU (615 against 358 ms on two slow cores).
  v8.setFlagsFromString("--liftoff-only");
  // Left alone, V8 lets garbage grow to several times what is in use, and from Node 22 on its young generation to three
  // times the size it had. This keeps a reading of any length well under 240 MiB and costs a few per cent of time; with a
  // heap growing half as much it would be 30 MiB less, and a quarter more time.
  v8.setFlagsFromString("--heap-growing-percent=150");
  const [major = "20"] = process.versions.node.split(".");
  if (Number(major) >= 22) v8.setFlagsFromString("--semi-space-growth-factor=1");
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

async function openPager(): Promise<Pager> {
  const pager = await import("./cli/terminal/pager.ts");
  return pager.openPager({
    env: process.env,
    stdout,
    stderr: host.stderr,
    signal: stopping.signal,
    rows: () => process.stdout.rows,
    onPaging: (isNow) => {
      isPaging = isNow;
    },
  });
}

keepSecretsOf(process.env);

const world = openNodeWorld({ tuneV8 });
const { env, nodeVersion, platform, pid, send } = world;

const toldOnStderr = discreet(stderr);

const host: Host = {
  env,
  get dirs() {
    return world.dirs;
  },
  // The stream itself is made when it is read: most commands never do.
  stdin: { isTTY: isatty(0), read: readStdin, pieces: stdinPieces },
  stdout,
  stderr: toldOnStderr,
  debugFile: createDebugFile({
    now: () => world.now(),
    complain: (text) => void toldOnStderr.write(text).catch(() => undefined),
  }),
  openPager,
  prompt: isatty(0) && isatty(2) && mayRedraw(process.env) ? lazyPrompt() : null,
  nodeVersion,
  platform,
  pid,
  startedAt: Date.now() - process.uptime() * 1000,
  signal: stopping.signal,
  onHangup: (whatToDo) => {
    reload = whatToDo;
  },
  now: () => world.now(),
  sleep: (ms, signal = stopping.signal) => world.sleep(ms, signal),
  random: () => world.random(),
  send,
  tuneV8,
};

// Nothing left to wait for ends a process, done or not: until it is done, it has failed.
process.exitCode = exitCodes.bug;
// An address may hold a password, and a list of processes shows the whole line to everybody on the machine.
if (process.argv.some((word) => /^--(?:to|forward-to)(?:=|$)/.test(word))) {
  process.title = `flowrun ${process.argv[2] ?? ""}`;
}

void runCli(process.argv.slice(2), host).then(async (exitCode) => {
  await Promise.all([stdout.flushed(), stderr.flushed()]);
  // All is said and saved: nothing that is still under way keeps the process.
  process.exit(stopped.by === null ? exitCode : signals[stopped.by]);
});
