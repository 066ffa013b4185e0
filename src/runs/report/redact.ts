import { writeFingerprint } from "../../text/fingerprint.ts";
import type { WorkRecord } from "../cadence/work-record.ts";
import { jobStatusOf } from "../job/job.ts";
import type { FailureSample, FlowLabel, Report, ReportedCause, ReportedWorks } from "./report.ts";

/**
 * A report that can be shown to strangers: ids and names are hashed, so that the same flow is called the same in each
 * report, and messages, which quote names, are left out. A code stays where it is a known one; others come from events and
 * may say anything. Of a hash 32 bits are shown, from which no name can be told; whoever knows the organisation's id
 * can check a guess. Pure.
 * @param isKnown whether the catalogue has a code.
 */
export function redactReport(report: Report, isKnown: (code: string) => boolean): Report {
  const salt = [...report.organisations].sort().join("\n");
  const hashed = (kind: string, name: string): string =>
    `${kind} ${writeFingerprint(`${salt}\n${kind}\n${name}`).slice(0, shownDigits)}`;
  const orNull = (kind: string, name: string | null): string | null => (name === null ? null : hashed(kind, name));
  const label = <Labelled extends FlowLabel>(flow: Labelled): Labelled => ({
    ...flow,
    id: hashed("flow", flow.id),
    name: null,
    sandbox: orNull("sandbox", flow.sandbox),
    profile: orNull("profile", flow.profile),
  });
  const codeOf = (code: string): string => (isKnown(code) ? code : hashed("code", code));
  const sampleOf = ({ runId, profile, flow, at, chain }: FailureSample): FailureSample => ({
    runId: hashed("run", runId),
    profile: orNull("profile", profile),
    flow: label(flow),
    at,
    chain: chain.map((step) => ({ ...step, code: codeOf(step.code), message: null })),
  });
  const causeOf = (cause: ReportedCause): ReportedCause => ({
    ...cause,
    code: cause.code === null ? null : codeOf(cause.code),
    message: null,
    flows: cause.flows.map(({ id }) => ({ id: hashed("flow", id), name: null })),
    sample: cause.sample === null ? null : sampleOf(cause.sample),
  });
  const workOf = (work: WorkRecord): WorkRecord => ({
    ...work,
    subjectId: hashed(work.subjectType, work.subjectId),
    jobName: null,
    workflow: orNull("workflow", work.workflow),
    // A verb that nobody knows is text from an event as well.
    lastVerb: jobStatusOf("work", work.lastVerb) === null ? null : work.lastVerb,
    lastFailedNotes: null,
    profile: orNull("profile", work.profile),
  });
  const worksOf = ({ works, leavesOut, sources }: ReportedWorks): ReportedWorks => ({
    works: works.map(workOf),
    leavesOut,
    sources: sources.map((read) => ({ ...read, profile: orNull("profile", read.profile) })),
  });
  return {
    ...report,
    organisations: report.organisations.map((name) => hashed("organisation", name)),
    flows: report.flows.map((flow) => ({
      ...label(flow),
      // A status that nobody knows is text from an event as well.
      cells: flow.cells.map((cell) =>
        cell.outcome === "other" && cell.run !== null ? { ...cell, run: { ...cell.run, status: "other" } } : cell,
      ),
    })),
    absences: report.absences?.map((absence) => ({ ...absence, flow: label(absence.flow) })) ?? null,
    causes: report.causes.map(causeOf),
    partCauses: report.partCauses.map(causeOf),
    coverage: report.coverage.map((read) => ({
      ...read,
      profile: orNull("profile", read.profile),
      source: read.isFile ? "a file" : read.source,
      failure: read.failure === null ? null : "it could not be read",
    })),
    works: report.works === null ? null : worksOf(report.works),
  };
}

const shownDigits = 8;
