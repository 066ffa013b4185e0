import { describe, expect, test } from "vitest";
import { resolveColumns } from "../../../src/render/formats/run-columns.ts";
import { csvRenderer } from "../../../src/render/formats/csv.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { hostileShown, hostileText, samplePage, sampleRun } from "../sample-runs.ts";

function csv(runs: readonly FlowRun[], columns: readonly string[] | undefined, headers = true): string {
  const renderer = csvRenderer({ columns: resolveColumns(columns, "csv"), headers });
  return renderer.open() + (runs.length === 0 ? "" : renderer.lay(runs.map(renderer.encode))) + renderer.close();
}

const cellOf = (text: string) => csv([sampleRun({ flowName: text })], ["flow"], false);

describe("csv", () => {
  test("a page", async () => {
    await expect(csv(samplePage, undefined)).toMatchFileSnapshot("../../../fixtures/golden/page.csv");
  });

  test("without runs it is a header; without a header, nothing", () => {
    expect(csv([], ["runId", "records.failed"])).toBe("runId,records.failed\n");
    expect(csv([], ["runId"], false)).toBe("");
  });

  test("numbers are raw, lists are joined by semicolons, unknown is empty", () => {
    const run = sampleRun({ batchIds: ["b1", "b2"], durationMs: 9_007_199_254_740_991 });
    const columns = ["durationMs", "records.failed", "records.deleted", "batchIds", "errors", "providerRefId"];
    expect(csv([run], columns, false)).toBe("9007199254740991,0,,b1;b2,,\n");
  });

  test("a flag is true, false or, where nobody can tell, empty", () => {
    const runs = [true, false, null].map((isNew) => sampleRun({ new: isNew }));
    expect(csv(runs, ["via", "new"])).toBe("via,new\njournal,true\njournal,false\njournal,\n");
  });

  test.each([
    ['say "hi", you', '"say ""hi"", you"\n'],
    ["a,b", '"a,b"\n'],
    ["", "\n"],
    ["日本 🛒", "日本 🛒\n"],
  ])("%j is quoted as RFC 4180 says", (text, line) => {
    expect(cellOf(text)).toBe(line);
  });

  test.each(["=1+1", "+1", "-1+1", "@SUM(A1)", "＝1+1", '=cmd|"/c calc"!A1'])("%s never starts a formula", (text) => {
    expect(cellOf(text)).toMatch(/^"?'/);
  });

  test.each(["\t=1+1", "\r=1+1", "\n=1+1", "\ufeff=1+1"])(
    "%j is shown escaped, so it starts no formula either",
    (text) => {
      expect(cellOf(text)).toMatch(/^\\[trnu].*=1\+1\n$/);
    },
  );

  test("a negative number stays a number", () => {
    const run = sampleRun({ durationMs: -5 });
    expect(csv([run], ["durationMs"], false)).toBe("-5\n");
  });

  test("control characters are visible and a record is one line", () => {
    expect(cellOf(hostileText)).toBe(`${hostileShown}\n`);
  });
});
