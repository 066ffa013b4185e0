import { appendFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openLedger, peekLedger } from "../../src/state/replay-ledger.ts";
import { realSleep } from "../support/host.ts";
import { emptyFolder, filesBelow, modeOf } from "./folder.ts";

const target = { digest: "abc-DEF_1", shown: "https://hook.test/…" };
const host = { sleep: realSleep };

describe("the ledger of an endpoint", () => {
  test("has what was added to it, by the next process too, a line each, for its owner alone", async () => {
    const home = await emptyFolder();
    const ledger = await openLedger(home, target, host);
    expect(ledger.has("one")).toBe(false);
    await ledger.add(["one", "two"]);
    await ledger.add(["three", "one"]);
    expect(ledger.has("one")).toBe(true);
    await ledger.release();
    expect(await readFile(ledger.path, "utf8")).toBe("one\ntwo\nthree\n");
    expect(await modeOf(ledger.path)).toBe("0600");
    const again = await openLedger(home, target, host);
    expect(["one", "two", "three", "four"].map((id) => again.has(id))).toEqual([true, true, true, false]);
    await again.release();
  });

  test("many that are added at once are all there when their calls resolve", async () => {
    const home = await emptyFolder();
    const ledger = await openLedger(home, target, host);
    const ids = Array.from({ length: 500 }, (_, n) => `id-${n}`);
    await Promise.all(
      ids.map(async (id) => {
        await ledger.add([id]);
        expect((await readFile(ledger.path, "utf8")).includes(`${id}\n`)).toBe(true);
      }),
    );
    await ledger.release();
    expect((await readFile(ledger.path, "utf8")).trimEnd().split("\n").sort()).toEqual([...ids].sort());
  });

  test("a line that a crash cut off is cut away, and does not spoil the next one", async () => {
    const home = await emptyFolder();
    const first = await openLedger(home, target, host);
    await first.add(["one"]);
    await first.release();
    await appendFile(first.path, "tw");
    const ledger = await openLedger(home, target, host);
    expect([ledger.has("one"), ledger.has("tw")]).toEqual([true, false]);
    await ledger.add(["two"]);
    await ledger.release();
    expect(await readFile(ledger.path, "utf8")).toBe("one\ntwo\n");
  });

  test("one process at a time has it, and endpoints do not share one", async () => {
    const home = await emptyFolder();
    const ledger = await openLedger(home, target, host);
    await expect(openLedger(home, target, host)).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(/^https:\/\/hook\.test\/… is being replayed to by process \d+$/) as string,
    });
    const other = await openLedger(home, { ...target, digest: "other" }, host);
    await other.release();
    await ledger.release();
    await (await openLedger(home, target, host)).release();
  });

  test("looking at it makes and locks nothing", async () => {
    const home = await emptyFolder();
    const before = await peekLedger(home, target);
    expect(before.has("one")).toBe(false);
    expect(await filesBelow(home)).toEqual([]);
    const ledger = await openLedger(home, target, host);
    await ledger.add(["one"]);
    const during = await peekLedger(home, target);
    expect([during.has("one"), during.path]).toEqual([true, ledger.path]);
    await ledger.release();
  });

  test("a link in its place is not written through, a folder is no ledger, and a home that is a file is told", async () => {
    const home = await emptyFolder();
    await mkdir(join(home, "replays"));
    await writeFile(join(home, "precious"), "mine\n");
    await symlink(join(home, "precious"), join(home, "replays", `${target.digest}.ids`));
    const failure = { kind: "state", message: "what https://hook.test/… has accepted cannot be kept" };
    await expect(openLedger(home, target, host)).rejects.toMatchObject(failure);
    expect(await readFile(join(home, "precious"), "utf8")).toBe("mine\n");
    await mkdir(join(home, "replays", "folder.ids"));
    await expect(openLedger(home, { ...target, digest: "folder" }, host)).rejects.toMatchObject(failure);
    await expect(peekLedger(home, { ...target, digest: "folder" })).rejects.toMatchObject(failure);
    await expect(openLedger(join(home, "precious"), target, host)).rejects.toMatchObject(failure);
    // What could not be opened is not held either.
    await expect(openLedger(home, target, host)).rejects.toMatchObject(failure);
  });
});
