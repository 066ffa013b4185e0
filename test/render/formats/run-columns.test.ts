import { describe, expect, test } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import { tellCell } from "../../../src/render/formats/encoded-row.ts";
import type { OutputFormat } from "../../../src/render/formats/registry.ts";
import { columnNames, resolveColumns } from "../../../src/render/formats/run-columns.ts";
import { failure, samplePage, sampleRun } from "../sample-runs.ts";

const names = (words: readonly string[] | undefined, format: OutputFormat) =>
  resolveColumns(words, format).map(({ name }) => name);

const defaults =
  "run updatedAt status flow sandbox.name durationMs records.input records.output records.failed bytes.output error".split(
    " ",
  );

describe("resolveColumns", () => {
  test.each<OutputFormat>(["table", "csv", "markdown"])("%s shows the default columns", (format) => {
    expect(names(undefined, format)).toEqual(defaults);
  });

  test("wide adds ids, event code, position and the error's message", () => {
    expect(names(undefined, "wide")).toEqual([...defaults, "runId", "flowId", "eventCode", "position", "message"]);
  });

  test("named columns come in the order they were named", () => {
    expect(names(["error", "runId"], "table")).toEqual(["error", "runId"]);
  });

  test("every leaf of the record is a column", () => {
    const { rootCause, ...run } = sampleRun({ raw: {} });
    expect(rootCause).toBeNull();
    const leaves = Object.entries(run).flatMap(([name, value]) =>
      ["sandbox", "records", "bytes", "files"].includes(name)
        ? Object.keys(Object(value) as object).map((inner) => `${name}.${inner}`)
        : [name],
    );
    const expected = [...leaves, "rootCause.code", "rootCause.message", "run", "flow", "error", "message"];
    expect([...columnNames()].sort()).toEqual(expected.sort());
  });

  test.each([
    ["failed", "records.failed"],
    ["BAD", "records.failed"],
    ["Updated", "updatedAt"],
  ])("%s is what somebody types who wants %s", (word, meant) => {
    expect(() => names([word], "table")).toThrow(expect.objectContaining({ hint: `did you mean ${meant}?` }));
  });

  test("no two columns share a name or a title", () => {
    const all = resolveColumns(columnNames(), "table");
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
  });

  test("an unknown name lists the known ones and suggests the nearest", () => {
    const error = failureOf(() => resolveColumns(["stauts"], "table"));
    expect(error.kind).toBe("usage");
    expect(error.message).toContain("'stauts'");
    expect(error.why).toContain("updatedAt");
    expect(error.why).toContain("records.failed");
    expect(error.hint).toBe("did you mean status?");
  });

  test("a name like no other still gets an example", () => {
    expect(failureOf(() => resolveColumns(["qqqqqqqq"], "csv")).hint).toContain("--columns run,updatedAt");
  });

  test("a format without columns refuses them", () => {
    expect(failureOf(() => resolveColumns(["status"], "json")).kind).toBe("usage");
    expect(names(undefined, "json")).toEqual(defaults);
  });
});

test("in a table only what is new is marked, by a word", () => {
  const [column] = resolveColumns(["new"], "table");
  const told = [true, false, null].map(
    (isNew) => column && tellCell(column, sampleRun({ new: isNew }), { style: "iso", now: () => 0 }),
  );
  expect([column?.title, ...told]).toEqual(["NEW", "NEW", "", ""]);
});

describe("columns made of several fields", () => {
  const value = (name: string, changes: Parameters<typeof sampleRun>[0]) =>
    resolveColumns([name], "table")[0]?.value(sampleRun(changes));

  test.each([
    ["flow", { flowName: "CRM" }, "CRM"],
    ["flow", { flowName: null, flowId: "flow-1" }, "flow-1"],
    ["error", {}, null],
    ["error", failure("A-1"), "A-1"],
    ["error", failure("A-1", { code: "B-2", message: null }), "A-1 → B-2"],
    ["errors", failure("A-1"), ["A-1"]],
    ["message", failure("A-1", { code: "B-2", message: "deep" }, "shallow"), "shallow"],
    ["message", failure("A-1", { code: "B-2", message: "deep" }), "deep"],
    ["message", {}, null],
    ["rootCause.code", failure("A-1", { code: "B-2", message: null }), "B-2"],
    ["sources", {}, ["source-connection-1"]],
    ["targets", {}, ["dataset"]],
    ["raw", {}, null],
    ["raw", { raw: { a: [1] } }, '{"a":[1]}'],
  ])("%s of %j is %j", (name, changes, expected) => {
    expect(value(name, changes)).toEqual(expected);
  });

  test("every column has a value for every run, and never undefined", () => {
    for (const column of resolveColumns(columnNames(), "csv")) {
      for (const run of samplePage) expect(column.value(run), column.name).not.toBeUndefined();
    }
  });
});

function failureOf(act: () => unknown): FlowrunError {
  try {
    act();
  } catch (error) {
    if (error instanceof FlowrunError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
