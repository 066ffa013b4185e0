import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { renderReportPage } from "../../../src/render/report/page.ts";
import { isReport } from "../../../src/render/report/report-mark.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import {
  begin,
  day,
  end,
  every,
  failedAt,
  hour,
  minute,
  reportOn,
  runAt,
  wholeRead,
} from "../../runs/report/sample-report.ts";
import { lookOf } from "./sample-look.ts";

const week = [
  ...every(hour)
    .filter((at) => at < end - 5 * hour)
    .map((at) => runAt(at)),
  ...every(6 * hour).map((at) => runAt(at, { flowId: "crm", flowName: "CRM contacts" })),
  failedAt(begin + hour, ["CONNECTOR-1001-500", "AADSTS7000222"], { flowId: "crm", flowName: "CRM contacts" }),
  failedAt(begin + 2 * hour, ["MAPPER-3700-400"], { status: "partialSuccess" }),
];

const pageOf = async (runs: Iterable<FlowRun>, look = {}, coverage = [wholeRead]): Promise<string> => {
  const report = reportOn(runs, {}, coverage);
  return renderReportPage(report, lookOf(report, look));
};

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

describe("a page", () => {
  test("allows nothing but its own style, and has no other", async () => {
    const page = await pageOf(week);
    const [, style = ""] = /<style>([^]*?)<\/style>/.exec(page) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    expect(page).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page).not.toMatch(/\sstyle=|<script|\son\w+=|<link|<img|src=|url\(|@import/);
    expect(count(page, /<style/g)).toBe(1);
    // The policy stands before what it is about.
    expect(page.indexOf("Content-Security-Policy")).toBeLessThan(page.indexOf("<style"));
  });

  test("has the same style, and so the same hash, whatever is on it", async () => {
    const styleOf = (page: string) => /<style>[^]*<\/style>/.exec(page)?.[0];
    expect(styleOf(await pageOf(week))).toBe(styleOf(await pageOf([])));
  });

  test("is known again as a report, and so is nothing else", async () => {
    const page = await pageOf(week);
    expect(isReport(page.slice(0, 4096) + page.slice(-4096))).toBe(true);
    expect(isReport("# README\n\nflowrun report -o README.md")).toBe(false);
  });

  test("has a cell for each run, with its time and its end, and hollow ones for those that did not come", async () => {
    const page = await pageOf(week);
    const rows = [...page.matchAll(/<svg class="row"[^]*?<\/svg>/g)].map(([row]) => row);
    expect(rows).toHaveLength(2);
    const cells = rows.map((row) =>
      count(row, /<rect class="(?:success|failed|partialSuccess|other|absent)"[^>]*><title>/g),
    );
    const report = reportOn(week);
    expect(cells).toEqual(report.flows.map((flow) => flow.cells.length));
    expect(page).toContain("<title>Sun 22 Nov 13:00 · failed after 3m</title>");
    expect(count(page, /<title>[^<]* · expected, absent<\/title>/g)).toBe(
      report.flows[0]!.missing + report.flows[1]!.missing,
    );
    expect(page).toContain('class="cross"');
  });

  test("tells of absent runs, root causes and gaps", async () => {
    const missing = [{ from: begin - 3 * day, to: begin }];
    const page = await pageOf(week, {}, [{ ...wholeRead, missing, unreadable: 2, failure: "the reading broke off" }]);
    expect(page).toContain("the reading broke off");
    // What was not read is held against nobody.
    expect(page).not.toContain("still silent");
    expect(page).toContain("nobody has Thu 19 Nov 12:00 to Sun 22 Nov 12:00");
    expect(page).toContain("2 events could not be read");
    expect(page).toMatch(/<h3><code>AADSTS7000222<\/code> <span class="count">1 run<\/span><\/h3>/);
    expect(page).toContain("The client secret of the application in Microsoft Entra has expired");
    expect(page).toContain("<strong>Do:</strong>");
    expect(page).toMatch(/<a href="https:\/\/login\.microsoftonline\.com[^"]*" rel="noreferrer">/);
    expect(page).toContain(`flowrun show &#39;run at ${begin + hour}&#39;`);
    const another = await pageOf(week.map((run) => ({ ...run, profile: "acme" })));
    expect(another).toContain(`flowrun show &#39;run at ${begin + hour}&#39; --profile acme</code>`);
    expect(page).toContain("Why others succeeded only in part");
  });

  test("of an empty week says so in each of its parts", async () => {
    const page = await pageOf([]);
    for (const words of [
      "No flow ran in this window.",
      "There is nothing to draw.",
      "Not judged: no flow has runs enough at a steady pace, or they were not read to the end.",
      "There is no run.",
    ]) {
      expect(page).toContain(words);
    }
    expect(page).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  test("of one run is drawn whole", async () => {
    const page = await pageOf([runAt(begin)]);
    expect(page).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(page).toContain("1 flow<");
  });

  test("says that it is looked at again, and that it is not new", async () => {
    const page = await pageOf(week, { refreshMs: 300_000, stale: "not <new>" });
    expect(page).toContain('<meta http-equiv="refresh" content="300">');
    expect(page).toContain('<p class="stale" role="status">not &lt;new&gt;</p>');
    expect(await pageOf(week)).not.toMatch(/http-equiv="refresh"|class="stale"/);
  });
});

describe("the size of a page", () => {
  test("stays under 2 MB for 100,000 runs of five hundred flows", async () => {
    const starts = every(hour);
    function* runs(): Generator<FlowRun> {
      for (const [n, at] of starts.entries()) {
        for (let flow = 0; flow < 600; flow += 1) {
          const changes = {
            flowId: `00000000-1111-2222-3333-${flow}`,
            flowName: `A flow with a name of usual length ${flow}`,
          };
          const start = at + flow * 5 * 1000;
          yield (n + flow) % 7 === 0 ? failedAt(start, ["X-1"], changes) : runAt(start, changes);
        }
      }
    }
    const page = await pageOf(runs());
    expect(starts.length * 600).toBeGreaterThan(100_000);
    expect(page.length).toBeLessThan(2_000_000);
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
  });

  test("stays small however long the texts are", async () => {
    const long = "<b>".repeat(400_000);
    const page = await pageOf(
      every(hour).map((at) =>
        failedAt(at, [`A${long}`, `B${long}`], { flowName: long, sandbox: { id: null, name: long } }),
      ),
    );
    expect(page.length).toBeLessThan(150_000);
    expect(page).not.toContain("<b>");
  });
});

test("minutes and years are cut into bars alike", async () => {
  for (const length of [10 * minute, 30 * day, 800 * day]) {
    const from = end - length;
    const report = reportOn([runAt(from), runAt(from + length / 2)], { from });
    const page = await renderReportPage(report, lookOf(report));
    expect(page).not.toMatch(/NaN|undefined/);
    expect(report.buckets.length).toBeLessThanOrEqual(61);
    expect(count(page, /<g id="days">(?:<line[^>]*>)+/g)).toBe(1);
  }
});
