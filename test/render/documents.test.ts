import { parseAllDocuments } from "yaml";
import { describe, expect, test } from "vitest";
import { jsonRenderer, ndjsonRenderer } from "../../src/render/json.ts";
import type { Renderer } from "../../src/render/renderer.ts";
import { yamlRenderer } from "../../src/render/yaml.ts";
import type { FlowRun } from "../../src/runs/flow-run.ts";
import { hostileText, samplePage, sampleRun } from "./sample-runs.ts";

/** The whole document, laid in pages of one run. */
function render(renderer: Renderer, runs: readonly FlowRun[]): string {
  return renderer.open() + runs.map((run) => renderer.lay([renderer.encode(run)])).join("") + renderer.close();
}

const parsers: readonly [string, () => Renderer, (text: string) => unknown[], string][] = [
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
  const documents = parseAllDocuments(text);
  return Array.isArray(documents) ? documents.map((document) => document.toJS() as unknown) : [];
}
