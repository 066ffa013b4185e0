import { describe, expect, it } from "vitest";
import { durationOf, readTime } from "../../../src/runs/events/work.ts";
import { timeText } from "../../../src/text/time-text.ts";
import { bareRun, fixture, onlyRun } from "../events.ts";

describe("times", () => {
  it.each([
    [1793000000123, "2026-10-26T07:33:20.123Z"],
    [1793000000, "2026-10-26T07:33:20.000Z"],
    [1e11, "1973-03-03T09:46:40.000Z"],
    [1e11 - 1, "5138-11-16T09:46:39.000Z"],
    [1e9, "2001-09-09T01:46:40.000Z"],
    [1e9 - 1, null],
    [87473822, null],
    [0, null],
    [-1, null],
    [-1793000000000, null],
    [253402300799999, "9999-12-31T23:59:59.999Z"],
    [253402300800000, null],
    [1e300, null],
    [Infinity, null],
    [NaN, null],
    ["1793000000000", null],
    ["2026-10-26T07:33:20Z", null],
    [null, null],
    [undefined, null],
  ])("%j is %s", (value, text) => {
    expect(timeText(readTime(value))).toBe(text);
  });
});

describe("durations", () => {
  it.each([
    [1000, 3500, 2500],
    [1000, 1000, 0],
    [3500, 1000, null],
    [null, 1000, null],
    [1000, null, null],
  ])("from %s to %s: %s", (startedMs, completedMs, ms) => {
    expect(durationOf({ startedMs, completedMs })).toBe(ms);
  });

  const times = (startedAtUTC?: number, completedAtUTC?: number) => ({
    durationSummary: { startedAtUTC, completedAtUTC },
  });
  const run = (metrics: object, ...activities: readonly object[]) => onlyRun(bareRun({ metrics, activities }));

  it("mix seconds and milliseconds rightly", () => {
    expect(run(times(1793000000, 1793000001500)).durationMs).toBe(1500);
  });

  it("take a missing end from the last activity that has one, a missing start from the first", () => {
    const parts = [times(1793000001000, 1793000002000), times(undefined, 1793000005000), times(1793000003000)];
    expect(run({}, ...parts)).toMatchObject({
      startedAt: "2026-10-26T07:33:21.000Z",
      completedAt: "2026-10-26T07:33:25.000Z",
      durationMs: 4000,
    });
    expect(onlyRun(fixture("failed-promotion-list")).durationMs).toBe(10_500);
  });

  it("have no end while the run goes on, though one of its activities has", () => {
    const going = { ...times(1793000000000), statusSummary: { status: "inProgress" } };
    expect(run(going, times(1793000000000, 1793000002000))).toMatchObject({ completedAt: null, durationMs: null });
  });

  it("end when a destination says it stopped", () => {
    const metrics = { durationSummary: { startedAtUTC: 1793000000000, stoppedAtUTC: 1793000000007 } };
    expect(run(metrics).durationMs).toBe(7);
  });
});

describe("figures", () => {
  const records = (summary: object, ...activities: readonly object[]) =>
    onlyRun(
      bareRun({
        metrics: { recordSummary: summary },
        activities: activities.map((recordSummary) => ({ recordSummary })),
      }),
    ).records;

  it.each([
    [0, 0],
    [7, 7],
    [-1, null],
    [-5, null],
    ["7", null],
    [null, null],
    [undefined, null],
    [NaN, null],
    [Infinity, null],
  ])("%j is %s", (value, count) => {
    expect(records({ inputRecordCount: value }).input).toBe(count);
  });

  it("are read each from its own field", () => {
    const run = onlyRun(
      bareRun({
        metrics: {
          recordSummary: {
            inputRecordCount: 1,
            outputRecordCount: 2,
            createdRecordCount: 3,
            updatedRecordCount: 4,
            deletedRecordCount: 5,
            skippedRecordCount: 6,
            failedRecordCount: 7,
            warningRecordCount: 8,
          },
          sizeSummary: { inputBytes: 9, outputBytes: 10, skippedBytes: 11, failedBytes: 12 },
          fileSummary: { inputFileCount: 13, outputFileCount: 14, skippedFileCount: 15, failedFileCount: 16 },
        },
      }),
    );
    expect(run.records).toEqual({
      input: 1,
      output: 2,
      created: 3,
      updated: 4,
      deleted: 5,
      skipped: 6,
      failed: 7,
      warning: 8,
    });
    expect(run.bytes).toEqual({ input: 9, output: 10, skipped: 11, failed: 12 });
    expect(run.files).toEqual({ input: 13, output: 14, skipped: 15, failed: 16 });
  });

  it("put out what was created where no output is counted, and never compute what failed", () => {
    expect(records({ inputRecordCount: 20, createdRecordCount: 15 })).toMatchObject({
      output: 15,
      created: 15,
      failed: null,
    });
    expect(records({ outputRecordCount: 0, createdRecordCount: 15 }).output).toBe(0);
    expect(records({ outputRecordCount: -1, createdRecordCount: 15 }).output).toBe(15);
  });

  it("come from the last activity that knows them where the run does not", () => {
    expect(records({}, { inputRecordCount: 1 }, { inputRecordCount: 2 }, {}).input).toBe(2);
    expect(records({ inputRecordCount: -1 }, { inputRecordCount: 1 }, { inputRecordCount: -1 }).input).toBe(1);
    expect(records({ inputRecordCount: 0 }, { inputRecordCount: 1 }).input).toBe(0);
    const sizes = { sizeSummary: { inputBytes: 5 }, fileSummary: { failedFileCount: 6 } };
    expect(onlyRun(bareRun({ activities: [sizes, {}] }))).toMatchObject({ bytes: { input: 5 }, files: { failed: 6 } });
  });

  it("leave an activity's own alone", () => {
    const { activities } = onlyRun(fixture("success-event-envelope"));
    expect(activities[1]?.records.input).toBeNull();
  });
});
