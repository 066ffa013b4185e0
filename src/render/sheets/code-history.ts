import { safeText } from "../text/safe-text.ts";
import { renderCount, renderDuration } from "../text/numbers.ts";
import { zoneTold, type TimeTelling } from "../text/times.ts";
import { wrapBeside } from "../text/wrap.ts";
import { utc, wallAt } from "../../text/zone.ts";
import { renderMoment } from "./past.ts";

/** How often a code was met, and what became of it; times are epoch milliseconds. */
export interface ToldHistory {
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** Runs. */
  readonly last7Days: number;
  readonly last30Days: number;
  readonly last90Days: number;
  /** Most runs first. */
  readonly flows: readonly { readonly id: string; readonly name: string | null; readonly runs: number }[];
  readonly medianRecoveryMs: number | null;
}

/** The archive that tells it. */
export interface ToldArchive {
  readonly place: string;
  readonly coverage: {
    readonly complete: readonly ToldStretch[];
    readonly gaps: readonly ToldStretch[];
  };
}

interface ToldStretch {
  readonly from: ToldEdge;
  readonly to: ToldEdge;
}

interface ToldEdge {
  readonly at: number;
  readonly isExact: boolean;
}

/** How a history is laid out. */
export interface HistoryLook {
  readonly time: TimeTelling;
  readonly width: number;
}

/** A code's history below what it means, in lines that end in a line break; `null` was never met. Pure but for `time`. */
export function renderCodeHistory(history: ToldHistory | null, archive: ToldArchive, look: HistoryLook): string {
  const { width } = look;
  const lines = [
    ...(history === null ? wrapBeside("  seen    ", "never", width) : renderSeen(history, archive, look)),
    ...wrapBeside("  archive ", archiveWords(archive, look), width),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function renderSeen(history: ToldHistory, archive: ToldArchive, { time, width }: HistoryLook): readonly string[] {
  const { firstSeenAt, lastSeenAt, last7Days, last30Days, last90Days, flows, medianRecoveryMs } = history;
  const when =
    firstSeenAt === lastSeenAt
      ? `once, on ${renderMoment(firstSeenAt, time)}`
      : `first on ${renderMoment(firstSeenAt, time)}, last on ${renderMoment(lastSeenAt, time)}`;
  const news = isNew(history, archive, time) ? "NEW since yesterday: " : "";
  const often = `${renderCount(last7Days)} in 7 days, ${renderCount(last30Days)} in 30, ${renderCount(last90Days)} in 90`;
  const lasts =
    medianRecoveryMs === null ? null : `${renderDuration(medianRecoveryMs)} until the flow succeeded again (median)`;
  return [
    ...wrapBeside("  seen    ", `${news}${when}${zoneWords(time)}`, width),
    ...wrapBeside("  runs    ", often, width),
    ...wrapBeside("  flows   ", flowWords(flows), width),
    ...wrapBeside("  lasts   ", lasts ?? "", width),
  ];
}

/** Flows that a sheet has room for. */
const mostFlows = 5;

function flowWords(flows: ToldHistory["flows"]): string {
  const told = flows
    .slice(0, mostFlows)
    .map(({ id, name, runs: count }) => `${safeText(name ?? id)} (${renderCount(count)})`);
  const rest = flows.length - told.length;
  return rest === 0 ? told.join(", ") : `${told.join(", ")} and ${renderCount(rest)} more`;
}

/** With its end and its gap, since a code that was met only beyond them is not counted, and would seem to be gone. */
function archiveWords({ place, coverage: { complete, gaps } }: ToldArchive, { time }: HistoryLook): string {
  const [first] = complete;
  const last = complete.at(-1);
  const where = `, at ${safeText(place)}`;
  if (first === undefined || last === undefined) return `not known to be complete${where}`;
  const told = ({ from, to }: ToldStretch): string => `${edgeWords(from, time)} to ${edgeWords(to, time)}`;
  const [gap] = gaps;
  const but =
    gap === undefined
      ? ""
      : `, but for ${gaps.length === 1 ? `a gap from ${told(gap)}` : `${renderCount(gaps.length)} gaps`}`;
  const span = `since ${edgeWords(first.from, time)} until ${edgeWords(last.to, time)}`;
  return `complete ${span}${but}${zoneWords(time)}${where}`;
}

function edgeWords({ at, isExact }: ToldEdge, time: TimeTelling): string {
  return `${isExact ? "" : "≈ "}${renderMoment(at, time)}`;
}

function zoneWords(time: TimeTelling): string {
  return time.style === "local" ? ` (${zoneTold(time) ?? ""})` : "";
}

const dayMs = 86_400_000;

/** First met yesterday or today, and the archive would know if it had been met on the day before. */
function isNew({ firstSeenAt }: ToldHistory, { coverage: { complete } }: ToldArchive, time: TimeTelling): boolean {
  const zone = time.style === "local" ? time.local.zone : utc;
  const dayOf = (at: number): number => Math.floor(wallAt(at, zone) / dayMs);
  const begin = complete.findLast(({ from }) => from.at <= firstSeenAt)?.from.at ?? Infinity;
  return dayOf(firstSeenAt) >= dayOf(time.now()) - 1 && firstSeenAt - begin >= dayMs;
}
