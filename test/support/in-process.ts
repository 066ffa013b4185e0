import { runCli } from "../../src/cli/run-cli.ts";
import { createDebugFile } from "../../src/cli/terminal/debug-file.ts";
import { createTransport, type Transport } from "../../src/adobe/http/transport.ts";
import type { Host, Output } from "../../src/host.ts";
import { discreet, keepSecretsOf } from "../../src/mask.ts";
import { findDirs } from "../../src/state/dirs.ts";
import { decodeText } from "../../src/text/encoding.ts";
import type { Finished, RunOptions } from "./flowrun.ts";
import { open, realSleep } from "./host.ts";

/** Where a command runs that is run here. */
export interface HereOptions {
  /** The width of the terminal that both streams lead to; `null` for pipes. */
  readonly columns?: number | null;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/**
 * Runs a command line as a process of its own would, but here: with the real clock, files and network, and pipes for
 * streams. That saves a process its start, which takes longer than most commands.
 */
export async function runHere(
  args: readonly string[],
  { env = {}, input = "" }: RunOptions,
  { columns = null, now = Date.now }: HereOptions = {},
): Promise<Finished & { readonly screen: string }> {
  const texts = { stdout: "", stderr: "", screen: "" };
  const output = (name: "stdout" | "stderr"): Output => ({
    isTTY: columns !== null,
    columns: columns ?? 80,
    ...open,
    write: (text) => {
      texts[name] += text;
      texts.screen += text;
      return Promise.resolve();
    },
  });
  const stdout = output("stdout");
  const stopping = new AbortController();
  const nodeVersion = process.versions.node;
  // As the program does, by the first request: an environment that cannot be right is told by whoever uses it.
  let transport: Transport | null = null;
  const send: Host["send"] = async (ask, signal) =>
    (transport ??= createTransport({ env, stallMs: 60_000, sleep: realSleep })).send(ask, signal);
  const bytes = Buffer.from(input);
  keepSecretsOf(env);
  const host: Host = {
    env,
    get dirs() {
      return findDirs(env, process.platform);
    },
    stdin: {
      isTTY: false,
      read: () => Promise.resolve(decodeText(bytes)),
      async *pieces() {
        if (bytes.length > 0) yield await Promise.resolve(bytes);
      },
    },
    stdout,
    stderr: discreet(output("stderr")),
    debugFile: createDebugFile({ now, complain: (text) => (texts.stderr += text) }),
    openPager: () => Promise.resolve({ stdout, stderr: host.stderr, end: () => Promise.resolve() }),
    prompt: null,
    nodeVersion,
    platform: `${process.platform}-${process.arch}`,
    pid: process.pid,
    startedAt: now(),
    onHangup: () => undefined,
    signal: stopping.signal,
    now,
    sleep: realSleep,
    random: () => Math.random(),
    tuneV8: () => undefined,
    send,
  };
  try {
    return { code: await runCli(args, host), signal: null, ...texts };
  } finally {
    stopping.abort();
    await (transport as Transport | null)?.close();
  }
}
