import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createNamesFile } from "../../src/state/names-file.ts";
import { scratch } from "../support/flowrun.ts";

const names = new Map([
  ["flow-1", { name: "Orders", at: 1000 }],
  ["flow-2", { name: null, at: 2000 }],
]);

test("finds what it kept, in a file that others cannot read", async () => {
  const folder = await scratch();
  await createNamesFile(folder, "https://platform.adobe.io", "org-1").keep(names);
  expect(await createNamesFile(folder, "https://platform.adobe.io", "org-1").find()).toEqual(names);
  const [file = ""] = await readdir(join(folder, "names"));
  expect((await stat(join(folder, "names", file))).mode & 0o777).toBe(0o600);
});

test("another organisation's names are other names", async () => {
  const folder = await scratch();
  await createNamesFile(folder, "https://platform.adobe.io", "org-1").keep(names);
  expect(await createNamesFile(folder, "https://platform.adobe.io", "org-2").find()).toEqual(new Map());
  expect(await createNamesFile(folder, "demo:", "org-1").find()).toEqual(new Map());
});

test.each(["", "{", "[]", '{"flow-1":7,"flow-2":{"name":7,"at":1},"flow-3":{"name":"x"}}'])(
  "a damaged file (%j) is as good as none",
  async (text) => {
    const folder = await scratch();
    const file = createNamesFile(folder, "p", "o");
    await file.keep(names);
    const [name = ""] = await readdir(join(folder, "names"));
    await writeFile(join(folder, "names", name), text);
    expect(await file.find()).toEqual(new Map());
  },
);

test("a folder that cannot be written to is no failure", async () => {
  const folder = join(await scratch(), "file");
  await writeFile(folder, "");
  const file = createNamesFile(folder, "p", "o");
  await file.keep(names);
  expect(await file.find()).toEqual(new Map());
});
