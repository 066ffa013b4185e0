import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import type { Pace } from "./adobe/http/body.ts";
import type { Transport } from "./adobe/http/transport.ts";
import type { World } from "./host.ts";
import { findDirs } from "./state/dirs.ts";

/** The real world, but for what belongs to the program alone: its signals, its streams and V8's flags. */
export interface NodeWorld extends World {
  /** Drops every connection at once. */
  close(): Promise<void>;
}

/** Opens it; the environment is looked at when something asks for it, and undici is loaded by the first request. */
export function openNodeWorld(own: Pick<World, "tuneV8">): NodeWorld {
  const { env, pid, versions, platform, arch } = process;
  const tuneV8 = (): void => {
    own.tuneV8();
  };
  const transport = lazyTransport(tuneV8);
  return {
    env,
    // Found when a command needs them, so that one that cannot be right is told as any other failure is.
    get dirs() {
      return findDirs(env, platform);
    },
    nodeVersion: versions.node,
    platform: `${platform}-${arch}`,
    pid,
    now: () => Date.now(),
    sleep,
    random: () => Math.random(),
    send: (ask, signal) => transport.send(ask, signal),
    tuneV8,
    close: () => transport.close(),
  };
}

/** Most of a start-up would be undici's. */
function lazyTransport(tuneV8: () => void): Transport {
  let loading: Promise<Transport> | null = null;
  const load = async (): Promise<Transport> => {
    const { createTransport } = await import("./adobe/http/transport.ts");
    tuneV8();
    return createTransport({ env: process.env, stallMs: 60_000, sleep, pace });
  };
  return {
    send: async (ask, signal) => (await (loading ??= load())).send(ask, signal),
    close: async () => (await loading?.catch(() => null))?.close(),
  };
}

/** A page of 32 MB may take ten minutes, over a line of half a megabit; but whoever waits for half of one is told. */
const pace: Pace = {
  slowMs: 30_000,
  mostMs: 600_000,
  after: (ms, act) => {
    const timer = setTimeout(act, ms).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

const longestNapMs = 10_000;

/**
 * Waits by the wall clock as well as by the timer: a laptop that slept is not made to wait the rest, and a clock that
 * jumps back does not make the wait longer.
 */
async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const until = Date.now() + ms;
  for (let left = ms; left > 0 && Date.now() < until && signal?.aborted !== true; left -= longestNapMs) {
    await delay(Math.min(left, longestNapMs), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}
