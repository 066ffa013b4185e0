import { describe, expect, test } from "vitest";
import { nameRenderer } from "../../../src/render/formats/name.ts";
import { pickFields } from "../../../src/render/formats/pick-fields.ts";
import { resolveColumns, runColumns } from "../../../src/render/formats/run-columns.ts";
import { statsFields } from "../../../src/render/formats/stats-columns.ts";
import { statsRows } from "../../../src/render/formats/stats-rows.ts";
import { isObject } from "../../../src/json.ts";
import { countCompared } from "../../../src/runs/figures/compare.ts";
import { countStats } from "../../../src/runs/figures/stats.ts";
import { failure, hostileShown, hostileText, sampleNow, sampleRun } from "../sample-runs.ts";

describe("name", () => {
  const { encode, open, close } = nameRenderer({ columns: resolveColumns(undefined, "name") });

  test("is the id on a line of its own, and nothing before or after", () => {
    expect([open(), encode(sampleRun()), close()]).toEqual(["", `${sampleRun().runId}\n`, ""]);
  });

  test("is one line, whatever an event calls its run", () => {
    expect(encode(sampleRun({ runId: hostileText }))).toBe(`${hostileShown}\n`);
  });

  test("is no line where there is no id", () => {
    const { encode: tell } = nameRenderer<{ readonly id: string | null }>({
      columns: [{ name: "id", title: "ID", kind: "id", value: ({ id }) => id }],
    });
    expect([tell({ id: null }), tell({ id: "" }), tell({ id: "a" })]).toEqual(["", "", "a\n"]);
  });
});

describe("fields", () => {
  const run = sampleRun(failure("CONNECTOR-1001-500", { code: "2200", message: "no" }));

  test.each<[readonly string[], object]>([
    [["status", "runId"], { status: "failed", runId: run.runId }],
    [["records.failed", "runId", "records.input"], { records: { failed: 12, input: 1_234_567 }, runId: run.runId }],
    [["sandbox"], { sandbox: run.sandbox }],
    [["sandbox.name", "sandbox"], { sandbox: run.sandbox }],
    [["sandbox", "sandbox.name"], { sandbox: run.sandbox }],
    [["errors.code", "errors.causes.code"], { errors: [{ code: "CONNECTOR-1001-500", causes: [{ code: "2200" }] }] }],
    [["raw", "rootCause.code"], { raw: null, rootCause: { code: "2200" } }],
    [["raw.deep", "nothing"], { raw: null, nothing: null }],
  ])("%j", (paths, told) => {
    expect(JSON.stringify(pickFields(paths)(run))).toBe(JSON.stringify(told));
  });

  test("all of them, where none are named", () => {
    expect(pickFields(null)(run)).toBe(run);
  });

  test("a name of an object's own language is no field", () => {
    expect(pickFields(["toString", "__proto__"])({})).toEqual({ toString: null, ["__proto__"]: null });
  });

  test("those of a run are all that it has", () => {
    expect(new Set(runColumns.fields.map((path) => path.split(".")[0]))).toEqual(
      new Set([...Object.keys(run), "downstream", "raw"]),
    );
  });

  test("those of figures are all that their rows have", () => {
    const window = { from: sampleNow - 86_400_000, to: sampleNow, by: "flow" } as const;
    const pieces = countStats({ ...window, bucketMs: 43_200_000 });
    const both = countCompared(window);
    pieces.add(run);
    both.lane()(run);
    const at = new Date(sampleNow).toISOString();
    const { flowId, flowName, sandbox, profile } = run;
    const absent = [{ flowId, flowName, sandbox, profile, paceMs: 3_600_000, from: at, until: null, missing: 2 }];
    const buckets = statsRows({ ...pieces.read(), absent }).filter(({ row }) => row === "bucket" || row === "absent");
    const paths = [...buckets, ...statsRows(both.read(0))].flatMap((row) => pathsIn(row));
    expect(new Set(paths)).toEqual(new Set(statsFields));
  });

  function pathsIn(value: unknown, path = ""): readonly string[] {
    if (Array.isArray(value) && value.some(isObject)) return value.flatMap((item) => pathsIn(item, path));
    if (!isObject(value)) return [path];
    return Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, path === "" ? name : `${path}.${name}`));
  }
});
