import { countOf, type JsonObject, objectsOf, textOf, wordOf } from "../../json.ts";
import { plainMessage, readErrorText, type ToldCause, unnamed } from "./causes-in-text.ts";
import type { Cause, RunCause, Side } from "../record/flow-run.ts";
import { rankOf } from "../catalogue/ranks.ts";
import { kindOf, weightOf } from "./weight.ts";

/** Why something failed, as the `extensions` of a status summary in AEP's flow-run notifications tell it. */
export interface Detail {
  /** `extensions.errors`: causes beside each other, each with what its message tells beneath it. */
  readonly listed: readonly Branch[];
  /** The causes that `extensions.errorDetail` tells, outermost first. */
  readonly told: readonly ToldCause[];
  readonly side: Side | null;
}

/** A listed cause and what stands beneath it, outermost first. */
export interface Branch {
  readonly cause: Cause;
  readonly dress: ToldCause["dress"] | "listed";
  /** How many records it stopped. */
  readonly count: number | null;
  /** The causes beneath it. */
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

/** The root of a listed cause and those beneath it, near enough to choose by. */
function rootOfBranch({ cause: { code }, told }: Branch): Pick<RunCause, "code" | "kind"> {
  const isName = told.some((each) => each.dress === "name" && rankOf(each.code) !== "summary");
  return { code, kind: isName ? "cause" : kindOf(code) };
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

const nothing: Detail = { listed: [], told: [], side: null };
