import { describe, expect, it } from "vitest";
import { openJournal, runEvent } from "../support/journal.ts";
import { hasTerminal, openTerminal } from "../support/terminal.ts";

const long = "A dataflow with a name that is far longer than any screen of eighty columns could ever show in one line";

describe.skipIf(!hasTerminal)(`a terminal of 80 columns${hasTerminal ? "" : " (no tmux here)"}`, () => {
  it("since: a coloured table that fits, and its closing line", async () => {
    const journal = await openJournal({
      events: [runEvent(0, { flowName: long }), runEvent(1, { status: "failed", errors: ["CONNECTOR-1001-500"] })],
    });
    const terminal = await openTerminal("flowrun since -P1D", { env: journal.env });
    const screen = await terminal.shows("exit 0");
    for (const line of screen.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(screen).toContain("…");
    expect(screen).toContain("CONNECTOR-1001-500");
    expect(screen).toMatch(/2 runs printed, 1 failed · 2 events, 0 duplicates dropped · \d+ pages · \d\.\d s/);

    expect(terminal.colours()).toMatch(/\u001b\[[\d;]*m/);
  });

  it("cursor list: the zone that since has on a terminal, and UTC in a pipe", async () => {
    const journal = await openJournal();
    const line = "flowrun since last -q > /dev/null; flowrun cursor list; flowrun cursor list | cat";
    const terminal = await openTerminal(line, { env: { ...journal.env, TZ: "Asia/Tokyo" } });
    const screen = await terminal.shows("exit 0");
    expect(screen).toMatch(/READ UNTIL \((?:JST|UTC\+09:00)\) [^]*\ndefault +\d\d-\d\d \d\d:\d\d:\d\d /);
    expect(screen).toMatch(/READ UNTIL \(UTC\) [^]*\ndefault +\d{4}-\d\d-\d\dT\S+Z /);
  });

  it("since -o wide: says that it is for other places", async () => {
    const journal = await openJournal({ events: 1 });
    const terminal = await openTerminal("flowrun since -P1D -o wide", { env: journal.env });
    expect(await terminal.shows("exit 0")).toContain("-o wide is for pipes and wide screens");
  });

  it("since: NO_COLOR", async () => {
    const journal = await openJournal();
    const terminal = await openTerminal("flowrun since -P1D", { env: { ...journal.env, NO_COLOR: "1" } });
    await terminal.shows("exit 0");

    expect(terminal.colours()).not.toMatch(/\u001b\[[1-9]/);
  });

  it("tail: the live line says that it is caught up, gives way to a run, and goes with Ctrl-C", async () => {
    const journal = await openJournal();
    const terminal = await openTerminal("flowrun tail --columns status,runId", { env: journal.env });
    await terminal.shows(/^caught up at \d\d:\d\d:\d\dZ, asking again in 1\.0 s · 0 runs, 0 events/m);
    journal.add(runEvent(5));
    const screen = await terminal.shows(/^ *success +run-5[^]*^caught up/m);
    expect(screen.match(/caught up/g)).toHaveLength(1);
    terminal.press("C-c");
    expect(await terminal.shows("exit 130")).not.toContain("caught up");
  });

  it("tail --no-progress and tail -q show no live line", async () => {
    const journal = await openJournal();
    const [plain, quiet] = await Promise.all([
      openTerminal("flowrun tail --no-progress --columns status,runId", { env: journal.env }),
      openTerminal("flowrun tail -q --columns status,runId", { env: journal.env }),
    ]);
    await expect.poll(() => journal.asked().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(4);
    journal.add(runEvent(5));
    for (const terminal of [plain, quiet]) expect(await terminal.shows("run-5")).not.toContain("caught up");
  });

  it("tail: a 204 that does not say how long to wait means ten seconds (T11)", async () => {
    const journal = await openJournal({ journal: { retryAfter: "in a while" } });
    const terminal = await openTerminal("flowrun tail", { env: journal.env });
    await terminal.shows("asking again in 10.0 s");
  });

  it("since: a retry is told while it waits", async () => {
    const journal = await openJournal({ faults: [{ fault: { kind: "status", status: 503, retryAfter: "120" } }] });
    const terminal = await openTerminal("flowrun since -P1D", { env: journal.env });
    const screen = await terminal.shows(/again\s+at \d\d:\d\d:\d\dZ/);
    expect(screen).toContain("the journal answered 503");
    terminal.press("C-c");
    await terminal.shows("exit 130");
  });
});
