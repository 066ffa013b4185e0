/**
 * Builds dist/: the program and the packages it uses in a few files, since a start spends most of its time on finding
 * and opening modules. What is loaded when it is needed stays in chunks of its own: the commands together in one, since
 * each is small. Names are kept, so that a stack trace reads like the source.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";

/** What is loaded when it is needed. */
const lazy = readdirSync("src", { recursive: true })
  .filter((name) => name.endsWith(".ts"))
  .flatMap((name) => {
    const path = join("src", name);
    const targets = readFileSync(path, "utf8").matchAll(/\bimport\("([.][^"]*)"\)/g);
    return [...targets].map(([, target]) => resolve(dirname(path), target));
  });

/** Nearly always needed, and small: opening a file for each would cost more than reading them all. */
const small = [
  "commands/since",
  "commands/tail",
  "commands/wait",
  "render/json",
  "render/painter",
  "render/quantities",
].map((name) => resolve("src", `${name}.ts`));

/** Loaded with the program itself; named here, they share a chunk with the rest that it shares with others. */
const shared = [resolve("src/runs/grouping.ts"), resolve("src/version.ts"), "env-paths"];

/**
 * Left alone, whatever some of them share would be a chunk of its own, dozens in all. Here the small ones are one chunk,
 * and all others import it: what anybody shares with it is one chunk, too.
 */
const together = {
  name: "together",
  setup({ onResolve, onLoad }) {
    const target = { path: "together", namespace: "together" };
    onResolve({ filter: /^together$/ }, () => target);
    onResolve({ filter: /^[.].*[.]ts$/ }, ({ kind, path, resolveDir }) =>
      kind === "dynamic-import" && small.includes(resolve(resolveDir, path)) ? target : null,
    );
    onLoad({ filter: /^together$/, namespace: "together" }, () => {
      checkNames();
      const parts = [
        ...small.map((path) => `export * from ${JSON.stringify(path)};`),
        ...shared.map((path) => `import ${JSON.stringify(path)};`),
      ];
      return { contents: parts.join("\n"), resolveDir: import.meta.dirname };
    });
    onLoad({ filter: /[.]ts$/ }, ({ path }) =>
      lazy.includes(path) && !small.includes(path)
        ? { contents: `import "together"; ${readFileSync(path, "utf8")}`, loader: "ts" }
        : null,
    );
  },
};

/** Two of one name would hide each other. */
function checkNames() {
  const names = small.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)].map(
      ([, name]) => name,
    ),
  );
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new Error(`exported by two files that are built together: ${twice.join(", ")}`);
}

/** What packages load of Node and this program never uses: undici's HTTP/2 client, commander's way to other programs. */
const without = {
  name: "without",
  setup({ onResolve, onLoad }) {
    onLoad({ filter: /undici[/\\]lib[/\\]dispatcher[/\\]client-h2[.]js$/ }, nothing);
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      /[/\\]commander[/\\]/.test(importer) ? { path, namespace: "without" } : null,
    );
    onLoad({ filter: /./, namespace: "without" }, nothing);
  },
};

function nothing() {
  return { contents: "module.exports = null;" };
}

rmSync("dist", { recursive: true, force: true });
// The version is asked for without the program.
await build({ entryPoints: ["src/version.ts"], outdir: "dist", bundle: true, format: "esm", platform: "node" });
const { metafile } = await build({
  // The demo's server is for the benchmarks and the soak.
  entryPoints: {
    main: "src/main.ts",
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
  plugins: [together, without],
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
