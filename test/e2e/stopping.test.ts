import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { binary, keepsCompiledCode, node, scratch, shell, start } from "../support/flowrun.ts";
import { openJournal, printed, runIds, savedCursor, type OpenJournal } from "../support/journal.ts";

const exits = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const;

describe("a signal ends the reading with its own exit code", () => {
  it.each(exits)("%s while tail waits: %i", async (signal, exitCode) => {
    const journal = await openJournal();
    const tail = journal.start("tail --since oldest --json");
    await tail.saw("run-4");
    tail.child.kill(signal);
    const finished = await tail.finished;
    expect(finished.code).toBe(exitCode);
    expect(printed(finished)).toEqual(runIds(5));
    expect(finished.stderr).toContain("5 runs printed");
  });

  it.each(exits)("%s while a request hangs: %i, at once", async (signal, exitCode) => {
    const journal = await openJournal({ faults: [{ fault: { kind: "hang" } }] });
    const reading = journal.start("since oldest --json");
    await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBeGreaterThan(0);
    reading.child.kill(signal);
    expect((await reading.finished).code).toBe(exitCode);
  });

  it("also while IMS hangs, and while wait waits", async () => {
    const journal = await openJournal({ faults: [{ on: "ims", fault: { kind: "hang" } }] });
    const reading = journal.start("wait --timeout 1h --json");
    await expect.poll(() => journal.server.requests.length, { timeout: 20_000 }).toBeGreaterThan(0);
    reading.child.kill("SIGINT");
    const { code, stdout } = await reading.finished;
    expect([code, stdout]).toEqual([130, ""]);
  });

  it("in the middle of many pages: the last line is whole, and the cursor stands behind it", async () => {
    const journal = await openJournal({ events: 3000, latencyMs: 5 });
    const reading = journal.start("since last --json --limit 10");
    await reading.saw("run-200");
    reading.child.kill("SIGINT");
    const first = await reading.finished;
    expect(first.code).toBe(130);
    expect(first.stdout.endsWith("}\n")).toBe(true);
    const before = printed(first);
    expect(before.length).toBeLessThan(3000);
    // Nothing skipped and nothing twice: it was not killed, it stopped.
    const after = printed(await journal.run("since last --json"));
    expect([...before, ...after]).toEqual(runIds(3000));
  });

  it("with -o json the array is closed", async () => {
    const journal = await openJournal({ events: 3000, latencyMs: 5 });
    const reading = journal.start("since oldest -o json --limit 10 --jobs 1");
    await reading.saw("run-200");
    reading.child.kill("SIGTERM");
    const { code, stdout } = await reading.finished;
    expect(code).toBe(143);
    expect(Array.isArray(JSON.parse(stdout))).toBe(true);
  });
});

/** flowrun with a stdout that is read only when the test says so. */
function startUnread(args: readonly string[], journal: OpenJournal) {
  const child = spawn(node, [binary, ...args], { env: journal.env, stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit").then(([code]) => code as number | null);
  return { child, ended };
}

/** Resolves when the journal has not been asked for a second. */
async function quiet(journal: OpenJournal): Promise<void> {
  for (let before = -1; before !== journal.asked().length || before === 0;) {
    before = journal.asked().length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

describe("a reader that does not read", () => {
  it("pauses the journal, and gets everything when it reads again", async () => {
    const journal = await openJournal({ events: 3000 });
    const { child, ended } = startUnread(["since", "oldest", "--json", "--limit", "50", "--jobs", "1"], journal);
    await quiet(journal);
    expect(journal.asked().length).toBeLessThan(30);
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    expect(await ended).toBe(0);
    await expect.poll(() => stdout.endsWith("}\n")).toBe(true);
    expect(printed({ stdout })).toEqual(runIds(3000));
  });
});

describe("a full disk", () => {
  it("under stdout: says so and exits 1; the cursor stays where it was", async () => {
    const journal = await openJournal();
    await journal.run("since last --json -n 2");
    const { next } = await savedCursor(journal);
    const { stdout, stderr } = await shell(`flowrun since last > /dev/full; echo "exit $?"`, journal);
    expect(stdout).toBe("exit 1\n");
    expect(stderr).toMatch(/error: the output could not be written\n {2}why: .*ENOSPC.*\n {2}fix: make room/);
    expect(await savedCursor(journal)).toMatchObject({ next });
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(3, 2));
  });

  it("under stdout, the first time there is a cursor: it does not move before anything was printed", async () => {
    const journal = await openJournal({ events: 60 });
    const { stdout } = await shell(`flowrun since last --limit 20 > /dev/full; echo "exit $?"`, journal);
    expect(stdout).toBe("exit 1\n");
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(60));
  });

  it("under a file that may not grow (ulimit -f): it holds whole lines, and nothing is skipped", async () => {
    const journal = await openJournal({ events: 2000 });
    const folder = journal.env["HOME"] ?? "";
    const line = `(ulimit -f 400; flowrun since last --json --limit 20 >> runs.ndjson; echo "exit $?")`;
    expect((await shell(line, { env: journal.env, cwd: folder })).stdout).toBe("exit 1\n");
    const before = printed({ stdout: await readFile(join(folder, "runs.ndjson"), "utf8") });
    expect(before.length).toBeGreaterThan(100);
    await shell("flowrun since last --json >> runs.ndjson", { env: journal.env, cwd: folder });
    expect(printed({ stdout: await readFile(join(folder, "runs.ndjson"), "utf8") })).toEqual(runIds(2000));
  });
});

/** Whether this machine lets the tests mount a small file system, as CI's container may not. */
const canMount = process.platform === "linux" && spawnSync("unshare", ["-m", "true"]).status === 0;
const why = canMount ? "" : " (this machine does not let tests mount)";

/** Runs a line with a file system of its own mounted on `at`, unseen by any other process. */
function withMount(options: string, at: string, line: string, journal: OpenJournal) {
  const script = `mount -t tmpfs -o ${options} none "${at}" && ${line}`;
  const inside = `flowrun() { "${node}" "${binary}" "$@"; }; ${script}`;
  return shell(`unshare -m bash -c '${inside.replaceAll("'", `'\\''`)}'`, journal);
}

it.skipIf(!canMount)(`a disk that is full and then is not: the file goes on where it stood${why}`, async () => {
  const journal = await openJournal({ events: 2000 });
  const disk = await scratch();
  const line = `cd "${disk}"
    flowrun since last --json --limit 20 >> runs.ndjson; echo "exit $?"
    mount -o remount,size=100m "${disk}"
    flowrun since last --json >> runs.ndjson; echo "exit $?"
    cat runs.ndjson`;
  const { stdout } = await withMount("size=500k", disk, line, journal);
  const [first, second, ...lines] = stdout.split("\n");
  expect([first, second]).toEqual(["exit 1", "exit 0"]);
  expect(printed({ stdout: lines.join("\n") })).toEqual(runIds(2000));
});

describe.skipIf(!canMount)(`FLOWRUN_HOME on a bad disk${why}`, () => {
  it.each([
    ["full", "size=4k,nr_inodes=3"],
    ["read-only", "size=1m,ro"],
  ])("%s: the runs are read, what could not be saved is said, and the exit code is 1", async (_, options) => {
    const journal = await openJournal();
    await mkdir(journal.home, { recursive: true });
    const line = `flowrun since last --json; echo "exit $?"`;
    const { stdout, stderr } = await withMount(options, journal.home, line, journal);
    expect(stdout).toMatch(/\nexit 1\n$/);
    expect(printed({ stdout: stdout.replace(/exit 1\n$/, "") })).toEqual(runIds(5));
    expect(stderr).toContain("warning: the access token could not be kept for the next run");
    expect(stderr).toContain("warning: the cursor 'default' cannot be saved");
    const error = JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "") as Record<string, unknown>;
    expect(error).toMatchObject({ kind: "state", exitCode: 1 });
    expect(error["message"]).toContain("the cursor 'default' could not be saved: the runs above will come again");
  });

  it("read-only: a reading without a cursor needs no disk", async () => {
    const journal = await openJournal();
    await mkdir(journal.home, { recursive: true });
    const { stdout } = await withMount("ro", journal.home, `flowrun since oldest --json; echo "exit $?"`, journal);
    expect(stdout).toMatch(/\nexit 0\n$/);
  });

  it("full in the middle of a reading: a whole cursor is left behind", async () => {
    const journal = await openJournal({ events: 2000 });
    await mkdir(journal.home, { recursive: true });
    // There is room for the token and the first few cursors; their keys grow until there is none.
    const line = `flowrun since last --json --limit 100 >/dev/null; echo "exit $?"; cat "$FLOWRUN_HOME"/cursors/default/default.json; ls "$FLOWRUN_HOME"/cursors/default`;
    const { stdout } = await withMount("size=48k", journal.home, line, journal);
    const [exit, cursor, ...files] = stdout.trimEnd().split("\n");
    expect(exit).toBe("exit 1");
    expect(JSON.parse(cursor ?? "")).toMatchObject({ schemaVersion: 1 });
    expect(files).toEqual(["default.json", "default.lock"]);
  });
});

it("a laptop that slept: the wait is over when it wakes, and the reading goes on", async () => {
  const journal = await openJournal({ journal: { retryAfter: "2" } });
  const tail = journal.start("tail --json");
  await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBe(1);
  tail.child.kill("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(journal.asked()).toHaveLength(1);
  tail.child.kill("SIGCONT");
  await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  tail.child.kill("SIGINT");
  expect((await tail.finished).code).toBe(130);
});

it("nothing but its own files is left in FLOWRUN_HOME", async () => {
  const journal = await openJournal();
  const tail = start(["tail", "--since", "last", "--json"], { env: journal.env, cwd: await scratch() });
  await tail.saw("run-4");
  tail.child.kill("SIGINT");
  await tail.finished;
  const compiled = keepsCompiledCode() ? ["compiled"] : [];
  expect([...(await readdir(journal.home))].sort()).toEqual([...compiled, "cursors", "recent", "tokens"]);
});
