import { scaleLinear } from "d3-scale";
import type { OutcomeBucket, Report } from "../../runs/report/report.ts";
import { renderCount } from "../text/numbers.ts";
import type { TimeAxis } from "./axis.ts";
import { dataTable, numberCell, row } from "./data-table.ts";
import { dayLabels } from "./flow-rows.ts";
import { markup, type Markup } from "./html.ts";
import { countOrNone, outcomeWords, type ReportLook } from "./look.ts";

/** How high the bars stand, in pixels, and the room above them. */
const height = 120;
const above = 8;

/** From the ground up. */
const stacked = ["failed", "partialSuccess", "other", "success"] as const;

/** How the runs ended, stretch by stretch: bars, and the same numbers as a table. Pure. */
export function outcomeBars({ buckets, total, from, to }: Report, axis: TimeAxis, { times }: ReportLook): Markup {
  if (total.runs === 0) return markup`<p class="none">There is nothing to draw.</p>`;
  const most = Math.max(1, ...buckets.map(runsIn));
  const scale = scaleLinear().domain([0, most]).nice(4).range([height, above]);
  const levels = scale.ticks(4).filter(Number.isInteger);
  const lines = levels.map(
    (level) => markup`<line x1="0" x2="100%" y1="${pixel(scale(level))}" y2="${pixel(scale(level))}"/>`,
  );
  const numbers = levels.map(
    (level) => markup`<text x="100%" dx="-6" y="${pixel(scale(level) + 4)}">${renderCount(level)}</text>`,
  );
  const bars = buckets.map((bucket) => drawBar(bucket, { from, to }, axis, scale, times.span(bucket.from, bucket.to)));
  const told = `${renderCount(total.runs)} runs, of which ${renderCount(total.failed)} failed; at most ${renderCount(most)} in one bar`;
  return markup`<div class="bars"><svg class="levels" width="100%" height="${height + 2}" aria-hidden="true">${numbers}</svg><div><svg class="plot" width="100%" height="${height + 2}" role="img" aria-label="${told}"><g class="lines">${lines}</g>${bars}</svg>${dayLabels(axis)}</div></div>
${table(buckets, times.span)}`;
}

function runsIn({ counts }: OutcomeBucket): number {
  return stacked.reduce((sum, outcome) => sum + counts[outcome], 0);
}

function pixel(at: number): number {
  return Math.round(at * 10) / 10;
}

function drawBar(
  bucket: OutcomeBucket,
  { from, to }: Pick<Report, "from" | "to">,
  axis: TimeAxis,
  scale: (count: number) => number,
  span: string,
): Markup | null {
  if (runsIn(bucket) === 0) return null;
  const begin = axis.at(Math.max(from, bucket.from));
  const width = Math.max(0.3, (axis.at(Math.min(to, bucket.to)) - begin) * 0.88);
  const x = Math.min(begin, 100 - width);
  let below = 0;
  const parts = stacked.map((outcome) => {
    const count = bucket.counts[outcome];
    if (count === 0) return null;
    const [top, ground] = [scale(below + count), scale(below)];
    below += count;
    const cross =
      outcome === "failed" && ground - top >= leastForCross
        ? markup`<text class="cross" x="${pixel((x + width / 2) * 10) / 10}%" y="${pixel((top + ground) / 2 + 3.5)}">×</text>`
        : null;
    return markup`<rect class="${outcome}" x="${x}%" y="${pixel(top)}" width="${pixel(width * 10) / 10}%" height="${pixel(ground - top)}"><title>${span} · ${count} ${outcomeWords[outcome]}</title></rect>${cross}`;
  });
  return markup`${parts}`;
}

/** Pixels. */
const leastForCross = 9;

function table(buckets: readonly OutcomeBucket[], span: (from: number, to: number) => string): Markup {
  const rows = buckets.filter((bucket) => runsIn(bucket) > 0);
  const numbers = dataTable({
    caption: "how the runs ended",
    heads: ["When", { number: "runs" }, ...stacked.map((outcome) => ({ number: outcomeWords[outcome] }))],
    rows: rows.map((bucket) =>
      row(span(bucket.from, bucket.to), [
        numberCell(renderCount(runsIn(bucket))),
        ...stacked.map((outcome) => numberCell(countOrNone(bucket.counts[outcome]))),
      ]),
    ),
  });
  return markup`<details class="numbers"><summary>The same as a table</summary>\n${numbers}</details>`;
}
