import { chmod, lstat, mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDownloadFolder } from "../../src/state/download-folder.ts";
import { scratch } from "../support/flowrun.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

async function folderIn(home: string) {
  return openDownloadFolder(join(home, "rows"));
}

async function fetchWhole(home: string, name: string, below: readonly string[] = ["01A", "failed"]): Promise<string> {
  const file = await (await folderIn(home)).open(below, name);
  await file.append(bytes("whole"));
  await file.finish();
  await file.close();
  return file.path;
}

describe("a folder for downloads", () => {
  test("and its files are for their owner alone, whatever the umask is", async () => {
    const home = await scratch();
    const before = process.umask(0);
    try {
      const path = await fetchWhole(home, "part-0.json");
      expect(path).toBe(join(home, "rows", "01A", "failed", "part-0.json"));
      expect(await readFile(path, "utf8")).toBe("whole");
      expect(await modeOf(path)).toBe(0o600);
      for (const folder of ["rows", "rows/01A", "rows/01A/failed"])
        expect(await modeOf(join(home, folder))).toBe(0o700);
    } finally {
      process.umask(before);
    }
  });

  test("of the user's own stays as it is; what is below is ours", async () => {
    const home = await scratch();
    await mkdir(join(home, "rows"), { mode: 0o755 });
    await mkdir(join(home, "rows", "01A"), { mode: 0o755 });
    await chmod(join(home, "rows"), 0o755);
    await fetchWhole(home, "part-0.json");
    expect(await modeOf(join(home, "rows"))).toBe(0o755);
    expect(await modeOf(join(home, "rows", "01A"))).toBe(0o700);
  });

  test("a file has its name only when it is whole, and is gone on with", async () => {
    const home = await scratch();
    const folder = await folderIn(home);
    const file = await folder.open(["01A"], "rows.json");
    await file.append(bytes("first "));
    await file.close();
    expect(await folder.size(["01A"], "rows.json")).toBeNull();
    expect(await readdir(join(home, "rows", "01A"))).toEqual([".rows.json.part"]);
    const again = await folder.open(["01A"], "rows.json");
    expect(again.size()).toBe(6);
    await again.append(bytes("second"));
    await again.finish();
    await again.close();
    expect(await readFile(again.path, "utf8")).toBe("first second");
    expect(await folder.size(["01A"], "rows.json")).toBe(12);
    expect(await readdir(join(home, "rows", "01A"))).toEqual(["rows.json"]);
  });

  test("a file may be begun again", async () => {
    const file = await (await folderIn(await scratch())).open([], "rows.json");
    await file.append(bytes("wrong"));
    await file.restart();
    expect(file.size()).toBe(0);
    await file.append(bytes("right"));
    await file.finish();
    expect(await readFile(file.path, "utf8")).toBe("right");
  });

  test.each([
    "../../etc/passwd",
    "..",
    ".",
    "",
    "/etc/passwd",
    "a/b",
    "a\\b",
    ".hidden",
    "con",
    "NUL.json",
    "nul.tar.gz",
    "aux.",
    "x".repeat(5000),
    "a\u0000b",
    "na\u202eme.json",
    "trailing.",
    "söme file (1).json",
  ])("no name of a server leads out of it: %j", async (name) => {
    const home = await scratch();
    const path = await fetchWhole(home, name, ["01A", name]);
    const rest = path.slice(join(home, "rows", "01A").length + 1);
    expect(rest).toMatch(/^[\w-][\w.-]*\/[\w-][\w.-]*$/);
    // Names that Windows keeps for devices, whatever ending they have.
    expect(rest).not.toMatch(/(?:^|\/)(?:con|nul|aux)(?:\.|$)/im);
    expect(await readdir(home)).toEqual(["rows"]);
    expect((await lstat(path)).isFile()).toBe(true);
  });

  test("two names stay two", async () => {
    const home = await scratch();
    const paths = await Promise.all(["a/b.json", "a:b.json", "a_b.json"].map((name) => fetchWhole(home, name)));
    expect(new Set(paths).size).toBe(3);
    expect(paths.every((path) => path.endsWith(".json"))).toBe(true);
  });

  test("a link below it is not followed", async () => {
    const home = await scratch();
    const elsewhere = join(home, "elsewhere");
    await mkdir(elsewhere);
    await mkdir(join(home, "rows"));
    await symlink(elsewhere, join(home, "rows", "01A"));
    await expect(fetchWhole(home, "x.json")).rejects.toMatchObject({ kind: "state" });
    await mkdir(join(home, "rows", "01B"));
    await writeFile(join(elsewhere, "secret"), "kept");
    await symlink(join(elsewhere, "secret"), join(home, "rows", "01B", ".x.json.part"));
    await expect(fetchWhole(home, "x.json", ["01B"])).rejects.toMatchObject({ kind: "state" });
    await symlink(join(elsewhere, "secret"), join(home, "rows", "01B", "y.json"));
    await fetchWhole(home, "y.json", ["01B"]);
    expect(await readFile(join(elsewhere, "secret"), "utf8")).toBe("kept");
    expect((await lstat(join(home, "rows", "01B", "y.json"))).isFile()).toBe(true);
    expect(await readdir(elsewhere)).toEqual(["secret"]);
  });

  test("one process at a time fetches a file", async () => {
    const folder = await folderIn(await scratch());
    const file = await folder.open(["01A"], "x.json");
    await expect(folder.open(["01A"], "x.json")).rejects.toMatchObject({ kind: "usage" });
    await file.close();
    await (await folder.open(["01A"], "x.json")).close();
  });

  test("what is no folder is refused, and so is nothing", async () => {
    const home = await scratch();
    await writeFile(join(home, "rows"), "a file");
    await expect(folderIn(home)).rejects.toMatchObject({ kind: "usage", why: "it is no folder" });
    await expect(openDownloadFolder(join(home, "rows", "below"))).rejects.toMatchObject({ kind: "usage" });
    await expect(openDownloadFolder("")).rejects.toMatchObject({ kind: "usage" });
  });
});
