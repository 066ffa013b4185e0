import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { runCli } from "../../../src/cli/run-cli.ts";
import { formats, outputFormats, type OutputFormat } from "../../../src/render/formats/registry.ts";
import { fakeHost } from "../../support/host.ts";
import { version } from "../../../src/version.ts";
import { readTable } from "../../support/markdown.ts";

/** A folder with two profiles, one of them damaged, and two cursors, one of them damaged. */
let home: string;

const journalUrl = "https://events-va6.adobe.io/events/organizations/1/integrations/2/3";

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "flowrun-"));
  await mkdir(join(home, "profiles"), { recursive: true });
  await writeFile(join(home, "profiles", "bad.json"), "{");
  for (const [key, value] of Object.entries({ clientId: "abc", imsOrgId: "1@AdobeOrg", journalUrl })) {
    expect((await run("config", "set", key, value, "--profile", "acme")).code).toBe(0);
  }
  await mkdir(join(home, "cursors", "acme"), { recursive: true });
  await writeFile(join(home, "cursors", "acme", "broken.json"), "{");
});

afterAll(() => rm(home, { recursive: true }));

async function run(...words: readonly string[]) {
  const host = fakeHost({ dir: home });
  const code = await runCli(words, host);
  return { code, out: host.out(), err: host.err() };
}

/** Every command that prints what this machine knows, a text that each of its formats shows, and what an id ends with. */
const listings: readonly (readonly [string, string, string])[] = [
  ["profile list", "1@AdobeOrg", "acme"],
  ["config list --profile acme", journalUrl, "journalUrl"],
  ["config get journalUrl --profile acme", journalUrl, "journalUrl"],
  ["config path --profile acme", "acme.json", "/profiles/acme.json"],
  ["cursor list --profile acme", "broken", "broken"],
  ["explain aad", "AADSTS7000222", "AADSTS7000222"],
  ["version", version, version],
];

/** A link is text in Markdown, too. */
const inMarkdown = (text: string): string => text.replace("://", ":\\//");

describe.each(listings)("%s", (line, shown, id) => {
  const words = line.split(" ");

  test.each(outputFormats)("-o %s", async (format) => {
    const { code, out, err } = await run(...words, "-o", format);
    expect([code, err]).toEqual([0, ""]);
    if (format === "name") expect(out.split("\n")).toContainEqual(expect.stringMatching(new RegExp(`${id}$`)));
    else expect(out).toContain(format === "markdown" ? inMarkdown(shown) : shown);
  });

  test("--json=… has these fields only, each of which there is", async () => {
    const { out } = await run(...words, "--json");
    const [first = {}] = [JSON.parse(line === "version" ? out : (out.split("\n")[0] ?? ""))] as Record<
      string,
      unknown
    >[];
    const names = Object.keys(first).slice(0, 2).reverse();
    const picked = await run(...words, `--json=${names.join(",")}`);
    expect(picked).toMatchObject({ code: 0, err: "" });
    const [one] = [JSON.parse(line === "version" ? picked.out : (picked.out.split("\n")[0] ?? ""))] as object[];
    expect(Object.entries(one ?? {})).toEqual(names.map((name) => [name, first[name]]));
    for (const name of Object.keys(first)) expect((await run(...words, `--json=${name}`)).code, name).toBe(0);
    const unknown = await run(...words, "--json=nosuchfield");
    expect([unknown.code, unknown.out]).toEqual([2, ""]);
    expect(unknown.err).toContain("there is no field 'nosuchfield': the fields are ");
  });

  test("json, ndjson and yaml tell the same", async () => {
    const [json, ndjson, yaml] = await Promise.all(
      (["json", "ndjson", "yaml"] as const).map(async (format) => (await run(...words, "-o", format)).out),
    );
    const records = (ndjson ?? "")
      .split("\n")
      .slice(0, -1)
      .map((one) => JSON.parse(one) as unknown);
    expect([JSON.parse(json ?? "")].flat()).toEqual(records);
    const documents = [parseAllDocuments(yaml ?? "")].flat();
    expect(documents.map((document) => ("toJS" in document ? (document.toJS() as unknown) : null))).toEqual(records);
    expect((await run(...words, "--json")).out).toBe(line === "version" ? json : ndjson);
  });

  test("csv and markdown tell the same cells", async () => {
    const [csv, markdown] = [await run(...words, "-o", "csv"), await run(...words, "-o", "markdown")];
    const table = readTable(markdown.out);
    expect(table).not.toBeNull();
    expect(csv.out.trimEnd().split("\n")).toHaveLength((table?.rows.length ?? 0) + 1);
    expect(table?.rows.flat().join(" ")).toContain(shown);
  });

  test("an unknown column is refused, and so are columns of what has none", async () => {
    const unknown = await run(...words, "--columns", "nmae");
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain("there is no column 'nmae'");
    const misplaced = await run(...words, "-o", "yaml", "--columns", "name");
    expect(misplaced.err).toContain("--columns has no meaning with -o yaml");
    expect([misplaced.code, misplaced.out]).toEqual([2, ""]);
  });
});

describe("--columns and --no-headers", () => {
  test.each([
    ["profile list --columns name,builtIn --no-headers", "acme\nbad\ndemo  *\n"],
    ["profile list -o csv --columns name,damaged", "name,damaged\nacme,false\nbad,true\ndemo,false\n"],
    [
      "config list --profile acme --columns value,key --no-headers -o csv",
      `abc,clientId\n1@AdobeOrg,imsOrgId\n${journalUrl},journalUrl\n`,
    ],
    [
      "config list --profile acme -o wide",
      [
        `KEY         VALUE${" ".repeat(journalUrl.length - 3)}FROM\n`,
        ...Object.entries({ clientId: "abc", imsOrgId: "1@AdobeOrg", journalUrl }).map(
          ([key, value]) => `${key.padEnd(12)}${value.padEnd(journalUrl.length + 2)}profile\n`,
        ),
      ].join(""),
    ],
    ["cursor list --profile acme -o csv --columns name,readUntil,damaged --no-headers", "broken,damaged,true\n"],
    ["explain AADSTS7000222 -o csv --columns code,family,rank", "code,family,rank\nAADSTS7000222,aad,cause\n"],
    ["explain AADSTS7000222 --columns code,rank", "CODE           RANK\nAADSTS7000222  cause\n"],
  ])("%s", async (line, out) => {
    expect(await run(...line.split(" "))).toEqual({ code: 0, out, err: "" });
  });
});

describe("where there is nothing to list", () => {
  const empty: Partial<Record<OutputFormat, string>> = { json: "[]\n" };

  test.each(outputFormats)("cursor list -o %s", async (format) => {
    const { out, err } = await run("cursor", "list", "--profile", "demo", "-o", format, "--no-headers");
    expect(out).toBe(empty[format] ?? "");
    // Only somebody who reads it wants to be told what to do.
    expect(err !== "").toBe(formats[format].laid !== null);
  });

  test("config list is still one object", async () => {
    for (const format of ["json", "ndjson"]) {
      expect((await run("config", "list", "--profile", "default", "-o", format)).out).toBe("{}\n");
    }
  });
});

test("an error is JSON where the format is, as for a reading", async () => {
  for (const format of outputFormats) {
    const { err } = await run("explain", "nothing-like-a-code", "-o", format);
    expect(err.startsWith('{"type":"flowrun.error"'), format).toBe(formats[format].isJson);
  }
});
