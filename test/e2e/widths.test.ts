import { describe, expect, it } from "vitest";
import { widthOf } from "../../src/render/text/cut-text.ts";
import { scratch } from "../support/flowrun.ts";
import { openJournal, runEvent } from "../support/journal.ts";
import { hasTerminal, openTerminal } from "../support/terminal.ts";

/** Every command that prints, and every kind of word on stderr: retries excepted, which are told as all notices are. */
const commands = {
  readings: [
    "since -PT6H",
    "since -PT6H -v -q",
    "since -PT1H -v",
    "since -PT6H --columns run,runId,position,flow,records.input,updatedAt,status,error,message,sandbox.name,batchIds",
    "since -P1D --where 'status == \"failed\" && records.failed > 100 && durationMs > 30m && flowName =~ /a long one/ &&& true'",
    "since -P1D --columns nothing",
    "since last --from nowhere",
    "flows",
    "flows --late --schedule",
  ],
  figures: ["stats", "stats --by flow --bucket PT3H", "stats --by code"],
  comparisons: [
    "stats -P3D --by flow --compare",
    "stats -P4D --compare",
    "stats -P7D --compare",
    "stats --compare --bucket PT1H",
  ],
  "single runs": [
    'show $(flowrun since -P1D --status failed --json -q | head -1 | sed \'s/.*"runId":"//; s/".*//\')',
    "show 00000000-no-such-run --since -PT1H",
    "show x",
    "wait --run nothing --timeout PT1S",
  ],
  settings: [
    "doctor",
    "registrations",
    "registrations use nothing",
    "profile list",
    "cursor list",
    "cursor set nightly oldest",
    "cursor show nightly",
    "cursor list",
    "whoami",
    "config path",
    "config list",
    "login",
  ],
  words: [
    "demo",
    "explain",
    "explain CONNECTOR-2001-500",
    "explain 133",
    "explain nothing-like-it",
    "--help",
    "since --help",
    "cursor set --help",
    "frobnicate",
    "cursor",
  ],
};
const kinds = Object.entries(commands);

describe.skipIf(!hasTerminal)(`every command${hasTerminal ? "" : " (no tmux here)"}`, () => {
  // A terminal for each kind: all in one would be as long at it as a slow machine takes for fifty commands.
  it.each([40, 80, 100, 120, 200].flatMap((columns) => kinds.map(([kind, lines]) => ({ columns, kind, lines }))))(
    "prints no line wider than $columns columns: $kind",
    async ({ columns, kind, lines }) => {
      const home = await scratch();
      const env = { FLOWRUN_HOME: home, FLOWRUN_PROFILE: "demo", PAGER: "cat", FLOWRUN_CLIENT_ID: "not-used" };
      // Words are asked for by a person, at the keyboard.
      const input = kind === "words" ? "" : " < /dev/null";
      const script = lines.map((line, at) => `echo "= ${at}"; flowrun ${line}${input}`).join("; ");
      const terminal = await openTerminal(`${script}; echo all is said`, { env, columns });
      await expect.poll(() => terminal.screen(), { timeout: 280_000, interval: 500 }).toMatch(/^all is said$/m);
      const printed = terminal.printed();
      expect(printed.filter((line) => line.startsWith("= "))).toHaveLength(lines.length);
      expect(printed.filter((line) => widthOf(line.trimEnd()) > columns)).toEqual([]);
      expect(printed.join("\n")).not.toContain("flowrun hit a bug");
    },
  );

  it.each([40, 80, 120])("prints a journal of long names and codes in %i columns", async (columns) => {
    const code = "UserErrorOdbcOperationFailedAndNobodyKnowsWhyNotEvenTheOnesWhoWroteIt";
    const journal = await openJournal({
      events: [
        runEvent(0, { flowName: "日本の店舗 売上 🛒 ".repeat(20) }),
        runEvent(1, { flowName: "x".repeat(300), status: "failed", errors: [code] }),
        runEvent(2, {
          status: "a status that nobody knows, and that is long",
          id: "scheduled__2026-11-29T03:00:00+00:00",
        }),
      ],
    });
    const line =
      "flowrun since -P1D; flowrun stats --by flow; flowrun stats --by status; flowrun stats -PT1H --by flow --compare; flowrun show scheduled__2026";
    const terminal = await openTerminal(line, { env: { ...journal.env, FLOWRUN_PAGER: "" }, columns });
    await terminal.shows("exit 0");
    const printed = terminal.printed();
    expect(printed.join("\n")).toContain("schedule");
    expect(printed.filter((one) => widthOf(one.trimEnd()) > columns)).toEqual([]);
  });
});
