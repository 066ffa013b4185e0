import { describe, expect, it } from "vitest";
import { readDetail } from "../../../src/runs/causes/detail.ts";
import { causesOf } from "../../../src/runs/causes/cause-tree.ts";
import { rootCause } from "../../../src/runs/causes/root-cause.ts";
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

  it("stays short, and is found in reasonable time, whatever the text", () => {
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
    expect(rootCause({ ...error, activity: null, count: null, severity: "error", side: null, causes }).code).toBe(
      "MAPPER-3700-199",
    );
  });
});
