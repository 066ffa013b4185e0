import { between, chance, uuidFrom } from "../chance.ts";
import { crm, type Flow, type Fate, type Shape } from "./cast.ts";

/** One run of the story; its times are epoch ms. */
export interface Run {
  readonly flow: Flow;
  /** Names the run in every draw of chance. */
  readonly key: string;
  /** Counts back from the flow's last run (0); for a run while the demo is watched, onwards from its start. */
  readonly n: number;
  readonly id: string;
  readonly outcome: Fate;
  readonly shape: Shape;
  readonly startedAt: number;
  readonly completedAt: number;
  readonly updatedAt: number;
  /** Records that came in. */
  readonly records: number;
}

const hour = 3_600_000;

/** The night the CRM's client secret had run out: from 30 to 25 hours before the present. */
export const incident = { fromMs: 30 * hour, untilMs: 25 * hour } as const;

/** The flow's run number `n`, 0 being the last one before `present` (epoch ms). Pure. */
export function pastRun(flow: Flow, n: number, present: number): Run {
  const key = `${flow.key} ${n}`;
  const ageMs = flow.lastMs + n * flow.everyMs + between(0, flow.everyMs / 10, `${key} jitter`);
  return play(flow, key, n, present - ageMs, fate(flow, key, n, ageMs));
}

/** A run that ends at `completedAt` while the demo is watched; every seventh does not go well. Pure. */
export function liveRun(flow: Flow, n: number, completedAt: number): Run {
  const key = `live ${n}`;
  const share = n % 7 === 6 ? flow.odds.reduce((sum, [, odds]) => sum + odds, 0) : 1;
  return play(flow, key, n, completedAt, draw(flow.odds, chance(`${key} fate`) * share));
}

/** The same run when it began. Pure. */
export function beginningOf(run: Run): Run {
  return { ...run, outcome: "inProgress", updatedAt: run.startedAt + 1_400 };
}

function fate(flow: Flow, key: string, n: number, ageMs: number): Fate {
  if (flow === crm && ageMs <= incident.fromMs && ageMs >= incident.untilMs) return "expiredSecret";
  return flow.recent[n] ?? draw(flow.odds, chance(`${key} fate`));
}

function draw(odds: Flow["odds"], point: number): Fate {
  let passed = 0;
  for (const [outcome, share] of odds) {
    passed += share;
    if (point < passed) return outcome;
  }
  return "success";
}

function play(flow: Flow, key: string, n: number, completedAt: number, outcome: Fate): Run {
  const failsEarly = outcome === "expiredSecret" || outcome === "noFiles";
  const usualMs = between(...flow.durationMs, `${key} duration`);
  const durationMs =
    flow.kind === "streaming" ? hour : failsEarly ? between(9_000, 31_000, `${key} duration`) : usualMs;
  return {
    flow,
    key,
    n,
    id: uuidFrom(`run ${key}`),
    outcome,
    shape: flow.shapes[Math.floor(n / flow.together) % flow.shapes.length] ?? flow.shapes[0],
    startedAt: completedAt - durationMs,
    completedAt,
    updatedAt: completedAt + between(300, 2_500, `${key} updated`),
    records: between(...flow.records, `${key} records`),
  };
}
