import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { createProgram } from "../../src/cli/program.ts";
import { applyUsual, checkUsual } from "../../src/cli/options/usual-options.ts";
import { usualKeys, usualVariables, type UsualKey } from "../../src/adobe/settings/keys.ts";
import { outputFormats } from "../../src/render/formats/registry.ts";
import { fakeHost } from "../support/host.ts";

/** A home with a profile for each case, and none that is called default. */
let home = "";
const profiles: Readonly<Record<string, Record<string, string>>> = {
  looks: { output: "csv", time: "relative", color: "always", jobs: "8", retries: "1", "max-wait": "10s" },
  wrong: { output: "csv", jobs: "many" },
  named: { output: "name" },
  colourful: { color: "always" },
  json: { output: "json" },
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "flowrun-usual-"));
  await mkdir(join(home, "profiles"), { recursive: true });
  for (const [name, values] of Object.entries(profiles)) await save(name, JSON.stringify(values));
  await save("damaged", '{"output": "json"');
});

afterAll(() => rm(home, { recursive: true, force: true }));

const save = (name: string, text: string) => writeFile(join(home, "profiles", `${name}.json`), text, { mode: 0o600 });

type Env = Record<string, string>;

/** The options that a command has in the end, by their names in camel case. */
async function optionsOf(line: string, env: Env = {}): Promise<Record<string, unknown>> {
  const host = { ...fakeHost({ dir: home }), env };
  const program = createProgram(fakeHost());
  const words = line.split(" ");
  const command = words.reduce((at, word) => at.commands.find((one) => one.name() === word) ?? at, program);
  command.action(() => undefined);
  // The hook of the program itself looks at a host that knows nothing.
  await program.parseAsync(words, { from: "user" });
  await applyUsual(command, host);
  return command.opts();
}

async function run(line: string, env: Env = {}) {
  const host = fakeHost({ dir: home });
  const code = await runCli(line.split(" "), { ...host, env });
  return { code, out: host.out(), err: host.err() };
}

const given: Env = {
  FLOWRUN_OUTPUT: "wide",
  FLOWRUN_TIME: "local",
  FLOWRUN_COLOR: "never",
  FLOWRUN_JOBS: "2",
  FLOWRUN_RETRIES: "9",
  FLOWRUN_MAX_WAIT: "PT1M",
};
const ofEnvironment = { output: "wide", time: "local", color: "never", jobs: 2, retries: 9, maxWait: "PT1M" };
const ofProfile = { output: "csv", time: "relative", color: "always", jobs: 8, retries: 1, maxWait: "10s" };

describe("an option that the line leaves open comes from", () => {
  test.each<[string, Env, object]>([
    ["tail", given, ofEnvironment],
    ["tail --profile looks", {}, ofProfile],
    ["tail --profile looks", given, ofEnvironment],
    ["tail --profile looks", { FLOWRUN_JOBS: "3" }, { ...ofProfile, jobs: 3 }],
    ["tail", { FLOWRUN_PROFILE: "looks" }, ofProfile],
    ["tail", {}, { output: "table", color: "auto", jobs: 4, retries: 5, maxWait: "PT5M" }],
    ["tail", { FLOWRUN_OUTPUT: "", FLOWRUN_JOBS: " " }, { output: "table", jobs: 4 }],
    ["tail", { FLOWRUN_OUTPUT: '"csv"' }, { output: "csv" }],
    [
      "tail -o yaml --time relative --color auto --jobs 1 --retries 0 --max-wait 1s --profile looks",
      given,
      { output: "yaml", time: "relative", color: "auto", jobs: 1, retries: 0, maxWait: "1s" },
    ],
    ["tail --profile demo", given, ofEnvironment],
    ["tail --profile damaged", given, ofEnvironment],
    ["tail --profile damaged", {}, { output: "table" }],
    ["tail --profile looks,wrong", {}, { output: "table" }],
    ["doctor", given, { output: "wide", color: "never", retries: 9, maxWait: "PT1M" }],
    ["doctor", {}, { retries: 2, maxWait: "PT10S" }],
    ["profile list --profile looks", {}, { output: "csv", color: "always" }],
    ["explain", given, { output: "wide", color: "never" }],
  ])("%s %j", async (line, env, expected) => {
    expect(await optionsOf(line, env)).toMatchObject(expected);
  });

  test("nowhere else: no filter, and nothing that says what is read", async () => {
    const other = Object.fromEntries(
      ["STATUS", "FLOW", "RUN", "SANDBOX", "CODE", "EVENTS", "UNTIL", "WHERE", "MAX", "FROM"].map(
        (name) => [`FLOWRUN_${name}`, "failed"] as const,
      ),
    );
    expect(await optionsOf("tail", other)).toEqual(await optionsOf("tail"));
  });
});

describe("a format that the line does not name", () => {
  test.each<[string, Env, string]>([
    ["stats", { FLOWRUN_OUTPUT: "name" }, "table"],
    ["stats --profile named", {}, "table"],
    ["tail", { FLOWRUN_OUTPUT: "name" }, "name"],
    ["tail --columns runId", { FLOWRUN_OUTPUT: "json" }, "table"],
    ["tail --no-headers", { FLOWRUN_OUTPUT: "name" }, "table"],
    ["tail --columns runId", { FLOWRUN_OUTPUT: "csv" }, "csv"],
  ])("%s %j: %s", async (line, env, format) => {
    expect(await optionsOf(line, env)).toMatchObject({ output: format });
  });

  test("leaves --json what it is", async () => {
    const { out } = await run("explain AADSTS50001 --json", { FLOWRUN_OUTPUT: "csv" });
    expect(out).toMatch(/^\{"type":"flowrun.code"/);
  });
});

describe("a saved colour gives way to other programs' variables", () => {
  test.each<[Env, string]>([
    [{}, "always"],
    [{ NO_COLOR: "1" }, "auto"],
    [{ FORCE_COLOR: "0" }, "auto"],
    [{ NO_COLOR: "1", FLOWRUN_COLOR: "always" }, "always"],
  ])("%j: %s", async (env, colour) => {
    expect(await optionsOf("tail --profile colourful", env)).toMatchObject({ color: colour });
  });
});

describe("a value that cannot be right", () => {
  test.each<[UsualKey, string, string]>([
    ["output", "xml", "Allowed choices are table"],
    ["time", "noon", "Allowed choices are"],
    ["color", "red", "Allowed choices are auto, always, never"],
    ["jobs", "0", "1 or more"],
    ["retries", "-1", "0 or more"],
    ["max-wait", "P1M", "'P1M' is not a length of time"],
  ])("%s: %s", async (key, text, why) => {
    const name = usualVariables[key];
    const ofVariable = await run("since -P1D", { [name]: text });
    expect(ofVariable).toMatchObject({ code: 2, out: "" });
    expect(ofVariable.err).toMatch(new RegExp(`^error: ${name} cannot be "${text}"\n {2}why: it stands for --${key}`));
    expect(ofVariable.err).toContain(why);
    expect(ofVariable.err).toContain(`unset ${name}`);
    const set = await run(`config set ${key} -- ${text}`);
    expect(set.code).toBe(2);
    expect(set.err).toContain(why);
    expect(() => {
      checkUsual(key, text);
    }).toThrow(`${key} cannot be`);
  });

  test("in a profile is told with its key and its file, and is mended all the same", async () => {
    const path = join(home, "profiles", "wrong.json");
    const refused = await run("since -P1D --profile wrong");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(`jobs in ${path} cannot be "many"`);
    expect(refused.err).toContain("flowrun config set jobs <value>");
    await save("mended", JSON.stringify({ output: "csv", color: "many" }));
    expect((await run("config list --profile mended")).code).toBe(2);
    expect((await run("config set color never --profile mended")).code).toBe(0);
    expect((await run("config list --profile mended")).out).toBe(
      "key,value,from\noutput,csv,profile\ncolor,never,profile\n",
    );
  });
});

test("config saves each that an option takes, and says where each comes from", async () => {
  const values: Record<UsualKey, string> = {
    output: "csv",
    time: "relative",
    color: "never",
    jobs: "8",
    retries: "0",
    "max-wait": "2m",
  };
  for (const key of usualKeys)
    expect(await run(`config set ${key} ${values[key]} --profile saved`)).toMatchObject({ code: 0 });
  const line = "config list --profile saved -o csv --no-headers";
  expect((await run(line)).out).toBe(usualKeys.map((key) => `${key},${values[key]},profile\n`).join(""));
  const { out } = await run(line, { FLOWRUN_JOBS: "3", FLOWRUN_CLIENT_ID: "abc" });
  expect(out).toContain("jobs,3,FLOWRUN_JOBS\n");
  expect(out).not.toContain("clientId");
  expect((await run("config list -o csv --no-headers", { FLOWRUN_TIME: "local" })).out).toBe(
    "time,local,FLOWRUN_TIME\n",
  );
  for (const format of outputFormats) {
    expect((await run(`config set output ${format} --profile saved`)).code).toBe(0);
  }
});

test("an error is JSON where the format is, whoever says so", async () => {
  const isJson = async (line: string, env: Env = {}) =>
    (await run(line, env)).err.startsWith('{"type":"flowrun.error"');
  expect(await isJson("explain nothing-like-a-code", { FLOWRUN_OUTPUT: "json" })).toBe(true);
  expect(await isJson("explain nothing-like-a-code", { FLOWRUN_PROFILE: "json" })).toBe(true);
  expect(await isJson("cursor show none --profile json")).toBe(true);
  expect(await isJson("cursor show none --profile json -o table")).toBe(false);
  expect(await isJson("cursor show none -o csv", { FLOWRUN_OUTPUT: "json" })).toBe(false);
  expect(await isJson("cursor show none --nosuch", { FLOWRUN_OUTPUT: "ndjson" })).toBe(true);
  expect(await isJson("since oldest --json=nosuch")).toBe(true);
});
