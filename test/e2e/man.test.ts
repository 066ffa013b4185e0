import { spawnSync } from "node:child_process";
import { readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodesOf } from "../../src/cli/options/exit-codes.ts";
import { binary } from "../support/flowrun.ts";

/** The man page as it ships, beside the program under test. */
const root = dirname(dirname(await realpath(binary)));
const path = join(root, "man", "flowrun.1");

describe("the man page that ships", () => {
  test("is where npm links man pages from, which takes a list", async () => {
    const manifest: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    expect(manifest).toMatchObject({ man: ["./man/flowrun.1"] });
    expect(manifest).toHaveProperty("files", expect.arrayContaining(["man"]));
  });

  test("has every command", async () => {
    const page = await readFile(path, "utf8");
    for (const name of exitCodesOf.keys()) expect(page).toMatch(new RegExp(`^\\.SS "flowrun ${name}[ "]`, "m"));
  });

  const hasGroff = spawnSync("groff", ["--version"]).status === 0;
  test.skipIf(!hasGroff)("is good roff (skipped where there is no groff)", () => {
    const { status, stderr } = spawnSync("groff", ["-Tutf8", "-ww", "-man", "-z", path], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
