import { between, chance, modulo, uuidFrom } from "../chance.ts";
import { crm, type Flow, type Fate, type Shape } from "./cast.ts";
import { earlierFate } from "./earlier.ts";
import { dueAt, jitterMs, zero, type SteadyRhythm, type Timetable } from "./rhythm.ts";

/** One run of the story; its times are epoch ms. */
export interface Run {
  readonly flow: Flow;
  /** Names the run in every draw of chance. */
  readonly key: string;
  /** Counts the runs of a flow back from its last one at `zero`, and so goes below 0 for those that came since. */
  readonly n: number;
  readonly id: string;
  readonly outcome: Fate;
  readonly shape: Shape;
  readonly startedAt: number;
  readonly completedAt: number;
  readonly updatedAt: number;
  /** Records that came in. */
  readonly records: number;
  /** The id of the CRM run that this one goes on from; null where it goes on from none. */
  readonly predecessorId: string | null;
}

const hour = 3_600_000;

/** The night the CRM's client secret had run out: from 30 to 25 hours before the present. */
export const incident = { fromMs: 30 * hour, untilMs: 25 * hour } as const;

/** The flow's run of a number (see `Run`), as it is told at `present` (epoch ms). Pure. */
export function pastRun(flow: Flow, n: number, present: number): Run {
  const run = pastRunAlone(flow, n, present);
  // A CRM run that had ended when this one began.
  const goesOn = flow.kind === "identity" || flow.kind === "profile";
  return goesOn ? { ...run, predecessorId: pastRunAlone(crm, crmRunsBetween * n + 3, present).id } : run;
}

function pastRunAlone(flow: Flow, n: number, present: number): Run {
  const { rhythm } = flow;
  if (rhythm.kind === "timetable") return runByTimetable(flow, rhythm, n, present);
  const beat = beatAt(flow, rhythm, n, present);
  if (beat !== null) return play(flow, beat.key, n, beat.fate, { completedAt: endOf(rhythm, n, beat.key) });
  // One that was a beat at `zero` has let that have its name.
  const key = beatAt(flow, rhythm, n, zero) === null ? `${flow.key} ${String(n)}` : `${flow.key} ${String(n)} itself`;
  const completedAt = endOf(rhythm, n, key);
  const fate = earlierFate(flow, key, present - completedAt) ?? draw(flow.odds, key);
  return play(flow, key, n, fate, { completedAt });
}

function runByTimetable(flow: Flow, rhythm: Timetable, n: number, present: number): Run {
  const key = `${flow.key} ${String(n)}`;
  const startedAt = dueAt(rhythm, n) + between(0, rhythm.strayMs, `${key} stray`);
  const fate = earlierFate(flow, key, present - startedAt) ?? draw(flow.odds, key);
  return play(flow, key, n, fate, { startedAt });
}

/** A run that ends at `completedAt` while the demo is watched; every seventh does not go well. Pure. */
export function liveRun(flow: Flow, n: number, completedAt: number): Run {
  const key = `live ${String(n)}`;
  return play(flow, key, n, draw(flow.odds, key, n % 7 === 6), { completedAt });
}

/** The same run when it began. Pure. */
export function beginningOf(run: Run): Run {
  return { ...run, outcome: "inProgress", updatedAt: run.startedAt + 1_400 };
}

interface Beat {
  readonly key: string;
  readonly fate: Fate;
}

/**
 * The part that the story gives a run, by how many have ended since; `null` where it gives none. Its key, and so its id, goes by
 * that too: what the documents say of a run is true on any day.
 */
function beatAt(flow: Flow, rhythm: SteadyRhythm, n: number, present: number): Beat | null {
  const rank = n - lastSettled(flow, rhythm, present);
  const key = `${flow.key} ${String(rank)}`;
  const fate = flow.recent[rank];
  if (fate !== undefined) return { key, fate };
  if (flow !== crm) return null;
  const ageMs = present - endOf(rhythm, n, key);
  if (ageMs > incident.fromMs || ageMs < incident.untilMs) return null;
  // The night takes in another number of runs on another day: one that was no beat at `zero` has that name already.
  const wasBeat = present === zero || beatAt(flow, rhythm, rank, zero) !== null;
  return { key: wasBeat ? key : `${key} then`, fate: "expiredSecret" };
}

/** So long after its end a run has been told of, however long that was held up. */
export const settledMs = 18 * 60_000;

/**
 * The number of the last run that everybody has heard of. Of those that are told of together it is the last of these, and of
 * the CRM's one in six, so that the runs that go on from a beat do so on any day.
 */
function lastSettled(flow: Flow, { lastMs, everyMs }: SteadyRhythm, present: number): number {
  const step = flow === crm ? crmRunsBetween : flow.together;
  const settled = zero - present + Math.min(lastMs, settledMs) - lastMs;
  return step * Math.ceil(settled / (everyMs * step));
}

/** From one run that others go on from to the next such. */
const crmRunsBetween = 6;

function endOf(rhythm: SteadyRhythm, n: number, key: string): number {
  return dueAt(rhythm, n) - between(0, jitterMs(rhythm), `${key} jitter`);
}

function draw(odds: Flow["odds"], key: string, isAmiss = false): Fate {
  const point = chance(`${key} fate`) * (isAmiss ? odds.reduce((sum, [, share]) => sum + share, 0) : 1);
  let passed = 0;
  for (const [outcome, share] of odds) {
    passed += share;
    if (point < passed) return outcome;
  }
  return "success";
}

type OneTime = { readonly startedAt: number } | { readonly completedAt: number };

function play(flow: Flow, key: string, n: number, outcome: Fate, time: OneTime): Run {
  const failsEarly = outcome === "expiredSecret" || outcome === "noFiles";
  const usualMs = between(...flow.durationMs, `${key} duration`);
  const durationMs =
    flow.kind === "streaming" ? hour : failsEarly ? between(9_000, 31_000, `${key} duration`) : usualMs;
  const completedAt = "completedAt" in time ? time.completedAt : time.startedAt + durationMs;
  return {
    flow,
    key,
    n,
    id: uuidFrom(`run ${key}`),
    outcome,
    shape: flow.shapes[modulo(Math.floor(n / flow.together), flow.shapes.length)] ?? flow.shapes[0],
    startedAt: completedAt - durationMs,
    completedAt,
    updatedAt: completedAt + between(300, 2_500, `${key} updated`),
    records: between(...flow.records, `${key} records`),
    predecessorId: null,
  };
}
