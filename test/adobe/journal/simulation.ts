import { expect } from "vitest";
import { chance, between } from "../../../src/demo/chance.ts";
import { answerJournal, faithful, type JournalKnobs } from "../../../src/demo/journal.ts";
import { generatedSource, firstWhere, type JournalSource } from "../../../src/demo/source.ts";
import type { Reply } from "../../../src/demo/call.ts";
import type { Answer, Ask, Host } from "../../../src/host.ts";
import { fakeHost, noon, noPieces } from "../../support/host.ts";
import { journalOf, origin } from "./story.ts";

/** Time that moves from one thing that happens to the next, however many wait for it at once. */
export interface Clock {
  readonly now: () => number;
  /** Resolves when so many milliseconds are over, or as soon as the signal aborts. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Lets time go by until the work is done. @throws what the work throws, and when nothing can happen any more. */
  readonly run: <T>(work: Promise<T>) => Promise<T>;
  /** Lets so much time go by, whatever happens. */
  readonly pass: (ms: number) => Promise<void>;
}

function createClock(start = noon): Clock {
  let now = start;
  let timers: { readonly at: number; readonly wake: () => void }[] = [];

  const wait: Clock["wait"] = (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const onAbort = (): void => {
        timers = timers.filter((other) => other !== timer);
        resolve();
      };
      const wake = (): void => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const timer = { at: now + ms, wake };
      timers.push(timer);
      signal?.addEventListener("abort", onAbort);
    });

  /** Wakes the next one up, once everything that is ready has run. */
  const step = async (until: number): Promise<boolean> => {
    await new Promise((resolve) => setImmediate(resolve));
    const at = timers.reduce((least, timer) => Math.min(least, timer.at), Infinity);
    const next = timers.find((timer) => timer.at === at);
    if (next === undefined || at > until) return false;
    timers = timers.filter((timer) => timer !== next);
    now = Math.max(now, at);
    next.wake();
    return true;
  };

  return {
    now: () => now,
    wait,
    run: async (work) => {
      const state = { isDone: false };
      const end = (): void => void (state.isDone = true);
      work.then(end, end);
      for (let idle = 0; !state.isDone && idle < 20; idle++) if (await step(Infinity)) idle = 0;
      if (!state.isDone) throw new Error("it waits for something that never happens");
      return work;
    },
    pass: async (ms) => {
      const until = now + ms;
      for (let idle = 0; idle < 5; idle++) if (await step(until)) idle = 0;
      now = until;
    },
  };
}

/** What an entry of a simulated journal is; one is the `same` as another whatever its place. */
export type Kind = "run" | "other" | "poison" | "nothing" | "again" | "same";

export interface Written {
  /** When it was recorded, epoch milliseconds, in order. */
  readonly at: number;
  readonly kind: Kind;
}

/** A journal, and what goes wrong in it. */
export interface Plan {
  readonly entries: readonly Written[];
  readonly commas: boolean;
  readonly knobs: Partial<JournalKnobs>;
  /** Chooses latencies and faults. */
  readonly seed: number;
  /** How long an answer takes, at most: each a random part of it. */
  readonly latencyMs: number;
  /** How many of 100 answers are a 429, a 503, a body that is cut off or an empty page; never more than three in a row for a place. */
  readonly faults: number;
  /** How many requests the journal takes in a second. */
  readonly perSecond: number;
  /** How long after the time that it tells each event was recorded. */
  readonly lagMs: number;
  /** How many of 100 entries show another position than their own: the one of the entry before, of an earlier one, or none. */
  readonly positions: { readonly shared: number; readonly repeated: number; readonly missing: number };
}

export const calm: Plan = {
  entries: [],
  commas: false,
  knobs: {},
  seed: 0,
  latencyMs: 80,
  faults: 0,
  perSecond: Infinity,
  lagMs: 0,
  positions: { shared: 0, repeated: 0, missing: 0 },
};

export interface Simulation {
  readonly clock: Clock;
  readonly host: Host;
  readonly journal: ReturnType<typeof journalOf>;
  /** What was asked and when, in order. */
  readonly asked: readonly { readonly url: string; readonly at: number; readonly status: number }[];
  /** How many answers are being waited for, now. */
  readonly open: () => number;
  readonly stop: () => void;
}

/** A journal in memory, in virtual time, whose answers come in any order. */
export function simulate(plan: Plan): Simulation {
  const clock = createClock();
  const source = sourceOf(plan);
  const knobs = { ...faithful, ...plan.knobs };
  const asked: { url: string; at: number; status: number }[] = [];
  const trouble = troubles(plan, clock);
  let open = 0;
  let count = 0;

  const send = async (ask: Ask, signal: AbortSignal): Promise<Answer> => {
    const name = `${plan.seed} ${count++}`;
    const latency = (part: string): number => chance(`${name} ${part}`) * plan.latencyMs;
    // Answered as of now, so that a window begins where it was asked to however long that takes.
    const at = clock.now();
    const record = { url: ask.url.replace(origin, ""), at, status: 0 };
    asked.push(record);
    open += 1;
    try {
      await clock.wait(latency("headers"), signal);
    } finally {
      open -= 1;
    }
    signal.throwIfAborted();
    const reply = trouble(name, ask.url, signal) ?? answerJournal({ source, knobs }, callOf(ask), at);
    record.status = reply.status;
    const body = async (): Promise<Uint8Array> => {
      await clock.wait(latency("body"), signal);
      signal.throwIfAborted();
      return new TextEncoder().encode(reply.body);
    };
    return { status: reply.status, headers: headersOf(reply), body, pieces: noPieces, discard: () => undefined };
  };

  const base = fakeHost({ send, random: 0.5 });
  const host: Host = { ...base, now: clock.now, sleep: clock.wait };
  return {
    clock,
    host,
    journal: journalOf({ ...base, ...host }),
    asked,
    open: () => open,
    stop: () => {
      base.stop();
    },
  };
}

function callOf({ url }: Ask) {
  const { pathname, search, searchParams } = new URL(url);
  return {
    method: "GET",
    target: pathname + search,
    path: pathname,
    query: searchParams,
    headers: { host: new URL(origin).host },
    body: "",
  };
}

function headersOf({ headers }: Reply): Record<string, string[]> {
  const plain: Record<string, string[]> = {};
  for (const [name, value] of headers) (plain[name.toLowerCase()] ??= []).push(value);
  return plain;
}

const mostInARow = 3;

/** What comes instead of an answer, or `null`. */
function troubles(plan: Plan, clock: Clock): (name: string, url: string, reader: AbortSignal) => Reply | null {
  const readers = new WeakMap<AbortSignal, Map<string, number>>();
  let second = 0;
  let taken = 0;
  return (name, url, reader) => {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) [second, taken] = [now, 0];
    taken += 1;
    if (taken > plan.perSecond) return { status: 429, headers: [["Retry-After", "1"]], body: "" };
    // A seek is asked anew each time, and is still the same question of its reader.
    const place = url.replace(/seek=[^&]*/, "seek");
    const inARow = readers.get(reader) ?? new Map<string, number>();
    readers.set(reader, inARow);
    const before = inARow.get(place) ?? 0;
    if (before >= mostInARow || chance(`${name} trouble`) * 100 >= plan.faults) {
      inARow.set(place, 0);
      return null;
    }
    inARow.set(place, before + 1);
    return faultsOf(url)[between(0, 4, `${name} which`)] ?? null;
  };
}

function faultsOf(url: string): readonly Reply[] {
  const json = ["Content-Type", "application/json"] as const;
  const again = ["Link", `<${url}>; rel="next"`] as const;
  return [
    { status: 429, headers: [["Retry-After", "2"]], body: "" },
    { status: 429, headers: [["Retry-After", "7"]], body: '{"error_code":"429050","message":"Too many requests"}' },
    { status: 503, headers: [], body: "" },
    { status: 200, headers: [json], body: '{"events":[{"position":"heron:cut' },
    { status: 200, headers: [json, again], body: '{"events":[],"_page":{"last":"","count":0}}' },
  ];
}

function sourceOf({ entries, commas, lagMs, positions, seed }: Plan): JournalSource {
  const at = (index: number): number => entries[index]?.at ?? Infinity;
  const told = entries.map((entry) => ({ ...entry, at: entry.at - lagMs }));
  const source = generatedSource({
    total: () => entries.length,
    length: (now) => firstWhere(entries.length, (index) => at(index) > now),
    writtenAt: at,
    event: (index) => eventOf(told, index),
    commas,
  });
  const shown: string[] = [];
  for (const index of entries.keys()) {
    const dice = chance(`${seed} position ${index}`) * 100;
    const { shared, repeated, missing } = positions;
    const own = source.position(index);
    if (dice < shared) shown.push(shown.at(-1) ?? own);
    else if (dice < shared + repeated) shown.push(shown[between(0, index - 1, `${seed} which ${index}`)] ?? own);
    else shown.push(dice < shared + repeated + missing ? "" : own);
  }
  const text = (index: number): string =>
    source.text(index).replace(source.position(index), () => shown[index] ?? source.position(index));
  // What is no object has no position either.
  return { ...source, text: (index) => (entries[index]?.kind === "nothing" ? "null" : text(index)) };
}

/** An entry that repeats another one's event is one of the three after it. */
function eventOf(entries: readonly Written[], index: number): string {
  const kind = entries[index]?.kind ?? "other";
  if (kind === "run") return runText(index, entries[index]?.at ?? 0);
  if (kind === "poison")
    return `{"event_id":"event-${index}","event":{"flowId":7,"metrics":{},"header":${sourceHeader}}}`;
  if (kind === "same") return '{"type":"com.example.same"}';
  const before = entries.findLastIndex((entry, at) => at < index && entry.kind === "run");
  if (kind === "again" && before !== -1) return runText(before, entries[before]?.at ?? 0);
  return `{"event_id":"event-${index}","time":"${new Date(entries[index]?.at ?? 0).toISOString()}","type":"com.example.read"}`;
}

const sourceHeader = '{"_adobeio":{"eventCode":"sources_flow_run_success"}}';

function runText(index: number, at: number): string {
  return `{"event_id":"event-${index}","event":{"id":"run-${index}","flowId":"flow","updatedAt":${at},"metrics":{"statusSummary":{"status":"success"}},"header":${sourceHeader}}}`;
}

/** Nothing was asked after that moment, and nothing is on its way. */
export async function expectSilence({ clock, asked, open }: Simulation): Promise<void> {
  const before = asked.length;
  await clock.pass(600_000);
  expect({ asked: asked.length, open: open() }).toEqual({ asked: before, open: 0 });
}
