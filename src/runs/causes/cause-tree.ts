import { type Branch, type Detail, namesIn } from "./detail.ts";
import { type ToldCause, unnamed } from "./causes-in-text.ts";
import type { Cause, RunCause } from "../record/flow-run.ts";
import { kindOf } from "./weight.ts";

/**
 * The causes of an error, flat, each with its depth: those that are listed beside each other share one, and beneath each
 * stands what its message tells. What the details' texts and the error's own message tell stands beneath the listed
 * cause that it belongs to, else beside them. Nothing is told twice, nor anything that the error says itself
 * (docs/root-causes.md). Pure.
 * @param own the causes that the error's own message tells, where they were read already.
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

/** Remembers the codes and messages that an error and its causes have told so far. */
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
