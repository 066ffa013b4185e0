import { describe, expect, test } from "vitest";
import { localTimeIn } from "../../../src/render/text/local-time.ts";
import { resolveColumns } from "../../../src/render/formats/run-columns.ts";
import { usualSpans } from "../../../src/render/formats/fit.ts";
import { layGrid } from "../../../src/render/text/grid.ts";
import { widthOf } from "../../../src/render/text/cut-text.ts";
import { createPainter } from "../../../src/render/text/painter.ts";
import { tableRenderer, type TableOptions } from "../../../src/render/formats/table.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { failure, hostileShown, hostileText, sampleNow, samplePage, sampleRun } from "../sample-runs.ts";

interface Look extends Partial<Omit<TableOptions<FlowRun>, "columns" | "room">> {
  readonly format?: "table" | "wide";
  readonly columns?: readonly string[];
  readonly room?: number;
}

const terminal = { style: "local", local: localTimeIn("UTC"), now: () => sampleNow } as const;
const pipe = { ...terminal, style: "iso" } as const;

function open({ format = "table", columns, room = Infinity, ...look }: Look = {}) {
  const shown = resolveColumns(columns, format);
  return tableRenderer({
    columns: shown,
    before: usualSpans(shown),
    draw: layGrid,
    mayHide: columns === undefined,
    headers: true,
    painter: createPainter(false),
    time: room === Infinity ? pipe : terminal,
    room: () => room,
    ...look,
  });
}

/** The lines of a table, laid in the pages given. */
function lay(look: Look, ...pages: readonly (readonly FlowRun[])[]): string[] {
  const renderer = open(look);
  const text = pages.map((page) => renderer.lay(page.map(renderer.encode))).join("");
  expect(text.endsWith("\n")).toBe(true);
  return text.slice(0, -1).split("\n");
}

/** What fits in 80 columns with everything that an engineer needs first. */
const named = samplePage.filter((run) => run.flowName !== null);

describe("golden pages", () => {
  test.each([40, 80, 120, 200])("on a terminal of %i columns", async (room) => {
    const text = lay({ room }, samplePage).join("\n");
    await expect(`${text}\n`).toMatchFileSnapshot(`../../../fixtures/golden/table-terminal-${room}.txt`);
  });

  test("in a pipe", async () => {
    await expect(`${lay({}, samplePage).join("\n")}\n`).toMatchFileSnapshot("../../../fixtures/golden/table-pipe.txt");
  });

  test("wide", async () => {
    const text = lay({ format: "wide" }, samplePage).join("\n");
    await expect(`${text}\n`).toMatchFileSnapshot("../../../fixtures/golden/table-wide.txt");
  });

  test("in colour", async () => {
    const text = lay({ room: 120, painter: createPainter(true) }, samplePage).join("\n");
    await expect(`${text}\n`).toMatchFileSnapshot("../../../fixtures/golden/table-terminal-120-colour.ansi");
  });
});

describe("in a pipe", () => {
  test("nothing is coloured, cut, wrapped or padded at the end", () => {
    const name = "a name that goes on and on ".repeat(12).trim();
    const lines = lay({}, [sampleRun({ flowName: name }), ...samplePage]);
    expect(lines).toHaveLength(samplePage.length + 2);
    expect(lines[1]).toContain(name);
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
    expect(lines.join("")).not.toMatch(/\u001b|…/);
  });

  test("a monstrous cell does not pad the other rows", () => {
    const [, monstrous, plain] = lay({}, [sampleRun({ flowName: "x".repeat(5000) }), sampleRun()]);
    expect(monstrous?.length).toBeGreaterThan(5000);
    expect(plain?.length).toBeLessThan(300);
  });
});

describe("on a terminal", () => {
  test("80 columns show time, status, flow, failed records and error", () => {
    const lines = lay({ room: 80 }, named);
    expect(lines[0]?.split(/ {2,}/)).toEqual(["UPDATED (UTC)", "STATUS", "FLOW", "ERROR"]);
    const short = lay({ room: 80 }, [sampleRun(), sampleRun(failure("CONNECTOR-2001-500"))]);
    expect(short[0]?.split(/ {2,}/)).toEqual(
      expect.arrayContaining(["UPDATED (UTC)", "STATUS", "FLOW", "FAILED", "ERROR"]),
    );
  });

  test.each([64, 80, 100, 120, 160, 200])("no row of named flows is wider than %i columns", (room) => {
    const lines = lay(
      { room },
      named.map((run) => ({ ...run, flowName: `${run.flowName ?? ""} 日本の店舗 🛒`.repeat(4) })),
    );
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(room);
    expect(lines.slice(1).every((line) => line.includes("…"))).toBe(true);
  });

  test.each([20, 40, 80, 120])("ids, codes and numbers are whole at %i columns", (room) => {
    const code = "CONNECTOR-1001-500";
    const root = "UserErrorAVeryLongCodeThatNamesWhateverWentWrongDeepInside";
    const run = sampleRun({ ...failure(code, { code: root, message: null }), flowName: null, batchIds: ["batch-1"] });
    const columns = ["flow", "runId", "position", "error", "batchIds", "records.input"];
    const text = lay({ room, columns }, [run]).join("\n");
    for (const whole of [run.flowId, run.runId, run.position, `${code} → ${root}`, "batch-1", "1,234,567"]) {
      expect(text).toContain(whole);
    }
    expect(text).not.toContain("…");
  });

  test("other text gives way before an id that stands in for a name", () => {
    const runs = [
      sampleRun({ flowName: "a name longer than any id is ".repeat(3) }),
      sampleRun({ flowName: null, sandbox: { id: null, name: "a sandbox with quite a name of its own" } }),
    ];
    const lines = lay({ room: 67, columns: ["flow", "sandbox.name", "status"] }, runs);
    expect(lines.map((line) => line.search(/STATUS|success/))).toEqual([60, 60, 60]);
  });

  test("named columns are never hidden, and others are counted", () => {
    const columns = ["updatedAt", "status", "sandbox.name", "durationMs", "records.input", "bytes.output", "runId"];
    const namedOnes = open({ room: 40, columns });
    expect(namedOnes.lay([namedOnes.encode(sampleRun())])).toContain("BYTES OUT");
    expect(namedOnes.hidden()).toBe(0);

    const defaults = open({ room: 80 });
    expect(defaults.hidden()).toBe(0);
    const header = defaults.lay([defaults.encode(sampleRun())]).split("\n")[0] ?? "";
    expect(defaults.hidden()).toBe(10 - header.split(/ {2,}/).length);
    expect(defaults.hidden()).toBeGreaterThan(0);
  });

  test("wide hides and cuts nothing: its caller gives it all the room", () => {
    const wide = open({ format: "wide" });
    const text = wide.lay([wide.encode(sampleRun(failure("A-1", null, "what went wrong")))]);
    expect(text).toMatch(/ERROR +RUN ID +FLOW ID +EVENT CODE +POSITION +MESSAGE\n/);
    expect(text).toContain("what went wrong");
    expect(wide.hidden()).toBe(0);
  });

  test("emoji and wide letters are cut between characters", () => {
    const flowName = "👩‍👩‍👧日本".repeat(20);
    const cell = lay({ room: 31, columns: ["flow", "status"] }, [sampleRun({ flowName })])[1] ?? "";
    expect(cell).toMatch(/^(?:👩‍👩‍👧日本)+(?:👩‍👩‍👧日?)?… +success$/u);
    expect(widthOf(cell)).toBeLessThanOrEqual(31);
  });
});

describe("layout", () => {
  test("columns line up by the width a terminal gives, whatever the script", () => {
    const names = ["plain", "日本の店舗", "🛒 👩‍👩‍👧", "🫠 melting", "नमस्ते", "الْعَرَبِيَّةُ", "한국어", "Acme™"];
    const lines = lay(
      { columns: ["flow", "status"] },
      names.map((flowName) => sampleRun({ flowName })),
    );
    const starts = lines.slice(1).map((line) => widthOf(line.slice(0, line.lastIndexOf("success"))));
    expect(new Set(starts).size).toBe(1);
  });

  test("a lone combining mark does not shift the cells after it", () => {
    expect(lay({ columns: ["flow", "status"] }, [sampleRun({ flowName: "\u0301" })])[1]).toMatch(/^\u0301 +success$/);
  });

  test("numbers stand to the right", () => {
    const runs = [1, 1_000_000].map((durationMs) => sampleRun({ durationMs }));
    expect(lay({ columns: ["durationMs", "runId"] }, runs)).toEqual([
      "DURATION  RUN ID",
      "     1ms  0b6d5c1e-52f4-4a8e-8f6a-9a3c5d7e1001",
      " 16m 40s  0b6d5c1e-52f4-4a8e-8f6a-9a3c5d7e1001",
    ]);
  });

  test("the header comes once, columns only grow, and pages of one run line up", () => {
    const columns = ["flow", "status"];
    const page = (flowName: string) => [sampleRun({ flowName })];
    const lines = lay({ columns }, page("short"), page("a name of twenty-four ch"), page("short"));
    expect(lines).toEqual([
      "FLOW                  STATUS",
      "short                 success",
      "a name of twenty-four ch  success",
      "short                     success",
    ]);
  });

  test("thousands of rows are laid in order, with one header", () => {
    const runs = Array.from({ length: 450 }, (_, at) => sampleRun({ runId: `run-${at}` }));
    const lines = lay({ columns: ["runId"] }, runs);
    expect(lines).toEqual(["RUN ID", ...runs.map(({ runId }) => runId)]);
  });

  test("--no-headers", () => {
    expect(lay({ columns: ["status"], headers: false }, [sampleRun()], [sampleRun()])).toEqual(["success", "success"]);
  });

  test("unknown and empty are a dash", () => {
    const run = sampleRun({ flowName: "  ", durationMs: null, eventId: null });
    const [, row] = lay({ columns: ["flow", "durationMs", "errors", "eventId", "error"] }, [run]);
    expect(row?.split(/ +/)).toEqual(["-", "-", "-", "-", "-"]);
  });

  test("an error and a status are coloured without moving anything", () => {
    const runs = [sampleRun(failure("A-1")), sampleRun()];
    const look = { columns: ["status", "error", "runId"] };
    const painted = lay({ ...look, painter: createPainter(true) }, runs);
    expect(painted[1]).toContain("\u001b[31mfailed\u001b[39m");
    expect(painted[1]).toContain("\u001b[31mA-1\u001b[39m");
    expect(painted.map((line) => line.replace(/\u001b\[\d+m/g, ""))).toEqual(lay(look, runs));
  });
});

describe("hostile text", () => {
  test.each([80, Infinity])("stays one line and carries no control character (room %d)", (room) => {
    const columns = ["flow", "status", "message", "sandbox.name", "batchIds"];
    const run = sampleRun({
      ...failure("\u001b[8mA\nB", null, hostileText),
      flowName: hostileText,
      status: "\u009b31mfailed",
      sandbox: { id: null, name: "\u202egnp" },
      batchIds: ["\u001b]52;c;AAAA\u0007"],
    });
    const lines = lay({ columns, room }, [run, run]);
    expect(lines).toHaveLength(3);
    expect(lines.join("")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(lines[1]).toContain("\\x9b31mfailed");
    if (room === Infinity) expect(lines[1]).toContain(hostileShown);
  });

  test("text cannot pose as an id to escape the cut", () => {
    const [, row] = lay({ columns: ["flow"], room: 20 }, [sampleRun({ flowName: `\0${"x".repeat(50)}` })]);
    expect(row).toBe(`\\x00${"x".repeat(15)}…`);
  });
});
