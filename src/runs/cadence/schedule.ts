/** When a flow is to run, as Flow Service has it: at `startMs` and every `everyMs` after it; epoch ms and ms. */
export interface Schedule {
  readonly startMs: number;
  readonly everyMs: number;
}

/** The last instant (epoch ms) before `at`, or at it, at which the flow was to run; one before its first run counts too. Pure. */
export function slotBefore({ startMs, everyMs }: Schedule, at: number): number {
  return startMs + Math.floor((at - startMs) / everyMs) * everyMs;
}
