import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { stretchRows, type ArchiveDocument, type ToldCursor } from "../../../src/render/formats/archive-columns.ts";
import { renderArchiveSheet, type ArchiveSheetLook } from "../../../src/render/sheets/archive-sheet.ts";
import { renderVerdict, type VerdictDocument } from "../../../src/render/sheets/verdict-sheet.ts";
import { widthOf } from "../../../src/render/text/cut-text.ts";
import { localTimeIn } from "../../../src/render/text/local-time.ts";
import { createPainter } from "../../../src/render/text/painter.ts";
import { sampleNow } from "../sample-runs.ts";

const day = 86_400_000;
const ago = (days: number): string => new Date(sampleNow - days * day).toISOString();

const stretch = (from: number, to: number, isExact = true) => ({
  from: ago(from),
  to: ago(to),
  fromExact: isExact,
  toExact: isExact,
});

const cursor: ToldCursor = {
  name: "archive",
  position: "heron:0895c702-496a-49ee-a88b-561d89d1af1e.heron:1.0.71af1454",
  readUntil: ago(0.01),
  movedAt: ago(0.02),
  savedAt: ago(0.01),
  expiresAt: ago(-6.99),
  runs: 123_456,
  events: 130_001,
  revision: 4321,
  lease: { holder: "process 4711 on host-1", epoch: 12, since: ago(0.5), held: true },
};

const archive: ArchiveDocument = {
  type: "flowrun.archive",
  schemaVersion: 1,
  profile: "default",
  archive: "postgres://flowrun:***@db.example.com/flowrun?schema=\u001b[31mruns",
  kind: "postgres",
  journal: "https://events-va6.adobe.io/events/organizations/12345/integrations/67890/a1b2c3d4-0000",
  complete: [stretch(400, 300), stretch(290, 200, false), stretch(199, 120), stretch(119, 60), stretch(59, 0.01)],
  gaps: [
    { ...stretch(300, 290), reason: "expired", toExact: false },
    { ...stretch(200, 199), reason: "purged", fromExact: false },
    { ...stretch(120, 119), reason: "moved" },
    { ...stretch(60, 59), reason: "start" },
  ],
  beginsBy: "pruned",
  runs: 123_456,
  withoutEvent: 1234,
  firstRecordedAt: ago(400),
  jobs: 0,
  firstJobAt: null,
  lastJobAt: null,
  lastRecordedAt: ago(0.02),
  bytes: 428_000_000,
  otherJournals: 2,
  cursor,
  lease: cursor.lease,
  cursors: [
    cursor,
    { ...cursor, name: "a-cursor-of-a-long-name", expiresAt: ago(-0.5), lease: null },
    { ...cursor, name: "old", expiresAt: ago(3), lease: { holder: "gone", epoch: 1, since: ago(9), held: false } },
  ],
};

const verdict: VerdictDocument = {
  type: "flowrun.verification",
  schemaVersion: 1,
  profile: "default",
  archive: "/home/me/.local/state/flowrun/archives/default/archive.db",
  ok: false,
  runs: 123_456,
  unreadable: 3,
  jobs: 0,
  withoutEvent: 0,
  outside: 17,
  damages: [
    "3 records cannot be read",
    "Tree 7 page 19 cell 2: Rowid 4711 out of order, \u001b]0;and a text that is long enough to need another line\u0007",
  ],
  gaps: archive.gaps,
};

const plain: ArchiveSheetLook = {
  painter: createPainter(false),
  time: { style: "local", local: localTimeIn("Europe/Berlin"), now: () => sampleNow },
  room: 80,
};
const piped: ArchiveSheetLook = { ...plain, time: { style: "iso", now: () => sampleNow }, room: Infinity };
const golden = (name: string): string => resolve("fixtures/golden", name);
const widest = (sheet: string): number => Math.max(...sheet.split("\n").map(widthOf));
/** Its link and its path are whole; on a terminal they go on below. */
const withoutHead = (sheet: string): string => sheet.slice(sheet.indexOf("\n\n"));

describe("what an archive has", () => {
  test.each([80, 120])("on %i columns", async (room) => {
    const sheet = renderArchiveSheet(archive, { ...plain, room });
    await expect(sheet).toMatchFileSnapshot(golden(`archive-${room}.txt`));
    expect(widest(withoutHead(sheet))).toBeLessThanOrEqual(room);
    expect(sheet).not.toContain("\u001b");
  });

  test("in a pipe, with whole times", async () => {
    await expect(renderArchiveSheet(archive, piped)).toMatchFileSnapshot(golden("archive-pipe.txt"));
  });

  test("in the terminal's own colours, which suit a light one and a dark one", () => {
    const sheet = renderArchiveSheet(archive, { ...plain, painter: createPainter(true) });
    expect(sheet).toMatch(/\u001b\[31m {2}gap .*\u001b\[39m\n\u001b\[31m +expired: /);
    expect(sheet).toMatch(/\u001b\[33mits place expires .* \(in 12h\)\u001b\[39m/);
    expect(sheet).toMatch(/\u001b\[31mits place expired .*\u001b\[39m/);
    expect(new Set(sheet.match(/\u001b\[\d+m/g))).toEqual(
      new Set(["1", "22", "31", "33", "39"].map((n) => `\u001b[${n}m`)),
    );
  });

  test("as far as they are from now", () => {
    const time = { style: "relative", now: () => sampleNow } as const;
    expect(renderArchiveSheet(archive, { ...plain, time })).toMatch(
      /COVERAGE\n[^]*complete {4}400d ago {2}to {4}300d ago/,
    );
  });

  test("nothing yet", () => {
    const nothing = { complete: [], gaps: [], beginsBy: null, runs: 0, withoutEvent: 0, cursors: [], journal: null };
    const sheet = renderArchiveSheet({ ...archive, ...nothing, firstRecordedAt: null, lastRecordedAt: null }, plain);
    expect(sheet).toContain("Journal   nothing was archived of this profile's yet\nRuns      0\n");
    expect(sheet).toMatch(/COVERAGE \(CET\)\n {2}nothing is known to be complete: flowrun archive sync\n$/);
  });

  test("as rows: stretches and gaps in one order", () => {
    const rows = stretchRows(archive);
    expect(rows.map(({ row }) => row)).toEqual([
      "complete",
      "gap",
      "complete",
      "gap",
      "complete",
      "gap",
      "complete",
      "gap",
      "complete",
    ]);
    expect(rows[1]).toMatchObject({ reason: "expired", durationMs: 10 * day, fromExact: true, toExact: false });
  });
});

describe("what was found when it was read back", () => {
  test.each([80, 120])("on %i columns", async (room) => {
    const sheet = renderVerdict(verdict, { ...plain, room });
    await expect(sheet).toMatchFileSnapshot(golden(`archive-verdict-${room}.txt`));
    expect(widest(sheet)).toBeLessThanOrEqual(room);
    expect(sheet).not.toContain("\u001b");
  });

  test("all well: green, and nothing below", () => {
    const well = { ...verdict, ok: true, outside: 0, damages: [], gaps: [] };
    const sheet = renderVerdict(well, { ...plain, painter: createPainter(true) });
    expect(sheet).toMatch(/\u001b\[32mDamages {3}none\u001b\[39m\nGaps {6}none\n$/);
  });
});
