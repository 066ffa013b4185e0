import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { rolldown } from "rolldown";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schemaNames, shippedSchema } from "../../build/json-schema.js";
import { bareEnv, binary, launch, node, scratch } from "../support/flowrun.ts";
import { openJournal, runEvent } from "../support/journal.ts";
import { freePort } from "../support/ports.ts";

const run = promisify(execFile);

/** A program of somebody else's: a folder in which the packed library is installed. */
let project = "";

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "flowrun-library-"));
  const root = dirname(dirname(await realpath(binary)));
  const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", project];
  const { stdout } = await run("npm", pack, { cwd: root });
  const installed = join(project, "node_modules", "flowrun");
  await mkdir(installed, { recursive: true });
  await run("tar", ["xzf", join(project, stdout.trim()), "--strip-components=1", "-C", installed]);
  // What it depends on is where the program under test has it, so that no network is needed.
  const installedThere = createRequire(join(root, "package.json"));
  await mkdir(join(project, "node_modules", "@photostructure"));
  for (const name of ["fs-native-extensions", "@photostructure/sqlite"]) {
    const native = dirname(installedThere.resolve(`${name}/package.json`));
    await symlink(native, join(project, "node_modules", name), "junction");
  }
  await writeFile(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
});

afterAll(() => rm(project, { recursive: true, force: true, maxRetries: 5 }));

/** Compiles files of the project, strictly, and says what is wrong with them. */
function compile(files: readonly string[], options: ts.CompilerOptions): readonly string[] {
  const paths = files.map((file) => join(project, file));
  const program = ts.createProgram(paths, {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    rootDir: project,
    outDir: join(project, "out"),
    ...options,
  });
  const { diagnostics } = program.emit();
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(({ messageText, file }) => {
    return `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

const node16 = { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 };
const bundler = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };

/** Uses every function, and no type but the library's own and the language's. */
const consumer = `
import { explain, FlowrunError, readRuns, runsIn, summarise, where } from "flowrun";
import type { CatalogueEntry, FailureKind, FlowRun, ReadRunsOptions, RunReading, Stats } from "flowrun";

declare const console: { log(text: string): void };

async function take(options: ReadRunsOptions, count: number): Promise<{ ids: string[]; mark: string | null }> {
  const reading: RunReading = readRuns(options);
  const ids: string[] = [];
  for await (const run of reading) {
    ids.push(run.runId);
    if (ids.length === count) break;
  }
  return { ids, mark: reading.mark() };
}

async function use(): Promise<void> {
  const first = await take({ since: "-P1D", limit: 3 }, 2);
  const rest = await take({ since: { mark: first.mark ?? "" } }, Infinity);
  console.log([...first.ids, ...rest.ids].join(" "));

  const failure = await take({ since: "-P1D", jobs: 0 }, 1).catch((error: unknown) => error);
  const kind: FailureKind | null = failure instanceof FlowrunError ? failure.kind : null;
  console.log(String(kind));

  const runs: readonly FlowRun[] = runsIn({ event_id: "1", event: { id: "r", flowId: "f", metrics: { statusSummary: { status: "failed" } } } });
  const stats: Stats = summarise(runs, { by: "flow" });
  const [entry]: readonly CatalogueEntry[] = explain("CONNECTOR-1001-500");
  console.log([stats.total.failed, entry?.family, runs.filter(where("status == 'failed'")).length].join(" "));
}
void use();
`;

const used = `${["run-0", "run-1", "run-2", "run-3", "run-4"].join(" ")}\nusage\n1 connector 1\n`;

describe("a TypeScript project with the packed library", () => {
  beforeAll(async () => {
    for (const name of ["esm.mts", "cjs.cts"]) await writeFile(join(project, name), consumer);
  });

  it("compiles without types of any other package, and runs as ES modules and as CommonJS", async () => {
    expect(compile(["esm.mts"], { ...bundler, noEmit: true })).toEqual([]);
    expect(compile(["esm.mts", "cjs.cts"], node16)).toEqual([]);
    const { env } = await openJournal();
    for (const file of ["out/esm.mjs", "out/cjs.cjs"]) {
      const { code, stdout, stderr } = await launch(node, [file], { cwd: project, env }).finished;
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: used, stderr: "" });
    }
  });

  it("is told of a mistake", async () => {
    await writeFile(
      join(project, "wrong.mts"),
      'import { readRuns, where } from "flowrun";\nreadRuns({});\nreadRuns({ since: 1 });\nwhere("x")({});\n',
    );
    expect(compile(["wrong.mts"], { ...node16, noEmit: true })).toHaveLength(3);
  });
});

/** Says what importing and using the library does to the process. One variable is read by Node itself as it loads modules. */
const witness = (load: string): string => `
const v8 = process.getBuiltinModule("node:v8");
const seen = [];
v8.setFlagsFromString = (flag) => seen.push("flag " + flag);
const real = process.env;
process.env = new Proxy(real, { get: (env, name) => (name === "WATCH_REPORT_DEPENDENCIES" || seen.push("env " + String(name)), env[name]) });
const umask = process.umask;
process.umask = (...mask) => (mask.length > 0 && seen.push("umask"), umask(...mask));
const state = () => JSON.stringify([process.eventNames().map(String), process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|FSReq/.test(name)), process.exitCode, Reflect.ownKeys(globalThis).map(String)]);
const before = state();
const { readRuns } = ${load};
const onImport = [...seen];
if (state() !== before) onImport.push(state());
process.env = real;
seen.length = 0;
(async () => {
  let count = 0;
  for await (const run of readRuns({ since: "-P1D" })) count += run.runId.length > 0 ? 1 : 0;
  const stop = new AbortController();
  const reason = await (async () => {
    for await (const run of readRuns({ since: "-P1D", follow: true, signal: stop.signal })) stop.abort("enough");
  })().catch((error) => error);
  console.log(JSON.stringify({ onImport, onUse: seen, count, reason, listeners: process.eventNames().map(String) }));
})();
`;

describe("a process with the library", () => {
  it.each([
    ["esm", "mjs", 'await import("flowrun")'],
    ["cjs", "cjs", 'require("flowrun")'],
  ])("is left alone, by import and by use (%s), and ends when the reading does", async (_, extension, load) => {
    await writeFile(join(project, `witness.${extension}`), witness(load));
    const { env } = await openJournal();
    const { stdout, stderr, code } = await launch(node, [`witness.${extension}`], { cwd: project, env }).finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ onImport: [], onUse: [], count: 5, reason: "enough" });
    expect((JSON.parse(stdout) as { listeners: string[] }).listeners.filter((name) => name.startsWith("SIG"))).toEqual(
      [],
    );
  });

  it("ends though a reading of the demo was left early", async () => {
    const code =
      'import { readRuns } from "flowrun"; for await (const run of readRuns({ since: "-P1D" })) { console.log(run.status); break; }';
    await writeFile(join(project, "early.mjs"), code);
    const env = { ...bareEnv(await scratch()), FLOWRUN_PROFILE: "demo" };
    const finished = await launch(node, ["early.mjs"], { cwd: project, env }).finished;
    expect(finished).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^\w+\n$/) as string });
  });
});

/** What a bundler makes of a program that uses some functions of the library. */
async function bundle(code: string): Promise<string> {
  const input = join(project, "bundled.mjs");
  await writeFile(input, code);
  const build = await rolldown({
    input,
    platform: "node",
    external: ["fs-native-extensions", "@photostructure/sqlite"],
  });
  const { output } = await build.generate({ format: "esm" });
  await build.close();
  const [entry] = output;
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const loaded = [entry, ...entry.imports.flatMap((name) => chunks.get(name) ?? [])];
  return loaded.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("\n");
}

describe("a bundle", () => {
  const parts = {
    catalogue: "readShelves",
    matcher: "class RE2JS",
    sketches: "LogCollapsing",
    journal: "readPages",
  };
  const partsOf = (code: string): readonly string[] =>
    Object.entries(parts).flatMap(([name, text]) => (new RegExp(text).test(code) ? [name] : []));

  it.each([
    ["runsIn", []],
    ["explain", ["catalogue"]],
    ["where", ["matcher"]],
    ["summarise", ["sketches"]],
    // Its filters take conditions, too.
    ["readRuns", ["matcher", "journal"]],
    ["openArchive", ["matcher"]],
  ])("with %s alone has %j", async (name, expected) => {
    expect(partsOf(await bundle(`import { ${name} } from "flowrun"; console.log(${name});`))).toEqual(expected);
  });
});

it("the schema ships as it is made from the record's definition", async () => {
  const require = createRequire(join(project, "package.json"));
  for (const name of schemaNames) {
    const schema: unknown = JSON.parse(await readFile(require.resolve(`flowrun/schema/${name}.json`), "utf8"));
    expect(schema).toEqual(shippedSchema(name));
  }
  expect(await readdir(join(project, "node_modules", "flowrun"))).not.toContain("src");
});

describe("docs/library.md", () => {
  const page = readFileSync("docs/library.md", "utf8");
  const blocks = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = ""]) => code);
  const names = blocks.map((_, index) => `docs-${index}`);
  const isServer = (index: number): boolean => blocks[index]?.includes("listen(") === true;

  beforeAll(async () => {
    for (const [index, code] of blocks.entries()) await writeFile(join(project, `docs-${index}.mts`), code);
    const types = { types: ["node"], typeRoots: [resolve("node_modules/@types")], skipLibCheck: true };
    expect(
      compile(
        names.map((name) => `${name}.mts`),
        { ...node16, ...types, exactOptionalPropertyTypes: false },
      ),
    ).toEqual([]);
  });

  it("has examples", () => {
    expect(blocks.length).toBeGreaterThan(4);
    for (const name of [
      "readRuns",
      "openArchive",
      "readJobs",
      "runsIn",
      "explain",
      "summarise",
      "where",
      "mark()",
      "FlowrunError",
    ]) {
      expect(blocks.join("\n")).toContain(name);
    }
  });

  it.each(names.filter((_, index) => !isServer(index)))("runs %s", async (name) => {
    const cwd = await scratch();
    const env = { ...bareEnv(cwd), FLOWRUN_PROFILE: "demo" };
    const execute = () => launch(node, [join(project, "out", `${name}.mjs`)], { cwd, env }).finished;
    const first = await execute();
    expect(first).toMatchObject({ code: 0, stderr: "" });
    const isAction =
      page.includes("export async function main") && blocks[names.indexOf(name)]?.includes("main(params");
    expect(first.stdout === "").toBe(isAction);
    const saved = await readFile(join(cwd, "saved.json"), "utf8").catch(() => null);
    if (saved === null) return;
    const { failed } = JSON.parse(saved) as { failed: string[] };
    expect(failed.length).toBeGreaterThan(3);
    expect(await execute()).toMatchObject({ code: 0, stderr: "", stdout: `${failed.length} failed runs so far\n` });
    expect(new Set(failed).size).toBeGreaterThan(failed.length / 2);
  });

  it.each(names.filter((_, index) => isServer(index)))("serves %s", async (name) => {
    const port = await freePort();
    const env = { ...bareEnv(await scratch()), PORT: String(port) };
    const server = launch(node, [join(project, "out", `${name}.mjs`)], { env });
    const address = `http://127.0.0.1:${port}/`;
    await answered(`${address}?challenge=abc`, "abc");
    const body = JSON.stringify(runEvent(7, { status: "failed" }));
    expect((await fetch(address, { method: "POST", body })).status).toBe(204);
    await server.saw("event-7#0 run-7 failed");
  });
});

/** Asks until the server is there. */
async function answered(url: string, text: string): Promise<void> {
  for (let left = 100; left > 0; left -= 1) {
    const answer = await fetch(url).catch(() => null);
    if (answer !== null) {
      expect(await answer.text()).toBe(text);
      return;
    }
    await delay(100);
  }
  throw new Error(`nobody answers at ${url}`);
}
