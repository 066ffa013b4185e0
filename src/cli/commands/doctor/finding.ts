import type { FailureKind, FlowrunError } from "../../../errors.ts";

/** The things that are checked, in this order. */
export type Check =
  | "version"
  | "settings"
  | "secrets"
  | "network"
  | "clock"
  | "token"
  | "scopes"
  | "api"
  | "journal"
  | "registration"
  | "history"
  | "names"
  | "cursor"
  | "archive"
  | "lytics"
  | "destination";

/** The result of one check. Holds no secret. */
export interface Finding {
  readonly check: Check;
  readonly verdict: "ok" | "warning" | "failed" | "skipped";
  /** The result in words: the facts, or the trouble and its reason; one line. */
  readonly text: string;
  /** The next thing to type or click. */
  readonly remedy: string | null;
  /** Of the answer that says so, for Adobe's support. */
  readonly requestId: string | null;
  /** The kind of failure, where it is one. */
  readonly kind: FailureKind | null;
  /** The same in pieces, for programs. */
  readonly facts: Readonly<Record<string, unknown>>;
}

const plain = { remedy: null, requestId: null, kind: null, facts: {} } as const;

/** A finding that all is well. Pure. */
export function ok(check: Check, text: string, facts: Finding["facts"] = {}): Finding {
  return { check, verdict: "ok", text, ...plain, facts };
}

/** A finding of something that may become a trouble and is none yet. Pure. */
export function warning(check: Check, text: string, remedy: string, facts: Finding["facts"] = {}): Finding {
  return { check, verdict: "warning", text, ...plain, remedy, facts };
}

/** A finding of a trouble. Pure. */
export function failed(check: Check, error: FlowrunError, facts: Finding["facts"] = {}): Finding {
  const { message, why, hint, requestId, kind } = error;
  const text = why === null ? message : `${message}: ${why}`;
  return { check, verdict: "failed", text, remedy: hint, requestId, kind, facts };
}

/** A finding that something could not be checked. Pure. */
export function skipped(check: Check, why: string, remedy: string | null = null): Finding {
  return { check, verdict: "skipped", text: why, ...plain, remedy };
}
