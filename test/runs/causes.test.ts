import { describe, expect, it } from "vitest";
import { causesOf, readDetail, rootCause } from "../../src/runs/causes.ts";
import type { RunError } from "../../src/runs/flow-run.ts";
import { bareRun, fixture, onlyRun } from "./events.ts";

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
        causes: [
          { code: "2200", message: `AADSTS7000222: ${expired}` },
          {
            code: "UserErrorFailedToGetAccessTokenByServicePrincipal",
            message: `No access token for the service principal. Error: invalid_client, Error Message: AADSTS7000222: ${expired}`,
          },
          { code: "AADSTS7000222", message: expired },
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
    ["no .NET code of its own", { errorDetail: "SocketErrorCode=TimedOut" }, []],
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
    expect(causesOf(error, [detail])[0]).toEqual({ code: "2200", message: plain });
  });

  it.each([
    ["ErrorCode=X,'Type=T,Message=,Source=S'", null],
    ["ErrorCode=X and no message", null],
    ["ErrorCode=X, then ErrorCode=Y,'Message=of Y,Source=S'", null],
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

describe("rootCause", () => {
  const chained = (...codes: string[]): RunError => {
    const [own, ...causes] = codes.map((code) => ({ code, message: `of ${code}` }));
    return { code: "?", message: null, ...own, activity: null, count: null, causes };
  };
  const knows =
    (...codes: string[]) =>
    (code: string) =>
      codes.includes(code);

  it.each([
    [["E", "a", "b", "c"], ["a", "b"], "b"],
    [["E", "a", "b"], [], "b"],
    [["E", "a", "b"], ["E"], "b"],
    [["E"], ["E"], "E"],
    [["E"], [], "E"],
  ])("of %j, of which %j are known, is %s", (codes, known, root) => {
    expect(rootCause(chained(...codes), knows(...known))).toEqual({ code: root, message: `of ${root}` });
  });
});
