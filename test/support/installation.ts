import { cp, mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { binary, scratch } from "./flowrun.ts";

/** A copy of the program, for the tests of a file. */
export interface Installation {
  /** The path of its binary. */
  readonly path: string;
  remove(): Promise<void>;
}

/** One whose native lock has no build for this machine, as on Alpine or s390x. */
export async function withoutNativeLock(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), "flowrun-installed-"));
  const origin = dirname(dirname(await realpath(binary)));
  await mkdir(join(folder, "node_modules"), { recursive: true });
  for (const part of ["bin", "dist", "package.json"])
    await cp(join(origin, part), join(folder, part), { recursive: true });
  const manifest = createRequire(join(origin, "package.json")).resolve("fs-native-extensions/package.json");
  const copy = join(folder, "node_modules", "fs-native-extensions");
  await cp(dirname(manifest), copy, { recursive: true });
  await rm(join(copy, "prebuilds"), { recursive: true });
  // What these need themselves is found from where they really are.
  for (const needed of ["require-addon", "which-runtime"]) {
    await symlink(join(dirname(dirname(manifest)), needed), join(folder, "node_modules", needed));
  }
  return { path: join(folder, "bin", "flowrun.js"), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A PATH on which there is no flock(1): nothing at all. */
export async function emptyPath(): Promise<{ readonly PATH: string }> {
  return { PATH: await scratch() };
}
