import { describe, expect, it } from "vitest";
import { findDownstream, rememberPassing } from "../../src/engine/lineage.ts";
import type { Downstream, FlowRun } from "../../src/runs/record/flow-run.ts";
import { sampleRun } from "../render/sample-runs.ts";

/** A run that names the ones before it. */
function run(runId: string, minute: number, before: readonly string[], changes: Partial<FlowRun> = {}): FlowRun {
  const updatedAt = `2026-11-29T12:${String(minute).padStart(2, "0")}:00.000Z`;
  const predecessors = before.map((id) => ({ runId: id, flowId: null }));
  return sampleRun({ runId, updatedAt, predecessors, batchIds: [], service: "profile", ...changes });
}

function passing(...runs: readonly FlowRun[]) {
  const { see, find } = rememberPassing();
  runs.forEach(see);
  return find;
}

type Tree = readonly (readonly [id: string, below: Tree])[];

function treeOf(runs: readonly Downstream[]): Tree {
  return runs.map(({ runId, downstream }) => [runId, treeOf(downstream)]);
}

describe("the runs that came of a run", () => {
  const root = run("root", 0, [], { service: "sources", batchIds: ["01B"] });

  it("are found by its id and its batches, the earliest first", async () => {
    const find = passing(
      run("late", 9, ["root"]),
      run("early", 1, ["root"]),
      run("batch", 5, [], { providerRefId: "01B" }),
      run("stranger", 2, ["another"]),
      run("source", 3, [], { service: "sources", providerRefId: "01B" }),
    );
    expect(treeOf(await findDownstream(root, [find], Infinity))).toEqual([
      ["early", []],
      ["batch", []],
      ["late", []],
    ]);
  });

  it("are followed as far as that is wanted, each once, in circles too", async () => {
    const find = passing(
      run("a", 1, ["root"]),
      run("b", 2, ["a", "root"]),
      run("c", 3, ["b"]),
      run("root", 4, ["c"]),
      run("self", 5, ["self", "c"]),
    );
    expect(treeOf(await findDownstream(root, [find], 1))).toEqual([
      ["a", []],
      ["b", []],
    ]);
    expect(treeOf(await findDownstream(root, [find], Infinity))).toEqual([
      ["a", []],
      ["b", [["c", [["self", []]]]]],
    ]);
  });

  it("are told by the latest that any place knows of them", async () => {
    const begun = run("a", 1, ["root"], { status: "inProgress" });
    const ended = run("a", 2, ["root"], { status: "failed" });
    for (const finds of [[passing(begun, ended)], [passing(ended, begun)], [passing(ended), passing(begun)]])
      expect(await findDownstream(root, finds, 1)).toMatchObject([{ runId: "a", status: "failed" }]);
  });

  it("are no more than a sheet can hold", async () => {
    const many = Array.from({ length: 2000 }, (_, n) => run(`run ${String(n)}`, 1, ["root"]));
    expect(await findDownstream(root, [passing(...many)], Infinity)).toHaveLength(500);
  });
});
