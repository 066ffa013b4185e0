import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { whereRuns } from "../../../src/runs/filter/where.ts";
import { jsonRenderer } from "../../../src/render/formats/json.ts";
import { readRecord } from "../../../src/runs/record/read-record.ts";
import { isObject, type JsonObject } from "../../../src/json.ts";
import { samplePage, sampleRun } from "../../render/sample-runs.ts";
import { fixture, onlyRun } from "../events.ts";

function throughJson(value: unknown): JsonObject {
  const read: unknown = JSON.parse(JSON.stringify(value));
  if (!isObject(read)) throw new Error("no object");
  return read;
}

describe("a record", () => {
  const runs = [...samplePage, onlyRun(fixture("failed-copy-messages")), { ...sampleRun(), raw: { any: ["thing"] } }];
  test.each(runs.map((run) => [run.runId, run] as const))("%s comes back as it was printed", (_, run) => {
    expect(readRecord(throughJson(run))).toEqual(run);
  });

  test("of an older version lacks what that did not know", () => {
    const older = { ...sampleRun({ errors: [], status: "success" }), key: undefined, service: undefined };
    const { eventId, updatedAt } = older;
    const read = readRecord(throughJson(older));
    expect(read).toMatchObject({ service: "unknown", key: [eventId, "success", updatedAt].join(" ") });
  });

  test("has a time in its own form, whatever form it was written in", () => {
    expect(readRecord(throughJson({ ...sampleRun(), updatedAt: "2026-11-22T04:04:05+01:00" }))).toMatchObject({
      updatedAt: "2026-11-22T03:04:05.000Z",
    });
  });

  test("has a day of the calendar, in leap years and others, as a date reads it", () => {
    const two = (number: number): string => String(number).padStart(2, "0");
    for (const year of [2023, 2024, 2100])
      for (let month = 0; month <= 13; month += 1)
        for (let day = 0; day <= 32; day += 1) {
          const text = `${String(year)}-${two(month)}-${two(day)}T23:59:59.999Z`;
          const at = Date.parse(text);
          const updatedAt = Number.isNaN(at) ? null : new Date(at).toISOString();
          expect(readRecord(throughJson({ ...sampleRun(), updatedAt: text })), text).toMatchObject({ updatedAt });
        }
  });

  test.each<[string, object, string]>([
    ["a newer schema", { schemaVersion: 2 }, "is a record of a schemaVersion other than 1: 2"],
    ["no run id", { runId: "" }, "is a record without a runId"],
    ["a flow id that is no text", { flowId: 7 }, "is a record without a flowId"],
  ])("with %s cannot be read", (_, changes, reason) => {
    expect(readRecord(throughJson({ ...sampleRun(), ...changes }))).toBe(reason);
  });

  test("with anything at all in its fields is a record that can be printed and filtered", () => {
    const names = Object.keys(sampleRun()).filter((name) => !["schemaVersion", "runId", "flowId"].includes(name));
    const inner = ["code", "causes", "depth", "ids", "reference", "records", "errors", "input", "name"];
    const anything = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...inner), fc.jsonValue()));
    const fields = fc.dictionary(fc.constantFrom(...names), fc.oneof(anything, fc.array(anything)));
    const fits = whereRuns.filter("errors.causes.code =~ /x/ && records.failed > 1 || updatedAt < '2026-11-22'", {
      duration: () => null,
      instant: () => 0,
    });
    const { encode } = jsonRenderer();
    fc.assert(
      fc.property(fields, (changes) => {
        const run = readRecord(throughJson({ ...sampleRun(), ...changes }));
        if (typeof run === "string") throw new Error(run);
        fits(run);
        expect(readRecord(throughJson(JSON.parse(encode(run))))).toEqual(run);
      }),
    );
  });
});
