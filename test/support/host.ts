import { setTimeout as delay } from "node:timers/promises";
import { createDebugFile } from "../../src/cli/terminal/debug-file.ts";
import type { Ask, Answer, Host, Output, Prompt } from "../../src/host.ts";

/** The other world: time that moves only by sleeping, streams that remember, and the global fetch, which nock watches. */
export interface FakeHost extends Host {
  /** Every wait so far, in milliseconds. */
  readonly sleeps: readonly number[];
  /** Everything that was asked, in order. */
  readonly asked: readonly Ask[];
  out(): string;
  err(): string;
  stop(): void;
}

export interface FakeHostOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly now?: number;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly dir?: string;
  /** What `random` returns; 1 makes every backoff as long as it can be. */
  readonly random?: number;
  /** Instead of the global fetch. */
  readonly send?: Host["send"];
  /** What stands in stdin. */
  readonly stdin?: string;
  /** Who answers questions. */
  readonly prompt?: Prompt;
  /** Called before each sleep, for a test that stops or changes the world while flowrun waits. */
  readonly onSleep?: (ms: number, host: FakeHost) => void;
}

/** As the real host sleeps: by the clock, and until told otherwise. */
export const realSleep: Host["sleep"] = (ms, signal) =>
  delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);

export const noon = Date.UTC(2026, 10, 22, 12, 0, 0);

export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  const { env = {}, isTTY = false, columns = 80, dir = "/nonexistent", random = 1, send = fetchSend } = options;
  const stopping = new AbortController();
  const stdout: string[] = [];
  const stderr: string[] = [];
  const sleeps: number[] = [];
  const asked: Ask[] = [];
  let now = options.now ?? noon;
  const host: FakeHost = {
    env,
    dirs: { config: dir, state: dir, cache: dir },
    stdin: {
      isTTY,
      read: () => Promise.resolve(options.stdin ?? ""),
      // In pieces that end in the middle of lines.
      async *pieces() {
        const bytes = new TextEncoder().encode(options.stdin ?? "");
        for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
      },
    },
    stdout: collect(stdout, isTTY, columns),
    stderr: collect(stderr, isTTY, columns),
    debugFile: createDebugFile({ now: () => now, complain: (text) => void stderr.push(text) }),
    openPager: () => {
      const { stdout, stderr } = host;
      return Promise.resolve({ stdout, stderr, end: () => Promise.resolve() });
    },
    prompt: options.prompt ?? null,
    nodeVersion: "20.18.1",
    platform: "linux-x64",
    pid: 4711,
    startedAt: now,
    signal: stopping.signal,
    onHangup: () => undefined,
    now: () => now,
    sleep: (ms, signal) => {
      if (signal?.aborted === true) return Promise.resolve();
      sleeps.push(ms);
      options.onSleep?.(ms, host);
      now += ms;
      return Promise.resolve();
    },
    random: () => random,
    tuneV8: () => undefined,
    send: (ask, signal) => {
      asked.push(ask);
      return send(ask, signal);
    },
    sleeps,
    asked,
    out: () => stdout.join(""),
    err: () => stderr.join(""),
    stop: () => {
      stopping.abort(new Error("stopped by the test"));
    },
  };
  return host;
}

/** What an output has whose reader stays. */
export const open = {
  isLost: false,
  isMidLine: false,
  untilClosed: () => new AbortController().signal,
} satisfies Partial<Output>;

function collect(texts: string[], isTTY: boolean, columns: number): Output {
  return {
    isTTY,
    columns,
    ...open,
    write: (text) => {
      texts.push(text);
      return Promise.resolve();
    },
  };
}

/** The seam's other side: plain data from the global fetch, as the transport makes it from undici. */
async function fetchSend(ask: Ask, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(ask.url, {
    method: ask.method,
    headers: ask.headers,
    signal,
    redirect: "manual",
    ...(ask.body === undefined ? {} : { body: ask.body }),
  });
  const headers: Record<string, string[]> = {};
  response.headers.forEach((value, name) => (headers[name] = [value]));
  return {
    status: response.status,
    headers,
    body: async () => new Uint8Array(await response.arrayBuffer()),
    async *pieces() {
      for await (const piece of response.body ?? []) yield piece;
    },
    discard: () => void response.body?.cancel(),
  };
}

/** Of an answer made by hand: nobody reads its body as it comes. */
export const noPieces: Answer["pieces"] = () => {
  throw new Error("this body was not to be read in pieces");
};
