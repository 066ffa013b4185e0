import { describe, expect, test } from "vitest";
import type { BatchFacts } from "../../../src/runs/rows/batch-facts.ts";
import { countCodes } from "../../../src/runs/rows/count-codes.ts";
import { readRow } from "../../../src/runs/rows/read-row.ts";

const facts = (errors: BatchFacts["errors"]): BatchFacts => ({
  ...{ id: "01A", status: "success", format: "parquet", hasDiagnostics: true, input: 9, failed: 5, endedAt: 0 },
  errors,
});

const place = { runId: null, batchId: "01A", sandbox: null, from: "row_errors", file: "f" } as const;
let number = 0;
const row = (...codes: string[]) => {
  const text = JSON.stringify({ _errors: codes.map((code) => ({ code })) });
  return readRow({ number: ++number, text, isCut: false }, place);
};

describe("rejected records by code", () => {
  test("are counted as they are told and as they are read, the most first, with the first one of each", () => {
    const counter = countCodes([
      facts([
        { code: "INGEST-1212-400", count: null },
        { code: "INGEST-1401-400", count: 2 },
      ]),
      facts([
        { code: "INGEST-1401-400", count: 1 },
        { code: "INGEST-1555-400", count: 30 },
        { code: null, count: 4 },
      ]),
    ]);
    const first = row("INGEST-1401-400");
    for (const one of [first, row("INGEST-1401-400", "MAPPER-3700-400"), row("MAPPER-3700-400"), row()])
      counter.add(one);
    expect(counter.result()).toMatchObject([
      { code: "INGEST-1555-400", told: 30, read: 0, sample: null },
      { code: "INGEST-1401-400", told: 3, read: 2, sample: first },
      { code: "MAPPER-3700-400", told: null, read: 2 },
      { code: "unknown", told: null, read: 1 },
    ]);
  });

  test("what says only that records failed is told where nothing else is", () => {
    const result = (...codes: string[]) =>
      countCodes([facts(codes.map((code) => ({ code, count: null })))])
        .result()
        .map(({ code }) => code);
    expect(result("INGEST-1211-400")).toEqual(["INGEST-1211-400"]);
    expect(result("INGEST-1212-400", "INGEST-1401-400")).toEqual(["INGEST-1401-400"]);
    expect(result()).toEqual([]);
  });

  test("there may be any number of codes", () => {
    const counter = countCodes([]);
    for (let n = 0; n < 5000; n += 1) counter.add(row(`X-${String(n)}`));
    expect(counter.result()).toHaveLength(1000);
  });
});
