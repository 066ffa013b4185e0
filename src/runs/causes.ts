import type { JsonObject } from "../json.ts";
import { findMarks, type Marks, plainMessage } from "./error-text.ts";
import { objectsOf, wordOf } from "./fields.ts";
import type { Cause, RunError } from "./flow-run.ts";

/** What the `extensions` of a status summary tell about why something failed. */
export interface Detail {
  /** `extensions.errors`, their messages cleaned for reading. */
  readonly listed: readonly Cause[];
  /** The codes that stand in `extensions.errorDetail` and in the messages of `extensions.errors`. */
  readonly marks: Marks;
}

/** Reads `extensions.errors` and `extensions.errorDetail`, at most 16 causes of each sort. Pure. */
export function readDetail(extensions: JsonObject): Detail {
  const errors = objectsOf(extensions["errors"])
    .slice(0, mostListed)
    .flatMap((item) => readCause(item) ?? []);
  const text = wordOf(extensions["errorDetail"]);
  if (errors.length === 0 && text === null) return nothing;
  return {
    listed: errors.map(({ code, message }) => ({ code, message: plainMessage(message) })),
    marks: findMarks([text, ...errors.map((error) => error.message)]),
  };
}

/** Whether a detail tells anything at all. Pure. */
export function tells({ listed, marks }: Detail): boolean {
  return listed.length + marks.named.length + marks.signIn.length > 0;
}

/** About how many characters it takes to tell a detail once. Pure. */
export function sizeOf({ listed, marks }: Detail): number {
  return [...listed, ...marks.named, ...marks.signIn].reduce(
    (sum, { code, message }) => sum + code.length + (message?.length ?? 0) + namesOfACause,
    0,
  );
}

/** A `{code, message}` object: without a code it is `unknown`, with neither `null`. Pure. */
export function readCause(item: JsonObject): Cause | null {
  const code = wordOf(item["code"]);
  const message = wordOf(item["message"]);
  return code === null && message === null ? null : { code: code ?? "unknown", message };
}

/**
 * The causes of an error, outermost first: `extensions.errors`, then each `ErrorCode=…`, then each `AADSTS…`, found in
 * the details or in the error's own message; no code twice, nor the error's own (contract: cli, §5). Pure.
 */
export function causesOf(error: Cause, details: readonly Detail[]): readonly Cause[] {
  const told = details.filter(tells);
  const own = findMarks([error.message]);
  const known = new Set([error.code.toLowerCase()]);
  return [
    ...told.flatMap(({ listed }) => listed),
    ...[...told.map(({ marks }) => marks), own].flatMap(({ named }) => named),
    ...[...told.map(({ marks }) => marks), own].flatMap(({ signIn }) => signIn),
  ].filter(({ code }) => {
    const isNew = !known.has(code.toLowerCase());
    known.add(code.toLowerCase());
    return isNew;
  });
}

/** What is really wrong: the deepest cause that the catalogue knows, else the deepest one, else the error itself. Pure. */
export function rootCause(error: RunError, isKnownCode: (code: string) => boolean): Cause {
  const { code, message } = error.causes.findLast((cause) => isKnownCode(cause.code)) ?? error.causes.at(-1) ?? error;
  return { code, message };
}

/** `{"code":"","message":""},` */
const namesOfACause = 26;

const mostListed = 16;
const nothing: Detail = { listed: [], marks: { named: [], signIn: [] } };
