import { expect, test } from "vitest";
import { renderReportMarkdown } from "../../../src/render/report/markdown.ts";
import { isReport } from "../../../src/render/report/report-mark.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { begin, end, every, failedAt, hour, reportOn, runAt } from "../../runs/report/sample-report.ts";
import { lookOf } from "./sample-look.ts";

const markdownOf = (runs: Iterable<FlowRun>, look = {}): string => {
  const report = reportOn(runs);
  return renderReportMarkdown(report, lookOf(report, look));
};

const week = [
  ...every(hour)
    .filter((at) => at < end - 7 * hour)
    .map((at) => runAt(at)),
  failedAt(begin + 25 * hour, ["CONNECTOR-1001-500", "AADSTS7000222"]),
  failedAt(begin + 50 * hour, ["MAPPER-3700-400"], { status: "partialSuccess" }),
];

test("it has the page's parts, as tables and lines", () => {
  const text = markdownOf(week);
  expect(text).toMatch(/^# Flow runs\n\nSun 22 Nov 12:00 to Sun 29 Nov 12:00 UTC/);
  expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
    "When each flow ran",
    "Runs, by 3 hours",
    "Expected, absent",
    "Flows",
    "Why runs failed",
    "Why others succeeded only in part",
    "Coverage",
  ]);
  expect(text).toContain("| Orders | `████×███▄█████████████████○○` |");
  expect(text).toMatch(/\| Orders \(prod\) \| 1h \| Sun 29 Nov 0\d:01 \| \*\*still silent\*\* \| \d \|/);
  expect(text).toMatch(/### `AADSTS7000222`: 1 run\n\nThe client secret/);
  expect(text).toContain(
    "- `CONNECTOR-1001-500`: it is CONNECTOR-1001-500\n  - `AADSTS7000222` **root cause**: it is AADSTS7000222",
  );
  expect(text).toMatch(/\nMade by flowrun 1\.2\.3 on Sun 29 Nov 12:00 UTC\.\n$/);
  expect(isReport(text.slice(-4096))).toBe(true);
  // Each table has as many cells in each row.
  for (const table of text.split("\n\n").filter((part) => part.startsWith("|"))) {
    expect(new Set(table.split("\n").map((line) => line.replaceAll("\\|", "").split("|").length)).size, table).toBe(1);
  }
});

test("of an empty week it says so", () => {
  const text = markdownOf([]);
  expect(text).toContain("No flow ran in this window.");
  expect(text).not.toMatch(/NaN|undefined|null/);
});

test("text from events is text: no table, link, mention, HTML or heading comes of it", () => {
  const hostile = "a | b\n# head <img src=x onerror=alert(1)> [x](http://e.vil) @team `code` **b** <!-- \u202e";
  const text = markdownOf(
    [
      ...every(hour).map((at) =>
        runAt(at, { flowId: hostile, flowName: hostile, imsOrgId: hostile, profile: hostile }),
      ),
      failedAt(begin, [hostile, `X ${hostile}`], { runId: hostile, flowName: hostile }),
    ],
    { title: hostile, stale: hostile },
  );
  expect(text).not.toMatch(/<(?!span>|\/span>)/);
  expect(text).not.toMatch(/(?<!\\)\]\(|(?<!>)@team|\u202e|\n# head|<!--/);
  expect([...text.matchAll(/^# /gm)]).toHaveLength(1);
});

test("a window of one moment is no stretch of no time", () => {
  const report = reportOn([runAt(begin)], { from: begin, to: begin });
  expect(renderReportMarkdown(report, lookOf(report))).toContain("the worst of each stretch.");
});

test("where no flow could be judged, nobody is told that all ran when they were to", () => {
  const absencesOf = (runs: Iterable<FlowRun>): string =>
    markdownOf(runs).split("## Expected, absent\n\n")[1]?.split("\n")[0] ?? "";
  expect(absencesOf([])).toMatch(/^Not judged: no flow has runs enough/);
  expect(absencesOf([runAt(begin)])).toMatch(/^Not judged: no flow has runs enough/);
  expect(absencesOf([...every(hour), end - hour / 2].map((at) => runAt(at)))).toMatch(
    /^None: every flow with a steady pace/,
  );
});
