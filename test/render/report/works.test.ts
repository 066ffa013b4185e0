import { describe, expect, test } from "vitest";
import { renderReportMarkdown } from "../../../src/render/report/markdown.ts";
import { renderReportPage } from "../../../src/render/report/page.ts";
import type { Job } from "../../../src/runs/job/job.ts";
import { workJob } from "../../support/works.ts";
import { begin, end, hour, reportOn, runAt } from "../../runs/report/sample-report.ts";
import { worksOn } from "../../runs/report/sample-works.ts";
import { lookOf } from "./sample-look.ts";

/** Ends each hour, the last time so long before the window's end. */
function hourly(id: string, lastAgoMs: number): readonly Job[] {
  return Array.from({ length: 24 }, (_, n) => end - lastAgoMs - (23 - n) * hour).map((at) =>
    workJob(at, "completed", { subject_id: id, context: { name: `Work ${id}` } }),
  );
}

const jobs = [
  ...hourly("fine", hour / 2),
  ...hourly("gone", 5 * hour),
  workJob(end - 2 * hour, "failed", { subject_id: "broken", notes: "quota exceeded" }),
  workJob(end - hour, "synccomplete", { subject_id: "flow", subject_type: "workflow" }),
];

const plain = reportOn([runAt(begin + hour)]);
const both = async (told: readonly Job[]) => {
  const report = { ...plain, works: worksOn(told) };
  return { page: await renderReportPage(report, lookOf(report)), text: renderReportMarkdown(report, lookOf(report)) };
};
const part = (page: string) => /<h2>Works of Lytics<\/h2>[^]*?<\/section>/.exec(page)?.[0] ?? "";

describe("works of Lytics on a page", () => {
  test("those that failed come first, what is overdue has a word, and a workflow says that it is one", async () => {
    const { page, text } = await both(jobs);
    const heads = [...part(page).matchAll(/<th scope="row">(.*?)<\/th>/g)].map(([, head]) => head);
    expect(heads).toEqual([
      "broken",
      'Work gone <span class="badge">absent</span>',
      "Work fine",
      'flow <span class="place">workflow</span>',
    ]);
    expect(part(page)).toContain('<td class="number bad">1</td>');
    expect(part(page)).toContain('<td class="words">quota exceeded</td>');
    expect(text).toContain("| broken | 0 | 1 | failed, Sun 29 Nov 10:00 | Sun 29 Nov 10:00 | quota exceeded |  |");
    expect(text).toContain("| flow (workflow) | 1 |  | synccomplete, Sun 29 Nov 11:00 |  |  |  |");
  });

  test("a tile counts the works that failed", async () => {
    const { page } = await both(jobs);
    expect(page).toContain(
      '<dt>Works failed</dt><dd class="value failed">1</dd><dd class="note">of 4 in Lytics, 1 overdue</dd>',
    );
    expect((await both(hourly("fine", 0))).page).toContain('<dt>Works failed</dt><dd class="value">0</dd>');
  });

  test("where there was none a sentence says so, and where nobody asked there is nothing", async () => {
    const none = await both([]);
    expect(part(none.page)).toContain("No work or workflow did anything in this window.");
    expect(part(none.page)).not.toContain("<table");
    expect(await renderReportPage(plain, lookOf(plain))).not.toMatch(/Works|Lytics/);
  });

  test("the style, and so its hash, is the same with them and without", async () => {
    const policy = (page: string) => /style-src '[^']*'/.exec(page)?.[0];
    expect(policy((await both(jobs)).page)).toBe(policy(await renderReportPage(plain, lookOf(plain))));
  });

  test("whatever Lytics says is text", async () => {
    const hostile = `<img src=x onerror=alert(1)>"'|\u202e@team ![x](y)`;
    const { page, text } = await both([
      workJob(end - hour, "failed", {
        subject_id: hostile,
        notes: hostile,
        context: { name: hostile, workflow: hostile },
      }),
      workJob(end, hostile, { subject_id: hostile }),
    ]);
    expect(page).not.toMatch(/<img|\u202e/);
    expect(text).not.toMatch(/<img|\u202e|(?<!\\)!\[x\]\(/);
    expect(
      text
        .split("\n")
        .filter((line) => line.includes("alert"))
        .every((line) => line.startsWith("| ")),
    ).toBe(true);
  });

  test("a thousand works with long notes keep the page under 2 MB", async () => {
    const long = "why ".repeat(2000);
    const many = Array.from({ length: 1200 }, (_, n) =>
      workJob(end - hour, "failed", {
        subject_id: `${n} ${long}`,
        notes: long,
        context: { name: long, workflow: long },
      }),
    );
    const { page, text } = await both(many);
    expect(page.length).toBeLessThan(2_000_000);
    expect(page).toContain("There were more works than are counted");
    expect(text).toContain("And 900 more works.");
  });
});
