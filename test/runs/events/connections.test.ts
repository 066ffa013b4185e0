import { describe, expect, it } from "vitest";
import { bareRun, onlyRun } from "../events.ts";

const target = (id: string, type?: string, ids?: readonly unknown[]) => ({
  id,
  type: "TargetConnection",
  ...(type === undefined ? {} : { reference: { type, ids } }),
});

describe("connections", () => {
  it("are listed in order, each once", () => {
    const activities = [
      { sourceInfo: [{ id: "s1", type: "SourceConnection", reference: { type: "AdfRunId", ids: ["r1"] } }] },
      {
        sourceInfo: [
          { id: "s2" },
          { id: "s1", type: "SourceConnection", reference: { type: "AdfRunId", ids: ["r1"] } },
        ],
        targetInfo: [target("t1", "Batch", ["b1"])],
      },
      { targetInfo: [target("t1", "Batch", ["b2"])] },
    ];
    const { sources, targets } = onlyRun(bareRun({ activities }));
    expect(sources).toEqual([
      { id: "s1", type: "SourceConnection", reference: { type: "AdfRunId", ids: ["r1"] } },
      { id: "s2", type: null, reference: null },
    ]);
    expect(targets.map(({ reference }) => reference?.ids)).toEqual([["b1"], ["b2"]]);
  });

  it("leave out ids that are none", () => {
    const { targets } = onlyRun(bareRun({ activities: [{ targetInfo: [target("t", "Batch", [null, "", "b", 7])] }] }));
    expect(targets[0]?.reference?.ids).toEqual(["b", "7"]);
  });
});
