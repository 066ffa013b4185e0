import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { localTimeIn } from "../../../src/render/text/local-time.ts";
import { columnNames, resolveColumns } from "../../../src/render/formats/run-columns.ts";
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
    reserves: "the usual",
    isBrief: room !== Infinity,
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

describe("golden pages", () => {
  test.each([40, 80, 100, 120, 200])("on a terminal of %i columns", async (room) => {
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
  test("80 columns show run, time, status, flow and error, and rejected records where they matter most", () => {
    const titles = (runs: readonly FlowRun[]) => lay({ room: 80 }, runs)[0]?.split(/ {2,}/);
    const seen = ["RUN", "UPDATED (UTC)", "STATUS", "FLOW", "ERROR"];
    expect(titles(samplePage)).toEqual(seen);
    expect(titles([sampleRun(failure("CONNECTOR-1000-500", { code: longest, message: null }))])).toEqual(seen);
    expect(titles([sampleRun()])).toEqual(["RUN", "UPDATED (UTC)", "STATUS", "FLOW", "BAD", "ERROR"]);
  });

  const longest = "UserErrorOdbcOperationFailedWithAnEndThatNobodyHasEverReadOnAScreenOfThatWidth";

  test("the outer code goes first, then names give way, then columns, then ids, and codes in the end", () => {
    const flowName = "A name of some thirty letters..";
    const run = sampleRun({
      ...failure("CONNECTOR-1000-500", { code: "SftpPermissionDenied", message: null }),
      flowName,
    });
    const at = (room: number) => lay({ room }, [run])[1];
    expect(at(200)).toMatch(new RegExp(`^0b6d5c1e .* ${flowName} .* CONNECTOR-1000-500 → SftpPermissionDenied$`));
    expect(at(150)).toMatch(new RegExp(`^0b6d5c1e .* ${flowName} .* SftpPermissionDenied$`));
    expect(at(120)).toMatch(/^0b6d5c1e .* A name of [^…]*… .* SftpPermissionDenied$/);
    expect(at(80)).toMatch(/^0b6d5c1e {2}11-22 03:04:05 {2}failed {3}A name of [^…]*… {2}.*SftpPermissionDenied$/);
    expect(at(40)).toMatch(/^0b6d5c1e {2}failed {3,}SftpPermissionDenied$/);
    expect(at(20)).toMatch(/^0b6d.*…/);
  });

  test("the beginning of a run's id is enough, and all of it stands where there is no terminal", () => {
    const runId = "0b6d5c1e-52f4-4a8e-8f6a-9a3c5d7e1001";
    expect(lay({ room: 200, columns: ["run", "runId"] }, [sampleRun({ runId })])[1]).toBe(`0b6d5c1e  ${runId}`);
    expect(lay({ columns: ["run"] }, [sampleRun({ runId })])[1]).toBe(runId);
    expect(lay({ room: 200, columns: ["run"] }, [sampleRun({ runId: "run-7" })])[1]).toBe("run-7");
    expect(lay({ room: 200, columns: ["run"] }, [sampleRun({ runId: "🛒🛒🛒🛒🛒🛒🛒🛒🛒" })])[1]).toBe("🛒".repeat(8));
  });

  test("a number that has no room is told in less of it, never in its first digits", () => {
    const run = sampleRun({ records: { ...sampleRun().records, input: 98_765_432_109 }, flowName: "x".repeat(50) });
    expect(lay({ room: 20, columns: ["records.input", "flow"] }, [run])[1]).toMatch(/^ *98\.7G {2}x+…$/);
  });

  test("a success with rejected records is not plain green", () => {
    const { records } = sampleRun();
    const statuses = [0, 3, null].map((failed) => {
      const run = sampleRun({ records: { ...records, failed } });
      return lay({ room: 80, columns: ["status"], headers: false, painter: createPainter(true) }, [run])[0];
    });
    expect(statuses).toEqual([
      "\u001b[32msuccess\u001b[39m",
      "\u001b[33msuccess\u001b[39m",
      "\u001b[32msuccess\u001b[39m",
    ]);
  });

  test.each([20, 40, 80, 100, 120, 200])("no line is wider than %i columns, whatever stands in it", (room) => {
    const text = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.constantFrom(longest, "日本の店舗 売上 🛒".repeat(20), "👩‍👩‍👧".repeat(40), "x".repeat(300), hostileText),
    );
    const count = fc.oneof(fc.constant(null), fc.nat(), fc.constantFrom(98_765_432_109, Number.MAX_SAFE_INTEGER));
    const made = fc
      .record({
        id: text,
        flow: fc.option(text),
        status: fc.oneof(text, fc.constantFrom("success", "failed", "partialSuccess", "inProgress")),
        code: fc.option(text),
        root: fc.option(text),
        sandbox: fc.option(text),
        time: fc.oneof(text, fc.constantFrom("2026-11-22T03:04:05.000Z", "1999-11-22T03:04:05.000Z")),
        n: count,
      })
      .map(({ id, flow, status, code, root, sandbox, time, n }) =>
        sampleRun({
          ...(code === null ? {} : failure(code, root === null ? null : { code: root, message: null })),
          runId: id,
          flowId: id,
          flowName: flow,
          status,
          sandbox: { id: null, name: sandbox },
          updatedAt: time,
          durationMs: n,
          records: { ...sampleRun().records, input: n, output: n, failed: n },
          bytes: { input: n, output: n, skipped: n, failed: n },
        }),
      );
    const looks = fc.record({
      columns: fc.constantFrom(undefined, columnNames(), ["flow", "message", "position", "records.failed"]),
      isLive: fc.boolean(),
      colour: fc.boolean(),
    });
    const pages = fc.array(fc.array(made, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 });
    const property = fc.property(looks, pages, ({ columns, isLive, colour }, runs) => {
      const reserves = isLive ? "for live rows" : "the usual";
      const lines = lay({ room, ...(columns && { columns }), reserves, painter: createPainter(colour) }, ...runs);
      expect(lines).toHaveLength(1 + runs.flat().length);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(room);
    });
    fc.assert(property, { numRuns: 25 });
  });

  test("other text gives way before an id that stands in for a name", () => {
    const runs = [
      sampleRun({ flowName: "a name longer than any id is ".repeat(3) }),
      sampleRun({ flowName: null, sandbox: { id: null, name: "a sandbox with quite a name of its own" } }),
    ];
    const lines = lay({ room: 67, columns: ["flow", "sandbox.name", "status"] }, runs);
    expect(lines.map((line) => line.search(/STATUS|success/))).toEqual([60, 60, 60]);
  });

  test("named columns are cut and not hidden, and others are counted", () => {
    const columns = ["updatedAt", "status", "sandbox.name", "durationMs", "records.input", "bytes.output", "runId"];
    const namedOnes = open({ room: 60, columns });
    const [titles = ""] = namedOnes.lay([namedOnes.encode(sampleRun())]).split("\n");
    expect(titles.split(/ {2,}/)).toHaveLength(columns.length);
    expect(namedOnes.hidden()).toBe(0);

    const defaults = open({ room: 80 });
    expect(defaults.hidden()).toBe(0);
    const header = defaults.lay([defaults.encode(sampleRun())]).split("\n")[0] ?? "";
    expect(defaults.hidden()).toBe(11 - header.split(/ {2,}/).length);
    expect(defaults.hidden()).toBeGreaterThan(0);
  });

  test("a layout stays as it is, whatever comes, until the terminal has another width", () => {
    let room = 80;
    const { encode, lay: layRows } = tableRenderer({
      columns: resolveColumns(undefined, "table"),
      reserves: "for live rows",
      isBrief: true,
      draw: layGrid,
      mayHide: true,
      headers: true,
      painter: createPainter(false),
      time: terminal,
      room: () => room,
    });
    const wider = sampleRun({ flowName: "a name that is longer than the first", status: "partialSuccess" });
    const [titles = "", first = ""] = layRows([encode(sampleRun({ flowName: "short" }))]).split("\n");
    const [second = ""] = layRows([encode(wider)]).split("\n");
    expect(second.indexOf("partialSuccess")).toBe(first.indexOf("success"));
    expect(second.indexOf("a name")).toBe(titles.indexOf("FLOW"));
    expect(second.indexOf("…")).toBeGreaterThan(0);
    room = 40;
    const narrow = layRows([encode(wider)]).split("\n");
    expect(narrow).toHaveLength(3);
    expect(narrow[0]).toMatch(/^RUN {2,}STATUS/);
    for (const line of narrow) expect(widthOf(line)).toBeLessThanOrEqual(40);
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

describe("a failure whose root cause is new for its flow", () => {
  const root = { code: "AADSTS7000222", message: null };
  const [known, fresh] = [false, true].map((isNew) =>
    sampleRun({ ...failure("CONNECTOR-1001-500", root), new: isNew }),
  );
  const page = [known, fresh].filter((run) => run !== undefined);

  test.each([80, 100, 120])("is marked before its error, in %i columns", (room) => {
    const [, before = "", marked = ""] = lay({ room, reserves: "nothing" }, page);
    expect(before).toMatch(/ {2}AADSTS7000222 *$/);
    expect(marked).toMatch(/ {2}NEW AADSTS7000222 *$/);
    for (const line of [before, marked]) expect(widthOf(line)).toBeLessThanOrEqual(room);
  });

  test("is marked in a pipe, too, and has a column of its own", () => {
    const [, before = "", marked = ""] = lay({ columns: ["error", "new"] }, page);
    expect(before).toMatch(/^CONNECTOR-1001-500 → AADSTS7000222 *$/);
    expect(marked).toMatch(/^NEW CONNECTOR-1001-500 → AADSTS7000222 +NEW$/);
  });
});
