import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { bareEnv, filesLoaded, flowrun, records, scratch } from "../support/flowrun.ts";

async function explain(...args: readonly string[]) {
  return flowrun(["explain", ...args], { env: bareEnv(await scratch()) });
}

const detail =
  "ErrorCode=UserErrorFailedToGetAccessTokenByServicePrincipal,'Type=X.Y,Message=No token. AADSTS7000222: expired.,Source=Z,'";

/** The codes that stand at the beginnings of lines. */
function headings(stdout: string): readonly string[] {
  return [...stdout.matchAll(/^(\S+)$/gm)].map(([, code]) => code ?? "");
}

describe("flowrun explain", () => {
  it.each([
    ["a code", "AADSTS7000222", ["AADSTS7000222"]],
    ["a code in any case", "connector-1001-500", ["CONNECTOR-1001-500"]],
    ["a bare number, which is the beginning of others, too", "2200", ["2200"]],
    ["a code that two families have", "1100-400", ["1100-400", "1100-400"]],
    ["the beginning of codes", "CONNECTOR-", ["CONNECTOR-1001-500", "CONNECTOR-2001-500", "CONNECTOR-3001-500"]],
    ["a family", "mapper", ["MAPPER-3700-400"]],
  ])("explains %s", async (_, word, codes) => {
    const { code, stdout, stderr } = await explain(word);
    expect(headings(stdout)).toEqual(codes);
    expect(stdout.match(/^ {2}(means|do|family|see) {2,}\S/gm)).toHaveLength(4 * codes.length);
    // A link stays whole: a broken one cannot be followed.
    const lines = stdout.split("\n").filter((line) => !/^ +https:/.test(line));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("explains what a pattern picks", async () => {
    const { stdout } = await explain("ingest-*");
    expect(headings(stdout).length).toBeGreaterThan(3);
    for (const code of headings(stdout)) expect(code).toMatch(/^INGEST-/);
  });

  it("lists the catalogue, one code a line in a pipe", async () => {
    const { stdout } = await explain();
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^CODE +FAMILY +MEANING$/);
    expect(lines.length).toBe(809);
    expect(lines).toContainEqual(expect.stringMatching(/^AADSTS7000222 +aad +The client secret/));
  });

  it("gives one JSON object a line", async () => {
    const { stdout } = await explain("1100-400", "--json");
    expect(records(stdout).map(({ type, code, family }) => [type, code, family])).toEqual([
      ["flowrun.code", "1100-400", "flow-service-api"],
      ["flowrun.code", "1100-400", "sources-api"],
    ]);
  });

  it("adds to each object what the code is worth as a cause, and where it is documented", async () => {
    const { stdout } = await explain("aad", "--json");
    const expired = records(stdout).find(({ code }) => code === "AADSTS7000222");
    expect(expired).toMatchObject({
      schemaVersion: 1,
      title: "Microsoft Entra sign-in",
      rank: "cause",
      source: "Microsoft Entra: authentication and authorization error codes",
      link: "https://login.microsoftonline.com/error?code=7000222",
    });
    const { stdout: other } = await explain("2200", "--json");
    expect(records(other)).toMatchObject([{ rank: "summary" }]);
  });

  it("offers every family that a bare number may belong to, before the codes that begin with it", async () => {
    const { code, stdout } = await explain("2104");
    expect(headings(stdout)).toEqual(["2104", "2104-500"]);
    expect([...stdout.matchAll(/^ {2}family {2}([a-z-]+):/gm)].map(([, family]) => family)).toEqual([
      "batch-ingestion",
      "adf",
      "flow-service-api",
      "flow-service-api",
    ]);
    expect(code).toBe(0);
  });

  it.each([
    ["as it stands", detail],
    ["URL-encoded", encodeURIComponent(detail)],
    ["as a form encodes it", new URLSearchParams({ "": detail }).toString().slice(1)],
    ["as a JSON string", JSON.stringify(detail)],
    ["as the inside of a JSON string", JSON.stringify(`${detail}\n'"`).slice(1, -1)],
  ])("reads a whole error text, %s", async (_, text) => {
    const { code, stdout, stderr } = await explain(text);
    expect(stdout).toMatch(/^UserErrorFailedToGetAccessTokenByServicePrincipal$/m);
    expect(stdout).toMatch(/AADSTS7000222 {2}← root cause\n[^]*do +Create a new secret/);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it.each([
    ["an error text", detail, /AADSTS7000222 {2}← root cause/],
    ["a code", " 2200\n", /^2200\n {2}means/],
  ])("takes %s from stdin", async (_, stdin, told) => {
    const { code, stdout } = await flowrun(["explain", "-"], { env: bareEnv(await scratch()), input: stdin });
    expect(stdout).toMatch(told);
    expect(code).toBe(0);
  });

  it("asks for something where stdin is empty", async () => {
    const { code, stderr } = await flowrun(["explain", "-"], { env: bareEnv(await scratch()), input: " \n" });
    expect(stderr).toMatch(/nothing to explain\n {2}why: nothing came in on stdin\n {2}fix: pipe/);
    expect(code).toBe(2);
  });

  it("gives the codes of a text as JSON, too, the outermost first", async () => {
    const { stdout } = await explain(detail, "--json");
    expect(records(stdout).map(({ code }) => code)).toEqual([
      "UserErrorFailedToGetAccessTokenByServicePrincipal",
      "AADSTS7000222",
    ]);
  });

  it.each(["nothing to see here", "%20%20", "{}", "a %zz b"])("finds no code in '%s', and says so", async (text) => {
    const { code, stdout, stderr } = await explain(text);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/error: no error code can be found in this text\n {2}why: .*\n {2}fix: .*flowrun explain/);
  });

  it.each([
    ["AADSTS999999", /See https:\/\/login[.]microsoftonline[.]com\/error[?]code=999999$/m],
    ["INGST-1401-400", /why: it differs from INGEST-1401-400 by a letter or two$/m],
    ["ABCDEF-1234-404", /Experience Platform, a service not named \(platform\)/],
    ["42P99", /SQLSTATE class 42: syntax or access/],
  ])("says of the unlisted %s what its form tells", async (word, told) => {
    const { code, stderr } = await explain(word);
    expect(stderr).toMatch(told);
    expect(code).toBe(1);
  });

  it.each([
    ["AADSTS7000299", /form it belongs to Microsoft Entra sign-in/, /flowrun explain AADSTS70002/],
    ["INGEST-9999-400", /ingestion of records/, /flowrun explain INGEST-/],
    ["banana!", /nor has it the form/, /see them all: flowrun explain\n/],
    ["zzz*", /nor has it the form/, /flowrun explain/],
    ["", /nor has it the form/, /flowrun explain/],
    ["\u001b[2J".repeat(5_000), /nor has it the form/, /flowrun explain/],
  ])("knows no code %j, and says what it can", async (word, why, fix) => {
    const { code, stdout, stderr } = await explain(word);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(why);
    expect(stderr).toMatch(fix);
    expect(stderr).not.toContain("\u001b");
  });

  it("says so in JSON where JSON was asked for", async () => {
    const { code, stderr } = await explain("banana!", "--json");
    expect(JSON.parse(stderr)).toMatchObject({ type: "flowrun.error", kind: "notFound", exitCode: 1 });
    expect(code).toBe(1);
  });

  it("loads neither what talks to Adobe nor what reads times", async () => {
    const files = await filesLoaded(["explain", "2200"]);
    expect(files.join("\n")).toMatch(/chunks\/explain-/);
    // The bundle says of each part which package it comes from.
    const code = (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
    expect(code).toContain("// src/cli/commands/insight/explain.ts");
    expect(code).not.toMatch(/^\/\/ node_modules\/(undici|luxon|conf|yaml)\//m);
  });
});
