import { countOf, type JsonObject, objectsOf, textOf, wordOf } from "../../json.ts";
import { plainMessage, readErrorText, type ToldCause, unnamed } from "./error-text.ts";
import type { Cause, FlowRun, RunCause, RunError, Side } from "../record/flow-run.ts";
import { rankOf } from "../catalogue/ranks.ts";

/** What the `extensions` of a status summary tell about why something failed. */
export interface Detail {
  /** `extensions.errors`: causes beside each other, each with what its message tells beneath it. */
  readonly listed: readonly Branch[];
  /** The causes that `extensions.errorDetail` tells, outermost first. */
  readonly told: readonly ToldCause[];
  readonly side: Side | null;
}

interface Branch {
  readonly cause: Cause;
  readonly dress: ToldCause["dress"] | "listed";
  /** How many records it stopped. */
  readonly count: number | null;
  /** What stands beneath it. */
  readonly told: readonly ToldCause[];
}

/** Reads `extensions.errors` and `extensions.errorDetail`. Pure. */
export function readDetail(extensions: JsonObject): Detail {
  const errors = objectsOf(extensions["errors"]);
  const text = textOf(extensions["errorDetail"]);
  if (errors.length === 0 && text === null) return nothing;
  const branches = withoutCrowd(mergeRepeats(errors.flatMap(readBranch)));
  const told = text === null ? [] : readErrorText(text);
  const texts = [text, ...branches.map(({ cause }) => cause.message)];
  return { listed: branches, told, side: texts.map(findSide).find((side) => side !== null) ?? null };
}

function readBranch(item: JsonObject): readonly Branch[] {
  const cause = readCause(item);
  if (cause === null) return [];
  const { code, message } = cause;
  const plain = { code, message: plainMessage(message) };
  return [{ cause: plain, dress: "listed", count: recordsOf(item), told: namesIn(message) }];
}

/** The causes that a message tells beside what it says itself. Pure. */
export function namesIn(message: string | null): readonly ToldCause[] {
  return message === null ? [] : readErrorText(message).filter(({ dress }) => dress !== "prose");
}

/** The same cause listed twice is one, about the records of both. */
function mergeRepeats(branches: readonly Branch[]): readonly Branch[] {
  const merged = new Map<string, Branch>();
  for (const branch of branches) {
    const key = JSON.stringify([branch.cause.code.toLowerCase(), branch.cause.message]);
    const before = merged.get(key);
    const count = before === undefined || before.count === null ? branch.count : before.count + (branch.count ?? 0);
    merged.set(key, { ...(before ?? branch), count });
  }
  return [...merged.values()];
}

const mostListed = 64;

/** Of a crowd, those that may be the root cause, in the order given, and how many more there are. */
function withoutCrowd(branches: readonly Branch[]): readonly Branch[] {
  if (branches.length <= mostListed) return branches;
  const weights = new Map(branches.map((branch) => [branch, weightOf(branch, rootOfBranch(branch))]));
  const heaviest = [...branches].sort((one, other) => (weights.get(other) ?? 0) - (weights.get(one) ?? 0));
  const chosen = new Set(heaviest.slice(0, mostListed - 1));
  const message = `(${String(branches.length - chosen.size)} more errors stand beside these)`;
  const rest: Branch = { cause: { code: unnamed, message }, dress: "aside", count: null, told: [] };
  return [...branches.filter((branch) => chosen.has(branch)), rest];
}

/** What a listed cause comes to, near enough to choose by. */
function rootOfBranch({ cause: { code }, told }: Branch): Pick<RunCause, "code" | "kind"> {
  const isName = told.some((each) => each.dress === "name" && rankOf(each.code) !== "summary");
  return { code, kind: isName ? "cause" : kindOf(code) };
}

/** Of what stands beside each other a name weighs most, then words without a code, then a summary; then the records. */
function weightOf(
  { count }: { readonly count: number | null },
  { code, kind }: Pick<RunCause, "code" | "kind">,
): number {
  const rank = kind === "summary" ? 0 : code === unnamed ? 1 : 2;
  return rank * 2 ** 51 + Math.min(count ?? 0, 2 ** 50);
}

/** `Failure happened on 'Sink' side`, in each of its wordings. */
const sidePattern = /(?:failure happened on|error at|error on)\s+(?:the\s+)?['"]?(source|sink)['"]?\s+side/i;

/** On which side of a copy something failed, where a text says so. Pure. */
export function findSide(text: string | null): Side | null {
  const word = text === null ? undefined : sidePattern.exec(text)?.[1]?.toLowerCase();
  return word === "source" || word === "sink" ? word : null;
}

/** Whether a detail tells anything at all. Pure. */
export function tells({ listed, told }: Detail): boolean {
  return listed.length + told.length > 0;
}

/** About how many characters it takes to tell a detail once. Pure. */
export function sizeOf({ listed, told }: Detail): number {
  const causes = [...listed.flatMap((branch) => [branch.cause, ...branch.told]), ...told];
  return causes.reduce((sum, { code, message }) => sum + code.length + (message?.length ?? 0) + namesOfACause, 0);
}

/** `{"code":"","message":"","depth":1,"kind":"cause","count":null},` */
const namesOfACause = 64;

/** A `{code, message}` object: without a code it is `unknown`, with neither `null`. Pure. */
export function readCause(item: JsonObject): Cause | null {
  const code = wordOf(item["code"]);
  const message = wordOf(item["message"]);
  return code === null && message === null ? null : { code: code ?? unnamed, message };
}

/** How many records an error or a cause is about, under either of its names. Pure. */
export function recordsOf(item: JsonObject): number | null {
  return countOf(item["count"]) ?? countOf(item["recordCount"]);
}

/**
 * The causes of an error, flat, each with its depth: those that are listed beside each other share one, and beneath each
 * stands what its message tells. What the details' texts and the error's own message tell stands beneath the listed
 * cause that it belongs to, else beside them; `own` is what the message tells, where that was read already. Nothing is told twice, nor what the error says itself
 * (contract: insight, §1). Pure.
 */
export function causesOf(
  error: Cause,
  details: readonly Detail[],
  own: readonly ToldCause[] = namesIn(error.message),
): readonly RunCause[] {
  const branches = details.flatMap(({ listed }) => listed).map((branch) => ({ ...branch }));
  for (const told of [...details.map((detail) => detail.told), own]) {
    const [cause, ...rest] = told;
    if (cause === undefined) continue;
    const home = branches.length === 1 ? branches[0] : branches.find(belongingTo(told));
    if (home !== undefined) home.told = together(home.told, told);
    else branches.push({ cause, dress: cause.dress, count: null, told: rest });
  }
  return flatten(error, branches);
}

/** Of two texts about one cause: the second is the longer form of the first, or goes on from it. */
function together(first: readonly ToldCause[], second: readonly ToldCause[]): readonly ToldCause[] {
  const codes = codesOf(second);
  return first.every(({ code }) => codes.has(code.toLowerCase())) ? second : [...first, ...second];
}

/** Whether a listed cause is one that the text names, or whose words it has. */
function belongingTo(told: readonly ToldCause[]) {
  const codes = codesOf(told.filter(({ dress }) => dress !== "prose"));
  return ({ cause: { code, message } }: Branch): boolean =>
    codes.has(code.toLowerCase()) || (message !== null && told.some((cause) => cause.message?.includes(message)));
}

function codesOf(told: readonly ToldCause[]): ReadonlySet<string> {
  return new Set(told.map(({ code }) => code.toLowerCase()));
}

function flatten(error: Cause, branches: readonly Branch[]): readonly RunCause[] {
  const memory = rememberSaid(error);
  return branches.flatMap(({ cause, dress, count, told }) => {
    const chain = [{ ...cause, dress }, ...told].filter(memory.isNew);
    // The records are the branch's, whoever stands for it where the listed cause says nothing new.
    return chain.map(({ code, message, dress: worn }, index) => ({
      code,
      message,
      depth: index + 1,
      kind: worn === "aside" ? "summary" : kindOf(code),
      count: index === 0 ? count : null,
    }));
  });
}

/** What an error and its causes have said so far. */
function rememberSaid(error: Cause) {
  const codes = new Set([error.code.toLowerCase()]);
  const messages = error.message === null ? [] : [error.message];
  /** An echo comes soon after its call. */
  const isEcho = (message: string | null): boolean =>
    message === null || messages.slice(-8).some((said) => said.includes(message));

  function isNew({ code, message, dress }: Cause & Pick<Branch, "dress">): boolean {
    const name = code.toLowerCase();
    const isProse = dress === "prose" || code === unnamed;
    const isRepeat = isProse ? isEcho(message) : codes.has(name) && (dress !== "listed" || isEcho(message));
    codes.add(name);
    if (message !== null) messages.push(message);
    return !isRepeat;
  }
  return { isNew };
}

/**
 * What is really wrong with an error (contract: insight, §1): of causes beside each other the one that is no summary, then
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

/** An HTTP status says no more than that something failed, unless the catalogue has such a number for something else. */
function kindOf(code: string): RunCause["kind"] {
  const rank = rankOf(code);
  return rank === "summary" || (rank === null && /^[1-5]\d\d$/.test(code)) ? "summary" : "cause";
}

type Ranked = Pick<RunCause, "code" | "message" | "kind">;

/** The causes that stand beside each other, each with those beneath it. Pure. */
export function branchesOf(causes: readonly RunCause[]): readonly (readonly [RunCause, ...RunCause[]])[] {
  const branches: [RunCause, ...RunCause[]][] = [];
  for (const cause of causes) {
    const last = branches.at(-1);
    if (cause.depth === 1 || last === undefined) branches.push([cause]);
    else last.push(cause);
  }
  return branches;
}

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

const nothing: Detail = { listed: [], told: [], side: null };
