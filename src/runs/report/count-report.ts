import { countFlows, type FlowCounter, type FlowHistory } from "../cadence/count-flows.ts";
import { cutCalendar } from "../figures/buckets.ts";
import { countFigures, type FigureCounter } from "../figures/figures.ts";
import { countRootCauses } from "../figures/frequent-causes.ts";
import { roundStep, type Timeline } from "../figures/timeline.ts";
import { openByFlow, type ByFlow } from "../record/by-flow.ts";
import type { FlowRun } from "../record/flow-run.ts";
import { startOfRun } from "../record/run-start.ts";
import { keptId, keptText } from "../../text/kept.ts";
import type { Zone } from "../../text/zone.ts";
import { countDurations, type DurationLine } from "./duration-line.ts";
import { keepSamples, type SampleKeeper } from "./failure-samples.ts";
import { countCells, mostCellsInRow, outcomeOf, type CellCounter } from "./flow-cells.ts";
import { labelOf } from "./flow-label.ts";
import type {
  Absence,
  FlowLabel,
  OutcomeBucket,
  ReadSource,
  Report,
  ReportedCause,
  ReportedFlow,
  ReportedWorks,
} from "./report.ts";
import { timeOf } from "../../text/time-text.ts";

/** The window that is reported, epoch ms, and how it is looked at. */
export interface ReportPlan {
  readonly from: number;
  readonly to: number;
  /** The zone whose hours and midnights buckets begin at. */
  readonly zone: Zone;
  /** Whether all runs of its flows are handed over, so that one that is not there was absent. */
  readonly judgesAbsence: boolean;
}

/** Counts runs; `read` gives the report on those added so far. */
export interface ReportCounter {
  add(run: FlowRun): void;
  /** The runs of a profile of which it is to be told how they failed, and that were added without their errors. */
  bare(profile: string | null): readonly string[];
  /** Such a run again, with its errors. */
  complete(run: FlowRun): void;
  /** @param works what Lytics did in the same window, which is counted elsewhere. */
  read(madeAt: number, coverage: readonly ReadSource[], works?: ReportedWorks | null): Report;
}

/** Events could name any number of flows, causes and organisations; a page that shows more than this is read by nobody. */
const mostFlows = 1000;
const mostCauses = 50;
const mostPartCauses = 20;
const mostOrganisations = 10;
const mostAbsences = 200;
/** Cells of all rows together: a page of so many is about a megabyte. */
const mostCells = 6000;
/** In a row there are as few as this, however many rows there are. */
const leastCellsInRow = 7;
/** Bars that can be told apart on a page. */
const mostBars = 60;

/**
 * Counts the runs of a window, handed over in the journal's order, as `countStats` does: each notification counts, and
 * belongs to the time when its run was updated. In a flow's row a run stands where it began. Memory is bounded.
 */
export function countReport({ from, to, zone, judgesAbsence }: ReportPlan): ReportCounter {
  const total = countFigures();
  const bars = cutCalendar(from, to, roundStep(to - from, mostBars), zone);
  const tallies = Array.from({ length: bars.length }, () => ({ failed: 0, partialSuccess: 0, other: 0, success: 0 }));
  const pieces = cutCalendar(from, to, roundStep(to - from, mostCellsInRow), zone);
  const failed = openCauses();
  const partly = openCauses();
  const organisations = new Set<string>();
  const flows = openByFlow<KnownFlow>();
  /** By profile: each may lack other parts of the window. */
  const cadences = new Map<string | null, FlowCounter>();
  let at = from;
  let runsLeftOut = 0;
  let failedUntold = 0;
  const causesOf = ({ status }: FlowRun): CauseKeeper => (status === "failed" ? failed : partly);

  return {
    add: (run) => {
      at = run.updatedAt === null ? at : timeOf(run.updatedAt);
      total.add(run);
      const tally = tallies[bars.indexOf(at)];
      if (tally !== undefined) tally[outcomeOf(run.status)] += 1;
      causesOf(run).add(run, at);
      if (run.status === "failed" && run.rootCause === null) failedUntold += 1;
      if (run.imsOrgId !== null && organisations.size < mostOrganisations) organisations.add(keptId(run.imsOrgId));
      const flow = flowOf(flows, run, pieces);
      if (flow === null) {
        runsLeftOut += 1;
        return;
      }
      noteRun(flow, run, at);
      if (judgesAbsence) cadenceOf(cadences, run.profile, from).add(run);
    },
    bare: (profile) => [...new Set([...failed.bare(profile, mostCauses), ...partly.bare(profile, mostPartCauses)])],
    complete: (run) => {
      causesOf(run).complete(run);
    },
    read: (madeAt, coverage, works = null) => {
      const histories = judgesAbsence ? judgeAll(cadences, coverage, to) : null;
      const told = readFlows(flows, histories, { from, to });
      // Where all is of one profile, nobody needs to be told of which.
      const isOfOne = new Set(told.map(({ flow }) => flow.profile)).size <= 1;
      const named = <Labelled extends FlowLabel>(flow: Labelled): Labelled =>
        isOfOne ? { ...flow, profile: null } : flow;
      const causes = failed.read(named);
      return {
        from,
        to,
        madeAt,
        total: total.read(),
        organisations: [...organisations].map((name) => keptText(name)),
        flows: told.map(({ flow }) => named(flow)),
        runsLeftOut,
        buckets: tallies.map((counts, index) => bucketOf(counts, bars, index)),
        absences: histories === null ? null : absencesOf(told, from).map((one) => ({ ...one, flow: named(one.flow) })),
        causes: causes.slice(0, mostCauses),
        partCauses: partly.read(named).slice(0, mostPartCauses),
        causesLeftOut: Math.max(0, causes.length - mostCauses),
        failedUntold,
        coverage,
        works,
      };
    },
  };
}

/** Root causes, each with a failure that came of it. */
interface CauseKeeper extends Pick<SampleKeeper, "complete"> {
  add(run: FlowRun, at: number): void;
  read(named: (flow: FlowLabel) => FlowLabel): readonly ReportedCause[];
  /** @param most of how many causes it is asked. */
  bare(profile: string | null, most: number): readonly string[];
}

function openCauses(): CauseKeeper {
  const causes = countRootCauses();
  const samples = keepSamples();
  return {
    complete: samples.complete,
    bare: (profile, most) => {
      const codes = causes.read().map(({ code }) => code);
      return samples.bare(profile, codes.slice(0, most));
    },
    add: (run, at) => {
      causes.add(run, at);
      samples.add(run, at);
    },
    read: (named) =>
      causes.read().map((cause) => {
        const sample = samples.find(cause.code);
        return { ...cause, sample: sample === null ? null : { ...sample, flow: named(sample.flow) } };
      }),
  };
}

interface KnownFlow {
  label: FlowLabel;
  readonly figures: FigureCounter;
  readonly cells: CellCounter;
  readonly durations: DurationLine;
}

function flowOf(flows: ByFlow<KnownFlow>, run: FlowRun, pieces: Timeline): KnownFlow | null {
  const known = flows.get(run);
  if (known !== undefined) return known;
  if (flows.values.length >= mostFlows) return null;
  const flow = {
    label: labelOf(run),
    figures: countFigures(),
    cells: countCells(pieces),
    durations: countDurations(),
  };
  flows.add(run, flow);
  return flow;
}

function noteRun(flow: KnownFlow, run: FlowRun, at: number): void {
  const { flowName, sandbox, durationMs, status } = run;
  // The last name is the one that people know; a copy of the same one is not made again for each run.
  if (
    (flowName !== null && flowName !== flow.label.name) ||
    (sandbox.name !== null && sandbox.name !== flow.label.sandbox)
  ) {
    flow.label = { ...labelOf(run), ...(flowName === null ? { name: flow.label.name } : {}) };
  }
  flow.figures.add(run);
  flow.cells.add(run, startOfRun(run) ?? at);
  if (durationMs !== null) flow.durations.add({ ms: durationMs, failed: status === "failed" });
}

function cadenceOf(cadences: Map<string | null, FlowCounter>, profile: string | null, from: number): FlowCounter {
  const known = cadences.get(profile);
  if (known !== undefined) return known;
  const fresh = countFlows(from);
  cadences.set(profile, fresh);
  return fresh;
}

/** All flows by their keys, but for those of a profile that was read in part: by half of its runs all would be absent. */
function judgeAll(
  cadences: ReadonlyMap<string | null, FlowCounter>,
  coverage: readonly ReadSource[],
  at: number,
): ByFlow<FlowHistory> {
  const judged = openByFlow<FlowHistory>();
  const histories = [...cadences].flatMap(([profile, cadence]) => {
    const reads = coverage.filter((read) => read.profile === null || read.profile === profile);
    if (reads.some(({ failure }) => failure !== null)) return [];
    const unread = reads.flatMap(({ missing }) => missing);
    return cadence.read(at, [], unread);
  });
  for (const history of histories) judged.add(history.flow, history);
  return judged;
}

interface WindowSpan {
  readonly from: number;
  readonly to: number;
}

/** A flow as it is told, and its gaps. */
interface ToldFlow {
  readonly flow: ReportedFlow;
  readonly gaps: FlowHistory["gaps"];
}

function readFlows(
  flows: ByFlow<KnownFlow>,
  histories: ByFlow<FlowHistory> | null,
  { from, to }: WindowSpan,
): readonly ToldFlow[] {
  const room = Math.floor(mostCells / Math.max(1, flows.values.length));
  const most = Math.min(mostCellsInRow, Math.max(leastCellsInRow, room));
  const told = flows.values.map(({ label, figures, cells, durations }): ToldFlow => {
    const history = histories?.get({ profile: label.profile, flowId: label.id }) ?? null;
    const gaps = history?.gaps ?? [];
    const expected = gaps.flatMap(({ expectedAt }) => expectedAt).filter((at) => at >= from && at <= to);
    const flow: ReportedFlow = {
      ...label,
      figures: figures.read(),
      cells: cells.read(expected, most),
      durations: durations.read(),
      paceMs: history?.flow.paceMs ?? null,
      state: history?.flow.state ?? null,
      missing: gaps.reduce((sum, { missing }) => sum + missing, 0),
    };
    return { flow, gaps };
  });
  const trouble = ({ flow }: ToldFlow): number => flow.figures.failed + flow.missing;
  return told.sort(
    (one, other) =>
      trouble(other) - trouble(one) ||
      other.flow.figures.partialSuccess - one.flow.figures.partialSuccess ||
      other.flow.figures.runs - one.flow.figures.runs,
  );
}

function bucketOf(counts: OutcomeBucket["counts"], bars: Timeline, index: number): OutcomeBucket {
  return { from: bars.startOf(index), to: bars.startOf(index + 1), counts: { ...counts } };
}

function absencesOf(flows: readonly ToldFlow[], begin: number): readonly Absence[] {
  const all = flows.flatMap(({ flow: { id, name, sandbox, profile, state, paceMs }, gaps }) =>
    gaps.map(({ from, until, missing }): Absence => {
      const flow = { id, name, sandbox, profile };
      return { flow, paceMs, from: Math.max(from, begin), until, missing, state: state ?? "irregular" };
    }),
  );
  const endOf = ({ until }: Absence): number => until ?? Infinity;
  return all.sort((one, other) => endOf(other) - endOf(one) || other.missing - one.missing).slice(0, mostAbsences);
}
