/**
 * Builds dist/: the program and the packages it uses in a few files, since a start spends most of its time on finding
 * and opening modules. Each command stays in a chunk of its own that is loaded when it runs. Names are kept, so that a
 * stack trace reads like the source.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
const { metafile } = await build({
  // The version is asked for without the program; the demo's server is for the benchmarks and the soak.
  entryPoints: {
    main: "src/main.ts",
    version: "src/version.ts",
    "demo/server": "src/demo/server.ts",
    "demo/source": "src/demo/source.ts",
  },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  chunkNames: "chunks/[name]-[hash]",
  // Its native part cannot be bundled; protobufjs is only needed to send sketches elsewhere.
  external: ["fs-native-extensions", "protobufjs"],
  // CommonJS packages ask for Node's modules with require.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
  legalComments: "none",
  metafile: true,
});
writeFileSync("dist/THIRD-PARTY-LICENSES.txt", notices(Object.keys(metafile.inputs)));

/** The licences of the packages that went into dist/, one after the other. */
function notices(inputs) {
  const folders = inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort().map(notice).join("\n");
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file !== undefined && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "";
  return `=== ${name} ${version} (${license})\n\n${text.trim()}\n`;
}
