/** A journal that has everything wrong with it, for the soak's readers, and what else they share. */
import { setTimeout as delay } from "node:timers/promises";
import { startServer } from "../dist/demo/server.cjs";
import { generatedSource } from "../dist/demo/source.cjs";

/**
 * A journal on loopback. Half of its events are there already; the others come while it is read, over so many seconds.
 * @returns the server, the runs that it tells of, how many of its answers are spoilt so far, and when the last event comes.
 */
export async function spoiltJournal({ seed, events, seconds = 30 }) {
  const random = chance(seed);
  // One event in twenty is an earlier one, delivered again up to a thousand events later.
  const told = Array.from({ length: events }, (_, n) =>
    n > 0 && random() < 0.05 ? n - 1 - Math.floor(random() * Math.min(n, 1000)) : n,
  );
  for (let n = 0; n < events; n += 1) told[n] = told[told[n]];
  // Out of order: a run may have been updated a minute before the one that stands in front of it.
  const ages = told.map(() => Math.floor(random() * 60_000));
  const began = Date.now();
  const lasts = seconds * 1000;
  const writtenAt = (n) => (n < events / 2 ? began - 3_600_000 + n : began + ((n - events / 2) * lasts) / (events / 2));
  const upTo = (now) =>
    now < began ? events / 2 : Math.floor(events / 2 + ((now - began) / lasts) * (events / 2)) + 1;
  let spoilt = 0;
  const server = await startServer({
    now: () => Date.now(),
    sleep: (ms) => delay(ms),
    latencyMs: 10,
    journal: { retryAfter: "1" },
    ims: { mintsPerMinute: 1000 },
    faults: journalFaults.map((fault) => ({ fault, when: () => random() < 0.02 && ++spoilt > 0 })),
    source: generatedSource({
      total: () => events,
      length: (now) => Math.min(events, upTo(now)),
      writtenAt,
      event: (n) => runEvent(told[n], writtenAt(told[n]) - ages[told[n]]),
    }),
  });
  return { server, random, runs: new Set(told), spoilt: () => spoilt, lastAt: began + lasts };
}

/** The answers with which a journal disappoints its reader. */
export const journalFaults = [
  { kind: "status", status: 401 },
  { kind: "status", status: 429, retryAfter: "1" },
  { kind: "status", status: 500 },
  { kind: "reset", when: "beforeHeaders" },
  { kind: "reset", when: "midBody" },
  { kind: "truncated" },
  { kind: "reorder" },
  { kind: "duplicate" },
];

/** The text of an event that tells of `run-<n>`; one in twenty failed. */
export function runEvent(n, updatedAt) {
  const body = {
    id: `run-${n}`,
    flowId: `flow-${n % 7}`,
    createdAt: updatedAt,
    updatedAt,
    metrics: { statusSummary: { status: n % 20 === 0 ? "failed" : "success" } },
    activities: [],
    header: { _adobeio: { eventCode: "sources_flow_run_success" } },
  };
  return JSON.stringify({ event_id: `event-${n}`, event: body });
}

/** Uniform in [0, 1), the same for the same seed (mulberry32). */
export function chance(start) {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The settings of a reader, in a home of its own. */
export function environment(server, home) {
  return {
    PATH: process.env.PATH,
    HOME: home,
    FLOWRUN_HOME: home,
    FLOWRUN_CLIENT_ID: server.clientId,
    FLOWRUN_CLIENT_SECRET: server.clientSecret,
    FLOWRUN_IMS_ORG_ID: server.imsOrgId,
    FLOWRUN_SCOPES: server.scopes.join(","),
    FLOWRUN_JOURNAL_URL: server.journalUrl,
    FLOWRUN_IMS_URL: server.imsUrl,
  };
}

/** What the soak is at, on a terminal. */
export function say(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}
