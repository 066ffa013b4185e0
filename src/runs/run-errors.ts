import type { JsonObject } from "../json.ts";
import { causesOf, type Detail, readCause, readDetail, sizeOf, tells } from "./causes.ts";
import { countOf, objectOf, objectsOf } from "./fields.ts";
import type { Cause, RunError } from "./flow-run.ts";

/** What a run's `metrics` or one of its activities says about errors. */
export interface ErrorReport {
  /** The activity's id, if it has one. */
  readonly activity: string | null;
  /** `statusSummary.errors`. */
  readonly named: readonly Named[];
  /** `recordSummary.failedInfo`. */
  readonly failed: readonly Named[];
  readonly detail: Detail;
}

interface Named extends Cause {
  readonly count: number | null;
}

/** Reads what `metrics` or an activity says about errors. Pure. */
export function readErrorReport(holder: JsonObject, activity: string | null): ErrorReport {
  const status = objectOf(holder["statusSummary"]);
  return {
    activity,
    named: readNamed(status["errors"]),
    failed: readNamed(objectOf(holder["recordSummary"])["failedInfo"]),
    detail: readDetail(objectOf(status["extensions"])),
  };
}

/** The errors of one activity: those it names, else those of its failed records, else what its details tell. Pure. */
export function activityErrors(activity: ErrorReport, room = openRoom()): readonly RunError[] {
  return listErrors([activity], [activity], room);
}

/**
 * The errors of a run: its own, each joined with the activity that carries the same code; then its activities' errors
 * of other codes; only where neither names one, those of the failed records; and where nobody names any, what the
 * details tell (contract: cli, §5). Pure.
 */
export function runErrors(
  run: ErrorReport,
  activities: readonly ErrorReport[],
  room = openRoom(),
): readonly RunError[] {
  return listErrors([run, ...activities], activities, room);
}

/** How many characters of details may still be told with the errors of a run and of its activities. */
export interface Room {
  left: number;
}

/**
 * Room for more than any person reads. A hundred thousand errors, each with the same megabyte, would be more than a
 * process holds: those that come when there is none left have the causes of their own messages only.
 */
export function openRoom(): Room {
  return { left: 64_000_000 };
}

function listErrors(
  reports: readonly ErrorReport[],
  activities: readonly ErrorReport[],
  room: Room,
): readonly RunError[] {
  if (reports.some(({ named }) => named.length > 0)) return join(reports, activities, "named", room);
  if (reports.some(({ failed }) => failed.length > 0)) return join(reports, activities, "failed", room);
  return reports.some(({ detail }) => tells(detail)) ? reports.flatMap(tellUnnamed) : none;
}

/** The errors of each report whose codes none before it had, with the activity that carries them and their causes. */
function join(
  reports: readonly ErrorReport[],
  activities: readonly ErrorReport[],
  list: "named" | "failed",
  room: Room,
): readonly RunError[] {
  const carriers = carriersByCode(activities, list);
  // The reason of an error that no activity carries: an activity that tells one without naming an error.
  const unclaimed = activities.find(({ named, detail }) => named.length === 0 && tells(detail));
  const known = new Set<string>();
  return reports.flatMap((report) => {
    const fresh = report[list].filter(({ code }) => !known.has(code));
    for (const { code } of fresh) known.add(code);
    return fresh.map((error) => {
      const carrier = carriers.get(error.code);
      const teller = carrier?.activity ?? unclaimed ?? report;
      const details = teller === report ? [report.detail] : [teller.detail, report.detail];
      const told = room.left > 0 ? details : none;
      for (const detail of told) room.left -= sizeOf(detail);
      return {
        code: error.code,
        message: error.message,
        activity: carrier?.activity.activity ?? null,
        count: error.count ?? carrier?.count ?? null,
        causes: causesOf(error, told),
      };
    });
  });
}

interface Carrier {
  readonly activity: ErrorReport;
  readonly count: number | null;
}

/** For each code, the first activity that carries it. */
function carriersByCode(activities: readonly ErrorReport[], list: "named" | "failed"): ReadonlyMap<string, Carrier> {
  const carriers = new Map<string, Carrier>();
  for (const activity of activities) {
    for (const { code, count } of activity[list]) if (!carriers.has(code)) carriers.set(code, { activity, count });
  }
  return carriers;
}

/** Nobody names an error, but the details tell one: the outermost of their causes. */
function tellUnnamed({ activity, detail }: ErrorReport): readonly RunError[] {
  const [error, ...causes] = causesOf(nameless, [detail]);
  return error === undefined ? [] : [{ ...error, activity, count: null, causes }];
}

const none: readonly never[] = [];
const nameless: Cause = { code: "", message: null };

function readNamed(list: unknown): readonly Named[] {
  return objectsOf(list).flatMap((item) => {
    const cause = readCause(item);
    return cause === null ? [] : { ...cause, count: countOf(item["count"]) ?? countOf(item["recordCount"]) };
  });
}
