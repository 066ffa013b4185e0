import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { scratch, shell, type Running } from "../support/flowrun.ts";
import {
  cursorFile,
  openJournal,
  printed,
  runEvent,
  runIds,
  savedCursor,
  type OpenJournal,
} from "../support/journal.ts";

/** A file that is there already, in a folder of its own. */
async function oldFile(name = "runs.ndjson") {
  const folder = await scratch();
  const path = join(folder, name);
  await writeFile(path, "old\n");
  return { folder, path, text: () => readFile(path, "utf8") };
}

const inFile = async (path: string) => printed({ stdout: await readFile(path, "utf8") });

/** A journal that takes a while to be read, and a reading in the middle of it. */
async function halfway(args: string): Promise<{ readonly journal: OpenJournal; readonly reading: Running }> {
  const journal = await openJournal({ events: 3000, latencyMs: 5 });
  const reading = journal.start(`${args} --limit 10`);
  await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBeGreaterThan(20);
  return { journal, reading };
}

describe("--out", () => {
  it("takes all that stdout would have had, in the form that it has in a pipe", async () => {
    const journal = await openJournal();
    for (const format of ["table", "csv", "json", "markdown"]) {
      const { path, folder, text } = await oldFile();
      const ended = await journal.run(`since oldest -o ${format} --out ${path}`);
      expect([ended.code, ended.stdout]).toEqual([0, ""]);
      expect(await text()).toBe((await journal.run(`since oldest -o ${format}`)).stdout);
      expect(await readdir(folder)).toEqual(["runs.ndjson"]);
    }
  });

  it("knows ~, and compresses what is called .gz", async () => {
    const journal = await openJournal();
    await journal.run("since oldest --json --out=~/runs.ndjson.gz");
    const text = gunzipSync(await readFile(join(journal.env["HOME"] ?? "", "runs.ndjson.gz"))).toString();
    expect(printed({ stdout: text })).toEqual(runIds(5));
  });

  it("that cannot be written to is told before anything is asked", async () => {
    const journal = await openJournal();
    const ended = await journal.run("since oldest --out /no/such/folder/runs.csv");
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^error: --out cannot write to .*\n {2}why: its folder is not there\n {2}fix: .*\n$/);
    expect(journal.asked()).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("after %s the file is the old one, and so is the cursor", async (signal) => {
    const { path, folder, text } = await oldFile();
    const { journal, reading } = await halfway(`since last --json --out ${path}`);
    reading.child.kill(signal);
    const { code, stdout } = await reading.finished;
    expect([code, stdout]).toEqual([signal === "SIGINT" ? 130 : 143, ""]);
    expect(await text()).toBe("old\n");
    expect(await readdir(folder)).toEqual(["runs.ndjson"]);
    expect(existsSync(cursorFile(journal.home))).toBe(false);
    expect((await journal.run(`since last --json --limit 500 --out ${path}`)).code).toBe(0);
    expect(await inFile(path)).toEqual(runIds(3000));
  });

  it("after kill -9 too, and what is left beside it goes with the next one", async () => {
    const { path, folder, text } = await oldFile();
    const { journal, reading } = await halfway(`since last --json --out ${path}`);
    reading.child.kill("SIGKILL");
    await reading.finished;
    expect(await text()).toBe("old\n");
    expect(await readdir(folder)).toHaveLength(2);
    await journal.run(`since last --json --limit 500 --out ${path}`);
    expect(await inFile(path)).toEqual(runIds(3000));
    expect(await readdir(folder)).toEqual(["runs.ndjson"]);
  });

  it("after a reading that failed as well", async () => {
    const { path, folder, text } = await oldFile();
    const journal = await openJournal({ events: 300 });
    await journal.run("since last --json -n 10");
    const before = await savedCursor(journal);
    // Three more pages are read, and no other.
    const at = Array.from({ length: 20 }, (_, n) => journal.asked().length + 3 + n);
    journal.fault({ at, fault: { kind: "status", status: 500 } });
    const ended = await journal.run(`since last --json --limit 10 --retries 0 --out ${path}`);
    expect(ended.code).toBe(5);
    expect(await text()).toBe("old\n");
    expect(await readdir(folder)).toEqual(["runs.ndjson"]);
    expect(await savedCursor(journal)).toEqual(before);
  });

  it("after a disk that was full: exit 1, and nothing is skipped", async () => {
    const { path, folder, text } = await oldFile();
    const journal = await openJournal({ events: 300 });
    const ended = await shell(`(ulimit -f 100; flowrun since last --json --out '${path}'; echo "exit $?")`, journal);
    expect(ended.stdout).toBe("exit 1\n");
    expect(ended.stderr).toContain("could not be written");
    expect(await text()).toBe("old\n");
    expect(await readdir(folder)).toEqual(["runs.ndjson"]);
    await journal.run(`since last --json --out ${path}`);
    expect(await inFile(path)).toEqual(runIds(300));
  });

  it("since last makes a file of what is new, each time", async () => {
    const { path } = await oldFile();
    const journal = await openJournal();
    await journal.run(`since last --json --out ${path}`);
    expect(await inFile(path)).toEqual(runIds(5));
    journal.add(runEvent(5), runEvent(6));
    await journal.run(`since last --json --out ${path}`);
    expect(await inFile(path)).toEqual(runIds(2, 5));
    await journal.run(`since last --json --out ${path}`);
    expect(await inFile(path)).toEqual([]);
  });
});

describe("--sort and --last", () => {
  it("move a cursor past all that was read, once, when it is printed", async () => {
    const journal = await openJournal({ events: 50 });
    const first = await journal.run("since last --json --limit 7 --last 3 --sort runId:desc");
    expect(printed(first)).toEqual(["run-49", "run-48", "run-47"]);
    expect(first.stderr).toContain("3 runs printed");
    expect(await savedCursor(journal)).toMatchObject({ runs: 50 });
    journal.add(runEvent(49), runEvent(50));
    expect(printed(await journal.run("since last --json --sort runId"))).toEqual(["run-50"]);
  });

  it("leave a cursor where it is when nobody took what they print", async () => {
    const journal = await openJournal({ events: 300 });
    const { code } = await shell("(ulimit -f 100; flowrun since last --json --sort runId > runs.ndjson)", {
      env: journal.env,
      cwd: await scratch(),
    });
    expect(code).toBe(1);
    expect(existsSync(cursorFile(journal.home))).toBe(false);
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(300));
  });

  it("print what was read until a signal, and the cursor goes there", async () => {
    const { journal, reading } = await halfway("since last --json --last 5");
    reading.child.kill("SIGINT");
    const ended = await reading.finished;
    expect(ended.code).toBe(130);
    const newest = printed(ended);
    expect(newest).toHaveLength(5);
    const next = Number(String(newest.at(-1)).slice("run-".length)) + 1;
    expect(printed(await journal.run("since last --json --limit 500"))).toEqual(runIds(3000 - next, next));
  });
});

describe("since -f", () => {
  it("prints the window, then goes on; the cursor goes with it", async () => {
    const journal = await openJournal();
    const reading = journal.start("since last -f --json");
    await reading.saw("run-4");
    journal.add(runEvent(5));
    await reading.saw("run-5");
    reading.child.kill("SIGINT");
    const ended = await reading.finished;
    expect([ended.code, printed(ended)]).toEqual([130, runIds(6)]);
    expect(printed(await journal.run("since last --json"))).toEqual([]);
  });
});
