import { existsSync } from "node:fs";
import { chmod, link, mkdir, open, readdir, readFile, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Database, Queries } from "../../../src/engine/archive/database.ts";
import { openEmbedded } from "../../../src/engine/archive/embedded.ts";
import { noDriver } from "../../../src/engine/archive/embedded/no-driver.ts";
import type { OpenMode } from "../../../src/engine/archive/embedded/file.ts";
import { writerIn } from "../../../src/engine/archive/embedded/locks.ts";
import { buildProgram, type BuiltProgram } from "../../support/built.ts";
import { addPage, countPages, makeTables } from "../../support/archive-pages.ts";
import { launch, records, scratch, type Running } from "../../support/flowrun.ts";
import { canMount, whyNoMount } from "../../support/machine.ts";
import { emptyFolder, filesBelow, modeOf } from "../../state/folder.ts";

let built: BuiltProgram;
beforeAll(async () => {
  built = await buildProgram("archive-process");
});
afterAll(() => built.remove());

function startWith(...args: readonly string[]): Running {
  return launch(process.execPath, [built.path, ...args], { env: {} });
}

/** A line in which `archive` is that process, with mounts that nobody else sees. */
async function mounted(line: string, cwd: string): Promise<readonly string[]> {
  const script = `archive() { "$node" "$archive" "$@"; }; ${line}`;
  const { stdout, stderr } = await launch("unshare", ["-m", "bash", "--norc", "-c", script], {
    env: { PATH: process.env["PATH"], node: process.execPath, archive: built.path },
    cwd,
  }).finished;
  expect(stderr).toBe("");
  return stdout.trim().split("\n");
}

/** The number of the last page that a process was told is safe. */
function lastTold({ stdout }: Pick<Running, "stdout">): number {
  return Number(/page (\d+)\n$/.exec(stdout().replace(/[^\n]*$/, ""))?.[1] ?? 0);
}

async function openAt(path: string, mode: OpenMode = "create"): Promise<Database> {
  const database = await openEmbedded(path, { mode, host: { sleep: (ms) => delay(ms) } });
  onTestFinished(() => database.close());
  return database;
}

/** An archive with some pages in it, that no process has open. */
async function filled(pages: number): Promise<string> {
  const path = join(await emptyFolder(), "archive.db");
  const { code, stderr } = await startWith("write", path, String(pages)).finished;
  expect([code, stderr]).toEqual([0, ""]);
  return path;
}

/** Node's own SQLite takes a URL from 22.15 on. */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const readsAlone = major !== 22 || minor >= 15;

function failing(kind: string, said: string | RegExp): unknown {
  return expect.objectContaining({
    kind,
    why: expect.stringMatching(said) as string,
    hint: expect.any(String) as string,
  });
}

describe("texts and values", () => {
  it("values stand at their numbers, and come back as what they were", async () => {
    const database = await openAt(":memory:");
    await database.run("CREATE TABLE {schema}t(a BIGINT, b TEXT, c {bytes})");
    const bytes = Uint8Array.of(0, 1, 255);
    expect(await database.run("INSERT INTO {schema}t VALUES($1, $2, $3)", [1764000000123, "é", bytes])).toBe(1);
    expect(await database.run("INSERT INTO t VALUES($1, $2, $2)", [-1, null])).toBe(1);
    expect(await database.all("SELECT a, b, c FROM t ORDER BY a DESC")).toEqual([
      { a: 1764000000123, b: "é", c: bytes },
      { a: -1, b: null, c: null },
    ]);
    const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, "ten"];
    expect(await database.all("SELECT $10 AS j, $1 AS a, $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9 AS s", ten)).toEqual([
      { j: "ten", a: 1, s: 44 },
    ]);
  });

  it("a whole number stays one in a sum, as on a server", async () => {
    const database = await openAt(":memory:");
    expect(await database.all("SELECT $1 / 2 AS half, $1 || '' AS text", [5])).toEqual([{ half: 2, text: "5" }]);
  });

  it("the clock is the wall's, in milliseconds", async () => {
    const database = await openAt(":memory:");
    const before = Date.now();
    const [row] = await database.all("SELECT {now} AS now");
    expect(row?.["now"]).toBeGreaterThanOrEqual(before - 1);
    expect(row?.["now"]).toBeLessThanOrEqual(Date.now() + 1);
  });

  it("only what was written is counted", async () => {
    const database = await openAt(":memory:");
    await database.run("CREATE TABLE t(a BIGINT PRIMARY KEY)");
    expect(await database.run("INSERT INTO t VALUES(1), (2), (3)")).toBe(3);
    expect(await database.run("CREATE INDEX i ON t(a)")).toBe(0);
    expect(await database.run("INSERT INTO t VALUES(1) ON CONFLICT DO NOTHING")).toBe(0);
    expect(await database.run("UPDATE t SET a = a + 10 WHERE a > $1", [1])).toBe(2);
  });

  it("a text of two statements is a mistake, since only the first would be done", async () => {
    const database = await openAt(":memory:");
    await expect(database.run("CREATE TABLE t(a); CREATE TABLE u(a)")).rejects.toThrow("more than one statement");
    expect(await database.all("SELECT ';' AS sign;")).toEqual([{ sign: ";" }]);
  });

  it("says which tables and columns there are", async () => {
    const database = await openAt(":memory:");
    await database.run("CREATE TABLE t(b BIGINT, a TEXT)");
    await database.run("CREATE VIEW v AS SELECT a FROM t");
    expect([await database.hasTable("t"), await database.hasTable("v"), await database.hasTable("x")]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await database.columnsOf("t")).toEqual(["b", "a"]);
    expect(await database.columnsOf("x")).toEqual([]);
  });
});

describe("a transaction", () => {
  async function opened(): Promise<Database> {
    const database = await openAt(":memory:");
    await database.run("CREATE TABLE t(a BIGINT PRIMARY KEY)");
    return database;
  }
  const countOf = async (database: Queries): Promise<unknown> =>
    (await database.all("SELECT count(*) AS n FROM t"))[0]?.["n"];

  it("is undone when its work throws, and throws the same", async () => {
    const database = await opened();
    const work = database.transaction(async (queries) => {
      await queries.run("INSERT INTO t VALUES(1)");
      throw new Error("enough");
    });
    await expect(work).rejects.toThrow("enough");
    expect(await countOf(database)).toBe(0);
    expect(await database.transaction((queries) => queries.run("INSERT INTO t VALUES(1)"))).toBe(1);
  });

  it("is undone when a question failed, although its work went on", async () => {
    const database = await opened();
    const work = database.transaction(async (queries) => {
      await queries.run("INSERT INTO t VALUES(1)");
      await queries.run("INSERT INTO t VALUES(1)").catch(() => undefined);
      await queries.run("INSERT INTO t VALUES(2)").catch(() => undefined);
    });
    await expect(work).rejects.toThrow("UNIQUE");
    expect(await countOf(database)).toBe(0);
  });

  it("is not joined by who asks in the meantime", async () => {
    const database = await opened();
    const order: string[] = [];
    const work = database.transaction(async (queries) => {
      await queries.run("INSERT INTO t VALUES(1)");
      await delay(20);
      order.push("worked");
      throw new Error("enough");
    });
    const other = database.run("INSERT INTO t VALUES(2)").then(() => order.push("asked"));
    await expect(work).rejects.toThrow("enough");
    await other;
    expect(order).toEqual(["worked", "asked"]);
    expect(await database.all("SELECT a FROM t")).toEqual([{ a: 2 }]);
  });

  it("says so when it is asked past itself, which would wait for ever", async () => {
    const database = await opened();
    const misuses: readonly (() => Promise<unknown>)[] = [
      () => database.all("SELECT 1 AS one"),
      () => database.transaction(() => Promise.resolve()),
    ];
    for (const misuse of misuses) {
      await expect(database.transaction(misuse)).rejects.toThrow(failing("bug", "wait"));
    }
    expect(await countOf(database)).toBe(0);
  });

  it("a timer that was set in it may ask once it has ended", async () => {
    const database = await opened();
    const later = await database.transaction(() => Promise.resolve({ asked: delay(20).then(() => countOf(database)) }));
    expect(await later.asked).toBe(0);
  });

  it("gives nobody its questions when it has ended", async () => {
    const database = await opened();
    const kept = await database.transaction((queries) => Promise.resolve({ queries }));
    await expect(kept.queries.run("INSERT INTO t VALUES(1)")).rejects.toThrow(failing("bug", "went on"));
    expect(await countOf(database)).toBe(0);
  });

  it("may be closed inside of it, which takes place afterwards", async () => {
    const database = await opened();
    await database.transaction(() => database.close());
    await expect(database.all("SELECT 1 AS one")).rejects.toThrow("not open");
  });
});

describe("processes", () => {
  it("after kill -9 there are whole pages: those that were told, or one more", async () => {
    const path = join(await emptyFolder(), "archive.db");
    let told = 0;
    for (let kills = 0; kills < 10; kills += 1) {
      const writer = startWith("write", path);
      await writer.saw("page");
      await delay(Math.random() * 150);
      writer.child.kill("SIGKILL");
      await writer.finished;
      told = lastTold(writer);
      const database = await openAt(path, "write");
      const [byRows, counted] = await countPages(database);
      expect(byRows).toBe(counted);
      expect([told, told + 1]).toContain(counted);
      expect(await database.check()).toEqual([]);
      await database.close();
    }
    expect(told).toBeGreaterThan(10);
  });

  it("two that write at once wait for each other, and whoever reads sees whole pages", async () => {
    const path = join(await emptyFolder(), "archive.db");
    const writers = [startWith("write", path, "60"), startWith("write", path, "60")];
    await writers[0]!.saw("page");
    const reader = await openAt(path, "read");
    const over = Promise.all(writers.map(({ finished }) => finished));
    const seen = new Set<number>();
    while (writers.some(({ child }) => child.exitCode === null)) {
      const [byRows, counted] = await countPages(reader);
      expect(byRows).toBe(counted);
      seen.add(counted);
      await delay(2);
    }
    for (const { stdout, stderr } of await over) {
      expect(stdout.match(/page/g)).toHaveLength(60);
      // Node's own word about its SQLite is not for whoever reads runs.
      expect(stderr).toBe("");
    }
    expect(await countPages(reader)).toEqual([120, 120]);
    expect(seen.size).toBeGreaterThan(3);
  });

  it("many may make the same archive at once", async () => {
    const path = join(await emptyFolder(), "archive.db");
    const makers = await Promise.all(Array.from({ length: 6 }, () => startWith("write", path, "1").finished));
    expect(makers.map(({ stdout }) => stdout).sort()).toEqual([1, 2, 3, 4, 5, 6].map((page) => `page ${page}\n`));
  });

  it("one that holds it for too long is named, and what was asked is not done", async () => {
    const path = await filled(1);
    const holder = startWith("hold", path);
    await holder.saw("held");
    const database = await openAt(path, "write");
    const who = process.platform === "linux" ? `process ${String(holder.child.pid)}` : "another process";
    await expect(addPage(database)).rejects.toMatchObject({
      kind: "unavailable",
      message: `the archive ${path} is held by ${who}`,
    });
    // Reading goes on.
    expect(await countPages(database)).toEqual([1, 1]);
    holder.child.kill("SIGKILL");
    await holder.finished;
    expect(await addPage(database)).toBe(2);
  });

  it("one that has ended is gone, this one and those of other machines are not", async () => {
    const path = await filled(0);
    const database = await openAt(path, "write");
    const { stdout } = await startWith("who", path).finished;
    const [other] = records(stdout);
    expect(await database.isGone(other as never)).toBe(true);
    const own = await database.self();
    expect(own.pid).toBe(process.pid);
    expect(await database.isGone(own)).toBe(false);
    expect(await database.isGone({ pid: 1, start: "1-1-1-abcdef-abcdef" })).toBe(false);
    expect(await database.isGone({ pid: 1, start: "" })).toBe(false);
  });

  it("the writer is found in Linux's list of locks", () => {
    const list = [
      "1: FLOCK  ADVISORY  WRITE 11 08:01:77 0 EOF",
      "2: POSIX  ADVISORY  READ  12 08:01:77 123 123",
      "3: POSIX  ADVISORY  WRITE 13 08:01:78 120 120",
      "3: -> POSIX  ADVISORY  WRITE 14 08:01:77 120 120",
      "4: POSIX  ADVISORY  WRITE 15 08:01:77 120 120",
      "5: POSIX  ADVISORY  WRITE 0 08:01:79 120 122",
    ].join("\n");
    expect(writerIn(list, 77, 1)).toBe(15);
    expect(writerIn(list, 77, 15)).toBeNull();
    expect(writerIn(list, 79, 1)).toBeNull();
  });
});

describe("the file", () => {
  it("and all that lies beside it is its owner's alone, in a folder of the same", async () => {
    const folder = await emptyFolder();
    const database = await openAt(join(folder, "deep", "er", "archive.db"));
    await makeTables(database);
    expect([...(await filesBelow(folder))].sort()).toEqual(
      ["", "-shm", "-wal"].map((end) => `deep/er/archive.db${end}`),
    );
    for (const end of ["", "-shm", "-wal"]) {
      expect(await modeOf(join(folder, "deep/er", `archive.db${end}`))).toBe("0600");
    }
    expect(await modeOf(join(folder, "deep"))).toBe("0700");
    expect(await database.size()).toBe(
      (await stat(join(folder, "deep/er/archive.db"))).size + (await stat(join(folder, "deep/er/archive.db-wal"))).size,
    );
  });

  it("is whole without its log once it was closed, twice if need be", async () => {
    const path = await filled(3);
    expect(existsSync(`${path}-wal`) ? (await stat(`${path}-wal`)).size : 0).toBe(0);
    const alone = join(await emptyFolder(), "copy.db");
    await writeFile(alone, await readFile(path));
    const copy = await openAt(alone, "read");
    expect(await countPages(copy)).toEqual([3, 3]);
    await copy.close();
    await copy.close();
  });

  it("that others could write, they cannot any more", async () => {
    const path = await filled(1);
    await chmod(path, 0o666);
    await (await openAt(path, "write")).close();
    expect(await modeOf(path)).toBe("0644");
  });

  it("is its owner's alone where there was an empty file that others may read", async () => {
    const path = join(await scratch(), "archive.db");
    await writeFile(path, "");
    await chmod(path, 0o644);
    const database = await openAt(path);
    await makeTables(database);
    for (const end of ["", "-wal", "-shm"]) expect(await modeOf(`${path}${end}`)).toBe("0600");
  });

  it.each(["read", "write"] as const)("is not made where it is missing: %s", async (mode) => {
    const folder = await emptyFolder();
    await expect(openAt(join(folder, "archive.db"), mode)).rejects.toThrow(failing("settings", "nothing was archived"));
    await expect(openAt(join(folder, "sub", "archive.db"), mode)).rejects.toThrow(failing("settings", "nothing"));
    expect(await readdir(folder)).toEqual([]);
  });

  it("is not changed by who reads", async () => {
    const path = await filled(1);
    const database = await openAt(path, "read");
    await expect(addPage(database)).rejects.toMatchObject({ kind: "settings" });
    expect(await countPages(database)).toEqual([1, 1]);
  });

  it("is not taken for what a link in its place points to", async () => {
    const path = await filled(1);
    const folder = await emptyFolder();
    const [soft, hard, pipe] = [join(folder, "soft.db"), join(folder, "hard.db"), join(folder, "folder.db")];
    await symlink(path, soft);
    await symlink(join(folder, "nowhere"), join(folder, "lost.db"));
    await mkdir(pipe);
    await expect(openAt(soft)).rejects.toThrow(failing("settings", "it is a link"));
    await expect(openAt(join(folder, "lost.db"))).rejects.toThrow(failing("settings", "it is a link"));
    await expect(openAt(pipe)).rejects.toThrow(failing("settings", "no plain file"));
    await link(path, hard);
    await expect(openAt(path, "write")).rejects.toThrow(failing("settings", "another name"));
    expect(await readdir(folder)).not.toContain("nowhere");
  });

  it("in a folder where others may write is refused", async () => {
    const folder = await emptyFolder();
    await chmod(folder, 0o777);
    await expect(openAt(join(folder, "archive.db"))).rejects.toThrow(failing("settings", "token"));
  });
});

describe("a damaged file", () => {
  /** Whatever happens, it holds what it held. */
  async function refused(path: string, said: string | RegExp, modes: readonly OpenMode[]): Promise<void> {
    const before = await readFile(path);
    for (const mode of modes) {
      await expect(openAt(path, mode)).rejects.toThrow(failing("settings", said));
      await expect(openAt(path, mode)).rejects.toThrow(path);
    }
    expect(before.equals(await readFile(path))).toBe(true);
  }

  it("that holds something else is left as it is", async () => {
    const folder = await emptyFolder();
    for (const text of ["x", "a note\n", "long ".repeat(10_000)]) {
      const path = join(folder, `${text.length}.db`);
      await writeFile(path, text);
      await refused(path, "not a database; it was left as it is", ["create", "write", "read"]);
    }
  });

  it("that is empty holds no archive, and becomes one where one is made", async () => {
    const path = join(await emptyFolder(), "archive.db");
    await writeFile(path, "");
    await refused(path, "the file is empty", ["write", "read"]);
    await makeTables(await openAt(path));
  });

  it("that is empty beside its log is not begun anew, which would take the log away", async () => {
    const path = join(await emptyFolder(), "archive.db");
    const writer = startWith("write", path);
    await writer.saw("page 2");
    writer.child.kill("SIGKILL");
    await writer.finished;
    await truncate(path, 0);
    const log = await readFile(`${path}-wal`);
    await refused(path, "though .*-wal is not", ["create", "write", "read"]);
    expect(log.equals(await readFile(`${path}-wal`))).toBe(true);
  });

  it("that was cut off is not opened", async () => {
    const path = await filled(20);
    await truncate(path, Math.floor((await stat(path)).size / 2));
    await refused(path, "malformed", ["create", "write", "read"]);
  });

  it("that was written by a newer SQLite is said to be so", async () => {
    const path = await filled(1);
    await overwrite(path, 18, Uint8Array.of(9, 9));
    await refused(path, "a newer SQLite", ["create", "write", "read"]);
  });

  it("with a spoilt page is found by a check, and tells who reads there", async () => {
    const path = await filled(20);
    const { size } = await stat(path);
    for (let at = 8192; at < size; at += 4096) await overwrite(path, at, new Uint8Array(64).fill(0xa5));
    const database = await openAt(path, "write");
    expect((await database.check()).length).toBeGreaterThan(0);
    await expect(database.all("SELECT sum(length(body)) AS n FROM rows")).rejects.toThrow(
      failing("settings", "malformed"),
    );
  });

  async function overwrite(path: string, at: number, bytes: Uint8Array): Promise<void> {
    const file = await open(path, "r+");
    await file.write(bytes, 0, bytes.length, at);
    await file.close();
  }
});

describe.skipIf(!canMount)(`a disk${whyNoMount}`, () => {
  it("that is full keeps what was saved, and takes more when there is room", async () => {
    const lines = await mounted(
      `mount -t tmpfs -o size=2m,mode=700 none "$PWD"; cd "$PWD"
      archive write "$PWD/archive.db"; archive read "$PWD/archive.db"
      mount -o remount,size=50m "$PWD"
      archive write "$PWD/archive.db" 1; archive read "$PWD/archive.db"`,
      await scratch(),
    );
    const told = lines.findIndex((line) => line.startsWith("{"));
    expect(told).toBeGreaterThan(5);
    expect(records(lines[told]!)[0]).toMatchObject({ kind: "state", why: expect.stringContaining("full") as string });
    expect(lines.slice(told + 1)).toEqual([`${told} ${told}`, `page ${told + 1}`, `${told + 1} ${told + 1}`]);
  });

  it("that is full from the beginning is told as well", async () => {
    const lines = await mounted(
      `mount -t tmpfs -o size=64k,mode=700 none "$PWD"; cd "$PWD"; head -c 65536 /dev/zero > filler 2> /dev/null
      archive write "$PWD/archive.db" 1`,
      await scratch(),
    );
    expect(records(lines.at(-1)!)[0]).toMatchObject({ kind: "state", why: expect.stringContaining("full") as string });
  });

  it("that is read-only can be read, and not written", async () => {
    const folder = await scratch();
    const lines = await mounted(
      `mount -t tmpfs -o mode=700 none "$PWD"; cd "$PWD"; archive write "$PWD/a#1?.db" 2
      mount -o remount,ro "$PWD"; archive read "$PWD/a#1?.db"; archive write "$PWD/a#1?.db"; archive write "$PWD/new.db"`,
      folder,
    );
    expect(lines.slice(0, 2)).toEqual(["page 1", "page 2"]);
    if (readsAlone) expect(lines[2]).toBe("2 2");
    else expect(records(lines[2]!)[0]).toMatchObject({ why: expect.stringContaining("Node 22.15") as string });
    for (const line of lines.slice(3)) {
      expect(records(line)[0]).toMatchObject({ kind: "settings", why: "its disk is read-only" });
    }
    expect(lines).toHaveLength(5);
  });

  it("that is read-only does not give away what stands in the log alone", async () => {
    const lines = await mounted(
      `mount -t tmpfs -o mode=700 none "$PWD"; cd "$PWD"; exec 2> /dev/null; "$node" "$archive" write "$PWD/archive.db" > told & writer=$!
      until grep -q "page 2" told; do sleep 0.01; done; kill -9 $writer; wait $writer; rm archive.db-shm; mount -o remount,ro "$PWD"; archive read "$PWD/archive.db"`,
      await scratch(),
    );
    expect(records(lines.at(-1)!)[0]).toMatchObject({
      kind: "settings",
      why: expect.stringContaining("-wal") as string,
    });
  });
});

describe("in memory", () => {
  it("it is one for all of the process, until the last has closed it", async () => {
    const [one, other] = await Promise.all([openAt(":memory:"), openAt(":memory:", "read")]);
    await makeTables(one);
    await addPage(one);
    expect(await countPages(other)).toEqual([1, 1]);
    expect(await one.size()).toBeGreaterThan(8192);
    await one.close();
    await one.close();
    expect(await addPage(other)).toBe(2);
    await other.close();
    expect(await (await openAt(":memory:")).hasTable("rows")).toBe(false);
  });

  it("one at a time writes, whoever opened it", async () => {
    const [one, other] = await Promise.all([openAt(":memory:"), openAt(":memory:")]);
    await makeTables(one);
    await Promise.all(Array.from({ length: 10 }, (_, n) => addPage(n % 2 === 0 ? one : other)));
    expect(await countPages(one)).toEqual([10, 10]);
  });
});

describe("without SQLite", () => {
  it("one command is named, or a newer Node", () => {
    const missing = Object.assign(new Error("Cannot find package"), { code: "MODULE_NOT_FOUND" });
    expect(noDriver(missing, "20.18.1")).toMatchObject({
      kind: "settings",
      message: "the archive needs Node 22.13 or newer on this system",
      hint: expect.stringMatching(/^npm install --global @photostructure\/sqlite@1\.2\.1/) as string,
    });
    expect(noDriver(new Error("No native build\nfound"), "20.18.1")).toMatchObject({
      why: expect.stringMatching(/does not load: No native build$/) as string,
      hint: expect.stringContaining("https://nodejs.org") as string,
    });
  });
});
