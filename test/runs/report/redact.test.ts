import { expect, test } from "vitest";
import { redactReport } from "../../../src/runs/report/redact.ts";
import { worksOn } from "./sample-works.ts";
import { workJob } from "../../support/works.ts";
import { begin, every, end, failedAt, hour, reportOn, runAt, wholeRead } from "./sample-report.ts";

const secret = { flowId: "flow-id-1", flowName: "Secret orders", sandbox: { id: "s-1", name: "secret-box" } };
const runs = [
  ...every(hour)
    .filter((at) => at < end - 5 * hour)
    .map((at) => runAt(at, secret)),
  failedAt(begin + hour, ["CONNECTOR-1001-500", "Odd <code> of Secret Ltd"], { ...secret, runId: "secret-run" }),
  failedAt(begin + hour, ["133"], { ...secret, status: "partialSuccess" }),
  runAt(begin, { ...secret, status: "secretly stopped" }),
];
const report = reportOn(runs, {}, [{ ...wholeRead, source: "/home/secret/runs.ndjson", isFile: true, failure: null }]);
const isKnown = (code: string): boolean => /^(?:CONNECTOR-|133$)/.test(code);

test("nothing that an event says is left but what flowrun knows itself", () => {
  const text = JSON.stringify(redactReport(report, isKnown));
  expect(JSON.stringify(report)).toMatch(/Secret orders/);
  expect(text).not.toMatch(/secret|s-1|flow-id|acme|0123456789ABCDEF|it is |run at/i);
  expect(text).toContain("CONNECTOR-1001-500");
});

test("what was told apart still is, and has the same name everywhere, and in every report", () => {
  const redacted = redactReport(report, isKnown);
  const [flow] = redacted.flows;
  expect(flow!.id).toMatch(/^flow [0-9a-f]{8}$/);
  expect(redacted.absences!.map(({ flow: { id } }) => id)).toEqual([flow!.id]);
  expect(redacted.causes[0]!.flows).toEqual([{ id: flow!.id, name: null }]);
  expect(redacted.causes[0]!.sample!.flow.id).toBe(flow!.id);
  expect(redacted.causes[0]!.code).toBe(redacted.causes[0]!.sample!.chain[1]!.code);
  expect(redactReport(reportOn(runs.slice(0, 3)), isKnown).flows[0]!.id).toBe(flow!.id);
  const another = reportOn([runAt(begin, { ...secret, imsOrgId: "another@AdobeOrg" })]);
  expect(redactReport(another, isKnown).flows[0]!.id).not.toBe(flow!.id);
});

test("figures stay", () => {
  const { total, buckets } = redactReport(report, isKnown);
  expect(total).toEqual(report.total);
  expect(buckets).toEqual(report.buckets);
});

test("of works the figures, times and verbs that everybody knows stay", () => {
  const secretly = {
    subject_id: "secret-w",
    context: { name: "Secret export", workflow: "secret_flow" },
    notes: "secret",
  };
  const jobs = [workJob(begin, "failed", secretly), workJob(begin + hour, "secretly", secretly)];
  const works = worksOn(jobs);
  const redacted = redactReport({ ...report, works }, isKnown).works!;
  expect(JSON.stringify(redacted)).not.toMatch(/secret|acme/i);
  expect(redacted.works).toMatchObject([
    {
      subjectType: "work",
      failed: 1,
      lastVerb: null,
      lastFailedAt: new Date(begin).toISOString(),
      lastFailedNotes: null,
    },
  ]);
  expect(redacted.works[0]!.subjectId).toMatch(/^work [0-9a-f]{8}$/);
  expect(redactReport({ ...report, works: worksOn(jobs.slice(0, 1)) }, isKnown).works!.works[0]).toMatchObject({
    lastVerb: "failed",
    subjectId: redacted.works[0]!.subjectId,
  });
});
