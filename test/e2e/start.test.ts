import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { version } from "../../src/version.ts";
import { bareEnv, flowrun, keepsCompiledCode, scratch } from "../support/flowrun.ts";

/** The program's own files that were loaded. */
async function filesLoaded(args: readonly string[]): Promise<readonly string[]> {
  const home = await scratch();
  const folder = join(home, "coverage");
  const done = await flowrun(args, { env: { ...bareEnv(home), NODE_V8_COVERAGE: folder } });
  expect(done.code).toBe(0);
  const reports = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
  return reports
    .flatMap((text) => (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url))
    .flatMap((url) => /\/(?:dist|bin)\/(?:chunks\/)?([a-z-]+?)(?:-[\w-]{8})?[.]c?js$/.exec(url)?.[1] ?? []);
}

describe("a start loads only what its command needs", () => {
  it("the version: nothing", async () => {
    expect((await flowrun(["--version"])).stdout).toBe(`${version}\n`);
    expect(await filesLoaded(["--version"])).toEqual(["flowrun", "start"]);
  });

  it("help: what parses the command line", async () => {
    expect(await filesLoaded(["since", "--help"])).toEqual(["flowrun", "start", "main", "rolldown-runtime"]);
  });
});

const keepsCode = keepsCompiledCode();

describe("compiled code", () => {
  it.runIf(keepsCode)("is kept for the next start, for its owner alone", async () => {
    const env = bareEnv(await scratch());
    await flowrun(["since", "--help"], { env });
    const folder = join(env["FLOWRUN_HOME"] ?? "", "compiled");
    const paths = await readdir(folder, { recursive: true });
    expect(paths.length).toBeGreaterThan(1);
    for (const path of ["", "..", ...paths]) expect((await stat(join(folder, path))).mode & 0o077).toBe(0);
  });

  it("is not kept where Node cannot or is told not to", async () => {
    const home = await scratch();
    await flowrun(["since", "--help"], { env: { ...bareEnv(home), NODE_DISABLE_COMPILE_CACHE: "1" } });
    if (!keepsCode) await flowrun(["since", "--help"], { env: bareEnv(home) });
    expect(await readdir(home)).toEqual([]);
  });
});
