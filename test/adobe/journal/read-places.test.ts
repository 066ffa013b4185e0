import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createQuota } from "../../../src/cli/commands/reading/quota.ts";
import { readWindow, runTarget } from "../../../src/cli/commands/reading/read-window.ts";
import { takeNotes } from "../../../src/cli/commands/reading/recent-notes.ts";
import type { Session } from "../../../src/cli/commands/reading/session.ts";
import { joinBatches } from "../../../src/engine/sources/for-archive.ts";
import { journalSource } from "../../../src/engine/sources/journal.ts";
import type { Batch, Candidate } from "../../../src/engine/sources/source.ts";
import { digest, type Digest as DigestOf } from "../../../src/engine/digest.ts";
import { FlowrunError } from "../../../src/errors.ts";
import type { Host } from "../../../src/host.ts";
import type { Journal } from "../../../src/adobe/journal/ask-journal.ts";
import type { Beginning, Page } from "../../../src/adobe/journal/page.ts";
import { readPages, type Reading } from "../../../src/adobe/journal/read-pages.ts";
import { lateMs, readPagesUntil } from "../../../src/adobe/journal/read-until.ts";
import { readPlaces, type Places } from "../../../src/adobe/journal/read-places.ts";
import { retentionMs } from "../../../src/adobe/journal/retention.ts";
import { emptyTally } from "../../../src/engine/pump.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { marksOf, resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import { cases } from "../../support/cases.ts";
import { noon } from "../../support/host.ts";
import { calm, expectSilence, simulate, type Kind, type Plan, type Simulation, type Written } from "./simulation.ts";
import { answerOf, failureOf } from "./story.ts";

const events = resolveEventSelection(undefined);
const digesting = { events, raw: false, keep: () => true, encode: ({ runId }: { runId: string }) => runId };

/** What a reading comes to, however it was cut into pages. */
interface Outcome {
  readonly runs: readonly string[];
  readonly events: number;
  readonly rejects: readonly string[];
  /** Where a chain of pages begins, each with the number of events before it. */
  readonly begins: readonly (readonly [number, Beginning])[];
  readonly failure: string | null;
}

interface Case {
  readonly plan: Plan;
  readonly start: Places<string>["start"];
  readonly limit: number | null;
  readonly jobs: number;
  readonly skims: boolean;
  /** How much of what may be held a run takes, in bytes. */
  readonly runBytes: number;
  /** How long the consumer of a page takes, at most. */
  readonly napMs: number;
  readonly onExpired?: Reading["onExpired"];
}

/** The same of a window that ends, one place or many. */
async function upTo({ plan, start, limit, jobs, skims }: Case, until: number): Promise<Outcome & { asked: number }> {
  const simulation = simulate(plan);
  const reading = readingOf(simulation, limit, skims);
  const walking = { ...reading, start, follow: false, past: null } as const;
  const digests =
    jobs === 1
      ? digestsOf(readPagesUntil(walking, until))
      : readPlaces({ reading, start, end: until + lateMs, jobs, ...handing });
  const outcome = await outcomeOf(simulation, digests);
  await expectSilence(simulation);
  return { ...outcome, asked: simulation.asked.length };
}

/** What is left of a page, and how many events it had. */
type Digested = DigestOf<string> & Pick<Page, "count" | "begins">;

function digestOf(page: Page): Digested {
  return { ...digest(page, digesting), count: page.count, begins: page.begins };
}

const plain = { limit: null, jobs: 1, skims: false, runBytes: 100, napMs: 0 };

async function outcomeOf(simulation: Simulation, digests: AsyncIterable<Digested>): Promise<Outcome> {
  const all: Digested[] = [];
  const reading = async (): Promise<void> => {
    for await (const one of digests) all.push(one);
  };
  const failure = await simulation.clock.run(
    reading().then(
      () => null,
      (error: unknown) => failureOf(Promise.reject(error as Error)).then(({ kind }) => kind),
    ),
  );
  return {
    runs: all.flatMap(({ candidates }) => candidates.map(({ position, encoded }) => `${position} ${encoded}`)),
    events: all.reduce((sum, { count }) => sum + count, 0),
    rejects: all.flatMap(({ rejects }) => rejects.map(({ position }) => position)),
    begins: all.flatMap(({ begins }, at) =>
      begins === null ? [] : [[all.slice(0, at).reduce((sum, { count }) => sum + count, 0), begins] as const],
    ),
    failure,
  };
}

function walk({ plan, start, limit, skims, onExpired = "fail" }: Case): Promise<Outcome> {
  const simulation = simulate(plan);
  const reading = { ...readingOf(simulation, limit, skims), onExpired };
  return outcomeOf(simulation, digestsOf(readPages({ ...reading, start, follow: false, past: null })));
}

function readAtOnce({ plan, start, limit, jobs, skims, runBytes, napMs, onExpired = "fail" }: Case): Promise<Outcome> {
  const simulation = simulate(plan);
  const reading = { ...readingOf(simulation, limit, skims), onExpired };
  const sizeOf = ({ candidates }: Digested): number => candidates.length * runBytes;
  async function* slowly(): AsyncGenerator<Digested> {
    for await (const one of readPlaces({ reading, start, jobs, ...handing, sizeOf })) {
      yield one;
      await simulation.clock.wait((napMs * (one.count % 10)) / 10);
    }
  }
  return outcomeOf(simulation, slowly());
}

const handing = {
  digest: digestOf,
  sizeOf: ({ candidates }: Digested) => candidates.length * 100,
  onShare: () => undefined,
};

function readingOf({ journal }: Simulation, limit: number | null, skims: boolean) {
  return { journal: skims ? { ...journal, marks: marksOf(events) } : journal, limit, onExpired: "fail" as const };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const kinds = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Kind>("run") },
  { weight: 4, arbitrary: fc.constant<Kind>("other") },
  { weight: 1, arbitrary: fc.constantFrom<Kind>("poison", "nothing", "again", "same") },
);

/** Some events in a stretch of time: a burst in one instant, a steady stream, or silence around one of them. */
const stretch = fc.record({
  silence: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 600, max: 90_000 })),
  every: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 600 })),
  kinds: fc.oneof(
    fc.array(kinds, { maxLength: 40 }),
    // One kind alone, so that whole pages hold nothing that is asked for.
    fc.tuple(kinds, fc.integer({ min: 1, max: 60 })).map(([kind, count]) => new Array<Kind>(count).fill(kind)),
  ),
});

/**
 * The entries of these stretches, the last one at `end`. All times are whole seconds from noon, so that a `seek`, which
 * counts whole seconds, finds the same first entry whenever it is asked.
 */
function entriesOf(stretches: readonly { silence: number; every: number; kinds: readonly Kind[] }[], end: number) {
  const entries: Written[] = [];
  let at = end;
  for (const { silence, every, kinds: some } of stretches) {
    for (const kind of some) {
      entries.unshift({ at, kind });
      at -= every * 1000;
    }
    at -= silence * 1000;
  }
  return entries.filter((entry) => entry.at > noon - 6 * 24 * hourMs);
}

const plans: fc.Arbitrary<Plan> = fc
  .record({
    // Long ones mostly: a reader of a short window stays alone.
    stretches: fc.array(stretch, { maxLength: 10, size: "max" }),
    end: fc.constantFrom(noon - 1000, noon - 10 * minuteMs, noon - 9 * hourMs),
    commas: fc.boolean(),
    seekOneEarlier: fc.boolean(),
    legacyLimit: fc.boolean(),
    defaultLimit: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 12 }) }, fc.constant(1000)),
    maxBytes: fc.constantFrom(1_500_000, 2000),
    links: fc.constantFrom("lines" as const, "joined" as const),
    seed: fc.nat(),
    latencyMs: fc.constantFrom(0, 80, 3000),
    lagMs: fc.constantFrom(0, 10 * minuteMs, 2 * hourMs, -hourMs),
    positions: fc.oneof(
      fc.constant(calm.positions),
      fc.record({ shared: fc.constantFrom(0, 5, 50), repeated: fc.constantFrom(0, 5), missing: fc.constantFrom(0, 5) }),
      fc.constantFrom(
        { shared: 100, repeated: 0, missing: 0 },
        { shared: 90, repeated: 0, missing: 0 },
        { shared: 0, repeated: 50, missing: 0 },
        { shared: 0, repeated: 95, missing: 0 },
        { shared: 0, repeated: 0, missing: 50 },
        { shared: 0, repeated: 0, missing: 100 },
      ),
    ),
    trouble: fc.oneof(
      fc.constantFrom(0, 10, 60).map((faults) => ({ faults, perSecond: Infinity })),
      fc.constantFrom(1, 3, 20).map((perSecond) => ({ faults: 0, perSecond })),
    ),
  })
  .map(({ stretches, end, commas, seed, latencyMs, lagMs, positions, trouble, ...knobs }) => ({
    entries: entriesOf(stretches, end),
    commas,
    knobs,
    seed,
    latencyMs,
    lagMs,
    positions,
    ...trouble,
  }));

const starts: fc.Arbitrary<Places<string>["start"]> = fc.oneof(
  fc.constant({ kind: "oldest" } as const),
  fc.constantFrom(1, 3600, 86_400, 5 * 86_400).map((seconds) => ({
    kind: "time" as const,
    at: noon - seconds * 1000,
    seek: `-PT${seconds}S`,
    askedAt: noon,
  })),
);

const anyCase: fc.Arbitrary<Case> = fc.record({
  plan: plans,
  start: starts,
  limit: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 20 })),
  jobs: fc.integer({ min: 1, max: 16 }),
  skims: fc.boolean(),
  runBytes: fc.constantFrom(100, 100_000, 9_000_000),
  napMs: fc.constantFrom(0, 50, 5000),
});

/** Property tests of FLOWRUN_CASES cases in all. */
async function always<T>(share: number, cases_: fc.Arbitrary<T>, check: (one: T) => Promise<void>): Promise<void> {
  const numRuns = Math.max(1, Math.round(cases * share));
  await fc.assert(fc.asyncProperty(cases_, check), { numRuns, interruptAfterTimeLimit: 60 * minuteMs });
}

const patient = { timeout: Math.max(60_000, cases * 100) };

describe("many places at once come to what the plain walk comes to", () => {
  test("whatever the journal", patient, () =>
    always(0.5, anyCase, async (one) => {
      expect(await readAtOnce(one)).toEqual(await walk(one));
    }),
  );

  test("down to what is printed once repeated events are dropped", patient, () =>
    always(0.2, anyCase, async (one) => {
      expect(await printAtOnce(one)).toEqual(await printAtOnce({ ...one, jobs: 1 }));
    }),
  );

  test("and wherever an archive stands on the way, what comes after is the rest of it", patient, () =>
    always(0.3, anyCase, async (one) => {
      const plan = { ...one.plan, positions: calm.positions };
      const { batches, failure } = await readForArchive({ ...one, plan });
      if (failure !== null) return;
      const runsOf = (some: typeof batches) =>
        some.flatMap(({ candidates }) => candidates.map(({ position, encoded }) => `${position} ${encoded}`));
      expect(runsOf(batches)).toEqual((await walk({ ...one, plan })).runs);
      for (const at of new Set([0, Math.floor(batches.length / 2), batches.length - 2])) {
        const next = batches[at]?.mark.next;
        if (next === undefined) continue;
        const simulation = simulate(plan);
        const reading = { ...readingOf(simulation, one.limit, one.skims), follow: false, past: null };
        const rest = await outcomeOf(
          simulation,
          digestsOf(readPages({ ...reading, start: { kind: "next", url: next } })),
        );
        if (rest.failure === null) expect(rest.runs).toEqual(runsOf(batches.slice(at + 1)));
      }
    }),
  );

  test("or to that and events which came later, while more arrive", patient, () =>
    always(0.15, arriving, async ({ one, later }) => {
      const grown = { ...one, plan: { ...one.plan, entries: [...one.plan.entries, ...later] } };
      const [least, walked, read] = await Promise.all([walk(one), walk(grown), readAtOnce(grown)]);
      expect(read.failure).toBeNull();
      const [shorter, longer] = [read.runs, walked.runs].sort((a, b) => a.length - b.length);
      expect(longer?.slice(0, shorter?.length)).toEqual(shorter);
      expect(read.runs.slice(0, least.runs.length)).toEqual(least.runs);
    }),
  );

  // How far either gets depends on how fast it is, so their outputs need not be the same; but neither may have a hole.
  test("or fail with a gap as it does, while events expire: what was handed on has no hole", patient, () =>
    always(0.15, expiring, async (one) => {
      for (const { runs, failure } of [await walk(one), await readAtOnce(one)]) {
        const indices = runs.map((run) => Number(run.split(" run-")[1]));
        const first = indices[0] ?? one.plan.entries.length;
        expect(indices).toEqual(indices.map((_, index) => first + index));
        if (failure === null) expect(first + indices.length).toBe(one.plan.entries.length);
        else expect(failure).toBe("gap");
      }
    }),
  );

  test("or go on past them as it does: a hole is only where a chain is said to begin", patient, () =>
    always(0.15, expiring, async (one) => {
      for (const outcome of [walk, readAtOnce]) {
        const { runs, begins, failure } = await outcome({ ...one, onExpired: "oldest" });
        expect(failure).toBeNull();
        const indices = runs.map((run) => Number(run.split(" run-")[1]));
        const holes = indices.flatMap((index, n) => (n === 0 || index === (indices[n - 1] ?? 0) + 1 ? [] : [n]));
        const places = begins.map(([before]) => before);
        expect(holes.filter((hole) => !places.includes(hole))).toEqual([]);
        expect(begins.map(([, { why }]) => why)).toEqual(["start", ...begins.slice(1).map(() => "expired")]);
      }
    }),
  );
});

describe("a window that ends", () => {
  const ends = fc.record({
    one: anyCase.map(({ plan, ...rest }) => ({ ...rest, plan: { ...plan, faults: 0, perSecond: Infinity } })),
    until: fc.integer({ min: 1, max: 6 * 24 * 60 }).map((minutes) => noon - minutes * minuteMs),
  });

  test("comes to the beginning of what the plain walk comes to, with all that was recorded until then", patient, () =>
    always(0.4, ends, async ({ one, until }) => {
      const [whole, cut] = [await walk(one), await upTo(one, until)];
      expect(cut.failure).toBe(whole.failure);
      if (whole.failure !== null) return;
      expect(cut.runs).toEqual(whole.runs.slice(0, cut.runs.length));
      expect(cut.rejects).toEqual(whole.rejects.slice(0, cut.rejects.length));
      // A journal may take a `seek` for one event earlier; an event that is late is not that late.
      const later = one.plan.entries.filter(({ at }) => at >= until + lateMs).length;
      expect(cut.events).toBeGreaterThanOrEqual(whole.events - later - 1);
    }),
  );

  /** Two hundred pages of ten minutes each; wanted are the first thirty. */
  const week = steady(2000);
  const start = startOf(2000);
  const until = noon - 1700 * minuteMs;

  test.each([
    ["one place", 1, 34],
    ["four places", 4, 42],
    ["sixteen places", 16, 80],
  ])("asks for no page beyond it: %s", async (_, jobs, most) => {
    const { runs, asked } = await upTo(
      { plan: week, start, jobs, ...{ limit: null, skims: false, runBytes: 0, napMs: 0 } },
      until,
    );
    expect(runs.slice(0, 300)).toEqual((await walk({ plan: week, start, ...plain })).runs.slice(0, 300));
    expect(runs.length).toBeLessThanOrEqual(320);
    expect(asked).toBeLessThanOrEqual(most);
  });

  test.each([1, 4])("is read to the journal's end where nothing proves where that is: %i places", async (jobs) => {
    const plan = { ...week, positions: { shared: 0, repeated: 0, missing: 100 } };
    const { runs } = await upTo({ ...plain, plan, start, jobs }, until);
    expect(runs).toHaveLength(2000);
  });

  test.each([1, 4])("whose end has no beginning, for the journal is silent since: %i places", async (jobs) => {
    const { runs, asked } = await upTo({ ...plain, plan: steady(20), start: startOf(21), jobs }, noon - 1000);
    expect(runs).toHaveLength(20);
    // Two pages and the journal's end: what has not been recorded is not looked for.
    expect(asked).toBe(3);
  });

  test("is followed until nothing can come any more, though it ends later than now", async () => {
    const later = Array.from({ length: 90 }, (_unused, n): Written => ({ at: noon + n * minuteMs, kind: "run" }));
    const simulation = simulate({ ...steady(10), entries: [...steady(10).entries, ...later] });
    const reading = { ...readingOf(simulation, null, false), start: startOf(11), follow: true, past: null };
    const { runs } = await outcomeOf(simulation, digestsOf(readPagesUntil(reading, noon + 30 * minuteMs)));
    expect(runs.length).toBeGreaterThanOrEqual(10 + 40);
    expect(runs.length).toBeLessThan(10 + 50);
    await expectSilence(simulation);
  });
});

const arriving = fc.record({
  one: anyCase,
  later: fc
    .array(fc.record({ after: fc.integer({ min: 1, max: 400 }), kind: kinds }), { minLength: 1, maxLength: 30 })
    .map((all) => all.map(({ after, kind }) => ({ at: noon + after * 1000, kind })).sort((a, b) => a.at - b.at)),
});

/** Events of which the oldest expire a few seconds from now, read from the oldest on. */
const expiring: fc.Arbitrary<Case> = fc
  .record({
    one: anyCase,
    left: fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 60 }),
    recent: fc.integer({ min: 0, max: 20 }),
    start: fc.constantFrom<Places<string>["start"]>(
      { kind: "oldest" },
      { kind: "time", at: noon - retentionMs, seek: "-P7D", askedAt: noon },
    ),
  })
  .map(({ one, left, recent, start }) => {
    const old = left.sort((a, b) => a - b).map((seconds) => noon - retentionMs + seconds * 1000);
    const times = [...old, ...Array.from({ length: recent }, (_, n) => noon - (recent - n) * hourMs)];
    const entries = times.map((at): Written => ({ at, kind: "run" }));
    return { ...one, start, plan: { ...one.plan, entries, latencyMs: 3000 } };
  });

/** The same by way of the commands' own window: what is printed, and what is counted. */
async function printAtOnce({ plan, start, limit, jobs }: Case) {
  const simulation = simulate(plan);
  const { host, journal } = simulation;
  const { session, printed } = sessionOf(host, journal, { limit, jobs });
  const { sink } = runTarget(() => undefined);
  const take = {
    ...sink,
    take: (batch: readonly Candidate<string>[]) => {
      printed.push(...batch.map(({ encoded }) => encoded));
      return Promise.resolve();
    },
  };
  const encode = ({ position, runId }: FlowRun): string => `${position} ${runId}`;
  await simulation.clock.run(readWindow(session, { start, follow: false, onExpired: "fail" }, { encode, sink: take }));
  return { printed, tally: { ...session.tally, pages: 0 } };
}

/** The same as an archive takes it: some pages at once, each with the place to read on from. */
async function readForArchive({ plan, start, limit, jobs, skims }: Case) {
  const simulation = simulate(plan);
  const whole = { follow: false, isWalked: false, past: null, until: null, onShare: () => undefined };
  const source = joinBatches(
    journalSource({ ...digesting, ...whole, ...readingOf(simulation, limit, skims), start, jobs }),
    { mostRuns: 4, mostMs: Infinity, now: () => simulation.clock.now() },
  );
  const batches: Batch<string>[] = [];
  const reading = async (): Promise<void> => {
    for await (const batch of source.read()) batches.push(batch);
  };
  const failure: unknown = await simulation.clock.run(
    reading().then(
      () => null,
      (error: unknown) => error,
    ),
  );
  return { batches, failure };
}

/** As much of a session as a window needs. */
function sessionOf(host: Host, journal: Journal, { limit, jobs }: Pick<Case, "limit" | "jobs">) {
  const shared = { events, raw: false, keep: () => true, until: null, limit, jobs, max: Infinity, order: null };
  const options = { ...shared, patience: journal.patience };
  const reporter = { notify: () => undefined, live: () => undefined, clear: () => undefined };
  const connection = { journal: () => journal, settings: { profile: "default" } };
  const origin = { kind: "journal", connection };
  const session = {
    host,
    options,
    origin,
    reporter,
    archive: () => Promise.resolve(null),
    archiveIfAny: () => Promise.resolve(null),
    miss: () => undefined,
    tally: emptyTally(),
    names: null,
    notes: takeNotes(),
    quota: createQuota(Infinity),
    began: host.now(),
  };
  return { session: session as unknown as Session, printed: [] as string[] };
}

/** When each share of the runs was recorded, as a share of the window: eight in ten of them within three hours of a week. */
function outburst(share: number): number {
  if (share < 0.1) return share;
  return share < 0.9 ? 0.1 + (share - 0.1) / 40 : 0.12 + (share - 0.9) * 8.8;
}

/** One run a minute for as many minutes, up to now: a page of ten each. */
function steady(runs: number, plan: Partial<Plan> = {}): Plan {
  const entries = Array.from({ length: runs }, (_, n): Written => ({ at: noon - (runs - n) * minuteMs, kind: "run" }));
  return { ...calm, entries, knobs: { defaultLimit: 10 }, ...plan };
}

function startOf(runs: number): Places<string>["start"] {
  const seconds = runs * 60;
  return { kind: "time", at: noon - seconds * 1000, seek: `-PT${seconds}S`, askedAt: noon };
}

function placesOf(simulation: Simulation, more: Partial<Places<Digested>> = {}): Places<Digested> {
  return { reading: readingOf(simulation, null, false), start: startOf(1000), jobs: 4, ...handing, ...more };
}

describe("readPlaces", () => {
  test("is as many times faster as there are places, or nearly", async () => {
    const elapsed = async (jobs: number): Promise<number> => {
      const simulation = simulate(steady(1000));
      await outcomeOf(simulation, readPlaces(placesOf(simulation, { jobs })));
      return simulation.clock.now() - noon;
    };
    const [alone, four, sixteen] = [await elapsed(1), await elapsed(4), await elapsed(16)];
    expect(alone / four).toBeGreaterThan(2.8);
    expect(alone / sixteen).toBeGreaterThan(6);
  });

  test.each([
    ["begins with silence", 16_000, (share: number) => 0.9 + share / 10],
    ["is crowded at its end", 16_000, (share: number) => share ** 0.5],
    ["is crowded at its beginning", 16_000, (share: number) => 1 - (1 - share) ** 0.5],
    ["has all of an hour's events at once", 16_000, (share: number) => Math.floor(share * 168) / 168],
    ["holds most of its events in three hours", 8000, outburst],
  ])("is so, too, where the window %s and more must be held than may be", async (_, bytes, shape) => {
    const week = 6.9 * 24 * hourMs;
    const entries = Array.from({ length: 2400 }, (_unused, n): Written => {
      const share = shape((n + 1) / 2400);
      return { at: noon - 1000 - Math.round(((1 - share) * week) / 1000) * 1000, kind: "run" };
    });
    const elapsed = async (jobs: number): Promise<number> => {
      const simulation = simulate({ ...steady(0), entries });
      const sizeOf = ({ candidates }: Digested): number => candidates.length * bytes;
      const start = { kind: "oldest" } as const;
      const { runs } = await outcomeOf(simulation, readPlaces(placesOf(simulation, { jobs, start, sizeOf })));
      expect(runs).toHaveLength(2400);
      return simulation.clock.now() - noon;
    };
    const [alone, four, sixteen] = [await elapsed(1), await elapsed(4), await elapsed(16)];
    expect(alone / four).toBeGreaterThan(3);
    expect(alone / sixteen).toBeGreaterThan(6);
  });

  test.each([
    [
      "hours before they were recorded",
      (text: string) => text.replace(/(?<="updatedAt":)\d+/g, (at) => `${Number(at) - 12 * hourMs}`),
    ],
    ["of which one is wrong", (text: string) => text.replace('"id":"run-9"', `"expires":${noon},$&`)],
  ])("is so, too, where events tell times %s", async (_, change) => {
    const elapsed = async (jobs: number): Promise<number> => {
      const simulation = simulate(steady(1000));
      await outcomeOf(simulation, readPlaces(placesOf(telling(simulation, change), { jobs })));
      return simulation.clock.now() - noon;
    };
    expect((await elapsed(1)) / (await elapsed(4))).toBeGreaterThan(2.8);
  });

  test("is faster, too, where events tell no time", async () => {
    const { entries, ...plan } = steady(1000);
    const timeless = entries.map(({ at }): Written => ({ at, kind: "poison" }));
    const elapsed = async (jobs: number): Promise<number> => {
      const simulation = simulate({ ...plan, entries: timeless });
      const { rejects } = await outcomeOf(simulation, readPlaces(placesOf(simulation, { jobs })));
      expect(rejects).toHaveLength(1000);
      return simulation.clock.now() - noon;
    };
    expect((await elapsed(1)) / (await elapsed(4))).toBeGreaterThan(2);
  });

  test.each([
    ["nothing", 0, 1],
    ["a page", 10, 2],
    ["two pages", 20, 3],
  ])("of a window with %s asks no more than the plain walk", async (_, runs, asked) => {
    const simulation = simulate(steady(runs));
    await outcomeOf(simulation, readPlaces(placesOf(simulation, { jobs: 16, start: startOf(runs + 1) })));
    expect(simulation.asked).toHaveLength(asked);
  });

  test.each([
    ["from its second page on", 10, 1],
    ["from its first page on where that is full of events", 100, 4],
  ])("shares a window %s", async (_, defaultLimit, begun) => {
    const simulation = simulate(steady(1000, { knobs: { defaultLimit } }));
    const reading = readPlaces(placesOf(simulation));
    await simulation.clock.run(reading.next());
    expect(simulation.asked.filter(({ url }) => url.includes("seek="))).toHaveLength(begun);
    await reading.return();
  });

  test("asks for hardly a page twice", async () => {
    const simulation = simulate(steady(1000));
    await outcomeOf(simulation, readPlaces(placesOf(simulation, { jobs: 4 })));
    // A hundred pages of ten; each place begins in mid-page, and one in three so near to its end that the next one is needed.
    expect(simulation.asked.length).toBeLessThan(120);
  });

  test.each([
    ["evenly full", (share: number) => share],
    ["crowded at its end", (share: number) => share ** 0.5],
    ["crowded at its beginning", (share: number) => 1 - (1 - share) ** 0.5],
    ["full of bursts", outburst],
  ])("asks at most a tenth more than there are pages where a week is %s", async (_, shape) => {
    const pages = 240;
    const entries = Array.from({ length: pages * 100 }, (_unused, n): Written => {
      const ago = (1 - shape((n + 1) / (pages * 100))) * 6.9 * 24 * hourMs;
      return { at: noon - 1000 - Math.round(ago / 1000) * 1000, kind: "run" };
    });
    const simulation = simulate({ ...steady(0), entries, knobs: { defaultLimit: 100 } });
    await outcomeOf(simulation, readPlaces(placesOf(simulation, { start: { kind: "oldest" } })));
    expect(simulation.asked.length).toBeLessThanOrEqual(pages * 1.1);
  });

  test.each([
    ["shared by a few events each", { shared: 60, repeated: 0, missing: 0 }],
    ["shared by all events", { shared: 100, repeated: 0, missing: 0 }],
    ["those of earlier events", { shared: 0, repeated: 90, missing: 0 }],
    ["missing", { shared: 0, repeated: 0, missing: 100 }],
    ["partly missing", { shared: 20, repeated: 20, missing: 20 }],
  ])("loses none of 20,000 runs whose positions are %s", async (_, some) => {
    const { entries } = steady(20_000);
    // Four a second of the window that is left, so that a place begins in the midst of those that share a position.
    const crowded = entries.map((entry, n): Written => ({ ...entry, at: noon - (20_000 - n) * 15_000 }));
    const plan = { ...calm, entries: crowded, positions: some };
    const simulation = simulate(plan);
    const { runs } = await outcomeOf(simulation, readPlaces(placesOf(simulation, { start: { kind: "oldest" } })));
    expect(runs.map((run) => run.split(" ")[1])).toEqual(crowded.map((_unused, n) => `run-${n}`));
    // Where nothing can be proved, one reader goes on alone rather than all of them for nothing.
    expect(simulation.asked.length).toBeLessThan(240);
  });

  test("ends where next links go in a circle, however far ahead others read", async () => {
    for (const jobs of [1, 4, 16]) {
      const simulation = circling(simulate(steady(2000)), 150);
      const reading = readPlaces(placesOf(simulation, { start: startOf(2000), jobs }));
      expect((await outcomeOf(simulation, reading)).failure).toBe("protocol");
      // The window has 200 pages and the circle 150; readers ahead go on in it until it is its own reader's turn.
      expect(simulation.asked.length).toBeLessThan(3000);
      await expectSilence(simulation);
    }
  });

  test("tells how much of the window is read, to its end", async () => {
    const simulation = simulate(steady(300));
    const shares: number[] = [];
    await outcomeOf(
      simulation,
      readPlaces(placesOf(simulation, { start: startOf(300), onShare: (share) => void shares.push(share) })),
    );
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(shares.at(-1)).toBeGreaterThan(0.9);
  });

  test("asks nothing more once its consumer has enough", async () => {
    const simulation = simulate(steady(1000));
    const reading = readPlaces(placesOf(simulation, { jobs: 8 }));
    await simulation.clock.run(reading.next());
    await reading.return();
    await expectSilence(simulation);
  });

  test("ends quietly when it is told to stop, and asks nothing more", async () => {
    const simulation = simulate(steady(1000));
    let read = 0;
    const reading = async (): Promise<void> => {
      for await (const one of readPlaces(placesOf(simulation, { jobs: 8 }))) {
        read += one.candidates.length;
        if (read > 100) simulation.stop();
      }
    };
    await simulation.clock.run(reading());
    expect(read).toBeLessThan(400);
    await expectSilence(simulation);
  });

  test("does not begin when it has been told to stop before", async () => {
    const simulation = simulate(steady(100));
    simulation.stop();
    expect(await outcomeOf(simulation, readPlaces(placesOf(simulation)))).toMatchObject({ runs: [], failure: null });
    expect(simulation.asked).toEqual([]);
  });

  test("fails where the plain walk does, with all that came before it, and asks nothing more", async () => {
    const plan = steady(500);
    const isLost = (url: string): boolean => /since=.*heron:6[5-9a-z]\./.test(url);
    const simulation = refusing(simulate(plan), isLost, 403);
    const { runs, failure } = await outcomeOf(simulation, readPlaces(placesOf(simulation, { start: startOf(500) })));
    const whole = await walk({ plan, start: startOf(500), ...plain });
    expect(failure).toBe("forbidden");
    // The last page before may reach some way into what is lost.
    expect(runs).toEqual(whole.runs.slice(0, Math.min(230, Math.max(220, runs.length))));
    await expectSilence(simulation);
  });

  test("fails with what its consumer's own digest throws, after all that came before it, each page once", async () => {
    for (const lost of ["run-3", "run-255", "run-499"]) {
      const plan = steady(500);
      const simulation = simulate(plan);
      const digestPage = (page: Page): Digested => {
        const digested = handing.digest(page);
        if (digested.candidates.some(({ encoded }) => encoded === lost)) throw new FlowrunError("protocol", "a fault");
        return digested;
      };
      const places = placesOf(simulation, { start: startOf(500), jobs: 8, digest: digestPage });
      const { runs, failure } = await outcomeOf(simulation, readPlaces(places));
      const whole = await walk({ plan, start: startOf(500), ...plain });
      expect(failure).toBe("protocol");
      expect(runs).toEqual(whole.runs.slice(0, runs.length));
      expect(runs.length).toBeGreaterThan(Number(lost.split("-")[1]) - 10);
      await expectSilence(simulation);
    }
  });

  test("says nothing more once it has failed, though answers come in still", async () => {
    const simulation = simulate(steady(500));
    const { clock, host, journal } = simulation;
    let asked = 0;
    const body = async (): Promise<Uint8Array> => {
      // Later for each reader, whoever has stopped waiting.
      await clock.wait(1000 * ++asked);
      return new TextEncoder().encode('{"events":[{"posi');
    };
    const send: Host["send"] = async (ask, signal) => ({ ...(await host.send(ask, signal)), body });
    const impatient = { ...journal, host: { ...host, send }, patience: { retries: 2, maxWaitMs: 1000 } };
    const places = placesOf(simulation, { start: startOf(500), jobs: 8 });
    const reading = readPlaces({ ...places, reading: { ...places.reading, journal: impatient } });
    expect((await outcomeOf(simulation, reading)).failure).toBe("unavailable");
    const said = journal.notices.length;
    await expectSilence(simulation);
    expect(journal.notices.length).toBe(said);
  });

  test("asks once more, in its turn, for what failed ahead of it", async () => {
    const plan = steady(500);
    // Each page of one stretch fails as many times in a row as a reader puts up with.
    const failures = new Map<string, number>();
    const isIll = (url: string): boolean => {
      const before = failures.get(url) ?? 0;
      if (before === 5 || !/since=.*heron:6[5-9a-e]\./.test(url)) return false;
      failures.set(url, before + 1);
      return true;
    };
    const simulation = refusing(simulate(plan), isIll, 503);
    const start = startOf(500);
    const reading = readPlaces(placesOf(simulation, { start, jobs: 8 }));
    const first = await simulation.clock.run(reading.next());
    await simulation.clock.pass(10 * minuteMs);
    expect([...failures.values()]).toContain(5);
    const { runs } = await outcomeOf(simulation, reading);
    const whole = await walk({ plan, start, ...plain });
    expect(runs).toEqual(whole.runs.slice(first.value?.count));
  });

  test("a place that has expired in the midst of it begins a chain, whoever reads there, and no other does", async () => {
    const plan = steady(500);
    let expired = 0;
    const isGone = (url: string): boolean => /since=.*heron:6[5-9a-e]\./.test(url) && expired++ === 0;
    const simulation = refusing(simulate(plan), isGone, 410);
    const places = placesOf(simulation, { start: startOf(500), jobs: 8 });
    const reading = { ...places.reading, onExpired: "oldest" as const };
    const { begins, failure } = await outcomeOf(simulation, readPlaces({ ...places, reading }));
    expect(failure).toBeNull();
    expect(begins.map(([before, { from, why }]) => [before > 100, from, why])).toEqual([
      [false, noon - 500 * minuteMs, "start"],
      [true, null, "expired"],
    ]);
  });

  test("a place that begins with what has no position takes nobody else's place", async () => {
    const plan = steady(400);
    const entries = plan.entries.map(({ at }, n): Written => ({ at, kind: n % 20 === 0 ? "nothing" : "run" }));
    const one = { plan: { ...plan, entries, knobs: { defaultLimit: 3 } }, ...plain, jobs: 8 };
    const start = startOf(400);
    expect(await readAtOnce({ ...one, start })).toEqual(await walk({ ...one, start }));
  });

  test("holds no more than 8 MiB ahead of a slow consumer, and asks no further", async () => {
    const simulation = simulate(steady(3000));
    const mebibyte = 1024 * 1024;
    let made = 0;
    const digestPage = (page: Page): Digested => {
      made += 1;
      return handing.digest(page);
    };
    const places = placesOf(simulation, { start: startOf(3000), digest: digestPage, sizeOf: () => mebibyte });
    const reading = readPlaces(places);
    for (let taken = 1; taken <= 60; taken++) {
      await simulation.clock.run(reading.next());
      await simulation.clock.pass(minuteMs);
      const asked = simulation.asked.length;
      await simulation.clock.pass(10 * minuteMs);
      expect(simulation.asked.length).toBe(asked);
      // What was let go on just before may come in yet: a page for each reader.
      expect(made - taken).toBeLessThanOrEqual(8 + places.jobs);
    }
    await reading.return();
  });

  test("a journal that takes few requests is asked less, and read to its end", async () => {
    const plan = steady(400, { perSecond: 2 });
    const start = startOf(400);
    const simulation = simulate(plan);
    expect(await outcomeOf(simulation, readPlaces(placesOf(simulation, { start, jobs: 16 })))).toEqual(
      await walk({ plan, start, ...plain }),
    );
    const refused = simulation.asked.filter(({ status }) => status === 429).length;
    // Two at a time for each of sixteen readers at first; afterwards only what a reader finds out again.
    expect(refused).toBeLessThan(80);
  });
});

async function* digestsOf(pages: AsyncIterable<Page>): AsyncGenerator<Digested> {
  for await (const page of pages) yield digestOf(page);
}

/** The same journal, but its pages read otherwise. */
function telling(simulation: Simulation, change: (text: string) => string): Simulation {
  const { host, journal } = simulation;
  const send: Host["send"] = async (ask, signal) => {
    const answer = await host.send(ask, signal);
    const body = async (): Promise<Uint8Array> =>
      new TextEncoder().encode(change(new TextDecoder().decode(await answer.body())));
    return { ...answer, body };
  };
  return { ...simulation, journal: { ...journal, host: { ...host, send } } };
}

/** The same journal, but it answers some questions otherwise. */
function refusing(simulation: Simulation, isRefused: (url: string) => boolean, status: number): Simulation {
  const { host, journal } = simulation;
  const send: Host["send"] = async (ask, signal) => {
    const answer = await host.send(ask, signal);
    return isRefused(ask.url) ? answerOf(status, {}, "") : answer;
  };
  return { ...simulation, journal: { ...journal, host: { ...host, send } } };
}

/** The same journal, but from that page of ten on `next` leads back to the first one. */
function circling(simulation: Simulation, page: number): Simulation {
  const { host, journal } = simulation;
  const positionAfter = (link: string): number => Number.parseInt(/heron:([0-9a-z]+)\.0\./.exec(link)?.[1] ?? "0", 36);
  const first = `<${new URL(journal.url).pathname}>; rel="next"`;
  const send: Host["send"] = async (ask, signal) => {
    const answer = await host.send(ask, signal);
    const links = answer.headers["link"] ?? [];
    const next = links.find((link) => link.includes('rel="next"')) ?? "";
    return positionAfter(next) < page * 10 ? answer : { ...answer, headers: { ...answer.headers, link: [first] } };
  };
  return { ...simulation, journal: { ...journal, host: { ...host, send } } };
}
