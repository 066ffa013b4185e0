import type { Catalogue, FamilyNote } from "../runs/catalogue.ts";
import { rootCause } from "../runs/causes.ts";
import type { Cause, RunError } from "../runs/flow-run.ts";
import { rankOf } from "../runs/ranks.ts";
import type { Painter } from "./painter.ts";
import { renderCount } from "./quantities.ts";
import { safeText } from "./safe-text.ts";
import { wrap, wrapBeside } from "./wrap.ts";

export interface TreeOptions {
  readonly catalogue: Catalogue | null;
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
export function renderErrorTree(
  error: RunError,
  { catalogue, painter, width, nameOf }: TreeOptions,
): readonly string[] {
  const chain: readonly Cause[] = [error, ...error.causes];
  const { code: root } = rootCause(error, (code) => rankOf(code) !== null);
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
      ...[
        ...wrap(told ?? "", width - rail.length),
        ...commentary(cause.code, isRoot, { catalogue, width: width - rail.length }),
      ].map((line) => rail + line),
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
  return message.trim().replace(/\.$/, "");
}

/** What the catalogue says of a code, and of the root cause also what to do: for each family that has the code. */
function commentary(
  code: string,
  isRoot: boolean,
  { catalogue, width }: Pick<TreeOptions, "catalogue" | "width">,
): readonly string[] {
  const entries = catalogue?.explain(code) ?? [];
  if (entries.length === 0) return isRoot ? aboutUnknown(catalogue?.aboutForm(code) ?? [], width) : [];
  return entries.flatMap(({ title, meaning, remedy, source, link }) => {
    const among = entries.length > 1 ? `(${title}) ` : "";
    const means = wrapBeside("means  ", among + meaning, width);
    return isRoot
      ? [
          ...means,
          ...wrapBeside("do     ", remedy, width),
          ...wrapBeside("see    ", source, width),
          ...wrapBeside("       ", link ?? "", width),
        ]
      : means;
  });
}

function aboutUnknown(notes: readonly FamilyNote[], width: number): readonly string[] {
  const form = notes.length === 0 ? "" : ` Its form is that of: ${notes.map(({ title }) => title).join("; ")}.`;
  const links = notes.flatMap(({ link }) => link ?? []);
  return [
    ...wrapBeside("means  ", `The catalogue does not have this code.${form}`, width),
    ...links.flatMap((link, at) => wrapBeside(at === 0 ? "see    " : "       ", link, width)),
  ];
}
