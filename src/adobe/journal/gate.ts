import type { Notify } from "../../notices.ts";

/** Lets readers wait for each other, and says how many may read at once. */
export interface Gate {
  /** How many may read now: halved by every 429, and one more after each minute without. */
  allowed(): number;
  /** The same notices, looked at for a server that asks for less. */
  watch(notify: Notify): Notify;
  /** Resolves when the condition holds; it is looked at again whenever something changed. */
  until(holds: () => boolean): Promise<void>;
  changed(): void;
}

const quietMs = 60_000;

export function createGate(jobs: number, now: () => number): Gate {
  let places = jobs;
  let since = now();
  let waiting: (() => void)[] = [];

  const changed = (): void => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const allowed = (): number => {
    const minutes = Math.floor((now() - since) / quietMs);
    if (minutes > 0) {
      places = Math.min(jobs, places + minutes);
      since += minutes * quietMs;
      changed();
    }
    return places;
  };
  return {
    allowed,
    changed,
    watch: (notify) => (notice) => {
      if (notice.kind === "retrying" && notice.throttled === true) {
        places = Math.max(1, Math.floor(allowed() / 2));
        since = now();
        changed();
      }
      notify(notice);
    },
    until: async (holds) => {
      while (!holds()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
