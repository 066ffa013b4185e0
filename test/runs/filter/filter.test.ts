import { describe, expect, it } from "vitest";
import { compileFilter, type FilterWords } from "../../../src/runs/filter/filter.ts";
import { bareRun, onlyRun } from "../events.ts";

const failing = (code: string, causes: readonly string[] = []) => ({
  status: "failed",
  errors: [{ code }],
  extensions: { errors: causes.map((cause) => ({ code: cause })) },
});
const run = (id: string, statusSummary: object, fields: object = {}) =>
  onlyRun(bareRun({ id, metrics: { statusSummary }, sandboxName: "prod", updatedAt: 1793000000000, ...fields }));

const uuid = "6b0c41d2-1f2e-4c3d-8e4f-5a6b7c8d9e0f";
const runs = [
  run("ok", { status: "success" }),
  run("part", { status: "partialSuccess" }, { sandboxName: "dev", flowId: uuid, flowName: "Nightly load" }),
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
const kept = (words: FilterWords) => runs.filter(compileFilter(words).keep).map(({ runId }) => runId);
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
    [{ flow: ["FLOW-2"] }, ["copy"]],
    [{ flow: ["nightly LOAD"] }, ["part"]],
    [{ flow: ["night*", "*-3"] }, ["part", "promotion"]],
    [{ flow: ["Nightly l…"] }, ["part"]],
    [{ flow: ["nightly"] }, []],
    [{ flow: ["6b0c"] }, ["part"]],
    [{ flow: ["6B0C41D2-1f2e"] }, ["part"]],
    [{ flow: ["6b0"] }, []],
    [{ run: ["ok"] }, ["ok"]],
    [{ run: ["o"] }, []],
    [{ run: ["PROMOTIO"] }, ["promotion"]],
    [{ run: ["promoti"] }, []],
    [{ status: ["waiting"] }, ["queued"]],
    [{ status: ["sucess"] }, []],
    [{ run: ["begun"] }, []],
    [{ sandbox: ["prod"] }, ["ok", "copy", "promotion"]],
    [{ sandbox: ["dev", "PROD"] }, ["ok", "part", "copy", "promotion"]],
    [{ sandbox: ["p?o*"] }, ["ok", "copy", "promotion"]],
    [{ sandbox: ["pro"] }, []],
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
});

/** What is said after those runs were held against the filter. */
function said(words: FilterWords, seen = runs): readonly string[] {
  const { keep, report } = compileFilter(words);
  seen.filter(keep);
  return report().map((notice) => ("text" in notice ? notice.text : notice.kind));
}

const flowNamed = (flowId: string, flowName?: string, fields: object = {}) =>
  run(`run of ${flowId}`, { status: "success" }, { flowId, flowName, ...fields });

describe("a filter that nothing matched", () => {
  it.each<[FilterWords, readonly string[]]>([
    [
      { flow: ["nigtly load"] },
      ['no run matched --flow "nigtly load"; 4 flows were seen, the nearest is "Nightly load"'],
    ],
    [{ flow: ["load"] }, ['no run matched --flow "load"; 4 flows were seen, the nearest is "Nightly load"']],
    [{ flow: ["6b0"] }, ['no run matched --flow "6b0"; 4 flows were seen, the nearest is "Nightly load"']],
    [{ flow: ["flow-2", "flow-4"] }, ['no run matched --flow "flow-4"; 4 flows were seen, the nearest is "flow-1"']],
    [{ flow: ["zzz"] }, ['no run matched --flow "zzz"; 4 flows were seen: "flow-1", "Nightly load", "flow-2"…']],
    [{ run: ["cpy"] }, ['no run matched --run "cpy"; 6 runs were seen, the nearest is "copy"']],
    [{ run: ["promo"] }, ['no run matched --run "promo"; 6 runs were seen, the nearest is "promotion"']],
    [{ sandbox: ["prd"] }, ['no run matched --sandbox "prd"; 3 sandboxes were seen, the nearest is "prod"']],
    [
      { code: ["AADSTS7000221"] },
      ['no run matched --code "AADSTS7000221"; 5 codes were seen, the nearest is "AADSTS7000222"'],
    ],
    [{ status: ["sucess"] }, ['no run matched --status "sucess"; 5 statuses were seen, the nearest is "success"']],
    [
      { status: ["failed"], flow: [uuid] },
      ['no run matched all of these together: --status "failed", --flow "6b0c41d2-1f2e-4c3d-8e4f-5a6b7c8d9e0f"'],
    ],
    [{ run: ["begun"] }, ["the run that matches is still in progress; --status all shows them"]],
  ])("%j", (words, sentences) => {
    expect(said(words)).toEqual(sentences);
  });

  it("says nothing where something matched, no run was there, or no filter was given", () => {
    expect(said({ flow: ["night*"], status: ["partialsuccess", "waiting"] })).toEqual([]);
    expect(said({ flow: ["nothing"] }, [])).toEqual([]);
    expect(said({}, [])).toEqual([]);
    expect(said({ untilMs: 0, flow: ["nothing"] }, runs.slice(0, 1))).toEqual([]);
  });

  it("names a status that is known, where none like it was seen, or no run at all", () => {
    const failed = runs.filter(({ status }) => status === "failed");
    expect(said({ status: ["sucess"] }, failed)).toEqual([
      'no run matched --status "sucess"; 1 status was seen: "failed"; did you mean "success"?',
    ]);
    expect(said({ status: ["sucess"] }, [])).toEqual([
      '--status "sucess" is matched as it is; did you mean "success"?',
    ]);
    expect(said({ status: ["Waiting", "success"] }, [])).toEqual([]);
  });

  it("doubts a word before a reading that may never end", () => {
    const { doubts } = compileFilter({ status: ["sucess", "Failed", "waiting"] });
    expect(doubts()).toEqual([
      { kind: "remark", text: '--status "sucess" is matched as it is; did you mean "success"?' },
    ]);
  });

  it("remembers some hundreds of names, and of each its beginning", () => {
    const many = Array.from({ length: 1000 }, (_, n) => flowNamed(`${n}-${"x".repeat(5000)}`));
    const [sentence = ""] = said({ flow: ["zzz"] }, many);
    expect(sentence).toContain("more than 300 flows were seen");
    expect(sentence.length).toBeLessThan(1000);
  });
});

describe("a beginning that fits several", () => {
  const other = "6b0c0000-0000-4000-8000-000000000000";
  const both = [flowNamed(uuid, "Nightly load"), flowNamed(other), flowNamed(other), flowNamed("flow-2")];

  it("is told with all that it means", () => {
    expect(said({ flow: ["6b0c"] }, both)).toEqual([
      `--flow "6b0c" means 2 flows, and all of them are here: "Nightly load" (${uuid}), ${other}; give more of it`,
    ]);
    expect(said({ run: ["run of 6b0c"] }, both)).toEqual([
      `--run "run of 6b0c" means 2 runs, and all of them are here: run of ${uuid}, run of ${other}; give more of it`,
    ]);
  });

  it("is none where the other filters leave one, or a name or a glob means them all", () => {
    expect(said({ flow: ["6b0c4"] }, both)).toEqual([]);
    expect(said({ flow: ["6b0c"], run: [`run of ${uuid}`] }, both)).toEqual([]);
    expect(said({ flow: ["*"] }, both)).toEqual([]);
    expect(said({ flow: ["twin"] }, [flowNamed(uuid, "Twin"), flowNamed(other, "Twin")])).toEqual([]);
  });

  it("counts a name that the same word is", () => {
    const [sentence] = said({ flow: ["6b0c"] }, [flowNamed(uuid), flowNamed("flow-2", "6B0C")]);
    expect(sentence).toContain("means 2 flows");
  });
});
