/** News of what is put down somewhere: its writer tells, its readers wait. */
export interface Arrivals {
  /** Something was put down. */
  readonly tell: () => void;
  /** Nothing more will be. */
  readonly end: () => void;
  /** Resolves at the next of either, to whether more may come; at once where it has ended. */
  readonly next: () => Promise<boolean>;
}

/** Arrivals that nobody has told of yet. */
export function createArrivals(): Arrivals {
  let isOver = false;
  let wake: () => void = () => undefined;
  let waiting = new Promise<void>((resolve) => (wake = resolve));
  const tell = (): void => {
    const woken = wake;
    waiting = new Promise((resolve) => (wake = resolve));
    woken();
  };
  return {
    tell,
    end: () => {
      isOver = true;
      tell();
    },
    next: async () => {
      if (!isOver) await waiting;
      return !isOver;
    },
  };
}

/** Whether more may come, as it says; or no more where the signal aborts first. */
export function orStopped(work: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      resolve(false);
    };
    signal.addEventListener("abort", stop, { once: true });
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", stop);
    });
  });
}
