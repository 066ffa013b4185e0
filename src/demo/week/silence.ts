import { modulo } from "../chance.ts";
import type { Flow } from "./cast.ts";
import { dueAt, numberAfter } from "./rhythm.ts";

/** Whether the flow's run of a number takes place, as the story stands at `present` (epoch ms). Pure. */
export function takesPlace(flow: Flow, n: number, present: number): boolean {
  return flow.silence?.kind === "lost" || isHeardOf(flow, n, present);
}

/** Whether a notification of the flow's run of a number comes, as the story stands at `present` (epoch ms). Pure. */
export function isHeardOf({ rhythm, silence }: Flow, n: number, present: number): boolean {
  if (silence === null) return true;
  const { kind, stepMs, forMs } = silence;
  const since = Math.floor(present / stepMs) * stepMs - forMs;
  if (dueAt(rhythm, n) > since) return false;
  const isLast = n === numberAfter(rhythm, since + 1) + 1;
  return isLast || kind !== "late" || modulo(n, 2) === 0;
}
