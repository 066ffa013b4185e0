import { onTestFinished } from "vitest";
import { Secret } from "../../src/adobe/auth/secret.ts";
import type { FaultRule } from "../../src/demo/faults.ts";
import type { LyticsItem } from "../../src/demo/lytics/story.ts";
import { startServer } from "../../src/demo/server.ts";
import { listedSource } from "../../src/demo/source.ts";
import type { Lytics } from "../../src/lytics/lytics.ts";
import { openNodeWorld } from "../../src/node-host.ts";
import type { Job } from "../../src/runs/job/job.ts";
import { readJob } from "../../src/runs/job/read-job.ts";
import type { Notice } from "../../src/notices.ts";

export const lyticsNoon = Date.UTC(2026, 10, 28, 12);

/** An event of a work, as the API gives it. */
export function workEvent(id: string, at: number, more: Readonly<Record<string, unknown>> = {}): LyticsItem {
  const timestamp = new Date(at).toISOString();
  return { at, item: { id, subject_type: "work", subject_id: "w", verb: "synced", timestamp, ...more } };
}

/** Events of works, each at an instant of its own or shared, as event-0, event-1, … */
export function workEvents(...instants: readonly number[]): LyticsItem[] {
  return instants.map((at, n) => workEvent(`event-${String(n)}`, at));
}

/** The record of an event of a work, as it is read. */
export function jobOf(change: Partial<Job> = {}): Job {
  const { item } = workEvent("event", lyticsNoon);
  const read = readJob(item, "p");
  if (typeof read === "string") throw new Error(read);
  return { ...read.job, ...change };
}

/** How a test's Lytics is, and what happens while it is waited for. */
export interface ServedLytics {
  /** May be added to while it is read. */
  readonly items: readonly LyticsItem[];
  readonly faults?: readonly FaultRule[];
  /** How far our clock is before theirs, ms. */
  readonly aheadMs?: number;
  /** Called before the n-th wait, from 1, with the time by their clock. */
  readonly onSleep?: (n: number, now: number) => void;
}

/** A server of Lytics on loopback until the test ends, for whoever has the token. `now` is epoch ms. */
export async function startLytics({
  items,
  faults = [],
  token,
  now,
}: Pick<ServedLytics, "items" | "faults"> & { readonly token: string; readonly now: () => number }) {
  const server = await startServer({
    now,
    sleep: () => Promise.resolve(),
    source: listedSource([]),
    faults,
    lytics: {
      between: (from, to) => items.filter(({ at }) => at >= from && at <= to).sort((one, other) => one.at - other.at),
      token,
    },
  });
  onTestFinished(() => server.close());
  return server;
}

/** An account of Lytics on loopback until the test ends. Time goes by sleeping. */
export async function serveLytics({ items, faults = [], aheadMs = 0, onSleep }: ServedLytics) {
  let now = lyticsNoon;
  const server = await startLytics({ items, faults, token: "a-token", now: () => now });
  const notices: Notice[] = [];
  const slept: number[] = [];
  const lytics: Lytics = {
    host: {
      ...openNodeWorld({ tuneV8: () => undefined }),
      now: () => now + aheadMs,
      sleep: (ms) => {
        slept.push(ms);
        now += ms;
        onSleep?.(slept.length, now);
        return Promise.resolve();
      },
      random: () => 1,
    },
    signal: new AbortController().signal,
    notify: (notice) => notices.push(notice),
    patience: { retries: 4, maxWaitMs: 300_000 },
    url: server.origin,
    token: new Secret("a-token"),
    profile: "default",
  };
  return { server, lytics, notices, slept };
}
