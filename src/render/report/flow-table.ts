import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { thinOut } from "../../runs/report/duration-line.ts";
import type { DurationPoint, Report, ReportedFlow } from "../../runs/report/report.ts";
import { renderCount, renderShare } from "../text/numbers.ts";
import { dataTable, numberCell, row } from "./data-table.ts";
import { flowHead } from "./flow-head.ts";
import { markup, type Markup } from "./html.ts";
import { amountTold, counted, countOrNone, lengthTold } from "./look.ts";

/** The table of flows: how often each ran and how well, how long it took, what it moved. Pure. */
export function flowTable({ flows, runsLeftOut }: Report): Markup {
  if (flows.length === 0) return markup`<p class="none">No flow ran in this window.</p>`;
  // Of many drawings each has fewer strokes.
  const points = flows.length > manyFlows ? 24 : 96;
  const hasOther = flows.some(({ figures }) => figures.other > 0);
  const left = ["Runs", "Success", "Failed", "In part", ...(hasOther ? ["Other"] : []), "p50", "p95"];
  const right = ["Records", "Rejected", "Every"];
  const numbers = (titles: readonly string[]) => titles.map((title) => ({ number: title }));
  const table = dataTable({
    caption: "Flows",
    look: "flows",
    heads: ["Flow", ...numbers(left), "Durations", ...numbers(right)],
    rows: flows.map((flow) => flowLine(flow, hasOther, points)),
  });
  const more = runsLeftOut === 0 ? null : markup`\n<p class="note">${leftOutWords(runsLeftOut)}</p>`;
  return markup`${table}${more}`;
}

const manyFlows = 100;

/** A remark on flows that have no row. Pure. */
export function leftOutWords(runs: number): string {
  return `${counted(runs, "run")} of further flows ${runs === 1 ? "has" : "have"} no row.`;
}

function flowLine(flow: ReportedFlow, hasOther: boolean, points: number): Markup {
  const { figures, durations, paceMs, state } = flow;
  const { durationMs, records, successRate } = figures;
  const failed = countOrNone(figures.failed);
  return row(flowHead(flow, state), [
    numberCell(renderCount(figures.runs)),
    numberCell(successRate === null ? "" : renderShare(successRate)),
    failed === "" ? numberCell("") : markup`<td class="number bad">${failed}</td>`,
    numberCell(countOrNone(figures.partialSuccess)),
    ...(hasOther ? [numberCell(countOrNone(figures.other))] : []),
    numberCell(lengthTold(durationMs.p50)),
    numberCell(lengthTold(durationMs.p95)),
    markup`<td class="spark">${sparkline(thinOut(durations, points))}</td>`,
    amountCell(records.input),
    amountCell(records.failed),
    numberCell(lengthTold(paceMs)),
  ]);
}

function amountCell(count: number | null): Markup {
  return count === null || count === 0 ? numberCell("") : numberCell(amountTold(count), renderCount(count));
}

const size = { width: 100, height: 20 };

/** How long the runs took, from the first to the last; those that failed have a dot. */
function sparkline(points: readonly DurationPoint[]): Markup | null {
  if (points.length === 0) return null;
  const longest = Math.max(0, ...points.map(({ ms }) => ms));
  const x = scaleLinear([0, Math.max(1, points.length - 1)], [3, size.width - 3]);
  const y = scaleLinear([0, Math.max(1, longest)], [size.height - 3, 3]).clamp(true);
  const draw = line<DurationPoint>(
    (_, index) => x(index),
    ({ ms }) => y(ms),
  ).digits(1);
  const dots = points.flatMap(({ ms, failed }, index) => (failed ? [`M${short(x(index))} ${short(y(ms))}h0`] : []));
  const told = `up to ${lengthTold(longest)}${dots.length === 0 ? "" : `; dots: failed`}`;
  return markup`<svg width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${told}"><title>${told}</title><path class="line" d="${draw(points) ?? ""}"/>${dots.length === 0 ? null : markup`<path class="dots" d="${dots.join("")}"/>`}</svg>`;
}

function short(at: number): string {
  return String(Math.round(at * 10) / 10);
}
