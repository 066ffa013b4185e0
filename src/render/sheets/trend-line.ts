import { renderCount, renderDuration } from "../text/numbers.ts";
import type { Painter } from "../text/painter.ts";
import { peak, sparkline, stride } from "./sparkline.ts";

/** Columns that a label takes before such a line. */
export const labelWidth = 10;
/** `  max 1,234 in 30m` */
const noteWidth = 20;

/** A sparkline beside a label, and what its highest block stands for; red where a painter is given. Pure. */
export function trendLine(values: readonly number[], stepMs: number, room: number, painter?: Painter): string {
  const width = Math.max(10, room - labelWidth - noteWidth);
  const shape = sparkline(values, width);
  const step = renderDuration(stepMs * stride(values.length, width));
  const painted = painter === undefined ? shape : painter.red(shape);
  return `${painted}  max ${renderCount(peak(values, width))} in ${step}`;
}

/** The sections of a sheet that have lines, with an empty line between two. Pure. */
export function joinSections(sections: readonly (readonly string[])[]): string {
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(""))
    .join("\n");
}
