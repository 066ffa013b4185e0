import { expect, test } from "vitest";
import { layFigures } from "../../../src/render/sheets/compared-figures.ts";
import { widthOf } from "../../../src/render/text/cut-text.ts";
import { createPainter } from "../../../src/render/text/painter.ts";
import { subtractFigures } from "../../../src/runs/figures/changes.ts";
import { countFigures, type Figures } from "../../../src/runs/figures/figures.ts";
import { sampleNow, sampleRun } from "../sample-runs.ts";

function figuresOf(input: number): Figures {
  const counter = countFigures();
  counter.add(sampleRun({ records: { ...sampleRun().records, input } }));
  return counter.read();
}

const [now, before] = [figuresOf(1_234_567_890), figuresOf(987_654_321)];
const two = { now, before, difference: subtractFigures(now, before, false), isPartial: false };
const look = {
  catalogue: null,
  painter: createPainter(true),
  time: { style: "iso", now: () => sampleNow },
  headers: true,
} as const;

const recordsIn = (room: number): string | undefined =>
  layFigures(two, { ...look, room }).find((line) => /^(?:Records in|In) /.test(line));

test.each([
  [80, "Records in  1,234,567,890  987,654,321  +246,913,569"],
  [50, "In         1.2G   987.6M  +246.9M"],
])("counts are told in fewer words where there is no room: %i columns", (room, line) => {
  expect(recordsIn(room)).toBe(line);
});

test.each([10, 20, 30, 40, 60])("no line is wider than %i columns", (room) => {
  const lines = layFigures(two, { ...look, room });
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => widthOf(line) > room)).toEqual([]);
});
