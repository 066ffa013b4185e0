import { parseAllDocuments } from "yaml";
import { describe, expect, test } from "vitest";
import { jsonRenderer, ndjsonRenderer } from "../../../src/render/formats/json.ts";
import type { Renderer } from "../../../src/render/formats/renderer.ts";
import { yamlDocument, yamlRenderer } from "../../../src/render/formats/yaml.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { hostileText, samplePage, sampleRun } from "../sample-runs.ts";

/** The whole document, laid in pages of one run. */
function render(renderer: Renderer<FlowRun>, runs: readonly FlowRun[]): string {
  return renderer.open() + runs.map((run) => renderer.lay([renderer.encode(run)])).join("") + renderer.close();
}

const parsers: readonly [string, () => Renderer<FlowRun>, (text: string) => unknown[], string][] = [
  ["json", jsonRenderer, (text) => JSON.parse(text) as unknown[], "[]\n"],
  ["ndjson", ndjsonRenderer, (text) => lines(text).map((line) => JSON.parse(line) as unknown), ""],
  ["yaml", yamlRenderer, parseYaml, ""],
];

const nasty = [
  ...samplePage,
  sampleRun({ flowName: hostileText, status: "no", runId: "1e5", providerRefId: "0777", eventId: "" }),
  sampleRun({
    flowName: "two\nlines: - # & * ! | > ' \" % @ `",
    raw: { "k\u009b": ["2026-11-22", "1:30", null, 1.5] },
  }),
];

describe.each(parsers)("%s", (_, create, parse, empty) => {
  test("says what the record says", () => {
    expect(parse(render(create(), nasty))).toEqual(nasty);
  });

  test("is the same in one page or in many", () => {
    const renderer = create();
    const whole = renderer.open() + renderer.lay(nasty.map(renderer.encode)) + renderer.close();
    expect(whole).toBe(render(create(), nasty));
  });

  test("without runs", () => {
    expect(render(create(), [])).toBe(empty);
  });

  test("carries nothing that a terminal acts upon", () => {
    expect(render(create(), nasty)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e\u2066]/);
  });
});

test("json has one compact record a line", () => {
  const runs = [sampleRun(), sampleRun({ runId: "second" })];
  expect(lines(render(jsonRenderer(), runs))).toEqual([
    "[",
    `${JSON.stringify(runs[0])},`,
    JSON.stringify(runs[1]),
    "]",
  ]);
});

test("yaml starts every run with a marker, and quotes what YAML 1.1 would misread", () => {
  const text = render(yamlRenderer(), [sampleRun({ status: "no" }), sampleRun()]);
  expect(text.match(/^---$/gm)).toHaveLength(2);
  expect(text).toContain('status: "no"\n');
  expect(text).toContain('updatedAt: "2026-11-22T03:04:05.000Z"\n');
});

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function parseYaml(text: string): unknown[] {
  // Names are held against each other one by one, which takes seconds for ten thousand.
  const documents = parseAllDocuments(text, { uniqueKeys: false });
  return Array.isArray(documents) ? documents.map((document) => document.toJS() as unknown) : [];
}

describe("yaml that is told in parts", () => {
  const list = (count: number, item: (n: number) => unknown): unknown[] =>
    Array.from({ length: count }, (_, n) => item(n));
  test.each<[string, unknown]>([
    ["a long list", { before: 1, errors: list(10_100, (n) => ({ code: `X-${n}`, message: null })), after: [] }],
    ["a list of long lists", list(3, () => list(10_100, (n) => n))],
    ["a long map", Object.fromEntries(list(10_100, (n) => [`name ${n}`, "x\ny\n\n  z\n"]) as [string, string][])],
    ["texts of several lines far inside", { a: { b: list(10_100, () => "  one\n\ntwo \n") } }],
    [
      "names that are long, odd or no names",
      {
        ["k".repeat(2000)]: list(10_100, () => 1),
        "? a: b\n": list(10_100, () => 2),
        "": list(10_100, () => 3),
        ["__proto__"]: list(10_100, () => 4),
      },
    ],
    ["numbers for names", { 2: list(10_100, () => 1), 1: "x", "-1": 3 }],
  ])("%s means the same", (_, data) => {
    const [document] = parseYaml(yamlDocument(data));
    expect(document).toEqual(data);
  });

  test("looks as it would in one", () => {
    const run = sampleRun();
    const many = { ...run, errors: list(10_100, () => run.errors[0] ?? {}) };
    const few = { ...run, errors: many.errors.slice(0, 2) };
    const lines = yamlDocument(many).split("\n");
    const [start, end] = yamlDocument(few).split("rootCause:");
    expect(yamlDocument(many).startsWith(start ?? "?")).toBe(true);
    expect(yamlDocument(many).endsWith(end ?? "?")).toBe(true);
    expect(lines.filter((line) => line.startsWith("errors:"))).toHaveLength(1);
  });
});
