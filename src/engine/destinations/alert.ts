import type { DeliveredRecord } from "./destination.ts";
import { absenceAlert } from "./alert/absence-alert.ts";
import type { Alert, AlertText } from "./alert/form.ts";
import { jobAlert, likenessOfJob } from "./alert/job-alert.ts";
import { likenessOfRun, runAlert } from "./alert/run-alert.ts";

/**
 * The alerts of a batch, in the order of its records: runs that failed in the same flow, with the same status, by the same
 * root cause are one alert, and so are failures of the same work of Lytics, in the place of the first of them. Pure.
 * @param profile whose they are.
 */
export function alertsOf(records: readonly DeliveredRecord[], profile: string): readonly Alert[] {
  const groups = new Map<string, Placed[]>();
  for (const [place, record] of records.entries()) {
    const key = `${record.type} ${likenessOf(record) ?? place}`;
    const others = groups.get(key);
    if (others === undefined) groups.set(key, [{ place, record }]);
    else others.push({ place, record });
  }
  return [...groups.values()].flatMap((group) =>
    textsOf(
      group.map(({ record }) => record),
      profile,
    ).map((text) => ({ places: group.map(({ place }) => place), ...text })),
  );
}

interface Placed {
  readonly place: number;
  readonly record: DeliveredRecord;
}

/** `null` for one that is like no other. */
function likenessOf(record: DeliveredRecord): string | null {
  if (record.type === "flowrun.run") return likenessOfRun(record);
  return record.type === "flowrun.job" ? likenessOfJob(record) : null;
}

/** @param group records of one type. */
function textsOf(group: readonly DeliveredRecord[], profile: string): readonly AlertText[] {
  const runs = group.filter((record) => record.type === "flowrun.run");
  if (runs.length > 0) return [runAlert(runs, profile)];
  const jobs = group.filter((record) => record.type === "flowrun.job");
  if (jobs.length > 0) return [jobAlert(jobs, profile)];
  return group.filter((record) => record.type === "flowrun.absent").map((record) => absenceAlert(record, profile));
}
