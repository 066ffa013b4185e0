import { explain, familyOf, isKnownCode } from "../runs/catalogue.ts";
import { rootCause } from "../runs/causes.ts";
import { families } from "../runs/error-codes-families.ts";
import type { Cause, RunError } from "../runs/flow-run.ts";
import type { Painter } from "./painter.ts";
import { renderCount } from "./quantities.ts";
import { safeText } from "./safe-text.ts";
import { wrap, wrapBeside } from "./wrap.ts";

export interface TreeOptions {
  readonly painter: Painter;
  /** Columns that a line may take. */
  readonly width: number;
  /** What the activity with this id is called. */
  readonly nameOf: (activity: string) => string;
}

/**
 * An error as a tree, from its own code down to the deepest cause: each with what the run says of it and what it means
 * by the catalogue, and the root cause with what to do about it. Whole, and safe to show. Pure.
 */
export function renderErrorTree(error: RunError, { painter, width, nameOf }: TreeOptions): readonly string[] {
  const chain: readonly Cause[] = [error, ...error.causes];
  const { code: root } = rootCause(error, isKnownCode);
  return chain.flatMap((cause, depth) => {
    const isRoot = cause.code === root;
    const isLast = depth === chain.length - 1;
    const outer = "   ".repeat(Math.min(Math.max(depth - 1, 0), deepest));
    const inner = depth === 0 ? "" : `${outer}   `;
    const rail = `${inner}${isLast ? "   " : "│  "}`;
    const code = safeText(cause.code);
    const marks = [
      depth === 0 ? whereabouts(error, nameOf) : "",
      isRoot && chain.length > 1 ? "  ← root cause" : "",
    ].join("");
    const told = isToldBelow(cause, chain.slice(depth + 1)) ? null : cause.message;
    return [
      `${depth === 0 ? "" : `${outer}└─ `}${isRoot ? painter.red(code) : code}${marks}`,
      ...wrap(told ?? "", width - rail.length).map((line) => rail + line),
      ...commentary(cause.code, isRoot, width - rail.length).map((line) => rail + line),
    ];
  });
}

/** Deeper causes stand under each other: a monstrous chain must leave room for its texts. */
const deepest = 7;

function whereabouts({ activity, count }: RunError, nameOf: TreeOptions["nameOf"]): string {
  const where = activity === null ? "" : ` · ${safeText(nameOf(activity))}`;
  return count === null ? where : `${where} · ${renderCount(count)} ${count === 1 ? "record" : "records"}`;
}

/** An outer error often repeats an inner one, word for word but for its code in front and the full stop. */
function isToldBelow({ message }: Cause, below: readonly Cause[]): boolean {
  if (message === null) return false;
  const told = bare(message);
  return below.some((cause) => {
    const inner = bare(cause.message ?? "");
    return inner !== "" && (told === inner || told === `${cause.code}: ${inner}`);
  });
}

function bare(message: string): string {
  const words = message.trim();
  return words.endsWith(".") ? words.slice(0, -1) : words;
}

/** What the catalogue says of a code, and of the root cause also what to do: for each family that has the code. */
function commentary(code: string, isRoot: boolean, width: number): readonly string[] {
  const entries = explain(code);
  if (entries.length === 0) return isRoot ? wrapBeside("means  ", unknownMeaning(code), width) : [];
  return entries.flatMap(({ family, meaning, remedy, source }) => {
    const among = entries.length > 1 ? `(${families[family].title}) ` : "";
    const means = wrapBeside("means  ", among + meaning, width);
    return isRoot
      ? [...means, ...wrapBeside("do     ", remedy, width), ...wrapBeside("see    ", source, width)]
      : means;
  });
}

function unknownMeaning(code: string): string {
  const titles = familyOf(code).map((family) => families[family].title);
  const form = titles.length === 0 ? "" : ` Its form is that of: ${titles.join("; ")}.`;
  return `The catalogue does not have this code.${form}`;
}
