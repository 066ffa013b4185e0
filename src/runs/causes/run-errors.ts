import { type JsonObject, objectOf, objectsOf, wordOf } from "../../json.ts";
import { type Detail, findSide, namesIn, readCause, readDetail, recordsOf, sizeOf, tells } from "./detail.ts";
import { branchesOf, causesOf } from "./cause-tree.ts";
import { byWeight } from "./root-cause.ts";
import type { ToldCause } from "./causes-in-text.ts";
import type { Cause, RunError } from "../record/flow-run.ts";

/** The errors that a run's `metrics` or one of its activities tells. */
export interface ErrorReport {
  /** The activity's id, if it has one. */
  readonly activity: string | null;
  /** `statusSummary.errors`. */
  readonly named: readonly Named[];
  /** `recordSummary.failedInfo`. */
  readonly failed: readonly Named[];
  /** `recordSummary.warningInfo` and `skippedInfo`, and what is typed a warning elsewhere. */
  readonly noted: readonly Named[];
  readonly detail: Detail;
}

interface Named extends Cause {
  readonly count: number | null;
  readonly severity: RunError["severity"];
  /** The causes that its message tells, read once for the run and for the activity. */
  readonly told: readonly ToldCause[];
}

/** Reads the errors that `metrics` or an activity tells. Pure. */
export function readErrorReport(holder: JsonObject, activity: string | null): ErrorReport {
  const status = objectOf(holder["statusSummary"]);
  const records = objectOf(holder["recordSummary"]);
  const named = readNamed(status["errors"], "error");
  const failed = readNamed(records["failedInfo"], "error");
  const warned = readNamed(records["warningInfo"], "warning");
  const skipped = readNamed(records["skippedInfo"], "skipped");
  const detail = readDetail(objectOf(status["extensions"]));
  // Most runs have nothing of this, and a reading has hundreds of thousands of them.
  if (named === none && failed === none && warned === none && skipped === none) {
    return { activity, named, failed, noted: none, detail };
  }
  const notes = [...named, ...failed].filter((error) => !isFailure(error));
  return {
    activity,
    named: named.filter(isFailure),
    failed: failed.filter(isFailure),
    noted: [...notes, ...warned, ...skipped],
    detail,
  };
}

function isFailure({ severity }: Named): boolean {
  return severity === "error";
}

/** The errors of one activity: those it names, else those of its failed records, else what its details tell. Pure. */
export function activityErrors(activity: ErrorReport, room = openRoom()): readonly RunError[] {
  return listErrors([activity], [activity], room);
}

/**
 * The errors of a run: its own, each joined with the activity that carries the same code; then its activities' errors
 * of other codes; only where neither names one, those of the failed records; and where nobody names any, what the
 * details tell. After them, why records were skipped or came with a warning. Pure.
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
  return { left: 16_000_000 };
}

function listErrors(
  reports: readonly ErrorReport[],
  activities: readonly ErrorReport[],
  room: Room,
): readonly RunError[] {
  const errors = listFailures(reports, activities, room);
  return reports.every(({ noted }) => noted.length === 0)
    ? errors
    : [...errors, ...join(reports, activities, "noted", room)].sort(bySeverity);
}

function listFailures(
  reports: readonly ErrorReport[],
  activities: readonly ErrorReport[],
  room: Room,
): readonly RunError[] {
  if (reports.some(({ named }) => named.length > 0)) return join(reports, activities, "named", room);
  if (reports.some(({ failed }) => failed.length > 0)) return join(reports, activities, "failed", room);
  return reports.some(({ detail }) => tells(detail)) ? reports.flatMap(tellUnnamed) : none;
}

const severities: readonly RunError["severity"][] = ["error", "warning", "skipped"];

function bySeverity(one: RunError, other: RunError): number {
  return severities.indexOf(one.severity) - severities.indexOf(other.severity);
}

type List = "named" | "failed" | "noted";

/** The errors of each report whose codes none before it had, with the activity that carries them and their causes. */
function join(
  reports: readonly ErrorReport[],
  activities: readonly ErrorReport[],
  list: List,
  room: Room,
): readonly RunError[] {
  const carriers = carriersByCode(activities, list);
  // The reason of an error that no activity carries: an activity that tells one without naming an error.
  const unclaimed = activities.find(({ named, detail }) => named.length === 0 && tells(detail));
  const known = new Set<string>();
  return reports.flatMap((report) => {
    const fresh = report[list].filter((error) => !known.has(keyOf(error)));
    for (const error of fresh) known.add(keyOf(error));
    return fresh.map((error) => {
      const carrier = carriers.get(keyOf(error));
      const teller = carrier?.activity ?? unclaimed ?? report;
      // Why records were left out is said beside them: the details are about what failed.
      const details = list === "noted" || room.left <= 0 ? none : detailsOf(teller, report);
      for (const detail of details) room.left -= sizeOf(detail);
      return {
        code: error.code,
        message: error.message,
        activity: carrier?.activity.activity ?? null,
        count: error.count ?? carrier?.count ?? null,
        severity: error.severity,
        side: sideOf(error, details),
        causes: causesOf(error, details, error.told),
      };
    });
  });
}

function detailsOf(teller: ErrorReport, report: ErrorReport): readonly Detail[] {
  return teller === report ? [report.detail] : [teller.detail, report.detail];
}

function sideOf(error: Cause, details: readonly Detail[]): RunError["side"] {
  return details.find(({ side }) => side !== null)?.side ?? findSide(error.message);
}

/** With the severity: a code that is a warning in one place may be an error in another. */
function keyOf({ code, severity }: Named): string {
  return `${severity} ${code}`;
}

interface Carrier {
  readonly activity: ErrorReport;
  readonly count: number | null;
}

/** For each code, the first activity that carries it. */
function carriersByCode(activities: readonly ErrorReport[], list: List): ReadonlyMap<string, Carrier> {
  const carriers = new Map<string, Carrier>();
  for (const activity of activities) {
    for (const error of activity[list]) {
      const key = keyOf(error);
      if (!carriers.has(key)) carriers.set(key, { activity, count: error.count });
    }
  }
  return carriers;
}

/** Nobody names an error, but the details tell some: those that stand beside each other, the weightiest first. */
function tellUnnamed({ activity, detail }: ErrorReport): readonly RunError[] {
  const branches = branchesOf(causesOf(nameless, [detail]));
  const errors = branches.map(([{ code, message, count }, ...beneath]): RunError => {
    const causes = beneath.map((cause) => ({ ...cause, depth: cause.depth - 1 }));
    return { code, message, activity, count, severity: "error", side: detail.side, causes };
  });
  return errors.length < 2 ? errors : errors.sort(byWeight);
}

const none: readonly never[] = [];
const nameless: Cause = { code: "", message: null };

function readNamed(list: unknown, severity: RunError["severity"]): readonly Named[] {
  const items = objectsOf(list);
  if (items.length === 0) return none;
  return items.flatMap((item): readonly Named[] => {
    const cause = readCause(item);
    if (cause === null) return none;
    const isWarning = severity === "error" && wordOf(item["type"])?.toLowerCase() === "warning";
    const told = namesIn(cause.message);
    return [{ ...cause, count: recordsOf(item), severity: isWarning ? "warning" : severity, told }];
  });
}
