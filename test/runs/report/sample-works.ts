import { countWorks } from "../../../src/runs/cadence/count-works.ts";
import type { Job } from "../../../src/runs/job/job.ts";
import type { ReportedWorks } from "../../../src/runs/report/report.ts";
import { reportWorks } from "../../../src/runs/report/report-works.ts";
import { end } from "./sample-report.ts";

/** The works that these events tell of, as a report of the week has them. */
export function worksOn(jobs: readonly Job[]): ReportedWorks {
  const counter = countWorks();
  for (const job of jobs) counter.add(job);
  return reportWorks(counter.read(end), {
    sources: [{ profile: "acme", events: jobs.length, failure: null }],
    leavesOut: counter.leavesOut(),
  });
}
