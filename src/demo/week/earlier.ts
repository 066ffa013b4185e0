import { chance } from "../chance.ts";
import type { Fate, Flow } from "./cast.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** What the journal tells begins so long ago; all that is older is in the demo's archive alone. Milliseconds. */
const weekMs = 7 * day;

/** The days in which the loyalty database was away again and again; it was mended then, for good. */
export const databaseAway = { fromMs: 24 * day, untilMs: 19 * day } as const;

/** The times when the shop's SFTP server was away; each was long, since nobody looked at it before the morning. */
export const sftpAway: readonly { readonly fromMs: number; readonly untilMs: number }[] = [26.2, 20.4, 15.9, 9.4].map(
  (days) => ({ fromMs: days * day, untilMs: days * day - 19 * hour }),
);

/**
 * How a run before the journal's week ended, where the story of the weeks before has it so: `ageMs` is how long ago that
 * was; `null` where it goes by the flow's odds. Pure.
 */
export function earlierFate(flow: Flow, key: string, ageMs: number): Fate | null {
  if (ageMs <= weekMs) return null;
  if (flow.key === "receipts") return sftpAway.some(isIn(ageMs)) ? "sftpTimeout" : "success";
  // Its secret has run out this week, and no other's ever before.
  if (flow.key === "backfill") return "success";
  if (flow.key === "loyalty" && isIn(ageMs)(databaseAway) && chance(`${key} away`) < 0.4) return "databaseAway";
  // All went a little better then than it does now.
  return chance(`${key} calm`) < 0.5 ? "success" : null;
}

function isIn(ageMs: number): (span: { readonly fromMs: number; readonly untilMs: number }) => boolean {
  return ({ fromMs, untilMs }) => ageMs <= fromMs && ageMs >= untilMs;
}
