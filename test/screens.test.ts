import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { bareEnv, scratch } from "./support/flowrun.ts";
import { runHere } from "./support/in-process.ts";

/**
 * docs/screens.md shows what comes out: the demo's week as it stands at one moment, on terminals of some widths. Made anew
 * by `npx vitest run test/screens.test.ts -u`.
 */

const now = Date.UTC(2026, 10, 29, 12, 0, 0);

interface Screen {
  readonly title: string;
  /** Read at 80 columns, unless it says otherwise. */
  readonly columns?: number;
  readonly line: string;
}

const screens: readonly Screen[] = [
  { title: "The first minute", line: "flowrun demo" },
  { title: "What ran in the last two hours", line: "flowrun since -PT2H" },
  { title: "What failed yesterday", line: "flowrun since yesterday --until today --status failed" },
  { title: "The same on a wider screen", columns: 120, line: "flowrun since yesterday --until today --status failed" },
  { title: "And on a narrow one", columns: 40, line: "flowrun since yesterday --until today --status failed" },
  { title: "Why one of them failed", line: "flowrun show fd4c3794" },
  { title: "What a code means", line: "flowrun explain AADSTS7000222" },
  { title: "How the week went", columns: 100, line: "flowrun stats -P7D --by code" },
  { title: "Worse than before?", line: "flowrun stats -P3D --compare" },
  { title: "The same by flow, on a wider screen", columns: 120, line: "flowrun stats -P3D --compare --by flow" },
  {
    title: "How the month went, with an archive behind the journal",
    columns: 120,
    line: "flowrun stats -P30D --by flow",
  },
  { title: "The slowest runs of the day", columns: 100, line: "flowrun since -P1D --sort -durationMs -n 5" },
  { title: "What happened in Lytics", line: "flowrun lytics since -PT5H -n 12" },
  {
    title: "What failed there this week",
    line: "flowrun lytics since -P3D --status failed --names",
  },
  {
    title: "The same week, on a wider screen",
    columns: 120,
    line: "flowrun lytics since -P7D --status failed --names",
  },
  { title: "A filter that matches nothing", line: 'flowrun since -P1D --flow "web odrers"' },
  { title: "A window that cannot be", line: "flowrun since today --until yesterday" },
  { title: "A slip of the pen", line: "flowrun sicne -P1D" },
  { title: "Without a command, for somebody who is new", line: "flowrun" },
];

/** The words of a line, of which some stand in quotes. */
function wordsOf(line: string): readonly string[] {
  return (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
}

const fence = "```";

async function show({ title, columns = 80, line }: Screen): Promise<string> {
  const isBare = line === "flowrun";
  const home = await scratch();
  // A terminal that lines are not redrawn on, no colours, and one reader: how many pages several take goes by their pace.
  const looks = { TERM: "dumb", NO_COLOR: "1", FLOWRUN_JOBS: "1", ...(isBare ? {} : { FLOWRUN_PROFILE: "demo" }) };
  const env = { ...bareEnv(home), ...looks };
  const { screen } = await runHere(wordsOf(line).slice(1), { env }, { columns, now: () => now });
  const where = columns === 80 ? "" : ` (${columns} columns)`;
  const lines = screen
    .trimEnd()
    .split("\n")
    .map((text) => text.trimEnd());
  return [`## ${title}${where}`, "", `${fence}text`, `$ ${line}`, ...lines, fence, ""].join("\n");
}

test("docs/screens.md is what comes out", async () => {
  vi.stubEnv("TZ", "UTC");
  const shown: string[] = [];
  for (const screen of screens) shown.push(await show(screen));
  const head = `# Screens

What flowrun shows, with \`export FLOWRUN_PROFILE=demo\`, on a terminal of 80 columns unless it says otherwise. The tests
make this page from what comes out, for one moment of the demo's week (2026-11-29, noon, UTC). What the columns are is
told in [What it prints](record.md).

`;
  await expect(head + shown.join("\n")).toMatchFileSnapshot("../docs/screens.md");
});

test("and the README's first example is the same", () => {
  const firstOf = (path: string) => /^```(?:console|text)\n([^]*?)^```$/m.exec(readFileSync(path, "utf8"))?.[1];
  expect(firstOf("README.md")).toMatch(/^\$ flowrun demo\n/);
  expect(firstOf("README.md")).toBe(firstOf("docs/screens.md"));
});
