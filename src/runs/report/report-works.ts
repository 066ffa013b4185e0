import type { WorkRecord } from "../cadence/work-record.ts";
import type { ReportedWorks, WorksSource } from "./report.ts";

/** The works of all accounts as a report has them. Pure. */
export function reportWorks(
  works: readonly WorkRecord[],
  more: { readonly sources: readonly WorksSource[]; readonly leavesOut: boolean },
): ReportedWorks {
  // Where all is of one profile, nobody needs to be told of which.
  const isOfOne = new Set(works.map(({ profile }) => profile)).size <= 1;
  const told = isOfOne ? works.map((work) => ({ ...work, profile: null })) : [...works];
  told.sort(
    (one, other) =>
      other.failed - one.failed || (other.missing ?? 0) - (one.missing ?? 0) || other.succeeded - one.succeeded,
  );
  return { works: told, ...more };
}
