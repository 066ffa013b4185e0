import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPrivateFile, writePrivateFile } from "../../src/state/private-file.ts";
import { emptyFolder, filesBelow, modeOf } from "./folder.ts";

test("makes its folders 0700 and the file 0600", async () => {
  const folder = await emptyFolder();
  const path = join(folder, "a", "b", "c.json");
  await writePrivateFile(path, "text\n");
  expect(await readFile(path, "utf8")).toBe("text\n");
  expect(await modeOf(path)).toBe("0600");
  expect(await modeOf(join(folder, "a"))).toBe("0700");
  expect(await modeOf(join(folder, "a", "b"))).toBe("0700");
});

test("takes a file that everyone could read back to 0600", async () => {
  const path = join(await emptyFolder(), "c.json");
  await writeFile(path, "old");
  await chmod(path, 0o644);
  await writePrivateFile(path, "new");
  expect(await modeOf(path)).toBe("0600");
});

test("replaces the whole file and leaves nothing else behind", async () => {
  const folder = await emptyFolder();
  const path = join(folder, "c.json");
  await writePrivateFile(path, "a long first text");
  await writePrivateFile(path, "short");
  expect(await readPrivateFile(path)).toBe("short");
  expect(await filesBelow(folder)).toEqual(["c.json"]);
});

test("many writers at once leave one whole text", async () => {
  const folder = await emptyFolder();
  const path = join(folder, "c.json");
  const texts = Array.from({ length: 20 }, (_, n) => String(n).repeat(1000));
  await Promise.all(texts.map((text) => writePrivateFile(path, text)));
  expect(texts).toContain(await readPrivateFile(path));
  expect(await filesBelow(folder)).toEqual(["c.json"]);
});

test("a file that is not there is null; one that cannot be read is an error", async () => {
  const folder = await emptyFolder();
  expect(await readPrivateFile(join(folder, "none"))).toBeNull();
  await mkdir(join(folder, "folder"));
  await expect(readPrivateFile(join(folder, "folder"))).rejects.toMatchObject({ code: "EISDIR" });
});

test("a place that cannot be written is the file system's own error", async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, "file"), "");
  await expect(writePrivateFile(join(folder, "file", "c.json"), "x")).rejects.toMatchObject({
    code: expect.any(String) as string,
  });
});
