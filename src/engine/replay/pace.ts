import type { World } from "../../host.ts";

/**
 * Keeps a distance between things that happen: each call resolves no sooner than so long after the one before it did.
 * @param intervalMs milliseconds; 0 for none.
 * @returns throws the signal's reason where that aborts meanwhile.
 */
export function openPace(
  intervalMs: number,
  host: Pick<World, "now" | "sleep">,
): (signal: AbortSignal) => Promise<void> {
  let nextAt = -Infinity;
  return async (signal) => {
    const now = host.now();
    const at = Math.max(now, nextAt);
    nextAt = at + intervalMs;
    if (at > now) await host.sleep(at - now, signal);
    signal.throwIfAborted();
  };
}
