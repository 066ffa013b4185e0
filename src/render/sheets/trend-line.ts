import { renderCount, renderDuration } from "../text/numbers.ts";
import type { Painter } from "../text/painter.ts";
import { peak, sparkline, stride } from "./sparkline.ts";

/** Columns that a label takes before such a line. */
export const labelWidth = 10;
/** `  max 1,234 in 30m` */
const noteWidth = 20;

/** A sparkline beside a label, and what its highest block stands for; red where a painter is given. Pure. */
export function trendLine(values: readonly number[], stepMs: number, room: number, painter?: Painter): string {
  const width = widthIn(room);
  return drawn({ values, stepMs, width, most: peak(values, width) }, painter);
}

/** Numbers in equal steps of time, and the label of their line. */
export interface LabelledTrend {
  readonly label: string;
  readonly values: readonly number[];
  readonly stepMs: number;
}

/** Lines with their labels, drawn to one scale, and what the highest block of each is; red where a painter is given. Pure. */
export function trendLines(trends: readonly LabelledTrend[], room: number, painter?: Painter): readonly string[] {
  const width = widthIn(room);
  const most = Math.max(...trends.map(({ values }) => peak(values, width)));
  return trends.map(({ label, ...trend }) => label.padEnd(labelWidth) + drawn({ ...trend, width, most }, painter));
}

/** The sections of a sheet that have lines, with an empty line between two. Pure. */
export function joinSections(sections: readonly (readonly string[])[]): string {
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(""))
    .join("\n");
}

function widthIn(room: number): number {
  return Math.max(10, room - labelWidth - noteWidth);
}

interface Drawing extends Omit<LabelledTrend, "label"> {
  readonly width: number;
  readonly most: number;
}

function drawn({ values, stepMs, width, most }: Drawing, painter?: Painter): string {
  const shape = sparkline(values, width, most);
  const step = renderDuration(stepMs * stride(values.length, width));
  const painted = painter === undefined ? shape : painter.red(shape);
  return `${painted}  max ${renderCount(peak(values, width))} in ${step}`;
}
