import { scaleLinear } from "d3-scale";
import type { FailureSample, Report, ReportedCause } from "../../runs/report/report.ts";
import { causeCode, causeNotes, chainTold, causeWhen, flowsTold } from "./cause-text.ts";
import { markup, oneLine, type Markup } from "./html.ts";
import { calledWhere, causeWords, counted, showCommand, type CauseWords, type ReportLook } from "./look.ts";

/** Why runs failed: one entry for all that failed alike, the most frequent first. Pure. */
export function causeList(report: Report, look: ReportLook): Markup {
  const { causes, total } = report;
  const notes = causeNotes(report).map((note) => markup`<p class="note">${note}</p>`);
  if (causes.length === 0 && notes.length === 0) {
    return markup`<p class="none">${total.runs === 0 ? "There is no run." : "No run failed."}</p>`;
  }
  return markup`${entries(causes, "failed", look)}${notes}`;
}

/** The same of the runs that ended well but for some of their records. Pure. */
export function partList({ partCauses }: Report, look: ReportLook): Markup {
  return markup`${entries(partCauses, "partialSuccess", look)}`;
}

type Tone = "failed" | "partialSuccess";

function entries(causes: readonly ReportedCause[], tone: Tone, look: ReportLook): Markup | null {
  if (causes.length === 0) return null;
  const scale = scaleLinear([0, Math.max(...causes.map(({ count }) => count))], [0, 100]);
  return markup`<ol class="causes">
${causes.map((cause) => entry(cause, bar(scale(cause.count), tone), look))}</ol>`;
}

function bar(share: number, tone: Tone): Markup {
  const width = Math.max(0.5, Math.round(share * 10) / 10);
  return markup`<svg class="bar" width="100%" height="6" aria-hidden="true"><rect class="${tone}" x="0" y="0" width="${width}%" height="6"/></svg>`;
}

function entry(cause: ReportedCause, drawn: Markup, look: ReportLook): Markup {
  const { count, message, sample } = cause;
  const words = causeWords(cause.code, look.catalogue);
  const told =
    words.length > 0 ? words.map(explained) : message === null ? null : markup`<p>${oneLine(message, 300)}</p>\n`;
  return markup`<li class="cause"><h3><code>${causeCode(cause)}</code> <span class="count">${counted(count, "run")}</span></h3>
${drawn}
${told}<p class="facts">${flowsTold(cause).join(", ")} · ${causeWhen(cause, look.times)}</p>
${sample === null ? null : howItCame(sample, message, look)}</li>
`;
}

function explained({ meaning, remedy, source }: CauseWords): Markup {
  return markup`${meaning === null ? null : markup`<p>${meaning}</p>\n`}${
    remedy === null ? null : markup`<p><strong>Do:</strong> ${remedy}</p>\n`
  }${
    source === null
      ? null
      : markup`<p class="facts"><a href="${source.link}" rel="noreferrer">${source.title}</a></p>\n`
  }`;
}

/** The chain of one failure, from the outside in, and what is said on the way. */
function howItCame(sample: FailureSample, message: string | null, look: ReportLook): Markup | null {
  const { flow, at } = sample;
  const chain = chainTold(sample);
  const said = chain.length > 0 || message === null ? null : markup`<p class="said">${oneLine(message, 500)}</p>\n`;
  const steps = chain.length === 0 ? null : markup`<ol class="chain">\n${chain.map(stepOf)}</ol>\n`;
  const one = look.isRedacted
    ? null
    : markup`<p class="facts">One of them: ${oneLine(calledWhere(flow), 120)}, ${look.times.moment(at)} · <code>${showCommand(sample)}</code></p>\n`;
  if (said === null && steps === null && one === null) return null;
  return markup`<details><summary>How it came about</summary>
${steps}${said}${one}</details>`;
}

function stepOf(
  { code, message, depth, count, isRoot }: FailureSample["chain"][number],
  _: number,
  all: readonly unknown[],
): Markup {
  const root = isRoot && all.length > 1 ? markup` <span class="root">root cause</span>` : null;
  const records = count === null ? null : markup` <span class="count">${counted(count, "record")}</span>`;
  const said = message === null ? null : markup`<p class="said">${oneLine(message, 500)}</p>`;
  return markup`<li class="depth-${Math.min(depth, deepest)}"><code>${oneLine(code, 120)}</code>${root}${records}${said}</li>\n`;
}

/** Indents for more find no room. */
const deepest = 6;
