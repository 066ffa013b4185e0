import { chmod, mkdir, readFile, readdir, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openOutFile } from "../../src/state/out-file.ts";
import { ownTag } from "../../src/state/self.ts";
import { scratch } from "../support/flowrun.ts";

const newest = async (path: string, ...texts: readonly string[]): Promise<void> => {
  const file = await openOutFile(path);
  for (const text of texts) await file.write(text);
  await file.finish();
};

describe("a file to write to", () => {
  test("is what it was until all is written, and then the new one, with nothing beside it", async () => {
    const folder = await scratch();
    const path = join(folder, "runs.csv");
    await writeFile(path, "old");
    const file = await openOutFile(path);
    await file.write("new, ");
    await file.write("and more");
    expect(await readFile(path, "utf8")).toBe("old");
    await file.finish();
    expect(await readFile(path, "utf8")).toBe("new, and more");
    expect(await readdir(folder)).toEqual(["runs.csv"]);
    await file.abandon();
    expect(await readFile(path, "utf8")).toBe("new, and more");
  });

  test("that is abandoned stays what it was, or is not there", async () => {
    const folder = await scratch();
    const path = join(folder, "runs.csv");
    const file = await openOutFile(path);
    await file.write("new");
    await file.abandon();
    await file.abandon();
    expect(await readdir(folder)).toEqual([]);
    await expect(file.write("more")).rejects.toMatchObject({ kind: "state" });
    await expect(file.finish()).rejects.toMatchObject({ kind: "state" });
  });

  test("may be empty, and may be read by whom it could be read by before", async () => {
    const path = join(await scratch(), "runs.csv");
    await newest(path);
    expect(await readFile(path, "utf8")).toBe("");
    await chmod(path, 0o604);
    await newest(path, "new");
    expect((await stat(path)).mode & 0o777).toBe(0o604);
  });

  test("is not replaced where whoever writes does not know it, by its beginning or its end", async () => {
    const path = join(await scratch(), "report.md");
    const seen: string[] = [];
    const use = {
      option: "-o",
      example: "report.html",
      mayReplace: (ends: string) => {
        seen.push(ends);
        return ends.startsWith("ours") || ends.trimEnd().endsWith("ours");
      },
    };
    const write = async (): Promise<void> => {
      const file = await openOutFile(path, use);
      await file.write("new");
      await file.finish();
    };
    await write();
    expect(await readFile(path, "utf8")).toBe("new");
    await expect(write()).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining("-o would replace") as string,
    });
    expect(await readFile(path, "utf8")).toBe("new");
    for (const text of ["", `ours${"x".repeat(100_000)}`, `${"x".repeat(100_000)}ours`, `${"x".repeat(5000)}ours`]) {
      await writeFile(path, text);
      await write();
      expect(await readFile(path, "utf8")).toBe("new");
    }
    expect(Math.max(...seen.map(({ length }) => length))).toBeLessThanOrEqual(8192);
    await expect(openOutFile("/nonexistent/x.html", use)).rejects.toMatchObject({
      message: "-o cannot write to /nonexistent/x.html",
    });
  });

  test("is compressed where its name ends in .gz, whatever its size", async () => {
    const path = join(await scratch(), "runs.csv.gz");
    const texts = Array.from({ length: 400 }, (_, n) => `${String(n)} ${String(n ** 3).repeat(200)}\n`);
    await newest(path, ...texts);
    const bytes = await readFile(path);
    expect(gunzipSync(bytes).toString()).toBe(texts.join(""));
    await newest(path, "short");
    expect(gunzipSync(await readFile(path)).toString()).toBe("short");
  });

  test("may be behind a link, which stays one", async () => {
    const folder = await scratch();
    await mkdir(join(folder, "there"));
    await writeFile(join(folder, "there", "real"), "old");
    await symlink(join("there", "real"), join(folder, "link"));
    await newest(join(folder, "link"), "new");
    expect(await readlink(join(folder, "link"))).toBe(join("there", "real"));
    expect(await readFile(join(folder, "there", "real"), "utf8")).toBe("new");
  });

  test("what a process left that was killed is removed, and nobody else's file", async () => {
    const folder = await scratch();
    const [, start = "", ...where] = ownTag().split("-");
    const dead = [4_000_000, start, ...where].join("-");
    const kept = ["runs.csv.backup.tmp", `runs.csv.${ownTag()}-00000000.tmp`, `other.csv.${dead}-00000000.tmp`];
    for (const name of [...kept, `runs.csv.${dead}-00000000.tmp`]) await writeFile(join(folder, name), "");
    await newest(join(folder, "runs.csv"), "new");
    expect((await readdir(folder)).sort()).toEqual([...kept, "runs.csv"].sort());
  });

  test.each([
    ["", "it is empty"],
    ["FOLDER", "it is a folder"],
    ["FOLDER/none/runs.csv", "its folder is not there"],
    ["FOLDER/file/runs.csv", "no folder"],
    ["/dev/null", "it is no file"],
  ])("'%s' is none: %s", async (path, why) => {
    const folder = await scratch();
    await writeFile(join(folder, "file"), "");
    await expect(openOutFile(path.replace("FOLDER", folder))).rejects.toMatchObject({
      kind: "usage",
      why: expect.stringContaining(why) as string,
    });
    expect(await readdir(folder)).toEqual(["file"]);
  });
});
