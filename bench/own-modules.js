/** The program's own functions, for the parts of the bench that measure them inside this process. */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "rolldown";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Builds modules of src, by their paths there, into a folder of dist/bench. @returns all that they export. */
export async function ownModules(folder, paths) {
  const names = paths.map((path) => path.replaceAll("/", "-"));
  const dir = join(here, "../dist/bench", folder);
  await build({
    input: Object.fromEntries(paths.map((path, n) => [names[n], join(here, "../src", `${path}.ts`)])),
    platform: "node",
    external: ["@photostructure/sqlite", "fs-native-extensions", "protobufjs/minimal", "pg-native"],
    output: { dir, format: "esm", entryFileNames: "[name].mjs" },
    logLevel: "silent",
  });
  const modules = await Promise.all(names.map((name) => import(pathToFileURL(join(dir, `${name}.mjs`)).href)));
  return Object.assign({}, ...modules);
}
