import type { Difference } from "../../runs/figures/changes.ts";
import type { Figures } from "../../runs/figures/figures.ts";
import { cutText, widthOf } from "../text/cut-text.ts";
import { roundCount } from "../text/numbers.ts";
import type { Painter } from "../text/painter.ts";
import { bytesChange, countChange, durationChange, pointsChange, roundChange } from "./change-words.ts";
import { bytesTold, countTold, durationTold, shareTold } from "./figure-words.ts";
import { partialSign, type StatsSheetOptions } from "./stats-parts.ts";

/** The figures of all runs in two windows. */
export interface TwoFigures {
  readonly now: Figures;
  readonly before: Figures;
  readonly difference: Difference;
  /** Whether only a part of the window before is known. */
  readonly isPartial: boolean;
}

/** The figures of this window and of the one before, and how they changed, a line each, never wider than the room. Pure. */
export function layFigures(two: TwoFigures, { room, painter, headers }: StatsSheetOptions): readonly string[] {
  const before = two.isPartial ? `${partialSign}BEFORE` : "BEFORE";
  const lines: readonly FigureLine[] = [
    ...(headers ? [{ label: "", now: "WINDOW", before, change: "CHANGE", news: null }] : []),
    ...kinds.filter((kind) => isShown(kind, two, room === Infinity)).map((kind) => lineOf(kind, two)),
  ];
  const layouts = [
    { lines, least: 11 },
    { lines, least: 0 },
    { lines: lines.map(shorten), least: 0 },
  ];
  const laid = layouts.map((layout) => lay(layout.lines, layout.least));
  const fitting = laid.find((cells) => cells.every(({ plain }) => widthOf(plain) <= room));
  return fitting?.map((line) => paint(line, painter)) ?? laid.at(-1)?.map(({ plain }) => cutText(plain, room)) ?? [];
}

/** A kind of figure: where it stands, how it is told, and which way is the better one. */
interface FigureKind {
  readonly label: string;
  readonly of: (figures: Figures) => number | null;
  readonly less: (difference: Difference) => number | null;
  readonly told: (value: number | null) => string;
  readonly changed: (difference: number | null) => string;
  readonly better?: "more" | "fewer";
  /** Shown where it is not nothing, or where there is room for all. */
  readonly isShown?: "if any" | "if there is room";
}

const asCount = { told: countTold, changed: countChange } as const;
const asTime = { told: durationTold, changed: durationChange } as const;
const asBytes = { told: bytesTold, changed: bytesChange, isShown: "if there is room" } as const;

const kinds: readonly FigureKind[] = [
  { label: "Runs", of: ({ runs }) => runs, less: ({ runs }) => runs, ...asCount },
  { label: "Failed", of: ({ failed }) => failed, less: ({ failed }) => failed, ...asCount, better: "fewer" },
  {
    label: "Partial",
    of: ({ partialSuccess }) => partialSuccess,
    less: ({ partialSuccess }) => partialSuccess,
    ...asCount,
    isShown: "if any",
  },
  { label: "Other", of: ({ other }) => other, less: ({ other }) => other, ...asCount, isShown: "if any" },
  {
    label: "Success",
    of: ({ successRate }) => successRate,
    less: ({ successRatePoints }) => successRatePoints,
    told: shareTold,
    changed: pointsChange,
    better: "more",
  },
  { label: "P50", of: ({ durationMs }) => durationMs.p50, less: ({ durationMs }) => durationMs.p50, ...asTime },
  { label: "P95", of: ({ durationMs }) => durationMs.p95, less: ({ durationMs }) => durationMs.p95, ...asTime },
  {
    label: "Max",
    of: ({ durationMs }) => durationMs.max,
    less: ({ durationMs }) => durationMs.max,
    ...asTime,
    isShown: "if there is room",
  },
  { label: "Records in", of: ({ records }) => records.input, less: ({ records }) => records.input, ...asCount },
  { label: "Records out", of: ({ records }) => records.output, less: ({ records }) => records.output, ...asCount },
  {
    label: "Records bad",
    of: ({ records }) => records.failed,
    less: ({ records }) => records.failed,
    ...asCount,
    better: "fewer",
  },
  { label: "Bytes in", of: ({ bytes }) => bytes.input, less: ({ bytes }) => bytes.input, ...asBytes },
  { label: "Bytes out", of: ({ bytes }) => bytes.output, less: ({ bytes }) => bytes.output, ...asBytes },
];

function isShown({ of, isShown: when }: FigureKind, { now, before }: TwoFigures, isWhole: boolean): boolean {
  if (when === undefined || isWhole) return true;
  return when === "if any" && ((of(now) ?? 0) > 0 || (of(before) ?? 0) > 0);
}

/** A line in words; `news` is whether the change is for the better. */
interface FigureLine {
  readonly label: string;
  readonly now: string;
  readonly before: string;
  readonly change: string;
  readonly news: "good" | "bad" | null;
}

function lineOf({ label, of, less, told, changed, better }: FigureKind, two: TwoFigures): FigureLine {
  const [now, before, difference] = [of(two.now), of(two.before), less(two.difference)];
  const isRise = difference !== null && difference > 0;
  const isSame = difference === null || difference === 0 || better === undefined;
  return {
    label,
    now: told(now),
    before: told(before),
    change: now === null || before === null ? "-" : changed(difference),
    news: isSame ? null : isRise === (better === "more") ? "good" : "bad",
  };
}

function shorten({ label, now, before, change, news }: FigureLine): FigureLine {
  const short = label.replace(/^Records (.)/, (_, first: string) => first.toUpperCase());
  return { label: short, now: roundCount(now), before: roundCount(before), change: roundChange(change), news };
}

/** A line whose cells stand below each other, and where its change begins. */
interface LaidLine extends Pick<FigureLine, "change" | "news"> {
  readonly plain: string;
}

function lay(lines: readonly FigureLine[], least: number): readonly LaidLine[] {
  const width = (of: (line: FigureLine) => string): number => Math.max(least, ...lines.map((line) => of(line).length));
  const labels = Math.max(...lines.map(({ label }) => label.length)) + 1;
  const [first, second, third] = [width(({ now }) => now), width((line) => line.before), width((line) => line.change)];
  return lines.map(({ label, now, before, change, news }) => ({
    plain: `${label.padEnd(labels)}${now.padStart(first)}  ${before.padStart(second)}  ${change.padStart(third)}`,
    change,
    news,
  }));
}

/** The change stands at the end. */
function paint({ plain, change, news }: LaidLine, painter: Painter): string {
  if (news === null) return plain;
  const told = news === "good" ? painter.green(change) : painter.red(change);
  return plain.slice(0, plain.length - change.length) + told;
}
