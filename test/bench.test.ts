import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

/** Nobody runs all of the bench and the soak each day; a name that moved away would be noticed when they are wanted. */
const scripts = readdirSync("bench").filter((name) => name.endsWith(".js"));

test("there are scripts", () => {
  expect(scripts.length).toBeGreaterThan(15);
});

test.each(scripts)("bench/%s finds all that it imports", async (name) => {
  const bundle = await rolldown({
    input: resolve("bench", name),
    platform: "node",
    // What is built, and what is installed, is there when they run.
    external: (id) => /^(?!\.|\/)|\/dist\//.test(id),
    logLevel: "silent",
  });
  await expect(bundle.generate()).resolves.toBeDefined();
});
