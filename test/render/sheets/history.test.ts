import { describe, expect, it } from "vitest";
import { renderCodeHistory, type ToldArchive, type ToldHistory } from "../../../src/render/sheets/code-history.ts";
import { nextSteps } from "../../../src/render/sheets/next-steps.ts";
import { renderSheet, type SheetOptions } from "../../../src/render/sheets/run-sheet.ts";
import { widthOf } from "../../../src/render/text/cut-text.ts";
import { localTimeIn } from "../../../src/render/text/local-time.ts";
import { createPainter } from "../../../src/render/text/painter.ts";
import * as catalogue from "../../../src/runs/catalogue/catalogue.ts";
import type { Downstream } from "../../../src/runs/record/flow-run.ts";
import { failure, hostileShown, hostileText, sampleNow, sampleRun } from "../sample-runs.ts";

const day = 86_400_000;
const local = { style: "local", local: localTimeIn("Europe/Berlin"), now: () => sampleNow } as const;
const pipe: SheetOptions = {
  catalogue,
  painter: createPainter(false),
  time: { style: "iso", now: () => sampleNow },
  width: 80,
  profile: "acme",
};
const terminal = (columns: number): SheetOptions => ({ ...pipe, time: local, width: columns, room: columns });

/** A stretch of an archive's coverage; its beginning may be estimated. */
function stretch(from: number, to: number = sampleNow, isExact = true) {
  return { from: { at: from, isExact }, to: { at: to, isExact: true } };
}

function section(text: string, title: string): string {
  const [, after = ""] = text.split(`\n${title}\n`);
  return after.split(/\n(?=\S)/)[0] ?? "";
}

const failed = sampleRun({ ...failure("CONNECTOR-1001-500", { code: "AADSTS7000222", message: null }) });
const failedAt = Date.parse(failed.updatedAt ?? "");
const earlier = { runId: "earlier-run", failedAt: failedAt - day, count: 4, recoveredAt: failedAt - day + 3_600_000 };

describe("the sheet of a failure", () => {
  it.each([
    [80, terminal(80)],
    [120, terminal(120)],
    ["a pipe's", pipe],
  ])("says when the flow failed so before, and when it recovered, in %s columns", (_, options) => {
    const text = renderSheet(failed, [failed], { ...options, past: { earlier, recoveredAt: failedAt + 7_200_000 } });
    const before = section(text, "BEFORE").replace(/\s+/g, " ");
    expect(before).toMatch(/^ This flow failed so before on .*, and recovered after 1h\. 4 of its runs did; that was/);
    expect(text).toMatch(/\n {2}recovered {2}.*, 2h later\n/);
    expect(section(text, "NEXT")).toContain("flowrun show earlier-run --profile acme");
    if (options.room !== undefined)
      for (const line of section(text, "BEFORE").split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(options.width);
  });

  it("does not count one, and says where the flow did not recover in between", () => {
    const past = { earlier: { ...earlier, count: 1, recoveredAt: null }, recoveredAt: null };
    const text = renderSheet(failed, [failed], { ...pipe, past });
    expect(section(text, "BEFORE").replace(/\s+/g, " ")).toMatch(/and did not recover before this\. ?$/);
    expect(text).not.toContain("recovered");
  });

  it("says that it is new, and nothing of the time before where nobody knows", () => {
    const fresh = { ...failed, new: true };
    expect(section(renderSheet(fresh, [fresh], pipe), "BEFORE")).toContain("NEW: this flow has not failed so before.");
    expect(renderSheet(failed, [failed], pipe)).not.toContain("BEFORE");
  });
});

describe("the runs that came of it", () => {
  const one = (runId: string, service: Downstream["service"], downstream: readonly Downstream[] = []): Downstream => {
    const { flowId, flowName, status, updatedAt, startedAt, durationMs, records } = sampleRun();
    return { runId, service, flowId, flowName, status, updatedAt, startedAt, durationMs, records, downstream };
  };
  const tree = [
    one("11111111-0000", "identity"),
    one("22222222-0000", "profile", [one("33333333-0000", "destinations", [one("44444444-0000", "query")])]),
  ];
  const lines = (options: SheetOptions, downstream: readonly Downstream[] = tree) =>
    section(renderSheet(sampleRun(), [], { ...options, downstream, isFollowed: true }), "DOWNSTREAM").split("\n");

  it.each([40, 80, 120])("stand beneath each other as a tree, in %i columns", (columns) => {
    const told = lines(terminal(columns));
    expect(told.slice(1, 5).map((line) => line.slice(0, 18))).toEqual([
      expect.stringMatching(/^ {2}11111111/),
      expect.stringMatching(/^ {2}22222222/),
      expect.stringMatching(/^ {2}└ 33333333 /),
      expect.stringMatching(/^ {2}└── 44444444 /),
    ]);
    for (const line of told) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });

  it("have whole ids in a pipe", () => {
    expect(lines(pipe).join("\n")).toMatch(/ {2}└ 33333333-0000 +destinations /);
  });

  it("are safe to show", () => {
    const evil = { ...one(hostileText, "identity"), flowName: hostileText };
    expect(lines(pipe, [evil]).join("\n")).toContain(hostileShown);
  });

  it("are told of where there are none, if they were asked for", () => {
    expect(lines(pipe, [])).toEqual(["  No run is known to have come of it.", ""]);
    expect(renderSheet(sampleRun(), [], pipe)).not.toContain("DOWNSTREAM");
  });

  it("can be followed by the command that the sheet names, until they were", () => {
    const commands = (isFollowed: boolean) =>
      nextSteps(sampleRun({ runId: "r" }), null, { earlierId: null, isToFollow: !isFollowed }).map(
        (step) => step.command,
      );
    expect([commands(false), commands(true)]).toEqual([["flowrun show r --downstream"], []]);
  });
});

describe("a code's history", () => {
  const history: ToldHistory = {
    firstSeenAt: sampleNow - 20 * day,
    lastSeenAt: sampleNow - day,
    last7Days: 3,
    last30Days: 1234,
    last90Days: 5678,
    flows: ["a", "b", "c", "d", "e", "f", "g"].map((id, n) => ({
      id,
      name: n === 1 ? null : `Flow ${id}`,
      runs: 9 - n,
    })),
    medianRecoveryMs: 4_320_000,
  };
  const archive: ToldArchive = {
    place: "/home/ada/archive.db",
    coverage: { complete: [stretch(sampleNow - 40 * day)], gaps: [] },
  };
  const told = (
    changes: Partial<ToldHistory> | null,
    of: ToldArchive = archive,
    look = { time: pipe.time, width: 80 },
  ) => renderCodeHistory(changes === null ? null : { ...history, ...changes }, of, look);

  it.each([80, 120])("says when, how often, where and for how long, in %i columns", (width) => {
    const text = told({}, archive, { time: local, width });
    expect(text.replace(/\s+/g, " ")).toMatch(
      /seen first on .*, last on .* runs 3 in 7 days, 1,234 in 30, 5,678 in 90/,
    );
    expect(text).toContain("  flows   Flow a (9), b (8), Flow c (7), Flow d (6), Flow e (5) and 2 more\n");
    expect(text).toContain("  lasts   1h 12m until the flow succeeded again (median)\n");
    for (const line of text.split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(width);
  });

  it("says from when on the archive is complete, and where it is", () => {
    const gap = stretch(sampleNow - 30 * day, sampleNow - 20 * day);
    const gaps = { ...archive, coverage: { ...archive.coverage, gaps: [gap, gap] } };
    const words = (of: ToldArchive, time = pipe.time): string => told({}, of, { time, width: 80 }).replace(/\s+/g, " ");
    expect(words(gaps)).toMatch(/archive complete since 20\S+ until 20\S+, but for 2 gaps, at \/home\/ada/);
    const estimated = { complete: [stretch(sampleNow - 40 * day, sampleNow, false)], gaps: [gap] };
    expect(words({ ...archive, coverage: estimated })).toMatch(
      /complete since ≈ 20\S+ until 20\S+, but for a gap from 20\S+ to 20\S+, at/,
    );
    // On a terminal times have no zone of their own.
    expect(words(archive, local)).toMatch(/seen first on .* \(\S+\) runs .* archive complete since .* \(\S+\), at/);
    expect(told(null, { ...archive, coverage: { complete: [], gaps: [] } })).toBe(
      "  seen    never\n  archive not known to be complete, at /home/ada/archive.db\n",
    );
  });

  it("calls it new since yesterday only where the archive would know better", () => {
    const firstSeenAt = sampleNow - 3_600_000;
    expect(told({ firstSeenAt })).toContain("  seen    NEW since yesterday: first on");
    const begun = { complete: [stretch(sampleNow - day / 2)], gaps: [] };
    expect(told({ firstSeenAt }, { ...archive, coverage: begun })).not.toContain("NEW");
    expect(told({ firstSeenAt: sampleNow - 3 * day })).not.toContain("NEW");
    expect(told({ firstSeenAt, lastSeenAt: firstSeenAt, medianRecoveryMs: null })).toMatch(/once, on (?!.*lasts)/s);
  });
});
