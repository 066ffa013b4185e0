import { spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bareEnv, flowrun, scratch } from "../support/flowrun.ts";
import { openJournal, runEvent, type OpenJournal } from "../support/journal.ts";
import { hasTerminal, openTerminal } from "../support/terminal.ts";

const hasLess = spawnSync("less", ["--version"]).status === 0;

/** A pager that keeps what it is given, says so, and ends as it is told to. */
async function script(body: string): Promise<{ readonly path: string; readonly kept: () => Promise<string> }> {
  const path = join(await scratch(), "pager");
  await writeFile(path, `#!/bin/sh\n${body.replaceAll("KEPT", `${path}.kept`)}\n`);
  await chmod(path, 0o755);
  return { path, kept: () => readFile(`${path}.kept`, "utf8") };
}

/** What a profile holds that reads this journal. */
function settingsOf({ clientId, clientSecret, imsOrgId, journalUrl, imsUrl, apiUrl }: OpenJournal["server"]) {
  return { clientId, clientSecret, imsOrgId, journalUrl, imsUrl, apiUrl };
}

async function open(line: string, env: Readonly<Record<string, string>> = {}) {
  return openTerminal(line, { env: { ...bareEnv(await scratch()), ...env } });
}

describe.skipIf(!hasTerminal)(`the pager${hasTerminal ? "" : " (no tmux here)"}`, () => {
  it.skipIf(!hasLess)("is less, which shows the catalogue by family a screen at a time", async () => {
    const terminal = await open("flowrun explain; stty -a | grep -o ' echo '");
    const first = await terminal.shows(/^Adobe Experience Platform sources, stage of a flow run \(connector\)$/m);
    expect(first).toMatch(/^ {2}CONNECTOR-1001-500 {12}The run failed while data was/m);
    expect(first).not.toContain("INGEST-1555-400");
    for (const line of first.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(terminal.colours()).toMatch(/\u001b\[1m[^\n]*\(connector\)/);
    terminal.press("Space");
    await terminal.shows("INGEST-1555-400");
    terminal.press("q");
    // The terminal is as it was: it shows what is typed.
    expect(await terminal.shows("exit 0")).toMatch(/^ *echo *$/m);
  });

  it.skipIf(!hasLess)("has Ctrl-C for itself, and quitting it is no failure", async () => {
    const terminal = await open("flowrun explain");
    await terminal.shows("(connector)");
    terminal.press("C-c");
    // The pager throws away keys that came before it heard of the Ctrl-C; to the end it may be told to go more than once.
    const told = { timeout: 60_000, interval: 200 };
    const goToEnd = (): string => {
      terminal.press("G");
      return terminal.screen();
    };
    await expect.poll(goToEnd, told).toContain("(END)");
    terminal.press("q");
    await terminal.shows("exit 0");
  });

  it("is FLOWRUN_PAGER before PAGER, with its own arguments, and gets the whole text", async () => {
    const mine = await script('cat > KEPT; echo "kept with $1"');
    const other = await script("echo other; cat > /dev/null");
    const terminal = await open("flowrun explain", { FLOWRUN_PAGER: `${mine.path} two`, PAGER: other.path });
    expect(await terminal.shows("exit 0")).toContain("kept with two");
    expect(terminal.screen()).not.toContain("other");
    const kept = await mine.kept();
    expect(kept).toContain("CONNECTOR-1001-500");
    expect(kept).toContain("(sources-api)");
  });

  it("may be a line for the shell", async () => {
    const { path, kept } = await script("cat > KEPT");
    const terminal = await open("flowrun explain", { PAGER: `grep INGEST-14 | ${path}` });
    await terminal.shows("exit 0");
    expect(await kept()).toMatch(/INGEST-1401-400/);
  });

  it("may end before it has read anything, or with a failure of its own", async () => {
    const { path } = await script("exit 3");
    const terminal = await open("flowrun explain", { PAGER: path });
    await terminal.shows("exit 0");
  });

  it("that cannot be started leaves the text to the terminal", async () => {
    const terminal = await open("flowrun explain | tail -2; flowrun explain", { PAGER: "/nonexistent/pager" });
    expect(await terminal.shows("exit 0")).toMatch(/1714-400/);
  });

  it("that is stopped from outside goes with flowrun", async () => {
    const { path, kept } = await script("echo $PPID $$ > KEPT; echo ready; exec sleep 60");
    const terminal = await open("flowrun explain", { PAGER: path });
    await terminal.shows("ready");
    const [flowrunId, pagerId] = (await kept()).trim().split(" ").map(Number);
    process.kill(flowrunId!, "SIGTERM");
    await terminal.shows("exit 143");
    expect(() => process.kill(pagerId!, 0)).toThrow("ESRCH");
  });

  it.each([
    ["is not started with --no-pager", "flowrun explain --no-pager", {}],
    ["is not started with an empty FLOWRUN_PAGER", "flowrun explain", { FLOWRUN_PAGER: "" }],
    ["is not started on a terminal that can do nothing", "flowrun explain", { TERM: "dumb" }],
    ["is not started for JSON", "flowrun explain --json", {}],
    ["is not started for what fits on the screen", "flowrun explain 2200", {}],
  ])("%s", async (_, line, env) => {
    const { path } = await script("echo paged; cat > /dev/null");
    const terminal = await open(line, { PAGER: path, ...env });
    expect(await terminal.shows("exit 0")).not.toContain("paged");
  });
});

describe.skipIf(!hasTerminal)(`the pager of a reading${hasTerminal ? "" : " (no tmux here)"}`, () => {
  const day = "since -P1D --profile demo";
  /** More than a pipe holds. */
  const week = "since oldest --profile demo";

  it.skipIf(!hasLess)("is less, which has all there is when it is asked for the end", async () => {
    const terminal = await open(`flowrun ${week}`);
    await terminal.shows(/^:$/m);
    expect(terminal.screen()).toMatch(/UPDATED \(UTC\) +STATUS/);
    expect(terminal.screen()).not.toContain("runs printed");
    terminal.press("G");
    await terminal.shows("(END)");
    terminal.press("q");
    expect(await terminal.shows("exit 0")).toMatch(/\d,\d\d\d runs printed, \d+ failed/);
  });

  it.skipIf(!hasLess)("is fed as the reading goes on, and quitting it ends the reading: exit 0", async () => {
    const journal = await openJournal({ events: 3000, latencyMs: 20 });
    const terminal = await open("flowrun since oldest --limit 5 --jobs 1 --columns runId,flow", journal.env);
    await terminal.shows("run-9");
    expect(journal.asked().length).toBeLessThan(400);
    terminal.press("q");
    const last = await terminal.shows("exit 0");
    const [, count = ""] = /(\S+) runs printed/.exec(last) ?? [];
    expect(Number(count.replace(",", ""))).toBeLessThan(3000);
    expect(journal.asked().length).toBeLessThan(600);
  });

  it.skipIf(!hasLess)("keeps an error until it has been quit", async () => {
    const journal = await openJournal({ events: 200 });
    const at = Array.from({ length: 20 }, (_, n) => n + 10);
    journal.fault({ at, fault: { kind: "status", status: 500 } });
    const line = "flowrun since oldest --limit 10 --jobs 1 --retries 0 --columns runId,flow";
    const terminal = await open(line, journal.env);
    await terminal.shows("run-9");
    terminal.press("G");
    await terminal.shows("(END)");
    expect(terminal.screen()).not.toContain("error:");
    terminal.press("q");
    expect(await terminal.shows("exit 5")).toContain("error:");
  });

  it.each([
    ["since", day],
    ["stats", "stats --by flow --bucket PT1H --profile demo"],
    ["show", "show fd4c3794 --profile demo"],
    ["a table of the catalogue", "explain --columns code"],
  ])("gets the whole of %s", async (_, line) => {
    const mine = await script("cat > KEPT; echo paged");
    const terminal = await open(`flowrun ${line}`, { PAGER: mine.path });
    await terminal.shows("exit 0");
    expect(terminal.screen()).toContain("paged");
    expect((await mine.kept()).split("\n").length).toBeGreaterThan(24);
  });

  it("that cannot be started leaves a long reading to the terminal, all of it", async () => {
    const terminal = await open(`flowrun ${day} -o wide --columns runId -q`, { PAGER: "/nonexistent/pager" });
    const shown = await terminal.shows("exit 0");
    const { stdout } = await flowrun([...day.split(" "), "--columns", "runId", "-q"], {
      env: bareEnv(await scratch()),
    });
    // The day has gone on in between.
    const last = stdout.trimEnd().split("\n").slice(-20);
    expect(last.some((id) => shown.includes(id))).toBe(true);
  });

  it("leaves the last words behind what fits on the screen, and an error too", async () => {
    const terminal = await open(
      "flowrun since -P7D -n 3 --profile demo; flowrun show fd4c3794 --no-pager --profile demo",
    );
    expect(await terminal.shows("exit 0")).toMatch(/NEXT[^]*1 run found/);
    const other = await open("flowrun since -P7D -n 3 --profile demo; flowrun stats -P1D --run none --profile demo");
    const shown = await other.shows("exit 0");
    expect(shown).toMatch(
      /UPDATED[^]*\n\w{8} {2}\d\d-[^]*columns hidden[^]*3 runs printed[^]*Window[^]*0 runs counted/,
    );
  });

  it("that has been given all there is leaves the exit code as it is", async () => {
    const { path } = await script("cat > /dev/null; echo paged");
    const terminal = await open("flowrun since -P1D --profile demo --fail-on failed", { PAGER: path });
    expect(await terminal.shows(/exit \d/)).toContain("paged");
    expect(terminal.screen()).toContain("exit 3");
  });

  it("gets the runs of all profiles, whichever ends first", async () => {
    const { path, kept } = await script("cat > KEPT; echo paged");
    const env = bareEnv(await scratch());
    const folder = join(env["FLOWRUN_HOME"] ?? "", "profiles");
    await mkdir(folder, { recursive: true });
    for (const [name, runs] of [
      ["brief", 290],
      ["long", 900],
    ] as const) {
      const began = Date.now() - 7_200_000;
      const events = Array.from({ length: runs }, (_, n) =>
        runEvent(n, { id: `${name}-${n}`, eventId: `${name}-e${n}`, updatedAt: began + n * 1000 }),
      );
      const { server } = await openJournal({ latencyMs: 300, events });
      const saved = { ...settingsOf(server), scopes: server.scopes.join(",") };
      await writeFile(join(folder, `${name}.json`), JSON.stringify(saved), { mode: 0o600 });
    }
    const line = "flowrun since oldest --limit 150 --jobs 1 --columns runId --no-headers --profile brief,long";
    const terminal = await openTerminal(line, { env: { ...env, PAGER: path } });
    expect(await terminal.shows("exit 0")).toContain("1,190 runs printed");
    expect((await kept()).split("\n").filter((row) => row.startsWith("long-"))).toHaveLength(900);
  });

  it("may be one that reads a little and leaves", async () => {
    const terminal = await open(`flowrun ${week} -o wide`, { PAGER: "head -2" });
    expect(await terminal.shows("exit 0")).toMatch(/UPDATED/);
    expect(terminal.screen()).not.toContain("error");
  });

  it.each([
    ["with --no-pager", `${day} --no-pager`],
    ["with --out", `${day} --out $HOME/runs.txt`],
    ["for JSON", `${day} --json`],
    ["for since last", "since last --profile demo"],
    ["for since -f", "since oldest -f -n 200 --profile demo"],
    ["for tail", "tail --since oldest -n 200 --profile demo"],
    ["for what fits on the screen", "since oldest -n 3 --profile demo"],
  ])("is not started %s", async (_, line) => {
    const { path } = await script("echo paged; cat > /dev/null");
    const terminal = await open(`flowrun ${line}`, { PAGER: path });
    expect(await terminal.shows(/exit \d/)).not.toContain("paged");
    expect(terminal.screen()).toContain("exit 0");
  });
});

describe("without a terminal", () => {
  it("there is no pager, whatever is asked for", async () => {
    const { path } = await script("echo paged; cat > /dev/null");
    const env = { ...bareEnv(await scratch()), PAGER: path, FLOWRUN_PAGER: path };
    const { code, stdout } = await flowrun(["explain"], { env });
    expect(stdout).toMatch(/^CODE +FAMILY +MEANING\n/);
    expect(code).toBe(0);
  });
});
