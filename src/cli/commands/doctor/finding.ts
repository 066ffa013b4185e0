import type { FailureKind, FlowrunError } from "../../../errors.ts";

/** What is looked at, in the order in which it is. */
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
  | "cursor";

/** What one check found. Holds no secret. */
export interface Finding {
  readonly check: Check;
  readonly verdict: "ok" | "warning" | "failed" | "skipped";
  /** What holds, or what is wrong and why; one line. */
  readonly text: string;
  /** What to type or click next. */
  readonly remedy: string | null;
  /** Of the answer that says so, for Adobe's support. */
  readonly requestId: string | null;
  /** The kind of failure, where it is one. */
  readonly kind: FailureKind | null;
  /** The same in pieces, for programs. */
  readonly facts: Readonly<Record<string, unknown>>;
}

const plain = { remedy: null, requestId: null, kind: null, facts: {} } as const;

/** What holds. Pure. */
export function ok(check: Check, text: string, facts: Finding["facts"] = {}): Finding {
  return { check, verdict: "ok", text, ...plain, facts };
}

/** What may become a trouble and is none yet. Pure. */
export function warning(check: Check, text: string, remedy: string, facts: Finding["facts"] = {}): Finding {
  return { check, verdict: "warning", text, ...plain, remedy, facts };
}

/** What is wrong. Pure. */
export function failed(check: Check, error: FlowrunError, facts: Finding["facts"] = {}): Finding {
  const { message, why, hint, requestId, kind } = error;
  const text = why === null ? message : `${message}: ${why}`;
  return { check, verdict: "failed", text, remedy: hint, requestId, kind, facts };
}

/** What could not be looked at. Pure. */
export function skipped(check: Check, why: string, remedy: string | null = null): Finding {
  return { check, verdict: "skipped", text: why, ...plain, remedy };
}
