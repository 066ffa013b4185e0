import type { ReadSource, Report } from "../../runs/report/report.ts";
import { renderCount } from "../text/numbers.ts";
import { dataTable, numberCell, row, textCell } from "./data-table.ts";
import { markup, oneLine, type Markup } from "./html.ts";
import { counted, type ReportLook } from "./look.ts";
import type { ReportTimes } from "./told-times.ts";

/** The sources that were read, from when to when, and what is missing of them. Pure. */
export function coverageTable({ coverage }: Report, { times }: ReportLook): Markup {
  return dataTable({
    caption: "Coverage",
    heads: ["Read from", "From", "To", { number: "Events" }, "Missing"],
    rows: coverage.map((read) =>
      row(sourceTold(read), [
        textCell(times.moment(read.from)),
        textCell(times.moment(read.to)),
        numberCell(renderCount(read.events)),
        textCell(gaps(gapWords(read, times))),
      ]),
    ),
  });
}

/** Who it was read from: `acme: the journal`. Pure. */
export function sourceTold({ profile, source }: ReadSource): string {
  const told = oneLine(source, 80);
  return profile === null ? told : `${oneLine(profile, 60)}: ${told}`;
}

function gaps(words: readonly string[]): Markup | string {
  if (words.length === 0) return "nothing";
  return markup`<ul class="gaps">${words.map((word) => markup`<li>${oneLine(word, 300)}</li>`)}</ul>`;
}

const mostGaps = 10;

/** The parts that are missing of what was read, in words; none where nothing is. Pure. */
export function gapWords({ missing, unreadable, failure }: ReadSource, times: ReportTimes): readonly string[] {
  const shown = missing.slice(0, mostGaps);
  const more = missing.length - shown.length;
  return [
    ...(failure === null ? [] : [failure]),
    ...shown.map(({ from, to }) => `nobody has ${times.span(from, to)}`),
    ...(more > 0 ? [`and ${counted(more, "more gap")}`] : []),
    ...(unreadable > 0 ? [`${counted(unreadable, "event")} could not be read`] : []),
  ];
}
