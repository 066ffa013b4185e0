import { describe, expect, it } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import { marksOf, resolveEventSelection, wants } from "../../../src/runs/events/event-selection.ts";
import { fixture, verdictOn } from "../events.ts";

const sources = [
  "sources_flow_run_success",
  "sources_flow_run_failed",
  "sources_flow_run_failure",
  "source_flow_run_info",
  "source_flow_run_error",
];

describe("--events", () => {
  it.each<[string, readonly string[] | undefined, readonly (string | null)[], readonly (string | null)[]]>([
    ["nothing", undefined, [...sources, null], ["destination_flow_run_info", "platform_event"]],
    ["no word", [], [...sources, null], ["destination_flow_run_info"]],
    ["sources", ["sources"], [...sources, null], ["profile_ingestion_info", "SOURCE_FLOW_RUN_INFO"]],
    ["runs", ["runs"], [...sources, null, "destination_flow_run_info", "anything"], []],
    ["a code", ["destination_flow_run_info"], ["destination_flow_run_info"], [null, ...sources]],
    [
      "a code with an alias",
      ["sources_flow_run_failure"],
      ["sources_flow_run_failed", "sources_flow_run_failure"],
      [null],
    ],
    ["a word and a code", ["sources", "x_info"], [...sources, null, "x_info"], ["y_info"]],
  ])("%s", (_, words, wanted, unwanted) => {
    const selection = resolveEventSelection(words);
    expect(wanted.filter((code) => !wants(selection, code))).toEqual([]);
    expect(unwanted.filter((code) => wants(selection, code))).toEqual([]);
  });

  it.each(["source", "Sources", "sorces", "run", "rums", " "])("refuses %j and says what was meant", (word) => {
    const refused = () => resolveEventSelection([word]);
    expect(refused).toThrow(FlowrunError);
    expect(refused).toThrow(
      expect.objectContaining({ kind: "usage", hint: expect.stringMatching(/sources|runs/) as string }),
    );
  });

  it.each(["com.adobe.events.code1", "test-event-code", "all_events"])("takes %j for a code", (word) => {
    expect(wants(resolveEventSelection([word]), word)).toBe(true);
  });

  it("leaves downstream runs out unless they are asked for", () => {
    expect(verdictOn(fixture("destination-success")).runs).toEqual([]);
    expect(verdictOn(fixture("destination-success"), ["runs"]).runs).toHaveLength(1);
    expect(verdictOn(fixture("destination-success"), ["destination_flow_run_info"]).runs).toHaveLength(1);
  });
});

describe("marksOf", () => {
  const names = [
    "success-event-envelope",
    "failed-copy-messages",
    "partial-streaming-no-header",
    "cloudevent-text",
    "hybrid-batch",
  ];
  const selections = [
    undefined,
    ["runs"],
    ["source_flow_run_info"],
    ["sources_flow_run_failed"],
    ["sources_flow_run_success"],
  ];

  it("stand in the text of every event that gives a run", () => {
    for (const name of [...names, "destination-success", "alert-firing", "ingestion-event"]) {
      for (const words of selections) {
        const text = JSON.stringify(fixture(name));
        const isMarked = marksOf(resolveEventSelection(words)).some((mark) => text.includes(mark));
        if (verdictOn(fixture(name), words).runs.length > 0)
          expect([name, words, isMarked]).toEqual([name, words, true]);
      }
    }
  });

  it("stand in no event that has nothing to do with runs", () => {
    for (const name of ["ingestion-event", "foreign-cloudevent-text"]) {
      const text = JSON.stringify(fixture(name));
      expect(marksOf(resolveEventSelection(undefined)).filter((mark) => text.includes(mark))).toEqual([]);
    }
  });

  it("do not rely on a code that JSON may write in two ways", () => {
    const escaped = String.raw`{"specversion":"1.0","type":"a\/b","id":"1","data":{"id":"r","flowId":"f","metrics":{}}}`;
    const marks = marksOf(resolveEventSelection(["a/b"]));
    expect(marks.some((mark) => escaped.includes(mark))).toBe(true);
  });
});
