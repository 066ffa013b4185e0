import { describe, expect, it } from "vitest";
import { bareRun, fixture, onlyRun } from "../events.ts";

const target = (id: string, type?: string, ids?: readonly unknown[]) => ({
  id,
  type: "TargetConnection",
  ...(type === undefined ? {} : { reference: { type, ids } }),
});

describe("batch ids", () => {
  const manifest = (fileInfo: unknown) => ({ fileSummary: { extensions: { manifest: { fileInfo } } } });
  const extended = (extensions: object) => ({ statusSummary: { extensions } });

  it.each<[string, readonly object[], readonly string[]]>([
    [
      "a target's batch, in any case",
      [{ targetInfo: [target("t", "Batch", ["b1"]), target("u", "batch", ["b2"])] }],
      ["b1", "b2"],
    ],
    ["no other reference", [{ targetInfo: [target("t", "AdfRunId", ["r1"])] }], []],
    ["batchId", [extended({ batchId: "b1" })], ["b1"]],
    [
      "dotted and comma-joined keys",
      [extended({ "incremental.batchId": "b1, b2", "full.snapshot.batchId": "", "x.datasetId": "d" })],
      ["b1", "b2"],
    ],
    ["addresses with a path behind", [manifest("https://h/export/batches/B1/meta?path=input_files")], ["B1"]],
    [
      "addresses with nothing or a query behind",
      [manifest("https://h/batches/B1"), manifest("https://h/batches/B2?x=/batches/B3")],
      ["B1", "B2"],
    ],
    ["addresses without a batch", [manifest("https://h/files"), manifest(7), manifest([7, {}, { path: 7 }])], []],
    [
      "addresses of failed records",
      [
        extended({
          manifest: { failedRecords: "https://h/batches/B1/meta", sampleErrors: "https://h/batches/B2/meta" },
        }),
      ],
      ["B1", "B2"],
    ],
    [
      "each once, targets first",
      [
        {
          ...manifest("https://h/batches/b2/files"),
          ...extended({ batchId: "b1" }),
          targetInfo: [target("t", "Batch", ["b2"])],
        },
      ],
      ["b2", "b1"],
    ],
  ])("come from %s", (_, activities, ids) => {
    expect(onlyRun(bareRun({ activities })).batchIds).toEqual(ids);
  });

  it("come from the run's own metrics, too", () => {
    expect(onlyRun(fixture("destination-success")).batchIds).toEqual([
      "01JBATCHCCCCCCCCCCCCCCCCCC",
      "01JBATCHDDDDDDDDDDDDDDDDDD",
      "01JBATCHEEEEEEEEEEEEEEEEEE",
      "01JBATCHFFFFFFFFFFFFFFFFFF",
    ]);
  });
});
