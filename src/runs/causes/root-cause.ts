import { branchesOf } from "./cause-tree.ts";
import { unnamed } from "./causes-in-text.ts";
import type { Cause, FlowRun, RunCause, RunError } from "../record/flow-run.ts";
import { rankOf } from "../catalogue/ranks.ts";
import { kindOf, weightOf } from "./weight.ts";

/**
 * The cause that is really at fault (docs/root-causes.md): of causes beside each other the one that is no summary, then
 * the one with most records, then the first; in a chain the deepest cause that the catalogue knows, else the deepest
 * that has a name, else the deepest summary, or what is said beneath it without a code. Pure.
 */
export function rootCause({ code, message, causes }: RunError): Cause {
  const own = { code, message, kind: kindOf(code) };
  const [heaviest] = branchesOf(causes)
    .map((branch) => ({ root: rootOfChain(branch), count: branch[0].count }))
    .sort((one, other) => weightOf(other, other.root) - weightOf(one, one.root));
  const root = heaviest === undefined ? own : isName(own) ? rootOfChain([own, heaviest.root]) : heaviest.root;
  return { code: root.code, message: root.message };
}

/**
 * The errors that say why a run failed, rather than why records were skipped or came with a warning; all of them where a
 * failed run has no others. Pure.
 */
export function failuresOf({ status, errors }: Pick<FlowRun, "status" | "errors">): readonly RunError[] {
  const failures = errors.filter(({ severity }) => severity === "error");
  return failures.length === 0 && status === "failed" ? errors : failures;
}

/** The error that best says what is really wrong: the first whose root cause has a name, else words, else the first. Pure. */
export function mainError(run: Pick<FlowRun, "status" | "errors">): RunError | null {
  if (run.errors.length === 0) return null;
  const failures = failuresOf(run);
  if (failures.length < 2) return failures[0] ?? null;
  const rooted = failures.map((error) => ({ error, root: kindOfRoot(error) }));
  const best = rooted.find(({ root }) => isName(root)) ?? rooted.find(({ root }) => root.kind === "cause");
  return best?.error ?? failures[0] ?? null;
}

/** Orders errors beside each other, the weightiest first: a cause before a summary, then by records. Pure. */
export function byWeight(one: RunError, other: RunError): number {
  return weightOf(other, kindOfRoot(other)) - weightOf(one, kindOfRoot(one));
}

function kindOfRoot(error: RunError): Pick<RunCause, "code" | "kind"> {
  const { code } = rootCause(error);
  return { code, kind: kindOf(code) };
}

type Ranked = Pick<RunCause, "code" | "message" | "kind">;

function rootOfChain(chain: readonly [Ranked, ...Ranked[]]): Ranked {
  const names = chain.filter(isName);
  const name = names.findLast(({ code }) => rankOf(code) !== null) ?? names.at(-1);
  if (name !== undefined) return name;
  // What stands in passing explains less than a summary that has a name, and what is said without a code explains that.
  const named = chain.findLastIndex(({ code }) => rankOf(code) === "summary" && /[a-z]/i.test(code));
  const at = named === -1 ? chain.findLastIndex(({ kind }) => kind === "summary") : named;
  return chain.slice(at + 1).findLast(({ code }) => code === unnamed) ?? chain[at] ?? chain[0];
}

function isName({ code, kind }: Pick<Ranked, "code" | "kind">): boolean {
  return kind === "cause" && code !== unnamed;
}
