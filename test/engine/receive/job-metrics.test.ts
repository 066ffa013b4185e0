import { expect, test } from "vitest";
import { meterJobs } from "../../../src/engine/receive/job-metrics.ts";
import { createMetrics } from "../../../src/engine/receive/meter.ts";

test("events of Lytics are counted by documented words, and all others as one", () => {
  const meter = createMetrics();
  const count = meterJobs(meter);
  count({ subjectType: "work", verb: "failed", status: "failed" });
  count({ subjectType: "work", verb: "failed", status: "failed" });
  count({ subjectType: "segment", verb: "created", status: null });
  for (let n = 0; n < 1000; n += 1)
    count({ subjectType: `odd-${String(n)}`, verb: `odd "${String(n)}"`, status: null });
  count({ subjectType: null, verb: "failed", status: null });
  expect(meter.page().trimEnd().split("\n").slice(2)).toEqual([
    'flowrun_jobs_total{subject_type="work",verb="failed",status="failed"} 2',
    'flowrun_jobs_total{subject_type="segment",verb="created",status="none"} 1',
    'flowrun_jobs_total{subject_type="other",verb="other",status="none"} 1000',
    'flowrun_jobs_total{subject_type="other",verb="failed",status="none"} 1',
  ]);
});
