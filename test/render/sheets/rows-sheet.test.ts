import { describe, expect, it } from "vitest";
import { bareRowColumns, rowColumns } from "../../../src/render/formats/row-columns.ts";
import { renderRowsSheet, type RowsLook, type RowsTold } from "../../../src/render/sheets/rows-sheet.ts";
import { createPainter } from "../../../src/render/text/painter.ts";
import * as catalogue from "../../../src/runs/catalogue/catalogue.ts";
import type { BatchFacts } from "../../../src/runs/rows/batch-facts.ts";
import { countCodes } from "../../../src/runs/rows/count-codes.ts";
import { readRow, withoutPersonalData } from "../../../src/runs/rows/read-row.ts";
import { hostileText, sampleNow, sampleRun } from "../sample-runs.ts";

const facts: BatchFacts = {
  ...{ id: "01KTESTBATCH00000000000001", status: "success", format: "parquet", hasDiagnostics: true },
  ...{ input: 1_234_567, failed: 3, endedAt: sampleNow },
  errors: [
    { code: "INGEST-1212-400", count: null },
    { code: "INGEST-1401-400", count: 2 },
  ],
};

const place = { runId: null, batchId: facts.id, sandbox: "prod", from: "row_errors", file: "errors_0.json" } as const;
const lines = [
  { _corrupt_record: "{ana", _errors: [{ code: "1401", message: "Row is corrupted." }], _filename: "in.json" },
  {
    email: "bo@example.com",
    _validationErrors: [{ keyword: "format", message: "no date", pointerToViolation: "#/at" }],
  },
];
const rows = lines.map((line, at) => readRow({ number: at + 1, text: JSON.stringify(line), isCut: false }, place));

const pick = ({ all, usual }: typeof rowColumns) => all.filter(({ name }) => usual.includes(name));
const look: RowsLook = {
  catalogue,
  painter: createPainter(false),
  time: { style: "iso", now: () => sampleNow },
  width: 80,
  room: Infinity,
  columns: pick(rowColumns),
  profile: null,
};

function sheet(changes: Partial<RowsTold> = {}, looks: Partial<RowsLook> = {}): string {
  const told = { rows, ...changes };
  const counter = countCodes([facts]);
  for (const row of told.rows) counter.add(row);
  const rest = { run: null, sandbox: "prod", batches: [facts], hasMore: false, hasPacked: false, isBare: false };
  return renderRowsSheet({ codes: counter.result(), ...rest, ...told }, { ...look, ...looks });
}

const commandsIn = (text: string) => [...text.matchAll(/^ {4}(flowrun .*)$/gm)].map(([, command]) => command);

describe("the sheet of rejected records", () => {
  it("begins with the codes: how many, what that means, what to do, and one of them", () => {
    expect(sheet().split("\n\nRECORDS")[0]).toBe(
      [
        "01KTESTBATCH00000000000001  success",
        "  sandbox  prod",
        "  batch    01KTESTBATCH00000000000001 · 3 of 1,234,567 records rejected ·",
        "           diagnostics on · ended 2026-11-22T12:00:00.000Z",
        "",
        "CODES",
        "  INGEST-1401-400 · 2 records · 1 record read",
        "    means   A row holds corrupted data and can be neither read nor parsed.",
        "    do      Repair the row and ingest it again.",
        "    sample  errors_0.json, line 1: Row is corrupted.",
        "            {ana",
        "  format · 1 record read",
        "    means   The record breaks a rule of the schema: format.",
        "    sample  errors_0.json, line 2: no date",
        '            {"email":"bo@example.com"}',
      ].join("\n"),
    );
  });

  it("then has the records, a row each", () => {
    const [, table = ""] = sheet().split("\n\nRECORDS\n");
    expect(table.split("\n").slice(0, 3)).toEqual([
      "  CODES            MESSAGE            INPUT    FILE           LINE  RECORD",
      "  INGEST-1401-400  Row is corrupted.  in.json  errors_0.json     1  {ana",
      '  format           no date            -        errors_0.json     2  {"email":"bo@example.com"}',
    ]);
  });

  it("ends with what to type next, for the run or the batch, and the profile that was named", () => {
    const batch = "flowrun rows 01KTESTBATCH00000000000001 --sandbox prod";
    expect(commandsIn(sheet())).toEqual([`${batch} --download failed-rows`]);
    expect(commandsIn(sheet({ hasMore: true }, { profile: "my org" }))).toEqual([
      `${batch} --max-rows all -o ndjson --profile 'my org'`,
      `${batch} --download failed-rows --profile 'my org'`,
    ]);
    const { runId } = sampleRun();
    expect(commandsIn(sheet({ run: sampleRun(), rows: [], hasPacked: true }))).toEqual([
      `flowrun rows ${runId} --download failed-rows`,
    ]);
    expect(sheet({ run: sampleRun() })).toMatch(
      new RegExp(`^${runId} {2}success\n {2}flow {5}Loyalty members nightly\n`),
    );
    expect(commandsIn(sheet({ rows: [] }))).toEqual([]);
  });

  it("without personal data has none", () => {
    const bare = sheet(
      { rows: rows.map(withoutPersonalData), isBare: true, hasMore: true },
      { columns: pick(bareRowColumns) },
    );
    expect(bare).toContain("sample  errors_0.json, line 1\n");
    expect(bare).toContain("--errors-only --max-rows all");
    expect(bare).not.toMatch(/ana|example|corrupted\.|no date|#\/at/);
  });

  it("is safe to show, and no line of it wider than the terminal, whatever a record holds", () => {
    const text = JSON.stringify({
      [hostileText]: hostileText,
      _errors: [{ code: hostileText, message: hostileText.repeat(50) }],
    });
    const row = { ...readRow({ number: 1, text, isCut: false }, place), file: hostileText };
    const told = sheet({ rows: [row], sandbox: hostileText }, { room: 80 });

    expect(told).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    const [codes = ""] = told.split("\nNEXT\n");
    expect(codes.split("\n").length).toBeLessThan(60);
  });
});
