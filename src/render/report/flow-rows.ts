import { outcomes, type FlowCell, type RunOutcome, type Report, type ReportedFlow } from "../../runs/report/report.ts";
import type { TimeAxis } from "./axis.ts";
import { scrolling } from "./data-table.ts";
import { markup, oneLine, type Markup } from "./html.ts";
import { counted, lengthTold, nameOfFlow, outcomeWords, calledWhere, type ReportLook } from "./look.ts";
import type { ReportTimes } from "./told-times.ts";

/** "When each flow ran": a row a flow, a cell a run or a stretch of time. Pure. */
export function flowRows({ flows, from, to }: Report, axis: TimeAxis, { times }: ReportLook): Markup {
  if (flows.length === 0) return markup`<p class="none">No flow ran in this window.</p>`;
  const isShown = (outcome: RunOutcome): boolean =>
    flows.some(({ cells }) => cells.some(({ counts }) => counts[outcome] > 0));
  const table = markup`<table class="rows"><caption class="unseen">When each flow ran</caption>
<thead><tr><th scope="col">Flow</th><th scope="col"><span class="unseen">${times.span(from, to)}</span>${dayLabels(axis)}</th></tr></thead>
<tbody>
${flows.map((flow) => flowRow(flow, axis, times))}</tbody></table>`;
  return markup`${legend([...outcomes].reverse().filter(isShown))}
${scrolling("Chart: when each flow ran", table)}
${gridOf(axis)}`;
}

/** The meaning of the cells, each as it is drawn. */
function legend(shown: readonly RunOutcome[]): Markup {
  const items = shown.map(
    (outcome) =>
      markup`<li><svg class="key" width="12" height="18" aria-hidden="true">${mark(outcome, "3", "6", "6")}</svg> ${outcomeWords[outcome]}</li>`,
  );
  return markup`<ul class="legend">${items}</ul>`;
}

/** The names of days above a drawing. Pure. */
export function dayLabels({ ticks }: TimeAxis): Markup {
  const labels = ticks
    .filter(({ label }) => label !== "")
    .map(({ at, label }) => markup`<text x="${at}%" dx="3" y="12">${label}</text>`);
  return markup`<svg class="labels" width="100%" height="16" aria-hidden="true">${labels}</svg>`;
}

/** The lines between days, drawn once and used in each row. */
function gridOf({ ticks }: TimeAxis): Markup {
  const lines = ticks.map(({ at }) => markup`<line x1="${at}%" x2="${at}%" y1="0" y2="100%"/>`);
  return markup`<svg class="store" width="0" height="0" aria-hidden="true"><defs><g id="days">${lines}</g></defs></svg>`;
}

function flowRow(flow: ReportedFlow, axis: TimeAxis, times: ReportTimes): Markup {
  const name = nameOfFlow(flow);
  const full = oneLine(calledWhere(flow), 300);
  const wide = widthOfRun(flow.cells, axis);
  // What went wrong is drawn last, above what it lies beside.
  const cells = [...flow.cells].sort((one, other) => outcomes.indexOf(other.outcome) - outcomes.indexOf(one.outcome));
  return markup`<tr><th scope="row" title="${full}">${oneLine(name, 80)}</th><td><svg class="row" width="100%" height="18" role="img" aria-label="${summary(flow)}"><use href="#days"/>${cells.map((cell) => drawCell(cell, axis, wide, times))}</svg></td></tr>\n`;
}

function summary({ figures, missing }: ReportedFlow): string {
  const { runs, failed, partialSuccess } = figures;
  const parts = [
    ...(failed > 0 ? [`${String(failed)} failed`] : []),
    ...(partialSuccess > 0 ? [`${String(partialSuccess)} in part`] : []),
    ...(missing > 0 ? [`${String(missing)} expected and absent`] : []),
  ];
  return `${counted(runs, "run")}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`;
}

/** The widest and the narrowest cell of a single run, in percent of the row. */
const widest = 0.7;
const narrowest = 0.28;

/** Runs that are close to each other leave little room for each. */
function widthOfRun(cells: readonly FlowCell[], axis: TimeAxis): number {
  const places = cells.map(({ from }) => axis.at(from));
  const gaps = places.slice(1).map((at, index) => at - (places[index] ?? at));
  const middle = gaps.sort((one, other) => one - other)[Math.floor(gaps.length / 2)] ?? widest;
  return Math.min(widest, Math.max(narrowest, middle * 0.8));
}

function drawCell(cell: FlowCell, axis: TimeAxis, widthOfOne: number, times: ReportTimes): Markup {
  const isOne = cell.from === cell.to;
  const begin = axis.at(cell.from);
  const width = isOne ? widthOfOne : Math.max(narrowest, (axis.at(cell.to) - begin) * 0.85);
  const x = Math.min(begin, 100 - width);
  return mark(cell.outcome, percent(x), percent(x + width / 2), percent(width), titleOf(cell, times));
}

function percent(share: number): string {
  return `${String(Math.round(share * 100) / 100)}%`;
}

/** Each outcome has a form of its own besides its colour: whole, half, a dash, higher with a cross, hollow. */
const forms: Readonly<Record<RunOutcome, readonly [y: number, height: number]>> = {
  success: [3, 12],
  partialSuccess: [8, 7],
  other: [7, 4],
  failed: [1, 16],
  absent: [3, 12],
};

function mark(outcome: RunOutcome, x: string, middle: string, width: string, title = ""): Markup {
  const [y, height] = forms[outcome];
  const told = title === "" ? null : markup`<title>${title}</title>`;
  const cross = outcome === "failed" ? markup`<text class="cross" x="${middle}" y="13">×</text>` : null;
  return markup`<rect class="${outcome}" x="${x}" y="${y}" width="${width}" height="${height}">${told}</rect>${cross}`;
}

function titleOf({ from, to, outcome, counts, run }: FlowCell, times: ReportTimes): string {
  if (run !== null) {
    const status = outcome === "other" ? oneLine(run.status, 40) : outcomeWords[outcome];
    return `${times.moment(from)} · ${status}${run.durationMs === null ? "" : ` after ${lengthTold(run.durationMs)}`}`;
  }
  if (from === to) return `${times.moment(from)} · ${outcomeWords[outcome]}`;
  const parts = outcomes.flatMap((one) => (counts[one] === 0 ? [] : [`${String(counts[one])} ${outcomeWords[one]}`]));
  return `${times.span(from, to)} · ${parts.join(", ")}`;
}
