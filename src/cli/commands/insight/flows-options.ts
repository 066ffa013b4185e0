import { FlowrunError } from "../../../errors.ts";
import { areInColumns } from "../../../engine/archive/figure-fields.ts";
import type { Extent } from "../../../engine/sources/archive.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { flowColumns, mixedFlowColumns } from "../../../render/formats/flow-columns.ts";
import { mixedWorkColumns, workColumns } from "../../../render/formats/work-columns.ts";
import type { FlowRecord } from "../../../runs/cadence/flow-record.ts";
import type { WorkRecord } from "../../../runs/cadence/work-record.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import type { Zone } from "../../../text/zone.ts";
import type { FlowsFlags } from "../../options/flags.ts";
import { resolveOutput, type OutputOptions } from "../../options/output-options.ts";
import { resolveReading, turnAway, type ReadingOptions } from "../../options/reading-options.ts";
import { resolveBegin } from "./begin.ts";

/** The words of `flows` as domain values. */
export interface FlowsOptions {
  /** How all runs of the flows that are asked for are read, whatever became of them. */
  readonly reading: ReadingOptions;
  /** Whether a flow's last run is as it is asked for; `null` where nobody asks. */
  readonly wantsLast: ((run: FlowRun) => boolean) | null;
  /** How much of each run is read. */
  readonly extent: Extent;
  readonly output: OutputOptions<FlowRecord>;
  /** How the works of Lytics are printed below them, … */
  readonly workOutput: OutputOptions<WorkRecord>;
  /** … where they are wanted. */
  readonly withWorks: boolean;
  /** Whether a work's last status is as it is asked for; `null` where nobody asks. */
  readonly wantsStatus: ((status: WorkRecord["lastStatus"]) => boolean) | null;
  /** Only what is late or absent is printed. */
  readonly isLate: boolean;
  /** The words of `--sandbox`, … */
  readonly sandboxes: readonly string[];
  /** … and whether Flow Service is asked for schedules. */
  readonly isScheduled: boolean;
  /** So many flows are printed. */
  readonly most: number;
  readonly start: JournalStart;
}

/**
 * As for every reading, but that columns, `--sort` and `-n` are of flows, and that what is asked of runs is asked of each
 * flow's last one.
 * @throws FlowrunError `usage` for what cannot be, and for options that have no meaning here.
 */
export async function resolveFlows(
  when: string | undefined,
  flags: FlowsFlags,
  { now, zone }: { readonly now: number; readonly zone: Zone },
): Promise<FlowsOptions> {
  checkFlags(flags);
  // Columns, fields and an order of flows are none of runs.
  const { jsonFields, columns, sort, max, status, run, code, where, flow, sandbox, ...rest } = flags;
  const rows = { ...rest, ...(jsonFields && { jsonFields }), ...(columns && { columns }), ...(sort && { sort }) };
  const start = resolveBegin("flows", when ?? (flags.from === undefined ? "-P7D" : "oldest"), flags, { now, zone });
  const all = { ...rest, status: ["all"], ...(flow && { flow }), ...(sandbox && { sandbox }) };
  const ofLast = { status: status ?? ["all"], ...(run && { run }), ...(code && { code }), ...(where && { where }) };
  const asksOfLast = [status, run, code, where].some((words) => words !== undefined);
  const [reading, last] = await Promise.all([
    resolveReading(all, now, zone),
    asksOfLast ? resolveReading({ ...rest, ...ofLast }, now, zone) : null,
  ]);
  const withWorks = flags.withLytics === true;
  const isOfOne = reading.profiles === null;
  const columnsOfFlows = isOfOne ? flowColumns : mixedFlowColumns;
  const columnsOfWorks = isOfOne ? workColumns : mixedWorkColumns;
  // Whoever names fields may mean those of either record.
  const fields = withWorks ? [...columnsOfFlows.fields, ...columnsOfWorks.fields] : columnsOfFlows.fields;
  return {
    reading: { ...reading, report: () => [...reading.report(), ...(last?.report() ?? [])] },
    wantsLast: last === null ? null : last.keep,
    extent: areInColumns(last?.looksAt ?? []) ? { starts: true, organisations: false } : "all",
    output: resolveOutput({ ...columnsOfFlows, fields }, rows),
    workOutput: resolveOutput(columnsOfWorks, { output: flags.output, headers: flags.headers, pager: flags.pager }),
    withWorks,
    wantsStatus: status === undefined ? null : statusWanted(status),
    isLate: flags.late === true,
    sandboxes: sandbox ?? [],
    isScheduled: flags.schedule === true,
    most: max ?? Infinity,
    start,
  };
}

/** By the words of `--status`, in any case. */
function statusWanted(words: readonly string[]): (status: WorkRecord["lastStatus"]) => boolean {
  const wanted = words.map((word) => word.trim().toLowerCase());
  return (status) => wanted.includes("all") || (status !== null && wanted.includes(status));
}

function checkFlags(flags: FlowsFlags): void {
  const details = {
    why: "it tells of flows over many runs, not of the runs themselves",
    hint: "leave it out; -n prints so many flows: flowrun flows -n 10",
  };
  turnAway(["last"], flags, "flows", details);
  if (flags.raw === true) throw new FlowrunError("usage", "--raw has no meaning with flows", details);
  if (flags.schedule !== true) return;
  const offline = flags.from !== undefined ? "--from" : flags.source === "archive" ? "--source archive" : null;
  if (offline === null) return;
  throw new FlowrunError("usage", `--schedule and ${offline} do not go together`, {
    why: `--schedule asks Flow Service for schedules, and ${offline} asks Adobe nothing`,
    hint: "leave one of them out; without --schedule the pace is learned from the runs",
  });
}
