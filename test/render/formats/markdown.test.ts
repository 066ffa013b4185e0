import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openMarkdown } from "../../../src/render/formats/markdown.ts";
import type { Look } from "../../../src/render/formats/renderer.ts";
import { resolveColumns } from "../../../src/render/formats/run-columns.ts";
import { safeText } from "../../../src/render/text/safe-text.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { readTable } from "../../support/markdown.ts";
import { sampleNow, samplePage, sampleRun } from "../sample-runs.ts";

async function markdown(
  runs: readonly FlowRun[],
  columns?: readonly string[],
  look: Partial<Look<FlowRun>> = {},
): Promise<string> {
  const { open, encode, lay } = await openMarkdown<FlowRun>({
    columns: resolveColumns(columns, "markdown"),
    columnsNamed: columns !== undefined,
    headers: true,
    colour: true,
    time: null,
    now: () => sampleNow,
    rowCount: null,
    stream: { isTTY: true, columns: 40 },
    ...look,
  });
  return open() + lay(runs.map(encode));
}

test("a page", async () => {
  await expect(await markdown(samplePage)).toMatchFileSnapshot("../../../fixtures/golden/page.md");
});

test("is neither coloured nor cut on a terminal, and times are ISO unless asked for otherwise", async () => {
  const [line] = (await markdown(samplePage.slice(1, 2), ["updatedAt", "flow", "error"], { headers: false })).split(
    "\n",
  );
  expect(line).toBe(
    "| 2026-11-22T03:10:00.123Z | CRM accounts and contacts, incremental every 15 minutes | CONNECTOR-1001-500 → AADSTS7000222 |",
  );
  expect(await markdown([sampleRun()], ["updatedAt"], { headers: false, time: "relative" })).toBe("| 8h ago |\n");
});

test("without a header it is rows for a table that has one", async () => {
  const all = await markdown(samplePage);
  const [head, dashes] = all.split("\n");
  expect(await markdown(samplePage, undefined, { headers: false })).toBe(all.slice(`${head}\n${dashes}\n`.length));
});

const cellOf = async (text: string): Promise<string> =>
  (await markdown([sampleRun({ flowName: text })], ["flow"], { headers: false })).slice(2, -3);

describe("what GitHub would act upon is text", () => {
  test.each([
    ["a | b", "a \\| b"],
    ["a \\| b", "a \\\\\\| b"],
    ["ends in \\", "ends in \\\\"],
    ["two\nlines", "two\\\\nlines"],
    ["<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"],
    ["a &lt; b & c", "a &amp;lt; b &amp; c"],
    ["`code` **bold** ~~gone~~", "\\`code\\` \\*\\*bold\\*\\* \\~\\~gone\\~\\~"],
    ["_it_ but sources_flow_run_success", "\\_it\\_ but sources_flow_run_success"],
    ["![x](y) [^1]", "!\\[x\\](y) \\[^1\\]"],
    ["see https://evil.example/x", "see https:\\//evil.example/x"],
    ["x_www.evil.example", "x_www\\.evil.example"],
    ["hello @octocat, a@b.example", "hello <span>@</span>octocat, a<span>@</span>b.example"],
    ["0123@AdobeOrg", "0123@AdobeOrg"],
    ["fixes #12, GH-3", "fixes <span>#</span>12, GH<span>-</span>3"],
    [":fire: at 03:04:05", "<span>:</span>fire: at 03:04:05"],
    ["$x$", "<span>$</span>x<span>$</span>"],
    ["2026-11-22 1.5 (a+b) {c} x=y!", "2026-11-22 1.5 (a+b) {c} x=y!"],
  ])("%j is %s", async (text, cell) => {
    expect(await cellOf(text)).toBe(cell);
    const own = readTable(`| FLOW |\n| --- |\n| ${cell} |\n`);
    expect(own?.rows).toEqual([[safeText(text)]]);
  });

  test("whatever it is made of", async () => {
    const piece = fc.constantFrom(
      ..."|\\`*_~[]()<>&!#$@:.-+=\"'\n\t x1é日".split(""),
      ...["\\|", "https://x.y", "www.", "@me", "#1", "GH-2", ":tada:", "<!--", "-->", "&#124;", "a@b.c", "---"],
    );
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));
    const property = fc.asyncProperty(text, text, async (flowName, status) => {
      const table = readTable(await markdown([sampleRun({ flowName, status })], ["flow", "status", "durationMs"]));
      const shown = [flowName, status].map((one) => safeText(one).trim() || "-");
      expect(table?.rows).toEqual([[...shown, "1m 30s"]]);
    });
    await fc.assert(property, { numRuns: 1000 });
  });

  test("the reader of these tests sees through what is not escaped", () => {
    const reads = (cell: string) => () => readTable(`| A |\n| --- |\n| ${cell} |\n`);
    for (const cell of ["*a*", "<b>", "`a`", "a | b", "https://x.y", "www.x.y", "@me", "#1", "$x$", "\\@me", "a&b"]) {
      expect(reads(cell), cell).toThrow();
    }
    expect(readTable("| A | B |\n| --- |\n")).toBeNull();
  });
});
