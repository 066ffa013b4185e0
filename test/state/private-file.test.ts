import { spawnSync } from "node:child_process";
import { chmod, lstat, mkdir, readFile, readlink, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { privateFile } from "../../src/state/private-file.ts";
import { ownTag } from "../../src/state/self.ts";
import { emptyFolder, filesBelow, modeOf } from "./folder.ts";

const fileIn = (folder: string) => privateFile(folder, [], "c.json");

test("makes its folders 0700 and the file 0600", async () => {
  const folder = await emptyFolder();
  const file = privateFile(folder, ["a", "b"], "c.json");
  await file.write("text\n");
  expect(await readFile(join(folder, "a", "b", "c.json"), "utf8")).toBe("text\n");
  expect(await modeOf(file.path)).toBe("0600");
  expect(await modeOf(join(folder, "a"))).toBe("0700");
  expect(await modeOf(join(folder, "a", "b"))).toBe("0700");
});

test("takes a file that everyone could read back to 0600", async () => {
  const file = fileIn(await emptyFolder());
  await writeFile(file.path, "old");
  await chmod(file.path, 0o644);
  await file.write("new");
  expect(await modeOf(file.path)).toBe("0600");
});

test("takes a file that others could write from them before it is read", async () => {
  const file = fileIn(await emptyFolder());
  await writeFile(file.path, "text");
  await chmod(file.path, 0o666);
  expect(await file.read()).toBe("text");
  expect(await modeOf(file.path)).toBe("0644");
});

test("replaces the whole file and leaves nothing else behind", async () => {
  const folder = await emptyFolder();
  const file = fileIn(folder);
  await file.write("a long first text");
  await file.write("short");
  expect(await file.read()).toBe("short");
  expect(await filesBelow(folder)).toEqual(["c.json"]);
});

test("many writers at once leave one whole text", async () => {
  const folder = await emptyFolder();
  const file = fileIn(folder);
  const texts = Array.from({ length: 20 }, (_, n) => String(n).repeat(1000));
  await Promise.all(texts.map((text) => file.write(text)));
  expect(texts).toContain(await file.read());
  expect(await filesBelow(folder)).toEqual(["c.json"]);
});

test("a file that is not there is null; one that cannot be read is an error", async () => {
  const folder = await emptyFolder();
  expect(await fileIn(folder).read()).toBeNull();
  await mkdir(join(folder, "folder"));
  await expect(privateFile(folder, [], "folder").read()).rejects.toMatchObject({ code: "EISDIR" });
});

test("a pipe in its place is not waited for", async () => {
  const file = fileIn(await emptyFolder());
  expect(spawnSync("mkfifo", [file.path]).status).toBe(0);
  expect(await file.read()).toBe("");
});

test("a place that cannot be written is the file system's own error", async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, "file"), "");
  await expect(privateFile(folder, ["file"], "c.json").write("x")).rejects.toMatchObject({
    code: expect.any(String) as string,
  });
});

describe("a link stays one", () => {
  async function linked(target: (folder: string) => string) {
    const folder = await emptyFolder();
    await mkdir(join(folder, "home"));
    await mkdir(join(folder, "dotfiles"));
    const file = fileIn(join(folder, "home"));
    await symlink(target(folder), file.path);
    return { folder, file, kept: join(folder, "dotfiles", "kept.json") };
  }

  test.each([
    ["absolute", (folder: string) => join(folder, "dotfiles", "kept.json")],
    ["relative", () => "../dotfiles/kept.json"],
  ])("%s, whether what it points to is there or not", async (_, target) => {
    const { folder, file, kept } = await linked(target);
    for (const text of ["first", "second"]) {
      await file.write(text);
      expect(await readFile(kept, "utf8")).toBe(text);
      expect((await lstat(file.path)).isSymbolicLink()).toBe(true);
      expect((await lstat(kept)).isFile()).toBe(true);
    }
    expect(await filesBelow(folder)).toEqual([join("dotfiles", "kept.json")]);
  });

  test("to a link", async () => {
    const { folder, file, kept } = await linked(() => "../dotfiles/other");
    await symlink("kept.json", join(folder, "dotfiles", "other"));
    await file.write("text");
    expect(await readlink(join(folder, "dotfiles", "other"))).toBe("kept.json");
    expect(await readFile(kept, "utf8")).toBe("text");
  });

  test("and forgotten it leaves nothing where it pointed to", async () => {
    const { folder, file } = await linked(() => "../dotfiles/kept.json");
    await file.write("text");
    expect(await file.remove()).toBe(true);
    expect(await filesBelow(folder)).toEqual([]);
    expect(await file.remove()).toBe(false);
  });

  test("to a folder where others may write is refused", async () => {
    const { folder, file } = await linked(() => "../dotfiles/kept.json");
    await chmod(join(folder, "dotfiles"), 0o777);
    const refused = { kind: "settings", hint: expect.stringMatching(/chmod go-w .*dotfiles/) as string };
    await expect(file.write("text")).rejects.toMatchObject(refused);
    await expect(file.read()).rejects.toMatchObject(refused);
  });
});

describe("temporaries", () => {
  const tag = ownTag();
  const [, start, ...where] = tag.split("-");
  const dead = ["999999999", start, ...where].join("-");
  const elsewhere = tag.replace(/[^-]+-[^-]+-[^-]+$/, "1-aaaaaaaa-0");

  async function withTemporaries() {
    const folder = await emptyFolder();
    const left = {
      dead: `c.json.${dead}-00000000.tmp`,
      reborn: `c.json.${tag.replace(/-\d+/, "-1")}-00000000.tmp`,
      earlier: "c.json.1b4e28ba-2fa1-11d2-883f-0016d3cca427.tmp",
      earlierStill: "c.json.tmp-17000000001a2b3c",
      old: `c.json.${elsewhere}-00000001.tmp`,
    };
    const kept = {
      living: `c.json.${tag}-00000000.tmp`,
      elsewhere: `c.json.${elsewhere}-00000000.tmp`,
      anotherFile: `d.json.${dead}-00000000.tmp`,
    };
    for (const name of [...Object.values(left), ...Object.values(kept)]) await writeFile(join(folder, name), "secret");
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(join(folder, left.old), longAgo, longAgo);
    return { folder, file: fileIn(folder), kept: Object.values(kept), anotherFile: kept.anotherFile };
  }

  test("of processes that are dead are swept when writing, and nobody else's", async () => {
    const { folder, file, kept } = await withTemporaries();
    await file.write("text");
    expect([...(await filesBelow(folder))].sort()).toEqual(["c.json", ...kept].sort());
  });

  test("of the file are all swept when it is forgotten", async () => {
    const { folder, file, anotherFile } = await withTemporaries();
    expect(await file.remove()).toBe(false);
    expect(await filesBelow(folder)).toEqual([anotherFile]);
  });
});

test("a file that was left in the middle of being written in place is read from the copy beside it", async () => {
  const folder = await emptyFolder();
  const file = fileIn(folder);
  await writeFile(file.path, "\0econd te");
  expect(await file.read()).toBe("\0econd te");
  await writeFile(`${file.path}.whole`, "second text");
  expect(await file.read()).toBe("second text");
  await file.write("third text");
  expect(await file.read()).toBe("third text");
  expect(await filesBelow(folder)).toEqual(["c.json"]);
});
