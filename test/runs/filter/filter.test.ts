import { describe, expect, it } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import { compileFilter, type FilterWords } from "../../../src/runs/filter/filter.ts";
import { bareRun, onlyRun } from "../events.ts";

const failing = (code: string, causes: readonly string[] = []) => ({
  status: "failed",
  errors: [{ code }],
  extensions: { errors: causes.map((cause) => ({ code: cause })) },
});
const run = (id: string, statusSummary: object, fields: object = {}) =>
  onlyRun(bareRun({ id, metrics: { statusSummary }, sandboxName: "prod", updatedAt: 1793000000000, ...fields }));

const runs = [
  run("ok", { status: "success" }),
  run("part", { status: "partialSuccess" }, { sandboxName: "dev" }),
  run("begun", { status: "inProgress" }),
  run("queued", { status: "Waiting" }, { sandboxName: undefined, updatedAt: undefined }),
  run("copy", failing("CONNECTOR-1001-500", ["2200", "AADSTS7000222"]), { flowId: "flow-2", updatedAt: 1793000000001 }),
  run(
    "promotion",
    { status: "failed" },
    {
      flowId: "flow-3",
      sandboxName: "Prod",
      activities: [{ statusSummary: failing("CONNECTOR-2001-500", ["MAPPER-3700-400"]) }],
    },
  ),
];
const kept = (words: FilterWords) => runs.filter(compileFilter(words)).map(({ runId }) => runId);
const allButBegun = ["ok", "part", "queued", "copy", "promotion"];

describe("the filter", () => {
  it.each<[FilterWords, readonly string[]]>([
    [{}, allButBegun],
    [{ status: [], flow: [], run: [], sandbox: [], code: [], untilMs: undefined }, allButBegun],
    [{ status: ["all"] }, ["ok", "part", "begun", "queued", "copy", "promotion"]],
    [{ status: ["failed", "All"] }, ["ok", "part", "begun", "queued", "copy", "promotion"]],
    [{ status: ["inProgress"] }, ["begun"]],
    [{ status: ["SUCCESS", "partialsuccess"] }, ["ok", "part"]],
    [{ flow: ["flow-2", "flow-3"] }, ["copy", "promotion"]],
    [{ flow: ["flow"] }, []],
    [{ run: ["ok"] }, ["ok"]],
    [{ run: ["o"] }, []],
    [{ run: ["begun"] }, []],
    [{ sandbox: ["prod"] }, ["ok", "copy"]],
    [{ sandbox: ["dev", "Prod"] }, ["part", "promotion"]],
    [{ code: ["connector-1*"] }, ["copy"]],
    [{ code: ["2200"] }, ["copy"]],
    [{ code: ["aadsts*", "MAPPER-????-400"] }, ["copy", "promotion"]],
    [{ code: ["220"] }, []],
    [{ code: ["*"] }, ["copy", "promotion"]],
    [{ untilMs: 1793000000000 }, ["ok", "part", "queued", "promotion"]],
    [{ untilMs: 1792999999999 }, ["queued"]],
    [{ status: ["failed"], sandbox: ["prod", "Prod"], code: ["CONNECTOR-*"], flow: ["flow-3"] }, ["promotion"]],
  ])("%j keeps %j", (words, ids) => {
    expect(kept(words)).toEqual(ids);
  });

  it.each([
    ["sucess", "success"],
    ["fail", "failed"],
    ["partial-success", "partialSuccess"],
    ["in_progress", "inProgress"],
    ["al", "all"],
    ["bananas", "--status failed"],
    ["", "--status failed"],
  ])("does not know the status %j and suggests %s", (word, suggestion) => {
    const compile = () => compileFilter({ status: ["success", word] });
    expect(compile).toThrow(FlowrunError);
    expect(compile).toThrow(
      expect.objectContaining({ kind: "usage", hint: expect.stringContaining(suggestion) as string }),
    );
  });
});
