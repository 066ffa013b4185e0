import { mask } from "./mask.ts";

/** A kind of failure, by what the reader of the message can do about it. Each has one exit code. */
export type FailureKind =
  | "bug"
  | "state"
  | "usage"
  | "settings"
  | "runFailed"
  | "refused"
  | "auth"
  | "forbidden"
  | "unavailable"
  | "protocol"
  | "gap"
  | "timeout"
  | "lease"
  | "notFound"
  | "aborted"
  | "closed";

/** The exit code of each kind of failure (docs/commands.md, "Exit codes"). */
export const exitCodes = {
  closed: 0,
  bug: 1,
  state: 1,
  notFound: 1,
  usage: 2,
  settings: 2,
  runFailed: 3,
  refused: 3,
  auth: 4,
  forbidden: 4,
  unavailable: 5,
  protocol: 5,
  gap: 6,
  timeout: 7,
  lease: 8,
  aborted: 130,
} as const satisfies Record<FailureKind, number>;

/** Everything that an error says beside its message. */
export interface FailureDetails {
  /** Why: status, the server's own words, the place in a file. */
  readonly why?: string;
  /** The next thing to type or click. */
  readonly hint?: string;
  readonly requestId?: string | null;
  /** The settings that may be at fault, by their names in `flowrun config`; `accessToken` for one given ready-made. */
  readonly suspects?: readonly string[];
  /** True where `flowrun doctor` would find more out; who shows the error says so, and the doctor itself does not. */
  readonly examine?: boolean;
  /** True where whoever reads has been told already: only the exit code is left to give. */
  readonly isTold?: boolean;
  readonly cause?: unknown;
}

/**
 * The one error flowrun throws on purpose. `message` says what we tried, on what, and what came back; `why` adds the
 * evidence; `hint` names the next thing to type. Whatever they quote, none of them shows a secret.
 */
export class FlowrunError extends Error {
  override readonly name = "FlowrunError";
  readonly kind: FailureKind;
  readonly why: string | null;
  readonly hint: string | null;
  readonly requestId: string | null;
  readonly suspects: readonly string[];
  readonly examine: boolean;
  readonly isTold: boolean;

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(mask(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.why = masked(details.why);
    this.hint = masked(details.hint);
    this.requestId = masked(details.requestId);
    this.suspects = details.suspects ?? [];
    this.examine = details.examine ?? false;
    this.isTold = details.isTold ?? false;
  }
}

function masked(text: string | null | undefined): string | null {
  return text == null ? null : mask(text);
}

/** The failure with the highest exit code; `null` where there is none. Pure. */
export function worstOf(failures: readonly (FlowrunError | null)[]): FlowrunError | null {
  return failures.reduce((worst, failure) => {
    if (worst === null || failure === null) return worst ?? failure;
    return exitCodes[failure.kind] > exitCodes[worst.kind] ? failure : worst;
  }, null);
}

/** The worst of failures that have been told already: only the exit code is left to give. Pure. */
export function worstTold(failures: readonly FlowrunError[]): FlowrunError | null {
  return worstOf(failures.map(({ kind, message }) => new FlowrunError(kind, message, { isTold: true })));
}

/** An error's own words, of whatever kind it is, without a text that may hold a secret. Pure. */
export function reasonOf(error: unknown): string {
  // JSON's parser quotes what stands around the fault.
  if (error instanceof SyntaxError) return "it is not JSON";
  return error instanceof Error ? error.message : String(error);
}
