import { execFileSync } from "node:child_process";
import { constants } from "node:fs";
import { appendFile, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { bareEnv, flowrun, scratch, start } from "../support/flowrun.ts";
import { printed, runEvent, runIds } from "../support/journal.ts";

/** Runs as Adobe delivers them, a line each, in a folder without a profile, a token or a network. */
async function given(lines: readonly unknown[]) {
  const home = await scratch();
  const file = join(home, "events.ndjson");
  await writeFile(file, lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
  const env = bareEnv(home);
  return {
    file,
    run: (args: readonly string[], input?: string | Uint8Array) =>
      flowrun(args, { env, ...(input === undefined ? {} : { input }) }),
    start: (args: readonly string[]) => start(args, { env }),
  };
}

describe("a file instead of the journal", () => {
  it("is read by since, and what since prints is read again to the same", async () => {
    const { file, run } = await given([runEvent(0), runEvent(1), runEvent(1), runEvent(2)]);
    const first = await run(["since", "--from", file, "--json"]);
    expect([first.code, printed(first)]).toEqual([0, runIds(3)]);
    expect(first.stderr).toContain("3 runs printed, 0 failed · 4 lines, 1 duplicate dropped");
    const again = await run(["since", "--from", "-", "--json"], first.stdout);
    expect(again.stdout).toBe(first.stdout);
    const array = await run(["since", "--from", "-", "-o", "json"], gzipSync(first.stdout));
    const back = await run(["since", "--from", "-", "--json"], array.stdout);
    expect(back.stdout).toBe(first.stdout);
  });

  it("is counted by stats, from its first run to its last, or for the window that is asked for", async () => {
    const day = 86_400_000;
    const at = (n: number) => Date.UTC(2026, 0, 1) + n * day;
    const lines = Array.from({ length: 40 }, (_, n) => runEvent(n, { updatedAt: at(n) }));
    const { file, run } = await given(lines);
    for (const [name, input] of [[file], ["-", lines.map((line) => JSON.stringify(line)).join("\n")]] as const) {
      const all: unknown = JSON.parse((await run(["stats", "--from", name, "-o", "json"], input)).stdout);
      expect(all).toMatchObject({
        from: "2026-01-01T00:00:00.000Z",
        to: new Date(at(39)).toISOString(),
        total: { runs: 40 },
      });
      const part: unknown = JSON.parse(
        (await run(["stats", "2026-02-01", "--from", name, "-o", "json"], input)).stdout,
      );
      expect(part).toMatchObject({ from: "2026-02-01T00:00:00.000Z", total: { runs: 9 } });
    }
  });

  it("is looked through by show", async () => {
    const { file, run } = await given([runEvent(1), runEvent(2, { id: "run-number-2", status: "failed" })]);
    const { code, stdout } = await run(["show", "run-number", "--from", file]);
    expect(code).toBe(0);
    expect(stdout).toContain("run-number-2  failed");
    const none = await run(["show", "00000000", "--from", file]);
    expect([none.code, none.stdout]).toEqual([1, ""]);
    expect(none.stderr).toContain(`nothing in ${file}`);
  });

  it("gives wait its first match, or exit 1 at the end of a pipe", async () => {
    const { run } = await given([]);
    const input = [runEvent(1), runEvent(2)].map((line) => JSON.stringify(line)).join("\n");
    expect(printed(await run(["wait", "--from", "-", "--json"], input))).toEqual(["run-1"]);
    const none = await run(["wait", "--from", "-", "--status", "failed"], input);
    expect([none.code, none.stdout]).toEqual([1, ""]);
    expect(none.stderr).toContain("no matching run ended");
  });

  const patient = { interval: 20, timeout: 60_000 };

  it.skipIf(process.platform === "win32")("may be a pipe with a name, which Ctrl-C and a deadline end", async () => {
    const { file, start: begin, run } = await given([runEvent(0)]);
    const pipe = `${file}.pipe`;
    execFileSync("mkfifo", [pipe]);
    const waiting = begin(["since", "--from", pipe, "--json"]);
    const late = await run(["wait", "--from", pipe, "--timeout", "PT0.3S"]);
    expect([late.code, late.stdout]).toEqual([7, ""]);
    // A pipe takes a writer who does not wait once somebody reads it: before that, Ctrl-C would meet a program that starts.
    const writer = await vi.waitFor(() => open(pipe, constants.O_WRONLY | constants.O_NONBLOCK), patient);
    waiting.child.kill("SIGINT");
    expect((await waiting.finished).code).toBe(130);
    await writer.close();
    const counting = begin(["stats", "--from", pipe, "-o", "json"]);
    await writeFile(pipe, `${JSON.stringify(runEvent(1))}\n${JSON.stringify(runEvent(2))}\n`);
    const { code, stdout } = await counting.finished;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ total: { runs: 2 } });
  });

  it("that is read by nobody any more is let go of", async () => {
    const { file, start: begin } = await given([runEvent(0)]);
    const tail = begin(["tail", "--from", file, "--since", "oldest", "--json"]);
    await tail.saw("run-0");
    tail.child.stdout?.destroy();
    expect((await tail.finished).code).toBe(0);
  });

  it("is followed by tail, from its end unless told otherwise", async () => {
    const { file, start: begin } = await given([runEvent(0)]);
    const whole = begin(["tail", "--from", file, "--since", "oldest", "--json"]);
    const tail = begin(["tail", "--from", file, "--json"]);
    await whole.saw("run-0");
    // From the file's end as it is when tail looks, and nothing says when that is: it grows until a run is printed.
    let written = 0;
    while (tail.stdout() === "") {
      written += 1;
      await appendFile(file, `${JSON.stringify(runEvent(written))}\n`);
      await setTimeout(200);
    }
    await Promise.all([tail.saw(`run-${written}`), whole.saw(`run-${written}`)]);
    tail.child.kill("SIGINT");
    whole.child.kill("SIGINT");
    const [fromEnd, all] = await Promise.all([tail.finished, whole.finished]);
    expect([fromEnd.code, all.code]).toEqual([130, 130]);
    expect(printed(all)).toEqual(runIds(written + 1));
    expect(printed(fromEnd)).toEqual(runIds(written + 1).slice(-printed(fromEnd).length));
    expect(printed(fromEnd)).not.toContain("run-0");
  });

  it("that has bad lines is read all the same, and they are named", async () => {
    const { file, run } = await given([runEvent(0), "oops", runEvent(1)]);
    await appendFile(file, '{"half');
    const { code, stdout, stderr } = await run(["since", "--from", file, "--json"]);
    expect([code, printed({ stdout })]).toEqual([0, runIds(2)]);
    expect(stderr).toContain(`warning: ${file}:2 could not be read and was passed by: it is not JSON`);
    expect(stderr).toContain(`warning: ${file}:4 could not be read and was passed by: it is half a line`);
    expect(stderr).toContain("2 unreadable");
  });

  it("that is empty is told of; JSON over many lines is told how to become one", async () => {
    const { run } = await given([]);
    expect((await run(["since", "--from", "-"], "")).stderr).toContain("0 runs printed, 0 failed · 0 lines");
    const pretty = JSON.stringify(runEvent(0), null, 2);
    expect((await run(["since", "--from", "-"], pretty)).stderr).toContain("jq -c . | flowrun since --from -");
  });

  it("that is not one of ours does not flood the terminal", async () => {
    const { file, run } = await given(Array.from({ length: 5000 }, () => "no record"));
    const { code, stderr } = await run(["since", "--from", file]);
    expect(code).toBe(0);
    expect(stderr.split("\n").length).toBeLessThan(30);
    expect(stderr).toContain("5,000 unreadable");
  });

  it.each<[string, readonly string[], string]>([
    ["that is missing", ["--from", "/nonexistent/runs.ndjson"], "there is no such file"],
    ["that is a folder", ["--from", "."], "it is a folder"],
    ["that is binary", ["--from", process.execPath], "it is binary"],
    ["together with a cursor", ["last", "--from", "x"], "a cursor is a place in the journal"],
    ["together with names from Adobe", ["--from", "x", "--names"], "--names asks Adobe"],
    ["without a name", ["--from", ""], "--from names no file"],
  ])("%s is refused in three lines, exit 2", async (_, args, why) => {
    const { run } = await given([]);
    const { code, stdout, stderr } = await run(["since", ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(why);
    expect(stderr.trimEnd().split("\n")).toHaveLength(3);
  });
});
