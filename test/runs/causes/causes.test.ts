import { describe, expect, it } from "vitest";
import { causesOf, mainError, readDetail, rootCause } from "../../../src/runs/causes/causes.ts";
import type { Cause, RunCause, RunError } from "../../../src/runs/record/flow-run.ts";
import { rankOf } from "../../../src/runs/catalogue/ranks.ts";
import { bareRun, fixture, onlyRun } from "../events.ts";

const error = { code: "CONNECTOR-1001-500", message: null };
const codesIn = (extensions: Readonly<Record<string, unknown>>, own: string | null = null) =>
  causesOf({ code: "CONNECTOR-1001-500", message: own }, [readDetail(extensions)]).map(({ code }) => code);

describe("the chain of an error", () => {
  it("goes from the activity's errors by way of the .NET code to the sign-in code, with a plain message each", () => {
    const { errors, rootCause: root } = onlyRun(fixture("failed-copy-messages"));
    const expired = "The secret of the app has run out. Make a new one: https://login.example.com/secrets";
    expect(errors).toEqual([
      {
        code: "CONNECTOR-1001-500",
        message: "The source could not be copied",
        activity: "copyActivity",
        count: null,
        severity: "error",
        side: "sink",
        causes: [
          { code: "2200", message: `AADSTS7000222: ${expired}`, depth: 1, kind: "summary", count: null },
          {
            depth: 2,
            kind: "summary",
            count: null,
            code: "UserErrorFailedToGetAccessTokenByServicePrincipal",
            message: `No access token for the service principal. Error: invalid_client, Error Message: AADSTS7000222: ${expired}`,
          },
          { code: "AADSTS7000222", message: expired, depth: 3, kind: "cause", count: null },
        ],
      },
    ]);
    expect(root).toEqual({ code: "AADSTS7000222", message: expired });
  });

  it.each([
    ["failed-promotion-list", ["133"], "133"],
    ["failed-sftp-bare", ["2200", "SftpNetworkIssue"], "SftpNetworkIssue"],
    ["success-with-errors", ["INGEST-1212-400", "MAPPER-3700-400"], "MAPPER-3700-400"],
  ])("of %s is %j", (name, codes, root) => {
    const run = onlyRun(fixture(name));
    expect(run.errors[0]?.causes.map(({ code }) => code)).toEqual(codes);
    expect(run.rootCause?.code).toBe(root);
  });

  it.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ["nothing", {}, []],
    ["rubbish", { errors: [null, 7, "x", {}], errorDetail: 7 }, []],
    ["its own code again", { errors: [{ code: "connector-1001-500" }, { code: "133" }] }, ["133"]],
    [
      "a code twice, in any case",
      { errors: [{ code: "A-1" }, { code: "a-1" }], errorDetail: "ErrorCode=A-1,'" },
      ["A-1"],
    ],
    ["a number for a code", { errors: [{ code: 2200 }] }, ["2200"]],
    ["a message without a code", { errors: [{ message: "lost" }] }, ["unknown"]],
    [
      "several .NET codes",
      { errorDetail: "ErrorCode=One,'Type=X,Message=a,Source=b,''ErrorCode=Two,'" },
      ["One", "Two"],
    ],
    ["no .NET code of its own", { errorDetail: "SocketErrorCode=TimedOut" }, ["unknown"]],
    ["a sign-in code in a cause", { errors: [{ code: "2200", message: "x AADSTS50001: y" }] }, ["2200", "AADSTS50001"]],
    [
      "a sign-in code in a cause that is JSON in text",
      { errors: [{ code: "2200", message: String.raw`{"error":"x","error_description":"a\r\nAADSTS50001: y"}` }] },
      ["2200", "AADSTS50001"],
    ],
    [
      "sign-in codes after .NET codes",
      { errorDetail: "AADSTS1: a ErrorCode=One, AADSTS2: b" },
      ["One", "AADSTS1", "AADSTS2"],
    ],
  ])("holds, for %s, %j", (_, extensions, codes) => {
    expect(codesIn(extensions)).toEqual(codes);
  });

  it("is found in the error's own message where nothing else tells it", () => {
    expect(codesIn({}, "ErrorCode=SqlFailedToConnect,'Type=X,Message=AADSTS700016: no such app,Source=Y'")).toEqual([
      "SqlFailedToConnect",
      "AADSTS700016",
    ]);
  });

  it.each([
    ["a plain message", "Row 7: 'a, b' is not a \"date\".", "Row 7: 'a, b' is not a \"date\"."],
    ["several lines", "one\ntwo", "one\ntwo"],
    ["JSON with a message", '{"error":{"code":"X","message":"not \\"allowed\\""}}', 'not "allowed"'],
    ["JSON without one", '{"a":1}', '{"a":1}'],
    [
      "a .NET chain",
      "ErrorCode=X,'Type=T,Message=It broke, 'twice'.,Source=S,''Type=U,Message=why,Source=V,'",
      "It broke, 'twice'.",
    ],
    [
      "a Windows path",
      String.raw`ErrorCode=X,'Type=T,Message=No file \\host\new\report.csv,Source=S,'`,
      String.raw`No file \\host\new\report.csv`,
    ],
    [
      "a sign-in error",
      "AADSTS50001: No such resource.\r\nTrace ID: 1\r\nTimestamp: 2",
      "AADSTS50001: No such resource.",
    ],
  ])("keeps what there is to read of %s", (_, message, plain) => {
    const detail = readDetail({ errors: [{ code: "2200", message }] });
    expect(causesOf(error, [detail])[0]).toMatchObject({ code: "2200", message: plain });
  });

  it.each([
    ["ErrorCode=X,'Type=T,Message=,Source=S'", null],
    ["ErrorCode=X", null],
    ["ErrorCode=X and no key", "and no key"],
    ["ErrorCode=X, then ErrorCode=Y,'Message=of Y,Source=S'", "then"],
    ['ErrorCode=X,\'Message={"message":"inside"},Source=S\'', "inside"],
    ['AADSTS50001: from JSON.\\r\\nTrace","x":1', "from JSON."],
    ["AADSTS50001: one line, Trace ID: 7", "one line,"],
    ["AADSTS50001", null],
  ])("reads %j as saying %j", (errorDetail, message) => {
    expect(causesOf(error, [readDetail({ errorDetail })])[0]?.message).toBe(message);
  });

  it("stays short, and is found in reasonable time, whatever the text", { timeout: 60_000 }, () => {
    const size = 4_000_000;
    const fill = (text: string) => text.repeat(Math.ceil(size / text.length));
    const numbered = (prefix: string) => Array.from({ length: 200_000 }, (_, n) => `${prefix}${n} `).join("");
    const texts = [
      fill("ErrorCode="),
      fill("ErrorCode=X,'Message="),
      fill("Message=AADSTS"),
      fill("AADSTS1"),
      fill('AADSTS1: {"'),
      fill(" "),
      fill("\\"),
      `{"message":"${fill("\\\\")}`,
      `{"message"${fill(" ")}`,
      `{${fill('"message":')}`,
      numbered("ErrorCode="),
      numbered("AADSTS"),
    ];
    for (const text of texts) {
      const run = onlyRun(
        bareRun({
          metrics: { statusSummary: { status: "failed", errors: [{ code: "C", message: text }] } },
          activities: [
            {
              statusSummary: {
                errors: [{ code: "C" }],
                extensions: { errorDetail: text, errors: [{ code: "2200", message: text }] },
              },
            },
          ],
        }),
      );
      expect(run.errors[0]?.causes.length).toBeLessThanOrEqual(65);
    }
    const crowd = Array.from({ length: 20_000 }, (_, n) => ({ code: `C${n}`, message: "m" }));
    const extensions = { errorDetail: numbered("AADSTS"), errors: crowd };
    const run = onlyRun(bareRun({ activities: [{ id: "a", statusSummary: { errors: crowd, extensions } }] }));
    expect(run.errors).toHaveLength(20_000);
  });
});

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

describe("causes beside each other", () => {
  const listed = (...errors: readonly unknown[]) =>
    causesOf(error, [readDetail({ errors })]).map(({ code, depth, count }) => [code, depth, count]);

  it("share a depth, and count their records", () => {
    expect(listed({ code: "MAPPER-3700-199", recordCount: 7 }, { code: "DCVS-1101-400", count: 2 })).toEqual([
      ["MAPPER-3700-199", 1, 7],
      ["DCVS-1101-400", 1, 2],
    ]);
  });

  it("that are the same are one, about the records of both", () => {
    const same = { code: "MAPPER-3700-199", message: "no date" };
    expect(listed({ ...same, recordCount: 7 }, { ...same, recordCount: 2 })).toEqual([["MAPPER-3700-199", 1, 9]]);
  });

  it("of one code are two where they say different things", () => {
    expect(listed({ code: "MAPPER-1", message: "no date" }, { code: "MAPPER-1", message: "no number" })).toEqual([
      ["MAPPER-1", 1, null],
      ["MAPPER-1", 1, null],
    ]);
  });

  it("each have beneath them what their own message tells", () => {
    const chain = "ErrorCode=SqlFailedToConnect,'Type=T,Message=no route,Source=S'";
    expect(listed({ code: "2200", message: chain }, { code: "133", message: "lost" })).toEqual([
      ["2200", 1, null],
      ["SqlFailedToConnect", 2, null],
      ["133", 1, null],
    ]);
  });

  it.each([
    ["the only one", [{ code: "2200" }], ["1 2200", "2 Frob"]],
    ["the one that it names", [{ code: "A" }, { code: "Frob" }, { code: "B" }], ["1 A", "1 Frob", "1 B"]],
    ["the one that it quotes", [{ code: "A", message: "why" }, { code: "B" }], ["1 A", "2 Frob", "1 B"]],
    ["none of several", [{ code: "A" }, { code: "B" }], ["1 A", "1 B", "1 Frob"]],
    ["none", [], ["1 Frob"]],
  ])("have the error's details beneath %s", (_, errors, causes) => {
    const detail = readDetail({
      errors,
      errorDetail: "ErrorCode=Frob,'Type=T,Message=that is why it failed,Source=S'",
    });
    expect(causesOf(error, [detail]).map(({ code, depth }) => `${depth} ${code}`)).toEqual(causes);
  });

  it("are bounded: of a crowd those stay that may be the root cause, and the rest is counted", () => {
    const crowd = Array.from({ length: 1000 }, (_, n) => ({
      code: n === 700 ? "MAPPER-3700-199" : "2200",
      message: `m${n}`,
      recordCount: n === 700 ? 1 : 5,
    }));
    const causes = causesOf(error, [readDetail({ errors: crowd })]);
    expect(causes).toHaveLength(64);
    expect(causes.map(({ code }) => code)).toContain("MAPPER-3700-199");
    expect(causes.at(-1)?.message).toBe("(937 more errors stand beside these)");
    expect(rootCause(chained(error, ...causes)).code).toBe("MAPPER-3700-199");
  });
});

describe("the side", () => {
  it.each([
    ["Failure happened on 'Sink' side. ErrorCode=X", "sink"],
    ["Failure happened on the 'Source' side. ErrorCode=X", "source"],
    ["Failure happened on Source side.", "source"],
    ['Failure happened on "sink" side.', "sink"],
    ["Copy activity met a user error at Source side: ErrorCode=X", "source"],
    ["The sink side of the river", null],
    ["nothing of it", null],
  ])("of %j is %s", (errorDetail, side) => {
    expect(readDetail({ errorDetail }).side).toBe(side);
  });
});

describe("skipped and warning records", () => {
  const counted = (metrics: Readonly<Record<string, unknown>>, status = "success") =>
    onlyRun(bareRun({ metrics: { statusSummary: { status }, ...metrics } }));

  it("have their reasons among the errors, and decide neither the status nor the root cause", () => {
    const run = counted({
      recordSummary: {
        skippedInfo: [{ code: "ACTIVATION_BATCH-0000-SKIP", message: "no match", count: 12 }],
        warningInfo: [{ code: "MAPPER-1", message: "no date", count: 3 }],
      },
    });
    expect(run.errors.map(({ code, severity, count }) => [code, severity, count])).toEqual([
      ["MAPPER-1", "warning", 3],
      ["ACTIVATION_BATCH-0000-SKIP", "skipped", 12],
    ]);
    expect([run.status, run.rootCause]).toEqual(["success", null]);
  });

  it("of type Warning are a warning, and stand behind the errors", () => {
    const { errors, rootCause: root } = counted({
      statusSummary: {
        status: "failed",
        errors: [
          { code: "W", type: "Warning" },
          { code: "133", type: "Error" },
        ],
      },
      recordSummary: { skippedInfo: [{ code: "S" }] },
    });
    expect(errors.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["error 133", "warning W", "skipped S"]);
    expect(root?.code).toBe("133");
  });

  it("do not hide what failed, whatever names it, nor what failed under the same code", () => {
    const { errors, rootCause: root } = counted({
      statusSummary: { status: "failed", errors: [{ code: "W", type: "Warning" }] },
      recordSummary: {
        failedInfo: [{ code: "MAPPER-3700-199", count: 5 }],
        skippedInfo: [{ code: "MAPPER-3700-199" }],
      },
    });
    expect(errors.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      "error MAPPER-3700-199",
      "warning W",
      "skipped MAPPER-3700-199",
    ]);
    expect(root?.code).toBe("MAPPER-3700-199");
  });

  it("explain a failed run that has no other reason", () => {
    const { rootCause: root } = counted({
      statusSummary: { status: "failed", errors: [{ code: "W", type: "Warning" }] },
    });
    expect(root?.code).toBe("W");
  });
});
