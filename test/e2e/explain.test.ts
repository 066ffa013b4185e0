import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { bareEnv, filesLoaded, flowrun, records, scratch } from "../support/flowrun.ts";

async function explain(...args: readonly string[]) {
  return flowrun(["explain", ...args], { env: bareEnv(await scratch()) });
}

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
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
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
    expect(lines.length).toBeGreaterThan(300);
    expect(lines).toContainEqual(expect.stringMatching(/^AADSTS7000222 +aad +The client secret/));
  });

  it("gives one JSON object a line", async () => {
    const { stdout } = await explain("1100-400", "--json");
    expect(records(stdout).map(({ type, code, family }) => [type, code, family])).toEqual([
      ["flowrun.code", "1100-400", "flow-service-api"],
      ["flowrun.code", "1100-400", "sources-api"],
    ]);
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
    expect(code).toContain("// src/commands/explain.ts");
    expect(code).not.toMatch(/^\/\/ node_modules\/(undici|luxon|conf|yaml)\//m);
  });
});
