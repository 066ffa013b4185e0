import { spawnSync } from "node:child_process";
import { readFile, readdir, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scratch, startAt, type Running } from "../support/flowrun.ts";
import { emptyPath, withoutNativeLock, type Installation } from "../support/installation.ts";
import { cursorFile, openJournal, printed, runEvent, runIds, type OpenJournal } from "../support/journal.ts";

const hasFlock = spawnSync("flock", ["--version"]).status === 0;

/** Runs one of several installations of flowrun. */
type Run = (args: string) => Running;

let copy: Installation;
beforeAll(async () => {
  copy = await withoutNativeLock();
});
afterAll(() => copy.remove());

async function installations(journal: OpenJournal) {
  const bare = await emptyPath();
  const at =
    (binary: string, more: Readonly<Record<string, string>> = {}): Run =>
    (args) =>
      startAt(binary, args.split(" "), { env: { ...journal.env, ...more } });
  return { native: (args: string) => journal.start(args), flock: at(copy.path), none: at(copy.path, bare) };
}

type Kind = keyof Awaited<ReturnType<typeof installations>>;

const kinds: readonly Kind[] = hasFlock ? ["flock", "none"] : ["none"];

describe.each(kinds)("where there is no native lock: %s", (kind) => {
  it("reads, saves and says nothing of it; nothing is left beside the cursor", async () => {
    const journal = await openJournal();
    const run = (await installations(journal))[kind];
    const first = await run("since last --json").finished;
    expect([first.code, printed(first)]).toEqual([0, runIds(5)]);
    expect(first.stderr).not.toMatch(/warning|saved|lock/);
    journal.add(runEvent(5));
    expect(printed(await run("since last --json").finished)).toEqual(["run-5"]);
    expect([...(await readdir(dirname(cursorFile(journal.home))))].sort()).toEqual(["default.json", "default.lock"]);
    expect((await run("cursor set default oldest").finished).code).toBe(0);
    expect((await run("cursor delete default").finished).code).toBe(0);
  });

  it("a second process says who moves the cursor; killed, that one's lock is free at once", async () => {
    const journal = await openJournal();
    const run = (await installations(journal))[kind];
    for (const at of [0, 1]) {
      const tail = run("tail --since last --json");
      await tail.saw(`run-${at + 4}`);
      const second = await run("since last --json").finished;
      expect(second.code).toBe(2);
      expect(second.stderr).toContain(`the cursor 'default' is being moved by process ${String(tail.child.pid)}`);
      // A process that stands still is no dead one.
      tail.child.kill("SIGSTOP");
      expect((await run("since last --json").finished).code).toBe(2);
      tail.child.kill("SIGKILL");
      await tail.finished;
      journal.add(runEvent(at + 5));
    }
    expect(printed(await run("since last --json").finished).at(-1)).toBe("run-6");
    expect([...(await readdir(dirname(cursorFile(journal.home))))].sort()).toEqual(["default.json", "default.lock"]);
  });

  it("of many that begin at once one alone reads", async () => {
    // The first page waits, so that the one which reads is still there when the last one comes.
    const journal = await openJournal({ latencyMs: 3000 });
    const run = (await installations(journal))[kind];
    const all = await Promise.all(Array.from({ length: 6 }, () => run("since last --json").finished));
    expect(all.map(({ code }) => code).sort()).toEqual([0, 2, 2, 2, 2, 2]);
    expect(all.flatMap(printed)).toEqual(runIds(5));
  });

  it("changes of a profile at the same time all hold", async () => {
    const journal = await openJournal();
    const run = (await installations(journal))[kind];
    const keys = ["clientId", "imsOrgId", "projectId", "workspaceId"];
    const all = await Promise.all(keys.map((key) => run(`config set ${key} of-${key}`).finished));
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const saved = JSON.parse(await readFile(join(journal.home, "profiles", "default.json"), "utf8")) as object;
    expect(Object.keys(saved).sort()).toEqual(keys.sort());
  });
});

describe("processes with different locks see each other", () => {
  const pairs = kinds.flatMap((kind) => [["native", kind] as const, [kind, "native"] as const]);
  const all = hasFlock ? [...pairs, ["flock", "none"] as const, ["none", "flock"] as const] : pairs;

  it.each(all)("%s holds it, %s asks", async (one, other) => {
    const journal = await openJournal();
    const runs = await installations(journal);
    const tail = runs[one]("tail --since last --json");
    await tail.saw("run-4");
    const second = await runs[other]("since last --json").finished;
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`being moved by process ${String(tail.child.pid)}`);
    tail.child.kill("SIGKILL");
    await tail.finished;
    expect((await runs[other]("since last --json").finished).code).toBe(0);
  });
});

/** The name of a claim as a process on another machine, or in another container of this one, would make it. */
async function claimOf(journal: OpenJournal, run: Run, change: (parts: string[]) => string[]): Promise<string> {
  const tail = run("tail --since last --json");
  await tail.saw("run-4");
  const folder = dirname(cursorFile(journal.home));
  const name = (await readdir(folder)).find((each) => each.startsWith("default.lock.")) ?? "";
  tail.child.kill("SIGKILL");
  await tail.finished;
  const changed = join(folder, `default.lock.${change(name.slice("default.lock.".length).split("-")).join("-")}`);
  await rename(join(folder, name), changed);
  return changed;
}

describe("a lock of a process that cannot be seen from here", () => {
  it("is not stolen: its file is named", async () => {
    const journal = await openJournal();
    const { none } = await installations(journal);
    const claim = await claimOf(journal, none, ([pid, start, , ...rest]) => [pid!, start!, "12345", ...rest]);
    const refused = await none("since last --json").finished;
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stderr.trim().split("\n").at(-1) ?? "")).toMatchObject({
      message: expect.stringContaining("of another container or machine") as string,
      hint: `if that one has ended: rm ${claim}`,
    });
  });

  it.runIf(hasFlock)("in a container that is gone: flock(1) knows", async () => {
    const journal = await openJournal();
    const { flock } = await installations(journal);
    await claimOf(journal, flock, ([pid, start, , ...rest]) => [pid!, start!, "12345", ...rest]);
    expect((await flock("since last --json").finished).code).toBe(0);
  });

  it("of an id that another process has now is free", async () => {
    const journal = await openJournal();
    const { none } = await installations(journal);
    await claimOf(journal, none, ([, , ...rest]) => [String(process.pid), "1", ...rest]);
    expect((await none("since last --json").finished).code).toBe(0);
  });
});

describe("a lock's file", () => {
  it.each(["a link", "a hard link"])("that is %s to another file is not followed", async (kind) => {
    const journal = await openJournal();
    await journal.run("since last --json");
    const precious = join(await scratch(), "precious");
    await writeFile(precious, "precious");
    const lock = cursorFile(journal.home).replace(/json$/, "lock");
    spawnSync("rm", [lock]);
    if (kind === "a link") await symlink(precious, lock);
    else expect(spawnSync("ln", [precious, lock]).status).toBe(0);
    for (const args of ["since last --json", "cursor set default oldest", "cursor delete default"]) {
      const { code, stderr } = await journal.run(args);
      expect(code).toBe(2);
      expect(stderr).toContain(`rm ${lock}`);
    }
    expect(await readFile(precious, "utf8")).toBe("precious");
  });
});
