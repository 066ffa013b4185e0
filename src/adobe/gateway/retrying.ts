import { FlowrunError, type FailureKind } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Notify } from "../../notices.ts";
import { backoff, longestWaitMs } from "./backoff.ts";

/** Why one attempt failed, when waiting may mend it. */
export interface Trouble {
  /** Who answered what: "the journal answered 503". */
  readonly what: string;
  /** The kind of failure if patience runs out. */
  readonly kind: FailureKind;
  /** The server's own words, where it had any. */
  readonly why: string | null;
  readonly requestId: string | null;
  /** How long the server (or the rule for this trouble) says to wait; `null` backs off. */
  readonly waitMs: number | null;
  /** True where the server asks for fewer requests. */
  readonly throttled?: boolean;
  /** A limit of its own for this trouble, counted apart from the others: give up at so many in a row. */
  readonly allowed?: number;
  readonly hint?: string;
  /** As of a FlowrunError. */
  readonly suspects?: readonly string[];
  readonly examine?: boolean;
}

/** The usual trouble: somebody is not to be had at the moment, and says nothing of when. Pure. */
export function unavailable(what: string, why: string | null, requestId: string | null = null): Trouble {
  return { what, kind: "unavailable", why, requestId, waitMs: null };
}

/** How one attempt came out. */
export type Attempt<T> = { readonly value: T } | { readonly trouble: Trouble };

/** How much trouble a command puts up with. */
export interface Patience {
  /** Failures in a row before giving up; `Infinity` never does. */
  readonly retries: number;
  /** The longest single wait, in milliseconds; `Infinity` waits out anything. */
  readonly maxWaitMs: number;
}

/** The means and the limits of trying again. */
export interface Retrying {
  readonly host: Pick<Host, "sleep" | "random">;
  /** Ends every request and every wait when it aborts. */
  readonly signal: AbortSignal;
  readonly patience: Patience;
  readonly notify: Notify;
  /** Of a failure that suspects settings: whoever knows where those came from may say more of it than whoever asked. */
  readonly blame?: (error: FlowrunError) => Promise<FlowrunError>;
}

/**
 * Tries until an attempt succeeds or patience runs out; the attempt itself never changes what it asks for.
 * @throws FlowrunError of the trouble's kind when it gives up; the signal's reason when told to stop.
 */
export async function persevere<T>(attempt: () => Promise<Attempt<T>>, retrying: Retrying): Promise<T> {
  return blaming(() => tryAgainAndAgain(attempt, retrying), retrying);
}

/**
 * Does the work.
 * @throws what the work throws; a FlowrunError that suspects a setting comes as `blame` tells it.
 */
export async function blaming<T>(work: () => Promise<T>, { blame }: Pick<Retrying, "blame">): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isOpen = error instanceof FlowrunError && error.suspects.length > 0;
    throw isOpen && blame !== undefined ? await blame(error) : error;
  }
}

async function tryAgainAndAgain<T>(attempt: () => Promise<Attempt<T>>, retrying: Retrying): Promise<T> {
  const { host, signal, patience, notify } = retrying;
  const counts = { general: 0, limited: 0 };
  for (;;) {
    signal.throwIfAborted();
    const outcome = await attempt();
    if ("value" in outcome) return outcome.value;
    const { trouble } = outcome;
    const failures = trouble.allowed === undefined ? ++counts.general : ++counts.limited;
    const toldMs = trouble.waitMs ?? backoff(failures, () => host.random());
    if (failures >= Math.max(1, trouble.allowed ?? patience.retries)) throw givenUp(trouble, failures);
    if (toldMs > patience.maxWaitMs) throw tooLong(trouble, toldMs, patience.maxWaitMs);
    const waitMs = Math.min(toldMs, longestWaitMs);
    const { what, why, requestId } = trouble;
    const throttled = trouble.throttled === true ? { throttled: true } : {};
    notify({ kind: "retrying", what, why, requestId, attempt: failures + 1, waitMs, ...throttled });
    await host.sleep(waitMs, signal);
  }
}

function givenUp(trouble: Trouble, attempts: number): FlowrunError {
  const times = attempts === 1 ? "" : ` ${String(attempts)} times in a row`;
  return new FlowrunError(trouble.kind, `${trouble.what}${times}`, {
    why: trouble.why ?? "no attempt succeeded",
    hint: trouble.hint ?? "try again in a while, or allow more attempts with --retries <N>",
    requestId: trouble.requestId,
    suspects: trouble.suspects ?? [],
    examine: trouble.examine ?? false,
  });
}

function tooLong(trouble: Trouble, waitMs: number, maxWaitMs: number): FlowrunError {
  const asked = Math.ceil(waitMs / 1000);
  const allowed = Math.floor(maxWaitMs / 1000);
  return new FlowrunError(
    trouble.kind,
    `${trouble.what} and asks to wait ${String(asked)} s, longer than --max-wait (${String(allowed)} s)`,
    {
      why: trouble.why ?? "the server limits how often it may be asked",
      hint: `try again in ${String(asked)} s, or allow the wait: --max-wait PT${String(asked)}S`,
      requestId: trouble.requestId,
    },
  );
}
