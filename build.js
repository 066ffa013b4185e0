/**
 * Builds dist/: the program and the packages it uses in a few files, since a start spends most of its time on finding,
 * opening and compiling modules. They are CommonJS: an ES module takes Node longer to load, most of all one that imports
 * Node's own modules, whose every getter is then asked. Names are kept, so that a stack trace reads like the source.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "rolldown";
import { declarationsOf } from "./build/declarations.js";
import { manPage } from "./build/man-page.js";
import { schemaNames, shippedSchema } from "./build/json-schema.js";

const source = (name) => resolve("src", `${name}.ts`);

/**
 * What is loaded together, each with all that it imports and that no group above it has. The rest is split where the
 * program loads something when it is needed.
 */
const groups = [
  { name: "program", parts: ["main"] },
  // What nearly every reading needs; a file for each would cost more than reading them all.
  {
    name: "reading",
    parts: [
      "cli/commands/reading/since",
      "cli/commands/reading/tail",
      "cli/commands/reading/wait",
      "render/formats/json",
      "render/formats/table",
      "render/text/painter",
    ],
  },
  { name: "transport", parts: ["adobe/http/transport"] },
].map(group);

function group({ name, parts }) {
  const gone = parts.filter((part) => !existsSync(source(part)));
  if (gone.length > 0) throw new Error(`build.js names parts that are gone: ${gone.join(", ")}`);
  return { name, test: (id) => parts.map(source).includes(id) };
}

/**
 * What packages load and this program never uses, and what stands in for it: undici's HTTP/2 client, its bodies for forms
 * and streams, and Node's own client, of which it takes a default; commander's way to other programs; conf's folders,
 * which ask for the user's home as they load, and throw where the system does not know the user.
 */
const without = {
  name: "without",
  resolveId: (id, importer = "") =>
    replaced.some(({ name, by }) => id === name && by.test(importer)) ? `\0${id}` : null,
  load: (id) => {
    const stood = replaced.find(({ name }) => id === `\0${name}`) ?? unused.find(({ path }) => path.test(id));
    if (stood !== undefined) met.add(stood);
    return stood?.code ?? null;
  },
};
const unused = [
  /undici[/\\]lib[/\\]dispatcher[/\\]client-h2[.]js$/,
  /undici[/\\]lib[/\\]web[/\\]fetch[/\\]body[.]js$/,
].map((path) => ({ path, code: "module.exports = null;" }));
const replaced = [
  { name: "node:http", by: /[/\\]undici[/\\]/, code: "module.exports = { maxHeaderSize: 16_384 };" },
  { name: "node:child_process", by: /[/\\]commander[/\\]/, code: "module.exports = null;" },
  { name: "env-paths", by: /[/\\]conf[/\\]/, code: "export default null;" },
];

/** The stand-ins that a build had use for: one that has none stands for what a package does not load any more. */
const met = new Set();

/** The version is asked for without the program. */
const apart = {
  name: "apart",
  resolveId: (id) => (id === "./main.ts" ? { id: "./main.cjs", external: true } : null),
};

/**
 * Their native parts cannot be bundled; protobufjs is only needed to send sketches elsewhere, and pg-native by nobody.
 */
const external = ["fs-native-extensions", "@photostructure/sqlite", "protobufjs/minimal", "pg-native"];

rmSync("dist", { recursive: true, force: true });
await build({
  input: source("start"),
  platform: "node",
  plugins: [apart],
  output: { file: "dist/start.cjs", format: "cjs", dynamicImportInCjs: false },
});
const program = await build({
  input: { main: source("main") },
  platform: "node",
  external,
  plugins: [without],
  output: {
    dir: "dist",
    format: "cjs",
    dynamicImportInCjs: false,
    entryFileNames: "[name].cjs",
    chunkFileNames: "chunks/[name]-[hash].cjs",
    codeSplitting: { groups },
  },
});

/** The demo's server is for the benchmarks and the soak. It shares no file with the program, which would start with it. */
await build({
  input: { server: source("demo/server"), source: source("demo/source") },
  platform: "node",
  output: {
    dir: "dist/demo",
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
  },
});

/**
 * The library, which shares no file with the program: what the program loads at once is more than a caller of one function
 * wants. Twice, for only of ES modules a bundler can leave out what nobody uses.
 */
const libraryGroups = [
  {
    name: "base",
    parts: ["errors", "json", "text/glob", "text/kept", "text/nearest", "adobe/journal/when", "runs/filter/criterion"],
  },
  { name: "runs-in", parts: ["library/runs-in"] },
  { name: "catalogue", parts: ["runs/catalogue/catalogue"] },
  { name: "where", parts: ["library/where"] },
  { name: "summarise", parts: ["library/summarise"] },
  { name: "reading", parts: ["node-host", "library/read-runs"] },
  { name: "transport", parts: ["adobe/http/transport"] },
].map(group);
const formats = [
  { format: "cjs", extension: "cjs" },
  { format: "esm", extension: "mjs" },
];
const libraries = await Promise.all(
  formats.map(({ format, extension }) =>
    build({
      input: { index: source("index") },
      platform: "node",
      external,
      plugins: [without],
      output: {
        dir: "dist",
        format,
        dynamicImportInCjs: false,
        entryFileNames: `[name].${extension}`,
        chunkFileNames: `library/[name]-[hash].${extension}`,
        codeSplitting: { groups: libraryGroups },
      },
    }),
  ),
);

const idle = [...replaced, ...unused].filter((stood) => !met.has(stood));
if (idle.length > 0) {
  throw new Error(`build.js stands in for what nobody loads: ${idle.map(({ name, path }) => name ?? path).join(", ")}`);
}

const declarations = declarationsOf(source("index"));
for (const extension of ["ts", "cts"]) writeFileSync(`dist/index.d.${extension}`, declarations);
mkdirSync("dist/schema");
for (const name of schemaNames) {
  writeFileSync(`dist/schema/${name}.json`, `${JSON.stringify(shippedSchema(name), null, 2)}\n`);
}

mkdirSync("man", { recursive: true });
writeFileSync("man/flowrun.1", await man());

const bundled = [program, ...libraries].flatMap(({ output }) => output).flatMap(({ moduleIds = [] }) => moduleIds);
writeFileSync("dist/THIRD-PARTY-LICENSES.txt", notices(bundled));

/** The man page, from the command line's own declaration, of which no command is loaded. */
async function man() {
  const folder = mkdtempSync(join(tmpdir(), "flowrun-build-"));
  const declared = { name: "declared", resolveDynamicImport: (id) => ({ id, external: true }) };
  try {
    await build({
      input: { program: source("cli/program"), exits: source("cli/options/exit-codes") },
      platform: "node",
      plugins: [declared],
      output: { dir: folder, format: "esm", entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" },
    });
    const load = (name) => import(pathToFileURL(join(folder, `${name}.mjs`)).href);
    const [{ createProgram }, { exitRows, exitCodesOf }] = await Promise.all([load("program"), load("exits")]);
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    const [, released = ""] =
      new RegExp(`^## \\[${version}\\] - ([\\d-]+)$`, "m").exec(readFileSync("CHANGELOG.md", "utf8")) ?? [];
    const settings = readFileSync("docs/settings.md", "utf8");
    return manPage({ program: createProgram({}), exitRows, exitCodesOf, settings, version, released });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The licences of the packages that went into dist/, one after the other. */
function notices(modules) {
  const folders = modules.flatMap(
    (path) => /^(?:.*[/\\])?node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(path)?.[0] ?? [],
  );
  return [...new Set(folders)].sort().map(notice).join("\n");
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file !== undefined && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "";
  return `=== ${name} ${version} (${license})\n\n${text.trim()}\n`;
}
