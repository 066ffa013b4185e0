import { expect, test } from "vitest";
import { keptId, keptText } from "../../src/text/kept.ts";
import type { FlowRun } from "../../src/runs/record/flow-run.ts";
import { groupings } from "../../src/runs/figures/grouping.ts";
import { countStats } from "../../src/runs/figures/stats.ts";
import { sampleError, sampleRun } from "../render/sample-runs.ts";
import { noon } from "../support/host.ts";

test("an id stays as it is, unless it is longer than any", () => {
  expect(keptId("flow-1")).toBe("flow-1");
  const long = "x".repeat(1_000_000);
  expect(keptId(long)).toMatch(/^x{100}…[0-9a-f]{16}$/);
  expect(keptId(`${long}y`)).not.toBe(keptId(long));
  expect(keptId(long)).toBe(keptId(long));
});

test("a text is kept letter for letter, whatever it holds", () => {
  const text = "a\ud800\u0000🛒日";
  expect(keptText(text)).toBe(text);
  expect(keptText(text, 2)).toBe("a\ud800");
});

test.each(groupings)("figures by %s over runs with texts of a megabyte stay small", (by) => {
  const counter = countStats({ from: noon - 86_400_000, to: noon, by, bucketMs: null });
  for (let n = 0; n < 50; n += 1) {
    const long = `${n}${"x".repeat(1_000_000)}`;
    const run: FlowRun = sampleRun({
      flowId: long,
      flowName: long,
      profile: long,
      status: long,
      sandbox: { id: long, name: long },
      errors: [sampleError({ code: long, message: long })],
      rootCause: { code: long, message: long },
    });
    counter.add(run);
  }
  const stats = counter.read();
  expect(stats.groups).toHaveLength(50);
  expect(stats.rootCauses).toHaveLength(50);
  expect(JSON.stringify(stats).length).toBeLessThan(200_000);
});

test("what is kept of an error's code does not hold on to the megabytes that it stood in", () => {
  const counter = countStats({ from: noon - 86_400_000, to: noon, by: "code", bucketMs: null });
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 200; n += 1) {
    const text = `ErrorCode=Some-code-of-a-connector-${n},Message=it failed ${"y".repeat(3_000_000)}`;
    // As error-text.ts finds them: a piece of the text.
    const code = /ErrorCode=([^,]+)/.exec(text)?.[1] ?? "";
    counter.add(sampleRun({ rootCause: { code, message: text.slice(40) }, errors: [] }));
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(300_000_000);
  expect(counter.read().groups).toHaveLength(200);
});
