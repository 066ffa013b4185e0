import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readRow, withoutPersonalData, type RowPlace } from "../../../src/runs/rows/read-row.ts";

const place: RowPlace = { runId: "run-1", batchId: "01A", sandbox: "prod", from: "row_errors", file: "errors_0.json" };

const read = (text: string, isCut = false) => readRow({ number: 7, text, isCut }, place);
const line = (value: unknown) => read(JSON.stringify(value));

/** As Adobe's documents have them. */
const sample = (name: string) =>
  JSON.parse(readFileSync(`fixtures/platform/${name}.json`, "utf8")) as Record<string, unknown>;
const corrupt = sample("row-error");
const invalid = sample("validation-errors") as { readonly _validationErrors: readonly object[] };

describe("a rejected record", () => {
  test("that could not be read has its text, and ingestion's number for the whole code", () => {
    expect(line(corrupt)).toEqual({
      type: "flowrun.row",
      schemaVersion: 1,
      ...place,
      line: 7,
      input: "parsing_errors_0.json",
      codes: ["INGEST-1401-400"],
      message: "Row is corrupted and cannot be read, please fix and resend.",
      errors: [
        {
          code: "INGEST-1401-400",
          message: "Row is corrupted and cannot be read, please fix and resend.",
          pointer: null,
        },
      ],
      columns: null,
      text: '{missingQuotes: "v1"}',
      cut: false,
    });
  });

  test("has its columns, and each of its codes once", () => {
    const row = line({
      id: 1,
      email: null,
      address: { city: "Porto" },
      _errors: [{ code: "MAPPER-3700-400" }, { code: "MAPPER-3700-400", message: "again" }, { code: 1555 }],
    });
    expect(row).toMatchObject({
      input: null,
      codes: ["MAPPER-3700-400", "INGEST-1555-400"],
      message: "again",
      columns: { id: 1, email: null, address: { city: "Porto" } },
      text: null,
    });
  });

  test("that breaks a rule of the schema has the rule's keyword, and the field", () => {
    expect(line({ timestamp: "2018-00-23", ...invalid })).toMatchObject({
      codes: ["format"],
      errors: [{ code: "format", pointer: "#/timestamp" }],
      columns: { timestamp: "2018-00-23" },
    });
    const inner = { keyword: "required", message: "required key [_id] not found", pointerToViolation: "#" };
    const outer = {
      keyword: "allOf",
      message: "2 violations",
      causingExceptions: [inner, invalid._validationErrors[0]],
    };
    expect(line({ _validationErrors: [outer] }).codes).toEqual(["required", "format"]);
  });

  test("of a streaming part has its errors below the name of the check", () => {
    const streaming = [{ code: "DCVS-1106-400", message: "required key [_id] not found" }];
    expect(line({ body: 1, _errors: { _streamingValidation: streaming } })).toMatchObject({
      codes: ["DCVS-1106-400"],
      message: "required key [_id] not found",
    });
    expect(line({ _errors: { code: "INGEST-1555-400", message: "alone" } }).codes).toEqual(["INGEST-1555-400"]);
    expect(line({ _errors: [{ message: "no code" }] }).codes).toEqual(["unknown"]);
  });

  test.each(["", "null", "[]", "{", '"text"', "7", '{"a":1', `{"a":${"[".repeat(300)}${"]".repeat(300)}}`])(
    "a line that is none passes as text: %s",
    (text) => {
      expect(read(text)).toMatchObject({ codes: [], errors: [], columns: null, text, cut: false, line: 7 });
    },
  );

  test("that was cut passes as text, and so does one that is nested without an end", () => {
    expect(read('{"a":1}', true)).toMatchObject({ columns: null, text: '{"a":1}', cut: true });
    const long = read("x".repeat(100_000));
    expect(long).toMatchObject({ cut: true });
    expect(long.text).toHaveLength(65_536);
    expect(() => JSON.stringify(read(`${"[".repeat(100_000)}${"]".repeat(100_000)}`))).not.toThrow();
  });

  test.each<unknown>([
    { _errors: "text", _filename: 7, _corrupt_record: {}, _validationErrors: {} },
    { _errors: [null, 1, "x", []] },
    { _errors: { a: 1, b: [{}] }, _validationErrors: [{ causingExceptions: [{}] }] },
    JSON.parse('{"__proto__":{"polluted":true},"a":1}'),
  ])("whatever stands in it, it is one: %j", (value) => {
    const row = line(value);
    expect(row).toMatchObject({ type: "flowrun.row", input: null, text: null });
    expect(row.codes.every((code) => typeof code === "string")).toBe(true);
    expect("polluted" in {}).toBe(false);
  });
});

describe("without personal data", () => {
  test.each([
    line(corrupt),
    line({ email: "ana@example.com", ...invalid }),
    line({ email: "ana@example.com", _errors: [{ code: "MAPPER-3700-400", message: "ana@example.com is no number" }] }),
    line({ _errors: [{ code: "ana@example.com" }, { code: "Ana Abelson" }, { keyword: "ana.abelson" }] }),
    line({ _validationErrors: [{ keyword: "type", pointerToViolation: "#/people/ana@example.com" }] }),
    read("ana@example.com, no JSON"),
  ])("only codes and names of files are left: %#", (row) => {
    const bare = withoutPersonalData(row);
    expect(JSON.stringify(bare)).not.toMatch(/ana|example|missingQuotes|2018|timestamp/i);
    expect(bare).toMatchObject({ message: null, columns: null, text: null, file: "errors_0.json", line: 7 });
  });

  test.each(["JANE-DOE", "AB-1234", "jane@example.com", "KL-302545-X1"])("%s in place of a code goes", (code) => {
    expect(withoutPersonalData(line({ _errors: [{ code }] })).codes).toEqual(["unknown"]);
  });

  test("codes stay", () => {
    const codes = [
      "INGEST-1401-400",
      "MAPPER-3700-400",
      "ACTIVATION_BATCH-0000-FAILED",
      "additionalProperties",
      "2200",
    ];
    const row = line({ _errors: codes.map((code) => ({ code })) });
    expect(withoutPersonalData(row).codes).toEqual(codes);
  });
});
