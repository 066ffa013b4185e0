import { mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

/** A program of test/support, built for a process of its own. */
export interface BuiltProgram {
  readonly path: string;
  remove(): Promise<void>;
}

/** Builds test/support/<name>.ts, beside the packages that it needs. */
export async function buildProgram(name: string): Promise<BuiltProgram> {
  const dir = await mkdtemp(resolve("node_modules", `.${name}-`));
  const bundle = await rolldown({
    input: `test/support/${name}.ts`,
    platform: "node",
    external: ["@photostructure/sqlite", "fs-native-extensions", "undici", "nock", "pg-native"],
    logLevel: "silent",
  });
  await bundle.write({
    dir,
    format: "cjs",
    dynamicImportInCjs: false,
    entryFileNames: "program.cjs",
    chunkFileNames: "[name].cjs",
  });
  return { path: join(dir, "program.cjs"), remove: () => rm(dir, { recursive: true, force: true }) };
}
