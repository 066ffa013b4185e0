import { chance, modulo } from "../chance.ts";
import type { Fate, Flow } from "./cast.ts";
import { dueAt, usualGap } from "./rhythm.ts";

const hour = 3_600_000;
const day = 24 * hour;

/**
 * Runs that are older than this are in the demo's archive alone, and may be told otherwise than they were then; milliseconds.
 * An event of the journal's first hours tells of runs from before these, too.
 */
export const weekMs = 7.5 * day;

/** Before that no flow ran more often, so that the archive is made in no time. */
const shortestMs = 6 * hour;

/** How far back somebody has read the demo's journal, and how long ago they did so last; milliseconds before the present. */
export const month = { fromMs: 30 * day + hour, untilMs: 5 * hour } as const;

/** In between they came back so late that the journal had forgotten what it recorded in these two days. */
export const monthsGap = { fromMs: 17 * day, untilMs: 15 * day } as const;

/** The days in which the loyalty database was away again and again; it was mended then, for good. */
const databaseAway = { fromMs: 24 * day, untilMs: 19 * day } as const;

/** The times when the shop's SFTP server was away; each took more than a day, since nobody looked at it sooner. */
const sftpAway: readonly { readonly fromMs: number; readonly untilMs: number }[] = [27.2, 21.4, 18.4, 15.9].map(
  (days) => ({ fromMs: days * day, untilMs: days * day - 31 * hour }),
);

/** Whether the flow's run of a number took place: all of the journal's week did, and fewer a day before. Pure. */
export function ranThen({ key, rhythm, together }: Flow, n: number, present: number): boolean {
  // Runs that are told of together go together.
  const first = n - modulo(n, together);
  if (dueAt(rhythm, first) > present - weekMs) return true;
  const one = Math.max(1, Math.round(shortestMs / (usualGap(rhythm) * together)));
  // Of the CRM's, those that others go on from.
  return modulo(first / together, one) === (key === "crm" ? 3 : 0);
}

/**
 * How a run before the journal's week ended, where the story of the weeks before has it so: `ageMs` is how long ago that
 * was; `null` where it goes by the flow's odds. Pure.
 */
export function earlierFate(flow: Flow, key: string, ageMs: number): Fate | null {
  if (ageMs <= weekMs) return null;
  if (flow.key === "receipts") return sftpAway.some(isIn(ageMs)) ? "sftpTimeout" : "success";
  // Its secret has run out this week, and no other's ever before.
  if (flow.key === "backfill") return "success";
  if (flow.key === "loyalty" && isIn(ageMs)(databaseAway) && chance(`${key} away`) < 0.6) return "databaseAway";
  // All went a little better then than it does now.
  return chance(`${key} calm`) < 0.5 ? "success" : null;
}

function isIn(ageMs: number): (span: { readonly fromMs: number; readonly untilMs: number }) => boolean {
  return ({ fromMs, untilMs }) => ageMs <= fromMs && ageMs >= untilMs;
}
