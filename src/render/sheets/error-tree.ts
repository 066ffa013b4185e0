import type { Catalogue, FamilyNote } from "../../runs/catalogue/catalogue.ts";
import { branchesOf } from "../../runs/causes/cause-tree.ts";
import { rootCause } from "../../runs/causes/root-cause.ts";
import { unnamed } from "../../runs/causes/causes-in-text.ts";
import type { Cause, RunError } from "../../runs/record/flow-run.ts";
import type { Painter } from "../text/painter.ts";
import { renderCount } from "../text/numbers.ts";
import { safeText } from "../text/safe-text.ts";
import { wrap, wrapBeside } from "../text/wrap.ts";

/** How an error and its causes are to look. */
export interface TreeOptions {
  readonly catalogue: Catalogue | null;
  readonly painter: Painter;
  /** Columns that a line may take. */
  readonly width: number;
  /** The name of the activity with this id. */
  readonly nameOf: (activity: string) => string;
}

/**
 * An error as a tree, from its own code down to the deepest causes, those beside each other on one level with the records
 * that each stopped: each with what the run says of it and what it means by the catalogue, and the root cause with what
 * to do about it. Whole, and safe to show. Pure.
 */
export function renderErrorTree(
  error: RunError,
  { catalogue, painter, width, nameOf }: TreeOptions,
): readonly string[] {
  const root = rootCause(error);
  const isRoot = (cause: Cause): boolean => cause.code === root.code && cause.message === root.message;
  const branches = branchesOf(error.causes);

  /** A node: `lead` stands before its code, `rail` before what is said of it. */
  const node = (cause: Cause, beneath: readonly Cause[], lead: string, rail: string, about: string) => {
    const mark = isRoot(cause) && error.causes.length > 0 ? "  ← root cause" : "";
    const code = safeText(cause.code);
    const told = isToldBelow(cause, beneath) ? null : cause.message;
    const room = width - rail.length;
    return [
      `${lead}${isRoot(cause) ? painter.red(code) : code}${about}${mark}`,
      ...wrap(told ?? "", room, width).map((line) => rail + line),
      ...commentary(cause.code, isRoot(cause), { catalogue, width: room }).map((line) => rail + line),
    ];
  };
  return [
    ...node(error, error.causes, "", branches.length > 0 ? "│  " : "   ", whereabouts(error, nameOf)),
    ...branches.flatMap((branch, at) => {
      const isLast = at === branches.length - 1;
      return branch.flatMap((cause, depth) => {
        const outer = depth === 0 ? "" : (isLast ? "   " : "│  ") + "   ".repeat(Math.min(depth - 1, deepestIn(width)));
        const inner = depth === 0 && !isLast ? "│  " : `${outer}   `;
        const rail = `${inner}${depth < branch.length - 1 ? "│  " : "   "}`;
        const beneath = branch.slice(depth + 1);
        return node(cause, beneath, `${outer}${depth > 0 || isLast ? "└─ " : "├─ "}`, rail, records(cause.count));
      });
    }),
  ];
}

/** Deeper causes stand under each other: a monstrous chain must leave room for its texts. */
function deepestIn(width: number): number {
  return Math.max(1, Math.min(6, Math.floor((width - 30) / 3)));
}

function whereabouts({ activity, count, side }: RunError, nameOf: TreeOptions["nameOf"]): string {
  const where = activity === null ? "" : ` · ${safeText(nameOf(activity))}`;
  return `${where}${side === null ? "" : ` · ${side} side`}${records(count)}`;
}

function records(count: number | null): string {
  return count === null ? "" : ` · ${renderCount(count)} ${count === 1 ? "record" : "records"}`;
}

/** An outer error often repeats an inner one, word for word but for its code in front and the full stop. Pure. */
export function isToldBelow({ message }: Cause, below: readonly Cause[]): boolean {
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

/** The catalogue's meaning of a code, with its remedy for the root cause: for each family that has the code. */
function commentary(
  code: string,
  isRoot: boolean,
  { catalogue, width }: Pick<TreeOptions, "catalogue" | "width">,
): readonly string[] {
  // What is told without a code says itself what it means.
  if (code === unnamed) return [];
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
