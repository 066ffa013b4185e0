import { describe, expect, test } from "vitest";
import { mostFlows } from "../../../src/runs/cadence/count-flows.ts";
import { countWorks } from "../../../src/runs/cadence/count-works.ts";
import { worksByNeed } from "../../../src/runs/cadence/need.ts";
import type { Job } from "../../../src/runs/job/job.ts";
import { lyticsNoon as noon } from "../../support/lytics.ts";
import { workJob } from "../../support/works.ts";

const minute = 60_000;
const hour = 60 * minute;

function counted(jobs: readonly Job[], now = noon) {
  const counter = countWorks();
  for (const job of jobs) counter.add(job);
  return counter.read(now);
}

/** Started each hour, done ten minutes later; the last one so long ago. */
function hourly(lastAgoMs: number, more = {}): readonly Job[] {
  return Array.from({ length: 24 }, (_, n) => noon - lastAgoMs - (23 - n) * hour).flatMap((at) => [
    workJob(at - 10 * minute, "started", more),
    workJob(at, "completed", more),
  ]);
}

describe("a work is one record", () => {
  test("of how often it ended, how it ended last, and why it failed", () => {
    const failed = workJob(noon - 30 * minute, "failed", { notes: "quota exceeded", context: { workflow: "export" } });
    const begun = workJob(noon - minute, "started");
    expect(counted([...hourly(90 * minute), failed, begun])).toEqual([
      {
        type: "flowrun.work",
        schemaVersion: 1,
        subjectType: "work",
        subjectId: "w",
        jobName: null,
        workflow: "export",
        succeeded: 24,
        failed: 1,
        lastVerb: "started",
        lastAt: "2026-11-28T11:59:00.000Z",
        lastStatus: "failed",
        lastSuccessAt: "2026-11-28T10:30:00.000Z",
        lastFailedAt: "2026-11-28T11:30:00.000Z",
        lastFailedNotes: "quota exceeded",
        paceMs: hour,
        nextExpectedAt: "2026-11-28T12:30:00.000Z",
        state: "ok",
        missing: 0,
        profile: "acme",
      },
    ]);
  });

  test.each([
    [30 * minute, "ok", 0],
    [1.9 * hour, "late", 1],
    [5 * hour, "absent", 5],
  ])("that ended %d ms ago is %s, and misses %d", (ago, state, missing) => {
    expect(counted(hourly(ago))).toMatchObject([{ state, missing, paceMs: hour }]);
  });

  test("that goes in cycles succeeds at the end of each, and not with each of its parts", () => {
    const cycles = Array.from({ length: 12 }, (_, n) => noon - (12 - n) * 20 * minute).flatMap((at) => [
      workJob(at, "syncing"),
      workJob(at + minute, "synced"),
      workJob(at + 2 * minute, "synccomplete"),
    ]);
    expect(counted(cycles)).toMatchObject([{ succeeded: 12, failed: 0, paceMs: 20 * minute, state: "ok" }]);
  });

  test("that was deleted is not missed", () => {
    const gone = [...hourly(5 * hour), workJob(noon - 4 * hour, "deleted")];
    expect(counted(gone)).toMatchObject([
      { state: "disabled", missing: null, nextExpectedAt: null, lastVerb: "deleted" },
    ]);
  });

  test("that was halted, which no event tells, is not missed", () => {
    const counter = countWorks();
    for (const job of hourly(5 * hour)) counter.add(job);
    expect(counter.read(noon)).toMatchObject([{ state: "absent" }]);
    const [{ subjectId } = { subjectId: "" }] = counter.read(noon);
    expect(counter.read(noon, (id) => id === subjectId)).toMatchObject([{ state: "disabled", missing: null }]);
  });

  test("that was deleted while it was at work is not missed either, until it begins anew", () => {
    const gone = [...hourly(5 * hour), workJob(noon - 4.5 * hour, "deleted"), workJob(noon - 4.4 * hour, "failed")];
    expect(counted(gone)).toMatchObject([{ state: "disabled", missing: null, lastVerb: "failed" }]);
    expect(counted([...gone, workJob(noon - 4 * hour, "created")])).toMatchObject([{ state: "absent" }]);
  });

  test.each([
    [10 * minute, "ok", 0],
    [2 * hour, "late", 2],
    [4 * hour, "absent", 4],
  ])("that is long at a cycle, and was seen at it %d ms ago, is %s and misses %d", (ago, state, missing) => {
    const long = [...hourly(6 * hour), workJob(noon - 5.5 * hour, "syncing"), workJob(noon - ago, "synced")];
    expect(counted(long)).toMatchObject([{ state, missing }]);
    expect(counted([...long, workJob(noon, "update")])).toMatchObject([{ state, missing, lastVerb: "update" }]);
  });

  test("without a steady pace is not judged", () => {
    expect(counted(hourly(5 * hour).slice(0, 6))).toMatchObject([{ state: "irregular", succeeded: 3, paceMs: null }]);
  });
});

test("subjects are told apart by type, id and profile, and only works and workflows are counted", () => {
  const jobs = [
    workJob(noon - 4, "completed"),
    workJob(noon - 3, "completed", { subject_type: "workflow" }),
    workJob(noon - 2, "completed", { subject_id: "v" }),
    workJob(noon - 1, "completed", {}, "globex"),
    workJob(noon, "clustered", { subject_type: "entity" }),
    workJob(noon, "completed", { subject_id: null }),
    workJob(noon, "completed", { timestamp: null }),
  ];
  expect(counted(jobs).map(({ subjectType, subjectId, profile }) => `${profile} ${subjectType} ${subjectId}`)).toEqual([
    "acme work w",
    "acme workflow w",
    "acme work v",
    "globex work w",
  ]);
});

test("no more works are counted than flows, and that is told; those that are go on", () => {
  const counter = countWorks();
  for (let n = 0; n < mostFlows; n += 1) counter.add(workJob(noon, "completed", { subject_id: `w${n}` }));
  expect(counter.leavesOut()).toBe(false);
  counter.add(workJob(noon, "completed", { subject_id: "one more" }));
  counter.add(workJob(noon + 1, "failed", { subject_id: "w0" }));
  expect(counter.leavesOut()).toBe(true);
  expect(counter.read(noon)).toHaveLength(mostFlows);
  expect(counter.read(noon)[0]).toMatchObject({ succeeded: 1, failed: 1 });
});

test("of a work that ends each second all ends count, and the last ones make its pace", () => {
  const counter = countWorks();
  const from = noon - 30_000 * 1000;
  for (let n = 0; n < 30_000; n += 1) counter.add(workJob(from + n * 1000, "synccomplete"));
  expect(counter.read(noon)).toMatchObject([{ succeeded: 30_000, paceMs: 1000, state: "ok" }]);
});

test("those come first that need a look", () => {
  const jobs = [
    ...hourly(30 * minute, { subject_id: "b fine" }),
    ...hourly(30 * minute, { subject_id: "A fine" }),
    ...hourly(90 * minute, { subject_id: "failed" }),
    workJob(noon - 30 * minute, "failed", { subject_id: "failed" }),
    ...hourly(1.9 * hour, { subject_id: "late" }),
    ...hourly(5 * hour, { subject_id: "absent" }),
  ];
  const ids = worksByNeed(counted(jobs)).map(({ subjectId }) => subjectId);
  expect(ids).toEqual(["absent", "late", "failed", "A fine", "b fine"]);
});
