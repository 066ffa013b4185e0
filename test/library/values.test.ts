import { Ajv2020 } from "ajv/dist/2020.js";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { schemaOf, shippedSchema } from "../../build/json-schema.js";
import {
  explain,
  FlowrunError,
  readRuns,
  runsIn,
  summarise,
  where,
  type FlowRun,
  type Notice,
} from "../../src/index.ts";
import { readMark, writeMark } from "../../src/library/mark-text.ts";
import { flowColumns } from "../../src/render/formats/flow-columns.ts";
import { workColumns } from "../../src/render/formats/work-columns.ts";
import { ndjsonRenderer } from "../../src/render/formats/json.ts";
import { rowColumns } from "../../src/render/formats/row-columns.ts";
import { runFields } from "../../src/runs/record/record-fields.ts";
import { fixture } from "../runs/events.ts";
import { eventOfRuns, header, runEvent } from "../support/journal.ts";
import { scratch } from "../support/flowrun.ts";

const fixtures = readdirSync("fixtures/events").map((name) => name.replace(".json", ""));

function kindOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof FlowrunError ? error.kind : String(error);
  }
  return "no failure";
}

describe("runsIn", () => {
  it("takes the runs out of an event, whatever is around it", () => {
    const ids = (event: unknown) => runsIn(event).map(({ runId }) => runId);
    expect(ids(runEvent(1))).toEqual(["run-1"]);
    expect(ids(JSON.stringify(runEvent(1)))).toEqual(["run-1"]);
    expect(ids([runEvent(1), runEvent(2)])).toEqual(["run-1", "run-2"]);
    expect(ids(eventOfRuns("e", ["a", "b"]))).toEqual(["a", "b"]);
    expect(ids({ some: "thing" })).toEqual([]);
    expect(ids(null)).toEqual([]);
  });

  it("has the position of a journal's entry", () => {
    const [run] = runsIn({ position: "heron:1", event: runEvent(1) });
    expect(run).toMatchObject({ position: "heron:1", key: "event-1#0" });
    expect(runsIn(runEvent(1))[0]).toMatchObject({ position: "", key: "event-1#0" });
  });

  it("keeps any flow run, or the events that are asked for", () => {
    const event = runEvent(1, { code: "profile_ingestion_success" });
    expect(runsIn(event)).toHaveLength(1);
    expect(runsIn(event, { events: "sources" })).toEqual([]);
    expect(runsIn(event, { events: ["sources", "profile_ingestion_success"] })).toHaveLength(1);
    expect(kindOf(() => runsIn(event, { events: "run" }))).toBe("usage");
  });

  it("adds the event where it is asked for, and tells of what it cannot read", () => {
    const notices: Notice[] = [];
    const onNotice = (notice: Notice) => notices.push(notice);
    const event = runEvent(1);
    expect(runsIn(event, { raw: true, onNotice })[0]?.raw).toEqual(event);
    expect(notices).toEqual([]);
    expect(runsIn({ event: { header: header("sources_flow_run_success") } }, { onNotice })).toEqual([]);
    expect(notices).toMatchObject([{ kind: "warning" }]);
    expect(notices.map((notice) => ("text" in notice ? notice.text : ""))).toEqual([
      "the event could not be read: its code tells how a flow run ended, but it holds none",
    ]);
  });
});

describe("summarise", () => {
  const at = (time: string): number => Date.parse(time);
  const runs = [
    runEvent(1, { updatedAt: at("2026-11-20T08:00Z"), status: "failed", errors: ["INGEST-1"] }),
    runEvent(2, { updatedAt: at("2026-11-20T10:00Z"), records: 10 }),
  ].flatMap((event) => runsIn(event));

  it("counts from the first run to the last", () => {
    const { total, from, to, rootCauses } = summarise(runs);
    expect({ from, to }).toEqual({ from: "2026-11-20T08:00:00.000Z", to: "2026-11-20T10:00:00.000Z" });
    expect(total).toMatchObject({ runs: 2, failed: 1, successRate: 0.5, records: { input: 11 } });
    expect(rootCauses).toMatchObject([{ code: "INGEST-1", count: 1 }]);
  });

  it("takes a window, groups and buckets, and runs that come one by one", () => {
    function* one(): Generator<FlowRun> {
      yield* runs;
    }
    const stats = summarise(one(), {
      from: new Date("2026-11-20T08:00Z"),
      to: "2026-11-20T12:00Z",
      by: "status",
      bucket: "PT1H",
    });
    expect(stats.buckets.map((bucket) => bucket.runs)).toEqual([1, 0, 1, 0]);
    expect(stats.groups.map(({ key }) => key).sort()).toEqual(["failed", "success"]);
  });

  it("of no runs is a window without figures", () => {
    expect(summarise([], { to: "2026-11-20" })).toMatchObject({ from: "2026-11-20T00:00:00.000Z", total: { runs: 0 } });
    expect(summarise([]).total.runs).toBe(0);
  });

  it("refuses what there cannot be", () => {
    expect(kindOf(() => summarise(runs, { from: "soon" }))).toBe("usage");
    expect(kindOf(() => summarise(runs, { to: new Date("never") }))).toBe("usage");
    expect(kindOf(() => summarise(runs, { from: "2026-11-21", to: "2026-11-20" }))).toBe("usage");
    expect(kindOf(() => summarise(runs, { bucket: "hour" }))).toBe("usage");
    expect(kindOf(() => summarise(runs, { bucket: "PT0S" }))).toBe("usage");
    expect(kindOf(() => summarise(runs, { bucket: "PT1S" }))).toBe("usage");
  });
});

describe("a value that is none, as JavaScript gives it,", () => {
  /** The error of a call that TypeScript would not have let through. */
  function errorOf(call: (nothing: never) => unknown, given: unknown): FlowrunError {
    try {
      call(given as never);
    } catch (error) {
      if (error instanceof FlowrunError) return error;
      throw error;
    }
    throw new Error("no failure");
  }

  it.each<[string, (nothing: never) => unknown, unknown, string]>([
    ["explain", explain, undefined, "explain takes an error code, as a text"],
    ["explain", explain, null, "explain takes an error code, as a text"],
    ["explain", explain, 2200, "explain takes an error code, as a text"],
    ["runsIn", runsIn, undefined, "runsIn takes an event, as an object or as JSON text"],
    ["summarise", summarise, undefined, "summarise takes a list of runs"],
    ["summarise", summarise, "runs", "summarise takes a list of runs"],
    ["summarise", summarise, [null], "summarise takes a list of runs"],
    ["summarise", summarise, readRuns({ since: "-P1D" }), "summarise takes a list of runs"],
    ["where", where, undefined, "where takes a condition, as a text"],
    ["where", where, "records.failed >", "where expects a field or a value instead of its end"],
  ])("%s says so in words: %#", (_, call, given, message) => {
    const error = errorOf(call, given);
    const { kind, why, hint } = error;
    expect(error.message).toBe(message);
    expect({ kind, isTold: why !== null && hint !== null }).toEqual({ kind: "usage", isTold: true });
  });

  it("is named, and never shown", () => {
    expect(errorOf(summarise, readRuns({ since: "-P1D" })).why).toContain("a reading, whose runs are still to come");
    expect(errorOf(summarise, [...runsIn(runEvent(1)), 5]).why).toBe("item 1 of the list is a number, and no run");
    expect(errorOf(explain, undefined).why).toContain("undefined");
    expect(kindOf(() => runsIn(runEvent(1), { events: 5 as never }))).toBe("usage");
  });
});

describe("explain and where", () => {
  it("explains a code in any case, and nothing that it does not know", () => {
    expect(explain("connector-1001-500")[0]).toMatchObject({ code: "CONNECTOR-1001-500", family: "connector" });
    expect(explain("no-such-code")).toEqual([]);
  });

  it("tests a run by a condition", () => {
    const [run] = runsIn(runEvent(5));
    if (run === undefined) throw new Error("no run");
    expect(where("records.input == 5 && durationMs > 30s")(run)).toBe(true);
    expect(where('status =~ /fail/ || updatedAt > "2036-01-01"')(run)).toBe(false);
    expect(kindOf(() => where("records.inputs == 5"))).toBe("usage");
  });
});

describe("a mark's text", () => {
  const mark = {
    journal: "https://events-va6.adobe.io/events/organizations/1/integrations/2/3",
    readUntil: 5,
    movedAt: 4,
    keys: ["0123456789abcdef"],
  };

  it("is read as it was written", () => {
    for (const next of [`${mark.journal}?since=rabbit:1`, 1_795_000_000_000]) {
      const text = writeMark({ ...mark, next });
      expect(text).toMatch(/^[\w.-]+$/);
      expect(readMark(text, mark.journal)).toEqual({ ...mark, next });
    }
  });

  it("never sends the token elsewhere", () => {
    const text = writeMark({ ...mark, next: "https://example.com/steal" });
    expect(kindOf(() => readMark(text, mark.journal))).toBe("usage");
  });
});

describe("the record's schema", () => {
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(shippedSchema("flow-run"));
  const printed = fixtures
    .flatMap((name) => runsIn(fixture(name), { raw: true }))
    .map((run) => JSON.parse(ndjsonRenderer().encode(run)) as Record<string, unknown>);

  it("holds for every run as it is printed, with and without the event", () => {
    expect(printed.length).toBeGreaterThan(10);
    for (const run of printed) {
      const { raw, ...withoutRaw } = run;
      expect(raw).toBeDefined();
      for (const record of [run, withoutRaw, { ...run, later: 1 }]) {
        validate(record);
        expect(validate.errors).toBeNull();
      }
    }
  });

  it.each([
    ["a field that is missing", (run: Record<string, unknown>) => ({ ...run, status: undefined })],
    ["null for what is never unknown", (run: Record<string, unknown>) => ({ ...run, runId: null })],
    ["another version", (run: Record<string, unknown>) => ({ ...run, schemaVersion: 2 })],
    ["a number for a text", (run: Record<string, unknown>) => ({ ...run, flowName: 1 })],
    ["a field that is missing further in", (run: Record<string, unknown>) => ({ ...run, records: {} })],
    ["a word that there is none of", (run: Record<string, unknown>) => ({ ...run, service: "mail" })],
    ["an item of another shape", (run: Record<string, unknown>) => ({ ...run, errors: [{ code: "1" }] })],
  ])("does not hold for %s", (_, spoil) => {
    expect(validate(spoil(printed[0] ?? {}))).toBe(false);
  });

  it("has every field of the record, and its properties at the root", () => {
    const { properties, $schema, $id } = shippedSchema("flow-run");
    expect(Object.keys(properties)).toEqual([
      ...new Set(runFields.paths().map((path) => path.split(".")[0])),
      "downstream",
      "raw",
    ]);
    expect({ $schema, $id }).toEqual({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "urn:flowrun:schema:flow-run:1",
    });
    expect(JSON.stringify(properties)).toContain("The same whenever the notification is delivered again");
  });

  it("of a flow has the fields that --json knows, and its lost run", () => {
    const { properties, $id } = shippedSchema("flow");
    expect(Object.keys(properties)).toEqual([...new Set(flowColumns.fields.map((path) => path.split(".")[0] ?? ""))]);
    expect($id).toBe("urn:flowrun:schema:flow:1");
    expect(properties["state"]).toMatchObject({ enum: ["ok", "late", "absent", "irregular", "disabled"] });
  });

  it("of a work of Lytics has every field that --json knows", () => {
    const { properties, $id } = shippedSchema("work");
    expect($id).toBe("urn:flowrun:schema:work:1");
    expect(Object.keys(properties)).toEqual(workColumns.fields);
  });

  it("of a rejected record has every field that --json knows", () => {
    const { properties, $id } = shippedSchema("failed-row");
    expect($id).toBe("urn:flowrun:schema:failed-row:1");
    expect(Object.keys(properties)).toEqual([...new Set(rowColumns.fields.map((path) => path.split(".")[0]))]);
  });

  it("is refused for a type that has none yet", async () => {
    const file = join(await scratch(), "odd.ts");
    for (const type of [
      "string | { a: 1 }",
      "string | boolean",
      "() => string",
      "[1, 2]",
      "Map<string, string>",
      "any",
    ]) {
      writeFileSync(file, `export interface Odd { readonly odd: ${type} }`);
      expect(() => schemaOf({ file, name: "Odd", id: "urn:odd" })).toThrow(/schema yet|no schema/);
    }
  });
});
