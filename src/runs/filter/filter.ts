import { FlowrunError } from "../../errors.ts";
import type { FlowRun, RunError } from "../record/flow-run.ts";
import { compileGlob } from "../../text/glob.ts";
import { nearest } from "../../text/nearest.ts";
import { findStatus, knownStatuses } from "../record/status.ts";

/** The words of the filter options, as the user gave them; nothing, or no word, filters nothing (but see `status`). */
export interface FilterWords {
  /** Known statuses in any case, or `all`; by default everything but `inProgress`. */
  readonly status?: readonly string[] | undefined;
  /** Flow ids. */
  readonly flow?: readonly string[] | undefined;
  /** Run ids. */
  readonly run?: readonly string[] | undefined;
  /** Names of sandboxes. */
  readonly sandbox?: readonly string[] | undefined;
  /** Globs over the code of every error and cause, in any case. */
  readonly code?: readonly string[] | undefined;
  /** Drops the runs that were updated later than this, in epoch milliseconds. */
  readonly untilMs?: number | undefined;
}

/** Whether a run is one of those asked for. */
export type RunFilter = (run: FlowRun) => boolean;

/**
 * The runs that all filter options ask for together: any word of one option, and every option (docs/commands.md). Pure.
 * @throws FlowrunError `usage` for a status that does not exist.
 */
export function compileFilter({ status, flow, run, sandbox, code, untilMs }: FilterWords): RunFilter {
  const tests = [
    statusTest(status ?? []),
    anyOf(flow, ({ flowId }) => flowId),
    anyOf(run, ({ runId }) => runId),
    anyOf(sandbox, (candidate) => candidate.sandbox.name),
    codeTest(code ?? []),
    untilMs === undefined ? null : notAfter(untilMs),
  ].filter((test) => test !== null);
  return (candidate) => tests.every((test) => test(candidate));
}

function statusTest(words: readonly string[]): RunFilter | null {
  if (words.length === 0) return ({ status }) => status !== "inProgress";
  const wanted = new Set(words.map(statusMeant));
  return wanted.has(all) ? null : ({ status }) => wanted.has(status);
}

const all = "all";

function statusMeant(word: string): string {
  const meant = word.trim().toLowerCase() === all ? all : findStatus(word);
  if (meant !== undefined) return meant;
  const known = [...knownStatuses, all];
  const likely = nearest(word, known);
  throw new FlowrunError("usage", `--status does not know "${word}"`, {
    why: `It takes ${known.join(", ")}.`,
    hint: likely === null ? `For example: --status ${known[1]}` : `Did you mean --status ${likely}?`,
  });
}

function anyOf(words: readonly string[] | undefined, read: (run: FlowRun) => string | null): RunFilter | null {
  if (words === undefined || words.length === 0) return null;
  const wanted = new Set<string | null>(words);
  return (run) => wanted.has(read(run));
}

function codeTest(globs: readonly string[]): RunFilter | null {
  if (globs.length === 0) return null;
  const tests = globs.map(compileGlob);
  const isAsked = ({ code }: { readonly code: string }) => tests.some((test) => test(code));
  const tells = (error: RunError) => isAsked(error) || error.causes.some(isAsked);
  return ({ errors, activities }) => errors.some(tells) || activities.some((activity) => activity.errors.some(tells));
}

/** A run that does not say when it was updated is kept: nothing speaks against it. */
function notAfter(untilMs: number): RunFilter {
  return ({ updatedAt }) => updatedAt === null || Date.parse(updatedAt) <= untilMs;
}
