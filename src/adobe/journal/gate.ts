import type { Notify } from "../../notices.ts";

/** Lets readers wait for each other, and says how many may ask at the same time. */
export interface Gate {
  /** How many may ask now, from 1 to `jobs`: half as many after each 429, and one more after each minute without. */
  allowed(): number;
  /** Passes notices on; from those that tell of a 429 it learns that the server asks for less. */
  watch(notify: Notify): Notify;
  /** Resolves when the condition holds, which is looked at again whenever something changed. Never rejects by itself. */
  until(holds: () => boolean): Promise<void>;
  /** Makes all who wait look again. */
  changed(): void;
}

/** So long without a 429, and one more may ask. */
const quietMs = 60_000;

/** A gate for so many readers, all of which may ask at first; `now` is the clock, in epoch milliseconds. */
export function createGate(jobs: number, now: () => number): Gate {
  let readers = jobs;
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
      readers = Math.min(jobs, readers + minutes);
      since += minutes * quietMs;
      changed();
    }
    return readers;
  };
  return {
    allowed,
    changed,
    watch: (notify) => (notice) => {
      if (notice.kind === "retrying" && notice.throttled === true) {
        readers = Math.max(1, Math.floor(allowed() / 2));
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
