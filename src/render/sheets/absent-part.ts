import type { AbsentSpan } from "../../runs/figures/absent-spans.ts";
import type { Stats } from "../../runs/figures/stats.ts";
import type { Column } from "../formats/column.ts";
import { renderCount } from "../text/numbers.ts";
import { renderTime } from "../text/times.ts";
import { listing, sheetColumn, type StatsSheetOptions } from "./stats-parts.ts";

/** As many as are worth a look; the document has them all. */
const spansShown = 10;

/** The part of a sheet that tells where runs were expected and did not begin; no line where there is none. Pure but for `time`. */
export function absentPart(
  { absent, previous }: Pick<Stats, "absent" | "previous">,
  options: StatsSheetOptions,
): readonly string[] {
  const spans = absent ?? [];
  const past = previous?.absent ?? null;
  const more = spans.length - spansShown;
  return [
    ...listing(columns(options), spans.slice(0, spansShown), options),
    ...(more > 0 ? [`and ${renderCount(more)} more; -o json has them all`] : []),
    ...(previous === null || spans.length + (past?.length ?? 0) === 0
      ? []
      : [
          `Expected, absent: ${countTold(spans)}; before: ${previous.partial || past === null ? "not known" : countTold(past)}`,
        ]),
  ];
}

function columns({ time, painter }: StatsSheetOptions): readonly Column<AbsentSpan>[] {
  return [
    {
      ...sheetColumn<AbsentSpan>("EXPECTED, ABSENT", "text", ({ flowName, flowId }) => flowName ?? flowId),
      least: narrowestName,
      isId: ({ flowName }) => flowName === null,
    },
    sheetColumn("MISSING", "count", ({ missing }) => missing),
    { ...sheetColumn<AbsentSpan>("EVERY", "duration", ({ paceMs }) => paceMs), yields: { turn: 1, to: "neat" } },
    sheetColumn("NOTHING FROM", "time", ({ from }) => from),
    {
      ...sheetColumn<AbsentSpan>("UNTIL", "text", ({ until }) => (until === null ? silent : renderTime(until, time))),
      paint: (text) => (text === silent ? painter.red(text) : text),
    },
  ];
}

const narrowestName = 24;
const silent = "still silent";

function countTold(spans: readonly AbsentSpan[]): string {
  const runs = spans.reduce((sum, { missing }) => sum + missing, 0);
  const flows = new Set(spans.map(({ profile, flowId }) => `${profile ?? ""} ${flowId}`)).size;
  return `${renderCount(runs)} run${runs === 1 ? "" : "s"} of ${renderCount(flows)} flow${flows === 1 ? "" : "s"}`;
}
