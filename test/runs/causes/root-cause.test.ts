import { describe, expect, it } from "vitest";
import { readDetail } from "../../../src/runs/causes/detail.ts";
import { causesOf } from "../../../src/runs/causes/cause-tree.ts";
import { mainError, rootCause } from "../../../src/runs/causes/root-cause.ts";
import type { Cause, RunCause, RunError } from "../../../src/runs/record/flow-run.ts";
import { rankOf } from "../../../src/runs/catalogue/ranks.ts";
import { bareRun, onlyRun } from "../events.ts";

const error = { code: "CONNECTOR-1001-500", message: null };

const chained = (own: Cause, ...causes: readonly RunCause[]): RunError => ({
  ...own,
  activity: null,
  count: null,
  severity: "error",
  side: null,
  causes,
});

const sqlText = (code: string): string =>
  `ErrorCode=${code},'Type=T,Message=failed,Source=S,''Type=SqlException,Message=deadlock,Source=S,SqlErrorNumber=1205,'`;

/** `2>MAPPER-3700-400*7`: at depth 2, about 7 records; a summary where the catalogue calls it one. */
function cause(text: string): RunCause {
  const [, depth = "1", code = "", count] = /^(?:(\d)>)?([^*]+?)(?:\*(\d+))?$/.exec(text) ?? [];
  const kind = rankOf(code) === "summary" ? "summary" : "cause";
  return { code, message: `of ${code}`, depth: Number(depth), kind, count: count === undefined ? null : Number(count) };
}

describe("the root cause", () => {
  it.each<[string, string, readonly string[], string]>([
    ["nothing beneath it", "133", [], "133"],
    ["a summary alone", "CONNECTOR-1001-500", ["2200"], "2200"],
    ["a known cause beneath a summary", "CONNECTOR-1001-500", ["2200", "2>SftpNetworkIssue"], "SftpNetworkIssue"],
    [
      "an unknown name beneath a known summary",
      "CONNECTOR-1001-500",
      ["2200", "2>FrobnicationRefused"],
      "FrobnicationRefused",
    ],
    [
      "a known cause before a deeper unknown name",
      "CONNECTOR-1001-500",
      ["2200", "2>SftpNetworkIssue", "3>Frob"],
      "SftpNetworkIssue",
    ],
    ["the deepest of two known causes", "CONNECTOR-1001-500", ["SftpNetworkIssue", "2>AADSTS7000222"], "AADSTS7000222"],
    [
      "the error itself, the only known cause",
      "UserErrorInvalidColumnName",
      ["2200", "2>Frob"],
      "UserErrorInvalidColumnName",
    ],
    ["an unknown error before summaries", "Frob", ["2200"], "Frob"],
    ["what is said without a code beneath a summary", "CONNECTOR-1001-500", ["2200", "2>unknown"], "unknown"],
    ["a name before what is said without a code", "CONNECTOR-1001-500", ["Frob", "2>unknown"], "Frob"],
    ["a summary beneath an error without a code", "unknown", ["2200"], "2200"],
    [
      "of two beside each other the one that stopped more records",
      "CONNECTOR-2001-500",
      ["MAPPER-3700-199*3", "DCVS-1101-400*40"],
      "DCVS-1101-400",
    ],
    [
      "of two with as many records the first",
      "CONNECTOR-2001-500",
      ["MAPPER-3700-199*3", "DCVS-1101-400*3"],
      "MAPPER-3700-199",
    ],
    [
      "a cause beside a summary of more records",
      "CONNECTOR-2001-500",
      ["INGEST-1212-400*900", "MAPPER-3700-199*3"],
      "MAPPER-3700-199",
    ],
    [
      "an unknown name of more records beside a known cause",
      "CONNECTOR-2001-500",
      ["Frob*9", "MAPPER-3700-199*3"],
      "Frob",
    ],
    [
      "the depth of one of two beside each other",
      "CONNECTOR-2001-500",
      ["2200*5", "2>TypeConversionFailure", "DCVS-1101-400*3"],
      "TypeConversionFailure",
    ],
    [
      "of two summaries the one of more records",
      "CONNECTOR-2001-500",
      ["2200*3", "INGEST-1212-400*8"],
      "INGEST-1212-400",
    ],
  ])("is %s", (_, own, causes, root) => {
    const told = rootCause(chained({ code: own, message: `of ${own}` }, ...causes.map(cause)));
    expect(told).toEqual({ code: root, message: `of ${root}` });
  });

  it.each<[string, readonly unknown[], string, string]>([
    ["no number of SQL Server where a name stands", [], sqlText("SqlOperationFailed"), "SqlOperationFailed"],
    [
      "no HTTP status where a name stands",
      [],
      "ErrorCode=UserErrorFailedFileOperation,Message=Status code 403",
      "UserErrorFailedFileOperation",
    ],
    ["an HTTP status where nothing has a name", [{ code: "2200" }], "The store said Status code 403", "403"],
    [
      "a code in a quoted answer where nothing has a name",
      [{ code: "2200" }],
      'It said {"code":"QuotaGone"}',
      "QuotaGone",
    ],
    [
      "no code in a quoted answer where a name stands",
      [],
      'ErrorCode=Frob,Message=it said {"code":"QuotaGone"}',
      "Frob",
    ],
    [
      "no HTTP status in a code field",
      [
        { code: "403", recordCount: 50 },
        { code: "MAPPER-3700-199", recordCount: 3 },
      ],
      "",
      "MAPPER-3700-199",
    ],
    [
      "no word without a code where a name stands beside it",
      [
        { message: "errors occurred", recordCount: 5 },
        { code: "MAPPER-1", recordCount: 3 },
      ],
      "",
      "MAPPER-1",
    ],
    [
      "no count of what was left out",
      Array.from({ length: 70 }, (_, n) => ({ code: "2200", message: `m${n}`, recordCount: n })),
      "",
      "2200",
    ],
    [
      "what stands for a cause that says nothing new, with its records",
      [
        { code: error.code, message: error.message, recordCount: 10 },
        { code: "MAPPER-3700-199", recordCount: 3 },
      ],
      `ErrorCode=${error.code},ErrorCode=UserErrorInvalidColumnName,Message=x`,
      "UserErrorInvalidColumnName",
    ],
    ["an integration runtime that is offline", [{ code: "2200" }], "The runtime 'ir-oslo' is offline.", "unknown"],
  ])("is %s", (_, errors, errorDetail, root) => {
    const causes = causesOf(error, [readDetail({ errors, errorDetail })]);
    expect(rootCause(chained(error, ...causes)).code).toBe(root);
  });

  it("of a run is that of the first error which is more than a summary", () => {
    const activities = [
      { id: "a", statusSummary: { errors: [{ code: "CONNECTOR-1001-500" }] } },
      {
        id: "b",
        statusSummary: {
          errors: [{ code: "CONNECTOR-2001-500" }],
          extensions: { errors: [{ code: "MAPPER-3700-199" }] },
        },
      },
    ];
    const run = onlyRun(bareRun({ metrics: { statusSummary: { status: "failed" } }, activities }));
    expect(run.errors.map(({ code }) => code)).toEqual(["CONNECTOR-1001-500", "CONNECTOR-2001-500"]);
    expect(run.rootCause?.code).toBe("MAPPER-3700-199");
    expect(mainError(run)?.code).toBe("CONNECTOR-2001-500");
  });
});
