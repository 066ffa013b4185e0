import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readErrorText } from "../../../src/runs/causes/causes-in-text.ts";

/** `dress code | message` of each cause. */
const told = (text: string): readonly string[] =>
  readErrorText(text).map(({ code, message, dress }) => `${dress} ${code} | ${message ?? "-"}`);

const outer = "'Type=Acme.Data.HybridException,Message=";

describe("an error text", () => {
  it.each<[string, string, readonly string[]]>([
    [
      "the usual style",
      `ErrorCode=Frob,${outer}no room on disk 4,Source=Acme.Client,'`,
      ["name Frob | no room on disk 4"],
    ],
    [
      "the side in front",
      `Failure happened on 'Sink' side. ErrorCode=Frob,${outer}no room,Source=A,'`,
      ["name Frob | no room"],
    ],
    ["a blank before Source", `ErrorCode=Frob,${outer}no room, Source=A,'`, ["name Frob | no room"]],
    ["a line break before Source", `ErrorCode=Frob,\n ${outer}no room\r\n  Source=A,'`, ["name Frob | no room"]],
    [
      "a quotation mark and a blank before the next type",
      `ErrorCode=Frob,${outer}no room' Type=Sys.IOException,Message=disk 4 is full,Source=B,'`,
      ["name Frob | no room", "prose unknown | disk 4 is full"],
    ],
    ["ErrorMessage", "ErrorCode=Frob,'Type=T,ErrorMessage=no room,Source=A,'", ["name Frob | no room"]],
    ["blanks around the signs", "ErrorCode = Frob, Error Message = no room.", ["name Frob | no room."]],
    [
      "no key at all",
      "ErrorCode=Frob,Value 'a, b' of column x does not fit.",
      ["name Frob | Value 'a, b' of column x does not fit."],
    ],
    [
      "no key, and an exception beneath",
      "ErrorCode=Frob,Value 7 does not fit. ,Source=,''Type=Sys.FormatException,Message=not a date: 7,Source=m,'",
      ["name Frob | Value 7 does not fit.", "prose unknown | not a date: 7"],
    ],
    ["no message", `ErrorCode=Frob,'Type=T,Source=A,'`, ["name Frob | -"]],
    [
      "a mapping quoted as JSON",
      `ErrorCode=Frob,${outer}bad mapping {"type":"Tabular","a":[1,2]} for b,Source=A,'`,
      ['name Frob | bad mapping {"type":"Tabular","a":[1,2]} for b'],
    ],
    [
      "an answer quoted as JSON in text, which is unescaped once",
      String.raw`ErrorCode=Frob,'Type=T,Message=refused: {\"error\":{\"code\":\"QuotaGone\",\"message\":\"ask \\\"Bo\\\"\"}},Source=A,'`,
      [
        String.raw`name Frob | refused: {"error":{"code":"QuotaGone","message":"ask \"Bo\""}}`,
        'aside QuotaGone | ask "Bo"',
      ],
    ],
    ["an HRESULT", `ErrorCode=Frob,${outer}no,Source=A,ErrorCode=-2146232060,State=1,'`, ["name Frob | no"]],
    [
      "another kind of HRESULT",
      `ErrorCode=0x80131904,ErrorCode=2147467259,ErrorCode=Frob,${outer}no,Source=A,'`,
      ["name Frob | no"],
    ],
    ["a small number for a code", "ErrorCode=1045,'Type=T,Message=denied,Source=A,'", ["aside 1045 | denied"]],
    [
      "SQL Server's own number",
      `ErrorCode=Frob,${outer}no way in,Source=A,''Type=Sys.SqlException,Message=Login failed.,Source=S,SqlErrorNumber=18456,Class=14,ErrorCode=-2146232060,Errors=[{Class=14,Number=18456,},],'`,
      ["name Frob | no way in", "aside 18456 | Login failed."],
    ],
    [
      "an SQLSTATE",
      `ErrorCode=Frob,${outer}ERROR [42S02] no table t,Source=A,'`,
      ["name Frob | ERROR [42S02] no table t", "name 42S02 | no table t"],
    ],
    [
      "a code with a colon",
      `ErrorCode=Frob,${outer}store said no. ErrorCode: 'LeaseLost'. Message: 'gone'.,Source=A,'`,
      [
        "name Frob | store said no. ErrorCode: 'LeaseLost'. Message: 'gone'.",
        "name LeaseLost | store said no. ErrorCode: 'LeaseLost'. Message: 'gone'.",
      ],
    ],
    [
      "a sign-in code in prose",
      "Could not sign in. AADSTS50126: wrong password.",
      ["name AADSTS50126 | wrong password."],
    ],
    [
      "an HTTP status",
      "The store answered with Status code 403 to GET /a",
      ["aside 403 | The store answered with Status code 403 to GET /a"],
    ],
    [
      "a status in .NET's words",
      "The remote server returned an error: (404) Not Found.",
      ["aside 404 | The remote server returned an error: (404) Not Found."],
    ],
    [
      "a count that is no status",
      "Status codes 403 and more; 404 files",
      ["prose unknown | Status codes 403 and more; 404 files"],
    ],
    [
      "Java's causes",
      "java.lang.RuntimeException: job failed\n\tat a.B.c(D.java:7)\nCaused by: java.io.IOException: disk 4 is full\n\tat e.F",
      ["name java.io.IOException | disk 4 is full"],
    ],
    [
      "JSON all over",
      JSON.stringify({ error: { code: "Frob", message: "no", details: [{ code: "Deep", message: "why" }] } }),
      ["name Frob | no", "name Deep | why"],
    ],
    [
      "JSON in JSON in text",
      JSON.stringify({
        code: "One",
        message: JSON.stringify({ code: "Two", message: "ErrorCode=Three,'Type=T,Message=m,Source=s,'" }),
      }),
      ["name One | m", "name Two | m", "name Three | m"],
    ],
    ["JSON with a message alone", '{"message":"the gateway is gone"}', ["prose unknown | the gateway is gone"]],
    ["JSON without either", '{"a":1}', ['prose unknown | {"a":1}']],
    ["no code at all", "The gateway 'gw-oslo' is away.", ["prose unknown | The gateway 'gw-oslo' is away."]],
    [
      "an exception that repeats the link",
      `ErrorCode=Frob,${outer}no room,Source=A,''Type=Sys.X,Message=no room,Source=B,'`,
      ["name Frob | no room"],
    ],
    ["nothing", " \n ", []],
    ["an open quotation mark", "ErrorCode='Frob, and 'then nothing", ["name Frob | and 'then nothing"]],
    [
      "another name that ends alike",
      "SocketErrorCode=TimedOut, MyErrorCode: 7",
      ["prose unknown | SocketErrorCode=TimedOut, MyErrorCode: 7"],
    ],
  ])("in %s", (_, text, causes) => {
    expect(told(text)).toEqual(causes);
  });

  it("tells what it cuts off, and how much there is", () => {
    const [cause] = readErrorText(`ErrorCode=Frob,'Type=T,Message=${"x".repeat(50_000)},Source=S,'`);
    expect(cause?.message).toBe(`${"x".repeat(4000)}… (50000 characters in all)`);
  });

  it("of a hundred thousand causes keeps the outermost and the deepest, and counts the rest", () => {
    const text = Array.from({ length: 100_000 }, (_, n) => `ErrorCode=Frob${n},'Message=m${n}'`).join(" ");
    const causes = readErrorText(text);
    expect(causes).toHaveLength(64);
    expect(causes[0]?.code).toBe("Frob0");
    expect(causes[16]).toEqual({ code: "unknown", message: "(99937 more causes are left out here)", dress: "prose" });
    expect(causes.at(-1)).toEqual({ code: "Frob99999", message: "m99999", dress: "name" });
  });
});

describe("every style", () => {
  const words = fc.stringMatching(/^[a-z][a-z0-9 ]{0,30}[a-z0-9]$/);
  const quotes = fc.constantFrom(
    "",
    " for column 'a, b'",
    ' {"type":"Tabular","map":{"x":1}}',
    " (precision:18, scale:2)",
    " C:\\new\\table",
  );
  const link = fc.record({
    code: fc.stringMatching(/^Frob[A-Z][A-Za-z]{2,20}$/),
    message: fc.tuple(words, quotes).map(([text, more]) => `${text}${more}`),
    equals: fc.constantFrom("=", " = "),
    key: fc.constantFrom("Message=", "ErrorMessage=", "Error Message = ", null),
    type: fc.constantFrom("'Type=Acme.Data.Shared.HybridException,", "\n    'Type=Acme.X,\n    ", null),
    end: fc.constantFrom(",Source=Acme.Client,'", ", Source=Acme.Client,'", "\r\nSource=Acme.Client,'"),
  });

  it("is read: the pieces that it was made of are found again", () => {
    const asChain = (links: readonly (typeof link extends fc.Arbitrary<infer T> ? T : never)[]): string =>
      links
        .map(({ code, message, equals, key, type, end }) => {
          const head = `ErrorCode${equals}${code},`;
          // Without a key the text right behind the code is the message: a type would stand in its place.
          return key === null ? `${head}${message}${end}` : `${head}${type ?? ""}${key}${message}${end}`;
        })
        .join("'");
    fc.assert(
      fc.property(
        fc.uniqueArray(link, { minLength: 1, maxLength: 5, selector: ({ code }) => code.toLowerCase() }),
        fc.constantFrom("", "Failure happened on 'Sink' side. ", "Copy activity met a user error at Source side: "),
        (links, before) => {
          expect(readErrorText(before + asChain(links))).toEqual(
            links.map(({ code, message }) => ({ code, message, dress: "name" })),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("survives any text: it is read without an error, nothing is told twice, and no message is empty", () => {
    const shards = fc.constantFrom(
      "ErrorCode=",
      "ErrorCode: '",
      "'Type=A,",
      "Message=",
      ",Source=",
      "''",
      '{"',
      '{\\"',
      "\\",
      '"',
      "}",
      "]",
      "AADSTS7",
      "ERROR [42P01]",
      "Caused by: a.B",
      "Status code 403",
      "SqlErrorNumber=7",
      "\ud800",
      "\u0000",
      "\n",
      '"code":"X"',
      "Trace ID:",
      "a",
      " ",
      "é",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(shards, fc.string({ unit: "binary" })), { maxLength: 60 }), (parts) => {
        const causes = readErrorText(parts.join(""));
        const codes = causes.filter(({ dress }) => dress !== "prose").map(({ code }) => code.toLowerCase());
        expect(new Set(codes).size).toBe(codes.length);
        for (const { code, message } of causes) expect([code === "", message === ""]).toEqual([false, false]);
      }),
      { numRuns: 2000 },
    );
  });
});
