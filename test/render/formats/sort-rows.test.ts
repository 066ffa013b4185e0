import { describe, expect, test } from "vitest";
import type { ColumnSet, ColumnValue } from "../../../src/render/formats/column.ts";
import { runColumns } from "../../../src/render/formats/run-columns.ts";
import { resolveOrder, sortRows } from "../../../src/render/formats/sort-rows.ts";
import { sampleRun } from "../sample-runs.ts";

interface Row {
  readonly id: string;
  readonly value: ColumnValue;
}

const set: ColumnSet<Row> = {
  all: [
    { name: "value", title: "VALUE", kind: "text", value: ({ value }) => value },
    { name: "at", title: "AT", kind: "time", value: ({ value }) => value },
  ],
  usual: ["value"],
  wide: [],
  id: null,
  fields: [],
};

function sorted(words: string, ...values: readonly ColumnValue[]): readonly string[] {
  const rows = values.map((value, at) => ({ value, id: `${String(at)}:${String(value)}` }));
  return sortRows(rows, resolveOrder(set, words)).map(({ id }) => id);
}

describe("rows are put in order", () => {
  test("numbers as numbers", () => {
    expect(sorted("value", 10, 9, -1, 100)).toEqual(["2:-1", "1:9", "0:10", "3:100"]);
  });

  test("times as times, whatever their form", () => {
    const values = ["2026-11-22T10:00:00.500Z", "2026-11-22T11:00:00+02:00", "2026-11-22T10:00:00Z", "soon"];
    expect(sorted("at", ...values).map((id) => id[0])).toEqual(["1", "2", "0", "3"]);
  });

  test("texts without regard to case, lists by what is in them, flags last where they are set", () => {
    expect(sorted("value", "b", "A", "a", "B")).toEqual(["1:A", "2:a", "0:b", "3:B"]);
    expect(sorted("value", ["x", "b"], ["x", "a"]).map((id) => id[0])).toEqual(["1", "0"]);
    expect(sorted("value", true, false)).toEqual(["1:false", "0:true"]);
  });

  test.each(["-value", "value:desc"])("from large to small with %s; equal ones stay as they are", (words) => {
    expect(sorted(words, 1, 2, 1, 2)).toEqual(["1:2", "3:2", "0:1", "2:1"]);
  });

  test.each(["value", "-value", "value:asc"])("unknown comes last with %s", (words) => {
    expect(sorted(words, null, 1, "", 1, []).map((id) => id[0])).toEqual(["1", "3", "0", "2", "4"]);
  });

  test("without an order they stay", () => {
    const rows = [
      { id: "b", value: 2 },
      { id: "a", value: 1 },
    ];
    expect(sortRows(rows, null)).toBe(rows);
  });
});

test("any column of a run will do, shown or not", () => {
  const { valueOf, compare } = resolveOrder(runColumns, "-records.failed");
  const failed = (count: number | null) => valueOf(sampleRun({ records: { ...sampleRun().records, failed: count } }));
  expect(compare(failed(3), failed(20))).toBeGreaterThan(0);
  expect(compare(failed(null), failed(0))).toBeGreaterThan(0);
});

test.each([
  ["durationMS", "did you mean durationMs?"],
  ["-durationMS", "did you mean durationMs?"],
  ["", "--sort run"],
])("there is no column '%s'", (words, hint) => {
  expect(() => resolveOrder(runColumns, words)).toThrow(expect.objectContaining({ kind: "usage", hint }));
});
