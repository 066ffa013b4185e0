import { FlowrunError } from "../../../errors.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { shortRunId } from "../../../runs/record/run-id.ts";
import type { Zone } from "../../../text/zone.ts";
import { resolveStart } from "../../options/reading-options.ts";
import type { ReadingFlags } from "../../options/flags.ts";

/** A command that is about one run. */
type OneRunCommand = "show" | "rows";

/** The word for a run, as it is looked for: its id, the beginning of it, or the id of its batch. @throws FlowrunError `usage`. */
export function checkRunWord(word: string): string {
  const id = word.trim();
  if (id.length >= shortRunId) return id;
  throw new FlowrunError("usage", `'${safeText(id)}' is too short to find a run by`, {
    why: `many runs may begin with it; ${String(shortRunId)} characters or more will do`,
    hint: "flowrun since -P1D",
  });
}

/** The runs that a word may mean, while they are looked for. */
export interface MeantRuns {
  includes(run: FlowRun): boolean;
  /** From now on all notifications of that run, whether or not they name the batch that it was found by. */
  meet(runId: string): void;
}

/** Those whose id begins with the word, and those with a batch of that id. */
export function meantRuns(id: string): MeantRuns {
  const met = new Set<string>();
  return {
    includes: (run) => beginsWith(run, id) || hasBatch(run, id) || met.has(run.runId),
    meet: (runId) => void met.add(runId),
  };
}

/** Whether a word may be the id of a batch; a run's id is a UUID, and has a line after eight of its digits. Pure. */
export function mayBeBatch(word: string): boolean {
  return word.length >= shortestBatchId && !/^[0-9a-f]{8}-/i.test(word);
}

/** Those of batches have 26 characters, or 24 in older ones. */
const shortestBatchId = 16;

/** Whether a run wrote or read the batch with that id. Pure. */
export function hasBatch({ batchIds }: Pick<FlowRun, "batchIds">, id: string): boolean {
  return batchIds.some((batchId) => batchId.toLowerCase() === id.toLowerCase());
}

function beginsWith({ runId }: Pick<FlowRun, "runId">, id: string): boolean {
  return runId.toLowerCase().startsWith(id.toLowerCase());
}

/** How far to look back for a run. @throws FlowrunError `usage`. */
export function resolveLookBack(
  flags: ReadingFlags & { readonly since?: string },
  command: OneRunCommand,
  { now, zone }: { readonly now: number; readonly zone: Zone },
): JournalStart {
  const { since = flags.from === undefined ? "-P7D" : "oldest" } = flags;
  const start = resolveStart(since, flags, now, zone);
  if (start.kind === "time" || start.kind === "oldest") return start;
  throw new FlowrunError("usage", `${command} cannot look back to '${since}'`, {
    why: "it reads from a moment in the past to the end of the journal, and touches no cursor",
    hint: "give --since a duration (-P1D, 2h), a date or time, or oldest",
  });
}

/**
 * The notifications of the one run that is meant, each once, in the order of time; none where none was found.
 * @throws FlowrunError `usage` where it could be several.
 */
export function historyOf(found: readonly FlowRun[], id: string, command: OneRunCommand): readonly FlowRun[] {
  const runs = [...new Map(found.map((run) => [run.key, run])).values()];
  return inOrder(pickRun(runs, id, command));
}

/** Of a batch the run that wrote it, though others have read it. Pure. */
export function meantBy(runs: readonly FlowRun[], id: string): readonly FlowRun[] {
  const exact = runs.filter(({ runId }) => runId.toLowerCase() === id.toLowerCase());
  if (exact.length > 0) return exact;
  const begun = runs.filter((run) => beginsWith(run, id));
  if (begun.length > 0) return begun;
  const writers = new Set(runs.filter((run) => writes(run, id)).map(({ runId }) => runId));
  return writers.size === 0 ? runs : runs.filter(({ runId }) => writers.has(runId));
}

function writes({ targets }: FlowRun, id: string): boolean {
  return targets.some(({ reference }) => hasBatch({ batchIds: reference?.ids ?? [] }, id));
}

function pickRun(runs: readonly FlowRun[], id: string, command: OneRunCommand): readonly FlowRun[] {
  const meant = meantBy(runs, id);
  const latest = new Map(meant.map((run) => [run.runId, run]));
  if (latest.size < 2) return meant;
  const told = [...latest.values()].slice(0, mostCandidates).map(candidateLine);
  const more = latest.size > told.length ? [`    and ${String(latest.size - told.length)} more`] : [];
  const isBatch = meant.some((run) => hasBatch(run, id));
  const what = isBatch ? `batch ${safeText(id)} is one of` : `'${safeText(id)}' is the beginning of`;
  throw new FlowrunError("usage", `${what} ${String(latest.size)} runs${isBatch ? "" : "' ids"}`, {
    why: ["it could be", ...told, ...more].join("\n"),
    hint: `${isBatch ? "name one of them" : "type more of it"}: flowrun ${command} ${safeText([...latest.keys()][0] ?? id)}`,
  });
}

const mostCandidates = 10;

function candidateLine({ runId, status, flowName, flowId, updatedAt }: FlowRun): string {
  return `    ${[runId, status, updatedAt ?? "-", flowName ?? flowId].map(safeText).join("  ")}`;
}

/** By `updatedAt`; a notification that does not say when comes first. */
function inOrder(runs: readonly FlowRun[]): readonly FlowRun[] {
  return [...runs].sort((one, other) => (one.updatedAt ?? "").localeCompare(other.updatedAt ?? ""));
}

/** The failure where no run is the one that is meant. Pure. */
export function unknownRun(
  id: string,
  start: JournalStart,
  { from, hasArchive }: { readonly from: string | null; readonly hasArchive: boolean },
): FlowrunError {
  const or = mayBeBatch(id) ? "or a batch with it" : "or one that begins so";
  const message = `no run has the id '${safeText(id)}', ${or}`;
  if (from !== null) {
    return new FlowrunError("notFound", message, {
      why: `nothing in ${from === "-" || from === "/dev/stdin" ? "stdin" : from} that the options ask for is about it`,
      hint: `see what it holds: flowrun since --from ${from} --events runs`,
    });
  }
  const isShort = start.kind === "time" && start.askedAt - start.at < retentionMs;
  const since = start.kind === "time" ? `since ${new Date(start.at).toISOString()}` : "and still keeps";
  const where = hasArchive ? "archive or journal have" : `the journal recorded ${since}`;
  return new FlowrunError("notFound", message, {
    why: `nothing that ${where}, and that the options ask for, is about it`,
    hint: isShort ? "look further back, with --since -P7D" : "see what ran: flowrun since -P7D --events runs",
  });
}
