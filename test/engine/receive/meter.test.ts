import { describe, expect, test } from "vitest";
import { meterDeliveries, meterKept } from "../../../src/engine/receive/delivery-metrics.ts";
import { createMetrics } from "../../../src/engine/receive/meter.ts";
import { meterRuns } from "../../../src/engine/receive/run-metrics.ts";

function linesOf(page: string): readonly string[] {
  expect(page.endsWith("\n")).toBe(true);
  return page.trimEnd().split("\n");
}

/** The lines of samples. */
function samplesOf(page: string): readonly string[] {
  return linesOf(page).filter((line) => !line.startsWith("#"));
}

describe("the text format", () => {
  test("a counter without a label is there from the beginning", () => {
    const meter = createMetrics();
    const count = meter.counter({ name: "a_total", help: "As." });
    expect(meter.page()).toBe("# HELP a_total As.\n# TYPE a_total counter\na_total 0\n");
    count();
    count(2);
    expect(samplesOf(meter.page())).toEqual(["a_total 3"]);
  });

  test("one with a label has a series for each that was seen", () => {
    const meter = createMetrics();
    const count = meter.counter({ name: "a_total", help: "As.", labels: ["code"] });
    expect(meter.page()).toBe("# HELP a_total As.\n# TYPE a_total counter\n");
    for (const code of ["200", "503", "200"]) count(1, code);
    expect(samplesOf(meter.page())).toEqual(['a_total{code="200"} 2', 'a_total{code="503"} 1']);
  });

  test("labels and help are escaped, and have no control characters", () => {
    const meter = createMetrics();
    const set = meter.gauge({ name: "a", help: "back\\slash\nand line", labels: ["flow"] });
    set(1, 'quo"te\\back\nline');
    set(2, "\x1b[31m\r\u202e");
    expect(linesOf(meter.page())).toEqual([
      String.raw`# HELP a back\\slash\nand line`,
      "# TYPE a gauge",
      String.raw`a{flow="quo\"te\\back\nline"} 1`,
      String.raw`a{flow="\\x1b[31m\\r\\u{202e}"} 2`,
    ]);
  });

  test("a histogram's buckets hold those below them", () => {
    const meter = createMetrics();
    const observe = meter.histogram({ name: "h_seconds", help: "Hs." }, [0.1, 0.5, 1]);
    for (const value of [0.05, 0.1, 0.4, 7]) observe(value);
    expect(linesOf(meter.page())).toEqual([
      "# HELP h_seconds Hs.",
      "# TYPE h_seconds histogram",
      'h_seconds_bucket{le="0.1"} 2',
      'h_seconds_bucket{le="0.5"} 3',
      'h_seconds_bucket{le="1"} 3',
      'h_seconds_bucket{le="+Inf"} 4',
      "h_seconds_sum 7.55",
      "h_seconds_count 4",
    ]);
  });

  test("what is watched is looked at for each page, and left out where it is not known", () => {
    const meter = createMetrics();
    let value: number | null = null;
    meter.watch({ name: "w", help: "Ws." }, () => value);
    expect(samplesOf(meter.page())).toEqual([]);
    const pages = [1.5, Infinity, -Infinity, NaN].map((next) => {
      value = next;
      return samplesOf(meter.page());
    });
    expect(pages).toEqual([["w 1.5"], ["w +Inf"], ["w -Inf"], ["w NaN"]]);
  });

  test("series are bounded: a counter goes on under other, a gauge leaves out", () => {
    const meter = createMetrics();
    const count = meter.counter({ name: "a_total", help: "As.", labels: ["of"], most: 2 });
    const set = meter.gauge({ name: "b", help: "Bs.", labels: ["of"], most: 2 });
    for (const label of ["1", "2", "3", "4", "1"]) {
      count(1, label);
      set(5, label);
    }
    expect(samplesOf(meter.page())).toEqual([
      'a_total{of="1"} 2',
      'a_total{of="2"} 1',
      'a_total{of="other"} 2',
      'b{of="1"} 5',
      'b{of="2"} 5',
    ]);
  });
});

describe("runs", () => {
  const run = { flowId: "flow-1", status: "success", completedAt: "2026-11-22T12:00:00.000Z", updatedAt: null };

  test("are counted by status; of each flow the newest success is told", () => {
    const meter = createMetrics();
    const count = meterRuns(meter, () => 4.2);
    count(run);
    count({ ...run, completedAt: "2026-11-22T11:00:00.000Z" });
    count({ ...run, status: "failed", completedAt: "2026-11-22T13:00:00.000Z" });
    count({ ...run, flowId: "flow-2", completedAt: null, updatedAt: "2026-11-22T12:00:01.500Z" });
    count({ ...run, flowId: "flow-3", completedAt: null });
    expect(samplesOf(meter.page())).toEqual([
      'flowrun_runs_total{status="success"} 4',
      'flowrun_runs_total{status="failed"} 1',
      'flowrun_last_success_timestamp_seconds{flow="flow-1"} 1795348800',
      'flowrun_last_success_timestamp_seconds{flow="flow-2"} 1795348801.5',
      "flowrun_cursor_age_seconds 4.2",
    ]);
  });

  test("of a thousand flows, and of those at last too", () => {
    const meter = createMetrics();
    const count = meterRuns(meter, () => null);
    for (let n = 0; n < 1200; n += 1) count({ ...run, flowId: `flow-${n}` });
    count({ ...run, flowId: "flow-7", completedAt: "2026-11-22T12:00:01.000Z" });
    const flows = samplesOf(meter.page()).filter((line) => line.startsWith("flowrun_last_success"));
    expect(flows).toHaveLength(1000);
    expect(flows).toContain('flowrun_last_success_timestamp_seconds{flow="flow-7"} 1795348801');
    expect(samplesOf(meter.page()).filter((line) => line.includes("cursor_age"))).toEqual([]);
  });

  test("words from events take no more memory than words do", () => {
    const meter = createMetrics();
    const count = meterRuns(meter, () => null);
    count({ ...run, flowId: "f".repeat(1_000_000), status: "s".repeat(1_000_000) });
    count({ ...run, flowId: "f".repeat(1_000_000) });
    for (let n = 0; n < 300; n += 1) count({ ...run, status: `odd-${n}` });
    expect(meter.page().length).toBeLessThan(10_000);
  });
});

describe("deliveries", () => {
  test("have the families that dashboards are made for, in this order", () => {
    const meter = createMetrics();
    const deliveries = meterDeliveries(meter, "webhook");
    const kept = meterKept(meter, () => 7);
    deliveries.answered(200);
    deliveries.answered(401);
    deliveries.accepted(0.02);
    deliveries.rejected("signature");
    deliveries.duplicates(3);
    kept.recovered(2);
    const page = meter.page();
    expect(linesOf(page).filter((line) => line.startsWith("# TYPE"))).toEqual([
      "# TYPE flowrun_webhook_requests_total counter",
      "# TYPE flowrun_webhook_accepted_total counter",
      "# TYPE flowrun_webhook_rejected_total counter",
      "# TYPE flowrun_webhook_duplicates_total counter",
      "# TYPE flowrun_webhook_ack_seconds histogram",
      "# TYPE flowrun_webhook_recovered_total counter",
      "# TYPE flowrun_webhook_backlog_events gauge",
    ]);
    expect(samplesOf(page).filter((line) => !line.includes("_bucket"))).toEqual([
      'flowrun_webhook_requests_total{code="200"} 1',
      'flowrun_webhook_requests_total{code="401"} 1',
      "flowrun_webhook_accepted_total 1",
      'flowrun_webhook_rejected_total{reason="poison"} 0',
      'flowrun_webhook_rejected_total{reason="signature"} 1',
      "flowrun_webhook_duplicates_total 3",
      "flowrun_webhook_ack_seconds_sum 0.02",
      "flowrun_webhook_ack_seconds_count 1",
      "flowrun_webhook_recovered_total 2",
      "flowrun_webhook_backlog_events 7",
    ]);
    expect(samplesOf(page)).toContain('flowrun_webhook_ack_seconds_bucket{le="0.025"} 1');
    expect(samplesOf(page)).toContain('flowrun_webhook_ack_seconds_bucket{le="0.01"} 0');
  });
});
