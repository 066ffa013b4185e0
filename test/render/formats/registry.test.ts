import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { ColumnSet } from "../../../src/render/formats/column.ts";
import { pickColumns } from "../../../src/render/formats/pick-columns.ts";
import {
  columnFormats,
  formats,
  isJsonFormat,
  outputFormats,
  type OutputFormat,
} from "../../../src/render/formats/registry.ts";
import type { Renderer } from "../../../src/render/formats/renderer.ts";
import { readTable } from "../../support/markdown.ts";
import { hostileShown, hostileText } from "../sample-runs.ts";

/** Rows of no command, with a column of each kind. */
interface Crate {
  readonly label: string;
  readonly note: string | null;
  readonly weight: number | null;
  readonly share: number;
  readonly isOpen: boolean;
  readonly parts: readonly string[];
}

const crates: ColumnSet<Crate> = {
  all: [
    { name: "label", title: "LABEL", kind: "id", value: ({ label }) => label },
    { name: "note", title: "NOTE", kind: "text", value: ({ note }) => note },
    { name: "weight", title: "WEIGHT", kind: "count", value: ({ weight }) => weight },
    { name: "share", title: "SHARE", kind: "share", value: ({ share }) => share },
    { name: "isOpen", title: "OPEN", kind: "flag", value: ({ isOpen }) => isOpen },
    { name: "parts", title: "PARTS", kind: "list", value: ({ parts }) => parts },
  ],
  usual: ["label", "note", "weight", "isOpen", "parts"],
  wide: ["share"],
  id: "label",
  fields: ["label", "note", "weight", "share", "isOpen", "parts"],
};

function crate(label: string, changes: Partial<Crate> = {}): Crate {
  return { label, note: null, weight: 1200, share: 0.9999, isOpen: true, parts: ["lid", "nails"], ...changes };
}

const some = ["crate-1", "crate-2", "crate-3"].map((label) => crate(label));

interface Trial {
  readonly headers?: boolean;
  readonly isTTY?: boolean;
  /** False for rows that come one by one. */
  readonly known?: boolean;
  readonly columns?: readonly string[];
}

function open(format: OutputFormat, count: number, trial: Trial): Promise<Renderer<Crate>> {
  const { headers = true, isTTY = false, known = true, columns } = trial;
  return formats[format].open({
    columns: pickColumns(crates, formats[format].hasColumns ? columns : undefined, format),
    columnsNamed: columns !== undefined,
    headers,
    colour: false,
    time: null,
    now: () => 0,
    rowCount: known ? count : null,
    stream: { isTTY, columns: 60 },
  });
}

async function render(format: OutputFormat, rows: readonly Crate[], trial: Trial = {}): Promise<string> {
  const { encode, open: begin, lay, close } = await open(format, rows.length, trial);
  const pieces = trial.known === false ? rows.map((row) => [row]) : rows.length === 0 ? [] : [rows];
  return begin() + pieces.map((piece) => lay(piece.map(encode))).join("") + close();
}

/** The whole records that a document holds, where the format tells those. */
const readers: Partial<Record<OutputFormat, (text: string) => unknown>> = {
  json: (text) => JSON.parse(text) as unknown,
  ndjson: (text) => lines(text).map((line) => JSON.parse(line) as unknown),
  yaml: (text) =>
    [parseAllDocuments(text)].flat().flatMap((document): unknown[] => ("toJS" in document ? [document.toJS()] : [])),
};

/** The rows that a document without columns holds: whole records, or ids. */
function readBack(format: OutputFormat, text: string): unknown {
  return formats[format].takes === "id" ? lines(text) : readers[format]?.(text);
}

/** Those that it should hold. */
function toldBy(format: OutputFormat, rows: readonly Crate[]): readonly unknown[] {
  const ids = rows.map(({ label }) => label.replace(hostileText, hostileShown));
  return formats[format].takes === "id" ? ids : rows;
}

function lines(text: string): readonly string[] {
  return text.split("\n").slice(0, -1);
}

describe.each(outputFormats)("%s", (format) => {
  const { hasColumns, help, isJson, takes } = formats[format];

  test("says in a line what it is", () => {
    expect(help).toMatch(/^[a-z].{10,70}[^.]$/);
    expect(isJsonFormat(format)).toBe(isJson);
  });

  test.each([true, false])("tells rows of any type in their order, once each (all known: %s)", async (known) => {
    const text = await render(format, some, { known });
    const places = some.map(({ label }) => text.indexOf(label));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    for (const { label } of some) expect(text.split(label)).toHaveLength(2);
    expect(text.endsWith("\n")).toBe(true);
  });

  test("has a column where it has columns, and the id or the whole record where not", async () => {
    const text = await render(format, some, { columns: ["weight", "label"] });
    if (hasColumns) expect(text).not.toContain("nails");
    else expect(readBack(format, text)).toEqual(toldBy(format, some));
  });

  test("without rows it is what it is without runs: nothing of a row", async () => {
    const text = await render(format, []);
    expect(text === "" || text.endsWith("\n")).toBe(true);
    expect(lines(text).length).toBeLessThanOrEqual(2);
    if (hasColumns) expect(await render(format, [], { headers: false })).toBe("");
    else expect(readBack(format, text)).toEqual([]);
  });

  test("one row alone", async () => {
    const text = await render(format, some.slice(0, 1), { headers: false });
    if (hasColumns) expect(lines(text)).toHaveLength(1);
    else expect(readBack(format, text)).toEqual(toldBy(format, some.slice(0, 1)));
  });

  test.each([true, false])(
    "a monstrous cell is whole in a pipe and pads no other row (all known: %s)",
    async (known) => {
      const long = "x".repeat(100_000);
      const text = await render(format, [crate(takes === "id" ? long : "a", { note: long }), crate("b")], { known });
      expect(text).toContain(long);
      expect(lines(text).at(-1)?.length).toBeLessThan(1000);
    },
  );

  test.each([true, false])("text that means harm stays text, in its row (on a terminal: %s)", async (isTTY) => {
    const hostile = [
      crate(`${hostileText} | \\| <b>`, { note: hostileText, parts: [hostileText, "=1+1"] }),
      crate("after"),
    ];
    const text = await render(format, hostile, { isTTY });
    expect(text.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e\u2066\ufeff]/);
    const header = format === "markdown" ? 2 : 1;
    if (hasColumns) expect(lines(text)).toHaveLength(hostile.length + header);
    else expect(readBack(format, text)).toEqual(toldBy(format, hostile));
  });

  test("tells one thing as one document, or has no way to", async () => {
    const { document } = await open(format, 1, {});
    const thing = { name: "crate", more: [1, { two: null }] };
    if (document === undefined) expect(format).not.toMatch(/^(json|yaml)$/);
    else expect([readers[format]?.(document(thing))].flat()).toEqual([thing]);
  });
});

test("the formats with columns are those that say so", () => {
  expect(columnFormats).toEqual(outputFormats.filter((word) => formats[word].hasColumns));
  expect(columnFormats).toEqual(expect.arrayContaining(["table", "wide", "csv", "markdown"]));
  for (const format of outputFormats.filter((word) => !columnFormats.includes(word))) {
    expect(() => pickColumns(crates, ["label"], format)).toThrow(`--columns has no meaning with -o ${format}`);
  }
});

test("a word that is no format is none", () => {
  for (const word of ["", "toString", "JSON"]) expect(isJsonFormat(word)).toBe(false);
});

describe("how a cell is told", () => {
  const row = crate("c", { note: null, weight: null, isOpen: false, parts: [] });

  test.each<[OutputFormat, string]>([
    ["table", "c      -          -        -\n"],
    ["wide", "c      -          -        -      99.9 %\n"],
    ["csv", "c,,,false,\n"],
    ["markdown", "| c | - | - |  | - |\n"],
  ])("%s, unknown", async (format, line) => {
    expect(await render(format, [row], { headers: false })).toBe(line);
  });

  test.each<[OutputFormat, string]>([
    ["table", "c      -      1,200  *     lid,nails\n"],
    ["csv", "c,,1200,true,lid;nails\n"],
    ["markdown", "| c | - | 1,200 | \\* | lid,nails |\n"],
  ])("%s, known", async (format, line) => {
    expect(await render(format, [crate("c")], { headers: false })).toBe(line);
  });
});

describe("a table of rows that are all known", () => {
  const wide = ["plain", "日本の店舗", "🛒 👩‍👩‍👧", "🫠 melting", "नमस्ते", "الْعَرَبِيَّةُ"];

  test("lines up whatever the script", async () => {
    const { widthOf } = await import("../../../src/render/text/cut-text.ts");
    const rows = wide.map((note) => crate("c", { note }));
    const text = await render("table", rows, { columns: ["note", "label"] });
    const starts = lines(text)
      .slice(1)
      .map((line) => widthOf(line.slice(0, line.lastIndexOf("c"))));
    expect(new Set(starts).size).toBe(1);
  });

  test.each([3, 99, 101, 450])("looks the same for %i rows, whoever draws it", async (count) => {
    const rows = Array.from({ length: count }, (_, at) => crate(`crate-${at}`, { weight: at * 1000 }));
    const [known, one] = [await render("table", rows), await render("table", rows.slice(-1))];
    expect(lines(known)).toHaveLength(count + 1);
    expect(new Set(lines(known).map((line) => line.indexOf(" *  "))).size).toBe(2);
    expect(lines(known).at(-1)?.split(/ +/)).toEqual(lines(one).at(-1)?.split(/ +/));
  });

  test("is not wider than the terminal where text can give way", async () => {
    const note = "a note that goes on and on ".repeat(9);
    const text = await render("table", [crate("c", { note })], { isTTY: true });
    expect(Math.max(...lines(text).map((line) => line.length))).toBe(60);
    expect(await render("wide", [crate("c", { note })], { isTTY: true })).toContain(note.trim());
  });
});

test("markdown is read back as the cells that a table has", async () => {
  const rows = [crate(hostileText, { note: "a | b \\| <i>&amp;</i>" }), crate("c", { note: "`x` *y* _z_ ~w~ [a](b)" })];
  const table = readTable(await render("markdown", rows));
  expect(table).toEqual({
    titles: ["LABEL", "NOTE", "WEIGHT", "OPEN", "PARTS"],
    aligns: ["left", "left", "right", "left", "left"],
    rows: [
      [hostileShown, "a | b \\| <i>&amp;</i>", "1,200", "*", "lid,nails"],
      ["c", "`x` *y* _z_ ~w~ [a](b)", "1,200", "*", "lid,nails"],
    ],
  });
});
