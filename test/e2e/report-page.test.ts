import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderReportPage } from "../../src/render/report/page.ts";
import type { FlowRun } from "../../src/runs/record/flow-run.ts";
import { lookOf } from "../render/report/sample-look.ts";
import { begin, failedAt, hour, reportOn, wholeRead } from "../runs/report/sample-report.ts";
import { worksOn } from "../runs/report/sample-works.ts";
import { chromiumPath, useChromium, whyNoChromium } from "../support/chromium.ts";
import { bareEnv, flowrun } from "../support/flowrun.ts";
import { workJob } from "../support/works.ts";

/** What is done inside a page is written as a string: nothing else here knows a document. */
describe.skipIf(chromiumPath === null)(`the page of the demo's week in Chromium${whyNoChromium}`, () => {
  const browser = useChromium();
  let home = "";
  let html = "";
  let stats: {
    readonly total: { readonly runs: number; readonly failed: number };
    readonly groups: readonly unknown[];
  };

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "flowrun-report-"));
    const file = join(home, "report.html");
    const env = bareEnv(home);
    const until = new Date(Date.now() - hour).toISOString();
    const window = ["--profile", "demo", "--until", until, "-q"];
    expect((await flowrun(["report", "-P6D", "-o", file, "--with-lytics", ...window], { env })).code).toBe(0);
    html = await readFile(file, "utf8");
    const { stdout } = await flowrun(["stats", "-P6D", "--by", "flow", "-o", "json", ...window], { env });
    stats = JSON.parse(stdout) as typeof stats;
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it("is less than 300 kB", () => {
    expect(Buffer.byteLength(html)).toBeLessThan(300_000);
  });

  it.each([
    ["light", 1200],
    ["dark", 1200],
    ["light", 360],
    ["dark", 360],
  ] as const)("is quiet, accessible and not too wide: %s, %i pixels", async (scheme, width) => {
    const { page, heard } = await browser.open(html, { scheme, width });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(ground).toBe(scheme === "dark" ? "rgb(22, 24, 28)" : "rgb(255, 255, 255)");
    expect(await violations(page)).toEqual([]);
    await page.evaluate(`document.querySelectorAll("details").forEach((one) => (one.open = true))`);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(await violations(page)).toEqual([]);
    expect(heard).toEqual([]);
    await page.close();
  });

  it.each([
    [1280, [7], [6]],
    [800, [4, 3], [3, 3]],
    [400, [3, 2, 2], [2, 2, 2]],
  ])("has no tile alone in its row: %i pixels", async (width, seven, six) => {
    const { page } = await browser.open(html, { width });
    const rows = async (): Promise<readonly number[]> => {
      const tops = await page.evaluate<number[]>(all(".tile", "Math.round(one.getBoundingClientRect().top)"));
      return [...new Set(tops)].map((top) => tops.filter((one) => one === top).length);
    };
    expect(await rows()).toEqual(seven);
    await page.evaluate(`document.querySelector(".tile:last-child").remove()`);
    expect(await rows()).toEqual(six);
    await page.close();
  });

  it("has the structure of what it tells", async () => {
    const { page } = await browser.open(html);
    const flows = stats.groups.length;
    expect(await page.locator("table.rows tbody tr").count()).toBe(flows);
    expect(await page.locator("table.flows tbody tr").count()).toBe(flows);
    const tiles = await page.locator(".tile").allInnerTexts();
    expect(tiles).toHaveLength(7);
    expect(tiles[0]).toContain(stats.total.runs.toLocaleString("en-US"));
    expect(tiles[2]).toContain(String(stats.total.failed));
    expect(await page.getByRole("region", { name: "Table: Works of Lytics" }).locator("tbody tr").count()).toBe(4);
    const levels = await page.evaluate<number[]>(all("h1, h2, h3", "Number(one.tagName.slice(1))"));
    expect(levels[0]).toBe(1);
    levels.slice(1).forEach((level, at) => {
      expect(level - (levels[at] ?? 0)).toBeLessThanOrEqual(1);
    });
    const named = await page.evaluate<boolean[]>(all('svg[role="img"]', `one.getAttribute("aria-label") !== ""`));
    expect(new Set(named)).toEqual(new Set([true]));
    const told = await page.evaluate<string[]>(
      all("svg.row rect, svg.plot rect", `one.querySelector("title")?.textContent ?? ""`),
    );
    expect(told.length).toBeGreaterThan(stats.total.runs / 2);
    expect(told).not.toContain("");
    const snapshot = await page.locator("main").ariaSnapshot();
    expect(snapshot).toMatch(/- rowheader "CRM contacts[^"]*"/);
    expect(snapshot).toMatch(/- 'region "Chart: when each flow ran"'/);
    await page.close();
  });

  it("has its parts one below the other, and cells inside their rows", async () => {
    const { page } = await browser.open(html);
    const parts = await page.evaluate<{ top: number; bottom: number }[]>(
      all("header, dl.tiles, section, footer", "one.getBoundingClientRect().toJSON()"),
    );
    parts.slice(1).forEach(({ top }, at) => {
      expect(top).toBeGreaterThanOrEqual((parts[at]?.bottom ?? 0) - 0.5);
    });
    const outside = await page.evaluate<string[]>(`[...document.querySelectorAll("svg.row")].flatMap((row) => {
      const around = row.getBoundingClientRect();
      return [...row.querySelectorAll("rect")].filter((rect) => {
        const { left, right, width } = rect.getBoundingClientRect();
        return left < around.left - 1 || right > around.right + 1 || width < 1;
      }).map((rect) => rect.outerHTML);
    })`);
    expect(outside).toEqual([]);
    await page.close();
  });

  it("is worked by the keyboard: a chart scrolls, a chain unfolds, and one sees where one is", async () => {
    const { page } = await browser.open(html, { width: 360 });
    const chart = page.getByRole("region", { name: "Chart: when each flow ran" });
    await chart.focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.evaluate("document.activeElement.scrollLeft")).toBeGreaterThan(0);
    await page.locator(".cause summary").first().focus();
    // As somebody would come there: focus by a script shows no ring.
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    const step = page.locator(".cause details code").first();
    expect(await step.isVisible()).toBe(false);
    await page.keyboard.press("Enter");
    expect(await step.isVisible()).toBe(true);
    await page.close();
  });

  it("is printed light, and with every chain unfolded", async () => {
    const { page, heard } = await browser.open(html, { scheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    const steps = page.locator(".cause details code");
    expect(await steps.count()).toBeGreaterThan(3);
    for (const step of await steps.all()) expect(await step.isVisible()).toBe(true);
    // On A4, nothing stands out to the right.
    await page.setViewportSize({ width: 703, height: 1000 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(703);
    const pdf = await page.pdf({ format: "A4" });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect(heard).toEqual([]);
    await page.close();
  });
});

const hostile = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(2)>",
  "<svg onload=alert(3)><animate onbegin=alert(4) attributeName=x dur=1s>",
  "</style><style>*{display:none!important}</style><script>alert(5)</script>",
  "</title></svg></td></table><iframe src=//evil.test></iframe>",
  '" onmouseover="alert(6)" x="',
  "' onfocus='alert(7)' autofocus '",
  "<a href=javascript:alert(8)>",
  "<base href=//evil.test><link rel=stylesheet href=//evil.test/x.css>",
  "<!-- --><meta http-equiv=refresh content='0;url=//evil.test'>",
  "body{background:url(//evil.test/x)}@import '//evil.test/y';",
  "\u202egnp.exe\u2066\u0000\u001b[2J",
  "<b>".repeat(350_000),
];

/** A page on which a text stands wherever one of an event, of a file's name or of the user can. */
async function pageOf(texts: readonly string[]): Promise<string> {
  const runs = texts.flatMap((text, n): readonly FlowRun[] =>
    ["failed", text].map((status, turn) =>
      failedAt(begin + (n + 1) * hour + turn, [text, `${n} ${text}`], {
        runId: `${text}${n}${turn}`,
        flowId: `${text}${n}`,
        flowName: text,
        status,
        sandbox: { id: text, name: text },
        profile: text,
        imsOrgId: text,
      }),
    ),
  );
  const reads = texts.map((text) => ({ ...wholeRead, profile: text, source: text, failure: text }));
  const jobs = texts.flatMap((text, n) =>
    ["failed", text].map((verb, turn) =>
      workJob(
        begin + (n + 1) * hour + turn,
        verb,
        {
          subject_id: `${text}${n}`,
          notes: text,
          context: { name: text, workflow: text },
        },
        text,
      ),
    ),
  );
  const works = worksOn(jobs);
  const sources = texts.map((text) => ({ profile: text, events: 1, failure: text }));
  const report = { ...reportOn(runs, {}, reads), works: { ...works, sources } };
  return renderReportPage(report, lookOf(report, { title: texts.join(" "), stale: texts.join(" ") }));
}

describe.skipIf(chromiumPath === null)(`hostile texts in Chromium${whyNoChromium}`, () => {
  const browser = useChromium();

  it.each([
    ["with the policy", (html: string) => html],
    ["without it", (html: string) => html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "")],
  ])("are inert %s", async (_, strip) => {
    const { page, heard } = await browser.open(strip(await pageOf(hostile)));
    await page.evaluate(`document.querySelectorAll("details").forEach((one) => (one.open = true))`);
    for (let y = 50; y < 900; y += 50) await page.mouse.move(300, y);
    await page.waitForTimeout(200);
    expect(heard).toEqual([]);
    const kinds = await page.evaluate<string[]>(all("*", "one.localName"));
    const known =
      "html head meta title style body header h1 p main dl div dt dd section h2 ul li svg text rect table caption thead tbody tr th td span use defs g line path details summary ol h3 code strong a footer";
    expect([...new Set(kinds)].filter((kind) => !known.split(" ").includes(kind))).toEqual([]);
    expect(kinds.filter((kind) => kind === "style")).toHaveLength(1);
    const attributes = await page.evaluate<string[][]>(all("*", "[...one.attributes].map(({ name }) => name)"));
    expect(attributes.flat().filter((name) => /^on|^style$|^autofocus$|^src/.test(name))).toEqual([]);
    const links = await page.evaluate<string[]>(all("a, use", `one.getAttribute("href")`));
    expect(links.filter((link) => !/^https:\/\/|^#days$/.test(link))).toEqual([]);
    expect(await page.locator("h1").isVisible()).toBe(true);
    expect(await page.locator("body").innerText()).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u0000\u001b]/);
    await page.close();
  });

  it("have room where they are one long word", async () => {
    const { page } = await browser.open(await pageOf(["x".repeat(400)]));
    const beyond = "one.scrollWidth - one.clientWidth";
    expect(await page.evaluate<number[]>(all("[aria-label='Table: Works of Lytics']", beyond))).toEqual([0]);
    await page.close();
  });

  it("make a page of as many elements as harmless ones do", async () => {
    const elements = async (texts: readonly string[]): Promise<number> => {
      const { page } = await browser.open(await pageOf(texts));
      const count = await page.locator("*").count();
      await page.close();
      return count;
    };
    expect(await elements(hostile)).toBe(await elements(hostile.map((_, n) => `text ${n}`)));
  });
});

/** A script that looks at all of some elements, each `one` of them. */
function all(selector: string, expression: string): string {
  return `Array.from(document.querySelectorAll(${JSON.stringify(selector)}), (one) => ${expression})`;
}

/** What axe finds wrong. A tag with a script would be stopped by the page's policy; what is evaluated is not. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
      id + ": " + nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 200) + " " + failureSummary).join("; ")))`,
  );
}
