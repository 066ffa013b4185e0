import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodes, FlowrunError } from "../../src/errors.ts";
import type { Cursor } from "../../src/adobe/journal/cursor.ts";
import {
  cursorPath,
  deleteCursor,
  listCursors,
  lockCursor,
  openCursorFile,
  type CursorPlace,
} from "../../src/state/cursor-files.ts";
import { fakeHost, noon } from "../support/host.ts";
import { emptyFolder, filesBelow, modeOf } from "./folder.ts";

const cursor: Cursor = {
  journal: "https://events-va6.adobe.io/events/organizations/1/integrations/2/3",
  next: "https://events-va6.adobe.io/events-fast/organizations/1/integrations/2/3?since=tuna:1.tuna:2,3&limit=10",
  position: "tuna:1.tuna:2,3",
  savedAt: noon,
  readUntil: noon,
  movedAt: noon - 5000,
  runs: 12,
  events: 345,
  keys: ["event-1#0", "event-2#0"],
};

async function place(name = "default", stateFolder?: string): Promise<CursorPlace> {
  return { stateFolder: stateFolder ?? (await emptyFolder()), profile: "prod", name };
}

async function failureOf(promise: Promise<unknown>): Promise<FlowrunError> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  if (error instanceof FlowrunError) return error;
  throw new Error(`expected a FlowrunError, got ${String(error)}`);
}

describe("a cursor", () => {
  test("that was saved is found as it was", async () => {
    const at = await place();
    await openCursorFile(at).save(cursor);
    expect(await openCursorFile({ ...at }).find()).toEqual(cursor);
  });

  test("before its first event has no position", async () => {
    const store = openCursorFile(await place());
    await store.save({ ...cursor, position: null, keys: [] });
    expect(await store.find()).toEqual({ ...cursor, position: null, keys: [] });
  });

  test("that was never saved is null", async () => {
    expect(await openCursorFile(await place()).find()).toBeNull();
  });

  test("is one private file that people can read, under profile and name", async () => {
    const at = await place("nightly");
    await openCursorFile(at).save(cursor);
    expect(await filesBelow(at.stateFolder)).toEqual([join("cursors", "prod", "nightly.json")]);
    expect(await modeOf(cursorPath(at))).toBe("0600");
    expect(await modeOf(join(at.stateFolder, "cursors"))).toBe("0700");
    expect(JSON.parse(await readFile(cursorPath(at), "utf8"))).toMatchObject({
      schemaVersion: 1,
      savedAt: "2026-11-22T12:00:00.000Z",
      readUntil: "2026-11-22T12:00:00.000Z",
      position: "tuna:1.tuna:2,3",
    });
  });

  test("of another profile or name is another cursor", async () => {
    const at = await place();
    await openCursorFile(at).save(cursor);
    expect(await openCursorFile({ ...at, name: "other" }).find()).toBeNull();
    expect(await openCursorFile({ ...at, profile: "stage" }).find()).toBeNull();
  });
});

describe("a damaged file is named and left alone, never started over", () => {
  const whole = {
    schemaVersion: 1,
    ...cursor,
    savedAt: "2026-11-22T12:00:00.000Z",
    readUntil: "2026-11-22T12:00:00.000Z",
    movedAt: "2026-11-22T12:00:00.000Z",
  };
  test.each([
    ["empty", ""],
    ["cut off", JSON.stringify(whole).slice(0, 80)],
    ["another thing", "[]"],
    ["of a later version", JSON.stringify({ ...whole, schemaVersion: 2 })],
    ["without a place to go on", JSON.stringify({ ...whole, next: "" })],
    ["without a journal", JSON.stringify({ ...whole, journal: undefined })],
    ["with a time that is none", JSON.stringify({ ...whole, savedAt: "yesterday" })],
    ["with a count that is none", JSON.stringify({ ...whole, runs: "12" })],
    ["with keys that are none", JSON.stringify({ ...whole, keys: [1] })],
  ])("%s", async (_, text) => {
    const at = await place();
    await openCursorFile(at).save(cursor);
    await writeFile(cursorPath(at), text);
    const error = await failureOf(openCursorFile(at).find());
    expect(exitCodes[error.kind]).toBe(2);
    expect(error.message).toContain(cursorPath(at));
    expect(error.hint).toContain("flowrun cursor delete default");
    expect(await readFile(cursorPath(at), "utf8")).toBe(text);
  });
});

describe("names", () => {
  test("are listed in order, without locks and strangers", async () => {
    const at = await place("b");
    for (const name of ["b", "a", "c"]) await openCursorFile({ ...at, name }).save(cursor);
    const lock = await lockCursor(at, fakeHost());
    await lock.release();
    await openCursorFile({ ...at, profile: "stage", name: "z" }).save(cursor);
    expect(await listCursors(at.stateFolder, "prod")).toEqual(["a", "b", "c"]);
  });

  test("are none where nothing was ever saved", async () => {
    expect(await listCursors(await emptyFolder(), "prod")).toEqual([]);
  });

  test("are gone once deleted; deleting twice is no error", async () => {
    const at = await place();
    await openCursorFile(at).save(cursor);
    await deleteCursor(at);
    await deleteCursor(at);
    expect(await openCursorFile(at).find()).toBeNull();
  });
});

describe("the lock", () => {
  /** Another process that holds a lock file, as flowrun does, until it is killed. */
  async function otherProcess(path: string) {
    const script = `
      import { openSync, writeSync, ftruncateSync, mkdirSync } from "node:fs";
      import { dirname } from "node:path";
      import locks from "fs-native-extensions";
      mkdirSync(dirname(process.argv[1]), { recursive: true });
      const fd = openSync(process.argv[1], "a+");
      if (!locks.tryLock(fd)) process.exit(9);
      ftruncateSync(fd, 0);
      writeSync(fd, String(process.pid));
      process.stdout.write("held");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    return child;
  }

  test("is free again once released", async () => {
    const at = await place();
    for (let n = 0; n < 3; n++) await (await lockCursor(at, fakeHost())).release();
  });

  test("is one for each cursor", async () => {
    const at = await place("a");
    const one = await lockCursor(at, fakeHost());
    const other = await lockCursor({ ...at, name: "b" }, fakeHost());
    await one.release();
    await other.release();
  });

  test("held by another process is a usage error that names it; killed, it is free at once", async () => {
    const at = await place();
    const child = await otherProcess(cursorPath(at).replace(/json$/, "lock"));
    const error = await failureOf(lockCursor(at, fakeHost()));
    expect(exitCodes[error.kind]).toBe(2);
    expect(error.message).toContain("'default'");
    expect(error.message).toContain(`process ${String(child.pid)}`);
    expect(error.hint).toContain("--cursor");
    child.kill("SIGKILL");
    await once(child, "exit");
    await (await lockCursor(at, fakeHost())).release();
  });

  test("file of a dead process is no lock", async () => {
    const at = await place();
    await (await lockCursor(at, fakeHost())).release();
    await writeFile(cursorPath(at).replace(/json$/, "lock"), "999999");
    await (await lockCursor(at, fakeHost())).release();
  });
});
