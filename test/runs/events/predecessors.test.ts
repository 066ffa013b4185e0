import { expect, it } from "vitest";
import { namesOf, namesOfOrigin } from "../../../src/runs/record/kin.ts";
import { readRecord } from "../../../src/runs/record/read-record.ts";
import { sampleRun } from "../../render/sample-runs.ts";
import { bareRun, fixture, onlyRun, verdictOn } from "../events.ts";

it.each([
  ["40-identity-run-success-predecessors", "2b53d403-c868-4f26-8210-3cacf9918683"],
  ["42-profile-run-success", "50bc1611-5f06-48a3-8256-d81c98a4bb38"],
])("the run that %s came of", (name, runId) => {
  const run = verdictOn(fixture(`../payloads/${name}`), ["runs"]).runs[0]?.run;
  expect(run?.predecessors).toEqual([{ runId, flowId: "0c13b835-9910-4d01-86ad-c5564e079799" }]);
});

it("leaves out what names no run, and says each once", () => {
  const predecessors = [
    { flowRunId: "a" },
    { flowRunId: "a", flowId: "f" },
    { flowId: "f" },
    null,
    "b",
    { flowRunId: 7 },
  ];
  expect(onlyRun(bareRun({ predecessors })).predecessors).toEqual([
    { runId: "a", flowId: null },
    { runId: "7", flowId: null },
  ]);
  expect(onlyRun(bareRun({ predecessors: "a" })).predecessors).toEqual([]);
  const many = Array.from({ length: 1000 }, (_, n) => ({ flowRunId: `run ${String(n)}` }));
  expect(onlyRun(bareRun({ predecessors: many })).predecessors).toHaveLength(100);
});

it("is read back from a record, and unknown in one of an older version", () => {
  const { predecessors, ...older } = sampleRun({ predecessors: [{ runId: "a", flowId: null }] });
  expect(readRecord({ ...older, predecessors: [...predecessors, { flowId: "no run" }] })).toMatchObject({
    predecessors,
  });
  expect(readRecord(older)).toMatchObject({ predecessors: [] });
});

it("a run is told by its id and its batches, and names what it came of", () => {
  const run = sampleRun({ runId: "a", batchIds: ["01B", "a"], providerRefId: "01A" });
  expect(namesOf(run)).toEqual(["a", "01B"]);
  expect(namesOfOrigin(run)).toEqual([]);
  const predecessors = ["b", "a"].map((runId) => ({ runId, flowId: null }));
  expect(namesOfOrigin({ ...run, service: "identity", predecessors })).toEqual(["b", "01A"]);
  expect(namesOfOrigin({ ...run, service: "unknown", predecessors })).toEqual(["b"]);
});
