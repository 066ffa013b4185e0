import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { version } from "../../src/version.ts";
import { bareEnv, filesLoaded, flowrun, keepsCompiledCode, scratch } from "../support/flowrun.ts";

/** The parts of the program that are loaded, by their names in the bundle. */
async function partsLoaded(args: readonly string[]): Promise<readonly string[]> {
  return (await filesLoaded(args)).map((path) => basename(path).replace(/(?:-[\w-]{8})?[.]c?js$/, ""));
}

describe("a start loads only what its command needs", () => {
  it("the version: nothing", async () => {
    expect((await flowrun(["--version"])).stdout).toBe(`${version}\n`);
    expect(await partsLoaded(["--version"])).toEqual(["flowrun", "start"]);
  });

  it("help: what parses the command line", async () => {
    expect(await partsLoaded(["since", "--help"])).toEqual(["flowrun", "start", "main", "rolldown-runtime"]);
  });

  it("a reading: what it needs to judge causes, and none of the texts about them", async () => {
    const parts = await partsLoaded(["since", "-P1D", "--profile", "demo", "-o", "ndjson"]);
    expect(parts).toContain("reading");
    expect(parts).not.toContain("catalogue");
    expect(await partsLoaded(["stats", "-P1D", "--profile", "demo", "-o", "json"])).not.toContain("catalogue");
    expect(await partsLoaded(["stats", "-P1D", "--profile", "demo"])).toContain("catalogue");
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
