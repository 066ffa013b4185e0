import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFile, open, readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { binary, node, scratch, shell, type Finished } from "../support/flowrun.ts";
import { openJournal, printed, runIds, savedCursor, type OpenJournal } from "../support/journal.ts";

const isLinux = process.platform === "linux";

/** flowrun with streams of the test's own choice. */
function startWith(args: string, stdio: ("ignore" | "pipe" | Socket | number)[], journal: OpenJournal) {
  const child = spawn(node, [binary, ...args.split(" ")], { env: journal.env, stdio });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit").then(([code]) => code as number | null);
  return { child, ended };
}

/** Resolves when the journal has been asked at least so often. */
async function asked(journal: OpenJournal, times = 1): Promise<void> {
  await expect.poll(() => journal.asked().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(times);
}

/** Resolves when the journal has not been asked for a second. */
async function quiet(journal: OpenJournal): Promise<void> {
  for (let before = -1; before !== journal.asked().length || before === 0;) {
    before = journal.asked().length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Runs a line in which READER reads nothing, and goes once the journal has been asked. */
async function leftBy(line: string, journal: OpenJournal): Promise<Finished> {
  const gone = join(await scratch(), "gone");
  const running = shell(line.replace("READER", `sh -c 'until [ -e "${gone}" ]; do sleep 0.05; done'`), journal);
  await asked(journal);
  await writeFile(gone, "");
  return running;
}

/** Nothing more is asked for an hour: who ends before has noticed it by himself. */
const silent = { journal: { retryAfter: "3600" } };

describe.runIf(isLinux)("a reader that goes ends what waits for its next write", () => {
  it("tail | head -1, when nothing comes after", async () => {
    const journal = await openJournal({ ...silent, events: 1 });
    const line = `flowrun tail --since oldest --json -q | head -1; echo "exit \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await shell(line, journal);
    expect(stdout).toMatch(/^\{.*"runId":"run-0".*\}\nexit 0\n$/);
    expect(stderr).toBe("");
  });

  it.each(["tail", "wait"])("%s, when nothing matches at all", async (command) => {
    const journal = await openJournal(silent);
    const line = `flowrun ${command} --since oldest --flow none --json | READER; echo "exit \${PIPESTATUS[0]}"`;
    expect((await leftBy(line, journal)).stdout).toBe("exit 0\n");
  });

  it("while a request hangs, and while a failed one waits to be made again", async () => {
    for (const fault of [{ kind: "hang" }, { kind: "status", status: 503, retryAfter: "3600" }] as const) {
      const journal = await openJournal({ faults: [{ fault }] });
      const line = `flowrun tail --json | READER; echo "exit \${PIPESTATUS[0]}"`;
      expect((await leftBy(line, journal)).stdout).toBe("exit 0\n");
    }
  });

  it("a socket instead of a pipe", async () => {
    const journal = await openJournal(silent);
    const { child, ended } = startWith("tail --json", ["ignore", "pipe", "ignore"], journal);
    await asked(journal);
    child.stdout?.destroy();
    expect(await ended).toBe(0);
  });

  it("a named pipe", async () => {
    const journal = await openJournal(silent);
    const pipe = join(await scratch(), "pipe");
    const line = `mkfifo ${pipe}; READER < ${pipe} & flowrun tail --json > ${pipe}; echo "exit $?"`;
    expect((await leftBy(line, journal)).stdout).toBe("exit 0\n");
  });

  it("the cursor stands where the last run was taken", async () => {
    const journal = await openJournal(silent);
    const line = `flowrun tail --since last --json -q | head -5 | cut -c 1`;
    expect((await shell(line, journal)).stdout).toBe("{\n".repeat(5));
    expect(await savedCursor(journal)).toMatchObject({ runs: 5 });
  });

  it("and nothing is said of how it is noticed", async () => {
    const journal = await openJournal(silent);
    const { stderr } = await leftBy(`flowrun tail --json | READER`, journal);
    expect(stderr).toMatch(/^0 runs printed.*\n$/);
  });
});

describe("a reader that is still there", () => {
  it("and only says that it will not write (as sshd does for ssh -n) keeps its tail", async () => {
    const journal = await openJournal();
    const path = join(await scratch(), "socket");
    const server = createServer({ allowHalfOpen: true }).listen(path);
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const ours = connect(path);
    const [[theirs]] = (await Promise.all([once(server, "connection"), once(ours, "connect")])) as [[Socket], unknown];
    startWith("tail --since oldest --json", [ours, ours, "ignore"], journal);
    ours.destroy();
    let stdout = "";
    theirs.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    theirs.end();
    await expect.poll(() => stdout, { timeout: 60_000 }).toContain("run-4");
    const before = journal.asked().length;
    await asked(journal, before + 3);
    theirs.destroy();
  });

  it("and takes its time is waited for, with a full pipe too", async () => {
    const journal = await openJournal({ events: 300 });
    const line = `flowrun tail --since oldest --json -q | (sleep 3; head -300 | tail -1)`;
    expect((await shell(line, journal)).stdout).toContain(`"runId":"run-299"`);
  });
});

describe("a reader that never reads", () => {
  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("one %s is enough: what was not taken is given up, and comes again", async (signal, exitCode) => {
    const journal = await openJournal({ events: 3000 });
    const { child, ended } = startWith("since last --json --limit 50", ["ignore", "pipe", "ignore"], journal);
    await quiet(journal);
    const before = journal.asked().length;
    let stdout = "";
    // What stands in the pipe is read when the process is gone.
    child.once("exit", () => child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text)));
    child.kill(signal);
    expect(await ended).toBe(exitCode);
    expect(journal.asked().length).toBe(before);
    await once(child, "close");
    const taken = printed({ stdout: stdout.slice(0, stdout.lastIndexOf("\n") + 1) });
    expect(taken.length).toBeLessThan(3000);
    const rest = printed(await journal.run("since last --json -q"));
    expect([...new Set([...taken, ...rest])]).toEqual(runIds(3000));
  });

  it("of stderr: nor does that keep the process", async () => {
    // What is told of so many requests is more than a pipe holds.
    const journal = await openJournal({ events: 300 });
    const args = "tail --since oldest --limit 1 --verbose --json";
    const { child, ended } = startWith(args, ["ignore", "ignore", "pipe"], journal);
    await asked(journal, 300);
    child.kill("SIGTERM");
    expect(await ended).toBe(143);
  });

  it("one that reads slowly gets what was under way", async () => {
    const journal = await openJournal({ events: 400 });
    const { child, ended } = startWith("since last --json --limit 400", ["ignore", "pipe", "ignore"], journal);
    await quiet(journal);
    let stdout = "";
    child.kill("SIGTERM");
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    expect(await ended).toBe(143);
    await expect.poll(() => stdout.endsWith("}\n"), { timeout: 60_000 }).toBe(true);
    expect(printed({ stdout })).toEqual(runIds(400));
    expect(printed(await journal.run("since last --json -q"))).toEqual([]);
  });
});

describe("a stdout that leads nowhere", () => {
  it.each([
    ["closed", ">&-"],
    ["a null device that can be read too", "1<> /dev/null"],
  ])("%s: the cursor stays where it is, and that is said", async (_, redirection) => {
    const journal = await openJournal();
    await journal.run("since last --json -n 2");
    const { next } = await savedCursor(journal);
    const { stderr } = await shell(`flowrun since last --json ${redirection}`, journal);
    expect(stderr).toContain(
      "warning: stdout is closed, so nobody gets the runs: the cursor 'default' stays where it is",
    );
    expect(await savedCursor(journal)).toMatchObject({ next });
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(3, 2));
  });

  it("also the first time, and for tail", async () => {
    const journal = await openJournal();
    const tail = startWith("tail --since last --json", ["ignore", "ignore", "ignore"], journal);
    await asked(journal, 3);
    tail.child.kill("SIGTERM");
    expect(await tail.ended).toBe(143);
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(5));
  });

  it("/dev/null was meant: the cursor moves", async () => {
    const journal = await openJournal();
    const { stderr } = await shell("flowrun since last --json > /dev/null", journal);
    expect(stderr).not.toContain("warning");
    expect(printed(await journal.run("since last --json"))).toEqual([]);
  });
});

/** The lines of a file that hold anything; it may hold no NUL. */
async function recordsIn(file: string): Promise<readonly unknown[]> {
  const text = await readFile(file, "utf8");
  expect(text).not.toContain("\0");
  return printed({ stdout: text });
}

describe("a file whose writing failed half way", () => {
  it("that processes share (`> file` around a loop) holds whole lines and no NUL", async () => {
    const journal = await openJournal({ events: 2000 });
    const file = join(journal.env["HOME"] ?? "", "runs.ndjson");
    const loop = `for n in 1 2 3; do (ulimit -f 300; flowrun since last --json --limit 20; echo "exit $?" >&2); done > ${file}`;
    expect((await shell(loop, journal)).stderr).toMatch(/exit 1\n(.|\n)*exit 1\n(.|\n)*exit 1\n/);
    expect((await recordsIn(file)).length).toBeGreaterThan(50);
    await shell(`flowrun since last --json >> ${file}`, journal);
    expect(await recordsIn(file)).toEqual(runIds(2000));
  });

  it("and that another one goes on with, once there is room", async () => {
    const journal = await openJournal({ events: 2000 });
    const file = join(journal.env["HOME"] ?? "", "runs.ndjson");
    const line = `{ (ulimit -f 300; flowrun since last --json --limit 20); flowrun since last --json; } > ${file}`;
    await shell(line, journal);
    expect(await recordsIn(file)).toEqual(runIds(2000));
  });

  it("with -o csv and -o json too", async () => {
    for (const format of ["csv --columns runId", "json"]) {
      const journal = await openJournal({ events: 2000 });
      const file = join(journal.env["HOME"] ?? "", "runs");
      await shell(`{ (ulimit -f 4; flowrun since last -o ${format} --limit 500); true; } > ${file}`, journal);
      const text = await readFile(file, "utf8");
      expect(text).not.toContain("\0");
      expect(text).toMatch(/\n$/);
    }
  });

  const canMount = isLinux && spawnSync("unshare", ["-m", "true"]).status === 0;

  it.skipIf(!canMount)("on a full disk that gets room again", async () => {
    const journal = await openJournal({ events: 2000 });
    const disk = await scratch();
    const inside = `flowrun() { "${node}" "${binary}" "$@"; }
      mount -t tmpfs -o size=300k none ${disk}
      { flowrun since last --json --limit 20; mount -o remount,size=100m ${disk}; flowrun since last --json; } > ${disk}/f
      cat ${disk}/f`;
    await writeFile(join(journal.env["HOME"] ?? "", "script"), inside);
    const { stdout } = await shell(`unshare -m bash "$HOME/script"`, journal);
    expect(stdout).not.toContain("\0");
    expect(printed({ stdout })).toEqual(runIds(2000));
  });
});

describe("a file that ends in the middle of a line, as after kill -9", () => {
  const torn = `{"runId":"run-`;

  /** What stands behind the torn line after a reading was added in that way. */
  async function added(line: (file: string) => string, before = torn): Promise<string> {
    const journal = await openJournal({ events: 2 });
    const file = join(journal.env["HOME"] ?? "", "runs");
    await writeFile(file, before);
    await shell(line(file), journal);
    const text = await readFile(file, "utf8");
    expect(text.startsWith(before)).toBe(true);
    return text.slice(before.length);
  }

  it.each(["ndjson", "csv", "table", "wide", "yaml"])("-o %s begins on a line of its own", async (format) => {
    expect(await added((file) => `flowrun since oldest -o ${format} >> ${file}`)).toMatch(/^\n[^\n]/);
  });

  it("-o json is no matter of lines", async () => {
    expect(await added((file) => `flowrun since oldest -o json >> ${file}`)).toMatch(/^\[/);
  });

  it("nothing is added where there is nothing to print", async () => {
    expect(await added((file) => `flowrun since oldest --flow none --json >> ${file}`)).toBe("");
  });

  it("nor to a file that is whole, or empty, or begun anew", async () => {
    const add = (file: string): string => `flowrun since oldest --json >> ${file}`;
    expect(await added(add, "{}\n")).toMatch(/^\{/);
    expect(await added(add, "")).toMatch(/^\{/);
    const journal = await openJournal({ events: 2 });
    const file = join(journal.env["HOME"] ?? "", "runs");
    await appendFile(file, torn);
    await shell(`flowrun since oldest --json > ${file}`, journal);
    expect(printed({ stdout: await readFile(file, "utf8") })).toEqual(runIds(2));
  });

  it.runIf(isLinux)("the place in the file counts where it is not appended to", async () => {
    const journal = await openJournal({ events: 1 });
    const file = join(await scratch(), "runs");
    await shell(`{ printf '${torn}'; flowrun since oldest --json; } > ${file}`, journal);
    expect(await readFile(file, "utf8")).toMatch(new RegExp(`^${torn}\n\\{`));
    const handle = await open(file, "r+");
    onTestFinished(() => handle.close());
    await handle.write("whole\n", 0);
    const { ended } = startWith("since oldest --json", ["ignore", handle.fd, "ignore"], journal);
    expect(await ended).toBe(0);
  });

  it("a process that is killed in mid-record is that kind of case", async () => {
    const journal = await openJournal({ events: 3000, latencyMs: 10 });
    const file = join(journal.env["HOME"] ?? "", "runs.ndjson");
    const line = `${node} ${binary} since last --json --limit 5 >> ${file} & sleep 1; kill -9 $!; printf '${torn}' >> ${file}`;
    await shell(line, journal);
    await shell(`flowrun since last --json >> ${file}`, journal);
    const lines = (await readFile(file, "utf8")).split("\n").filter((text) => text !== "" && text !== torn);
    expect(new Set(printed({ stdout: lines.join("\n") })).size).toBe(3000);
  });
});
