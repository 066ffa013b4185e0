import type { Absence, Report } from "../../runs/report/report.ts";
import { renderCount } from "../text/numbers.ts";
import { dataTable, numberCell, row, textCell } from "./data-table.ts";
import { badge, flowHead } from "./flow-head.ts";
import { markup, type Markup } from "./html.ts";
import { lengthTold, type ReportLook } from "./look.ts";

/** The words below the absences; the same in every form of a report. */
export const howLearned =
  "Learned from when runs began in this window: a flow is judged only where its runs keep a steady pace.";

/** The sentence where no absence stands; `null` where one does. That nothing could be judged is no good news. Pure. */
export function whyNoAbsence({ absences, flows }: Report): string | null {
  if (absences === null) return "Not judged: the filters leave runs out, so one that is not here may have been.";
  if (absences.length > 0) return null;
  const areAnyJudged = flows.some(({ state }) => state !== null && state !== "irregular");
  if (areAnyJudged) return "None: every flow with a steady pace ran when it was to.";
  return "Not judged: no flow has runs enough at a steady pace, or they were not read to the end.";
}

/** The runs that were expected and did not come. Pure. */
export function absenceTable(report: Report, { times }: ReportLook): Markup {
  const why = whyNoAbsence(report);
  if (why !== null) return markup`<p class="none">${why}</p>`;
  const table = dataTable({
    caption: "Expected, absent",
    heads: ["Flow", "Usually every", "Last run before", "Next run", { number: "Runs missing" }],
    rows: (report.absences ?? []).map((absence) => {
      const { flow, paceMs, from, until, missing } = absence;
      return row(flowHead(flow), [
        textCell(lengthTold(paceMs)),
        textCell(times.moment(from)),
        textCell(until === null ? badge(silenceTold(absence)) : times.moment(until)),
        numberCell(renderCount(missing)),
      ]);
    }),
  });
  return markup`${table}\n<p class="note">${howLearned}</p>`;
}

/** The word for a flow that still has not run. Pure. */
export function silenceTold({ state }: Absence): string {
  return state === "late" ? "late" : "still silent";
}
