import type { Host } from "../../host.ts";

/** A limit of time, the failure that stands for its end, and the signal that ends the work anyway. */
export interface TimeLimit {
  readonly host: Pick<Host, "sleep">;
  readonly signal: AbortSignal;
  /** Milliseconds; Infinity for none. */
  readonly ms: number;
  readonly tooLate: Error;
}

/**
 * Gives work up when its time is over.
 * @param work gets a signal that ends with the outer one or with the time; the outer one lives long, and is let go of.
 * @throws what the work throws; `tooLate` once the time is over; the outer signal's reason.
 */
export async function inTime<R>(
  { ms, tooLate, host, signal }: TimeLimit,
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const done = new AbortController();
  const stop = (): void => {
    limit.abort(signal.reason);
  };
  signal.addEventListener("abort", stop, { once: true });
  if (ms !== Infinity) {
    void host.sleep(ms, done.signal).then(() => {
      if (!done.signal.aborted) limit.abort(tooLate);
    });
  }
  try {
    return await work(limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    throw limit.signal.aborted ? tooLate : error;
  } finally {
    signal.removeEventListener("abort", stop);
    done.abort();
  }
}
