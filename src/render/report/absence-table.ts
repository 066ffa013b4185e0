import type { Absence, Report } from "../../runs/report/report.ts";
import { renderCount } from "../text/numbers.ts";
import { dataTable, numberCell, row, textCell } from "./data-table.ts";
import { badge, flowHead } from "./flow-head.ts";
import { markup, type Markup } from "./html.ts";
import { lengthTold, type ReportLook } from "./look.ts";

/** The words where no absence stands, and below those that do; the same in every form of a report. */
export const absenceWords = {
  notJudged: "Not judged: the filters leave runs out, so one that is not here may have been.",
  none: "None: every flow with a steady pace ran when it was to.",
  how: "Learned from when runs began in this window: a flow is judged only where its runs keep a steady pace.",
};

/** The runs that were expected and did not come. Pure. */
export function absenceTable({ absences }: Report, { times }: ReportLook): Markup {
  if (absences === null) return markup`<p class="none">${absenceWords.notJudged}</p>`;
  if (absences.length === 0) return markup`<p class="none">${absenceWords.none}</p>`;
  const table = dataTable({
    caption: "Expected, absent",
    heads: ["Flow", "Usually every", "Last run before", "Next run", { number: "Runs missing" }],
    rows: absences.map((absence) => {
      const { flow, paceMs, from, until, missing } = absence;
      return row(flowHead(flow), [
        textCell(lengthTold(paceMs)),
        textCell(times.moment(from)),
        textCell(until === null ? badge(silenceTold(absence)) : times.moment(until)),
        numberCell(renderCount(missing)),
      ]);
    }),
  });
  return markup`${table}\n<p class="note">${absenceWords.how}</p>`;
}

/** The word for a flow that still has not run. Pure. */
export function silenceTold({ state }: Absence): string {
  return state === "late" ? "late" : "still silent";
}
