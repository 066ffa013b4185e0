import type { AbsentRecord } from "../../runs/cadence/flow-record.ts";
import type { Job } from "../../runs/job/job.ts";
import type { Painter } from "../text/painter.ts";
import type { TimeTelling } from "../text/times.ts";
import { absenceLine } from "./absence-line.ts";
import { jobLine } from "./job-line.ts";

/** A record that comes among runs and is none, in a line for people. Pure but for `time`. */
export function otherLine(record: AbsentRecord | Job, painter: Painter, time: TimeTelling): string {
  return record.type === "flowrun.job" ? jobLine(record, painter, time) : absenceLine(record, painter, time);
}
