import { FlowrunError, worstOf } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import type { ShowFlags } from "../../options/flags.ts";
import { decideColour } from "../../../render/text/colour.ts";
import { createPainter } from "../../../render/text/painter.ts";
import { openTimes } from "../../../render/text/times.ts";
import { renderSheet, type SheetOptions } from "../../../render/sheets/run-sheet.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import type { Zone } from "../../../text/zone.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { shortRunId } from "../../../runs/record/run-id.ts";
import { tell } from "../../terminal/tell.ts";
import { openStdout } from "../reading/open-stdout.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { wantsSheet } from "../../options/output-options.ts";
import { openZone } from "../../options/clock.ts";
import { turnAway, resolveReading, resolveStart } from "../../options/reading-options.ts";
import { rememberPassing } from "../../../engine/lineage.ts";
import { findRun, type RunAround, type RunFound } from "./find-run.ts";
import { inSessions, type Sessions } from "../reading/session.ts";

/**
 * One run in full, by its id or a beginning of it that no other run shares.
 * @throws FlowrunError `usage` for a beginning that is too short or shared, `notFound` when no run has it.
 */
export async function runShow(word: string, flags: ShowFlags, host: Host): Promise<void> {
  const id = checkId(word);
  const zone = await openZone(flags.time, host.stdout);
  const options = await resolveReading(
    { ...flags, status: flags.status ?? ["all"], events: flags.events ?? ["runs"] },
    host.now(),
    zone,
  );
  turnAway(["last", "sort"], flags, "show", {
    why: "it prints one run, its history in the order of time",
    hint: `leave it out, or choose among many runs: flowrun since -P7D --last 20`,
  });
  const start = resolveLookBack(flags, host.now(), zone);
  const { downstream: isFollowed = false, since } = flags;
  const passing = rememberPassing();
  const keep = (run: FlowRun): boolean => {
    passing.see(run);
    return beginsWith(run, id) && options.keep(run);
  };
  const wanted = {
    id,
    since: since === undefined ? null : start,
    usual: start,
    passing,
    levels: isFollowed ? Infinity : 1,
  };
  const work = async (sessions: Sessions): Promise<{ readonly run: FlowRun | null }> => {
    const all: RunFound[] = [];
    await sessions.each(async (session) => {
      all.push(await findRun(wanted, session));
    });
    const found = all.flatMap(({ runs }) => runs);
    const hasArchive = all.some((one) => one.hasArchive);
    sessions.found = { notifications: found.length, runs: new Set(found.map(({ runId }) => runId)).size };
    sessions.isOfAll = hasArchive && since === undefined;
    // Two profiles may read of the same events.
    const history = inOrder(pickRun([...new Map(found.map((run) => [run.key, run])).values()], id));
    const latest = history.at(-1);
    if (latest !== undefined) await print(latest, history, { ...aroundOf(latest, all), isFollowed }, sessions);
    else if (!sessions.areAllLost()) throw unknownRun(id, start, { from: options.from, hasArchive });
    return { run: latest ?? null };
  };
  const { run, failure } = await inSessions({ ...options, keep }, host.signal, host, work, { start, did: "found" });
  const isBad = options.exitStatus && run?.status === "failed";
  const bad = isBad ? new FlowrunError("runFailed", `run ${run.runId} failed`) : null;
  const worst = worstOf([failure, bad]);
  if (worst !== null) throw worst;
}

function checkId(word: string): string {
  const id = word.trim();
  if (id.length >= shortRunId) return id;
  throw new FlowrunError("usage", `'${safeText(id)}' is too short to find a run by`, {
    why: `many runs may begin with it; ${String(shortRunId)} characters or more will do`,
    hint: "flowrun since -P1D",
  });
}

function beginsWith({ runId }: FlowRun, id: string): boolean {
  return runId.toLowerCase().startsWith(id.toLowerCase());
}

function resolveLookBack(flags: ShowFlags, now: number, zone: Zone): JournalStart {
  const { since = flags.from === undefined ? "-P7D" : "oldest" } = flags;
  const start = resolveStart(since, flags, now, zone);
  if (start.kind === "time" || start.kind === "oldest") return start;
  throw new FlowrunError("usage", `show cannot look back to '${since}'`, {
    why: "it reads from a moment in the past to the end of the journal, and touches no cursor",
    hint: "give --since a duration (-P1D, 2h), a date or time, or oldest",
  });
}

/** The notifications of the one run that is meant; none where none was found. */
function pickRun(runs: readonly FlowRun[], id: string): readonly FlowRun[] {
  const exact = runs.filter(({ runId }) => runId.toLowerCase() === id.toLowerCase());
  const meant = exact.length > 0 ? exact : runs;
  const latest = new Map(meant.map((run) => [run.runId, run]));
  if (latest.size < 2) return meant;
  const told = [...latest.values()].slice(0, mostCandidates).map(candidateLine);
  const more = latest.size > told.length ? [`    and ${String(latest.size - told.length)} more`] : [];
  throw new FlowrunError("usage", `'${safeText(id)}' is the beginning of ${String(latest.size)} runs' ids`, {
    why: ["it could be", ...told, ...more].join("\n"),
    hint: `type more of it: flowrun show ${safeText([...latest.keys()][0] ?? id)}`,
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

/** The surroundings of the run that is shown; of several profiles, those that one with an archive knows. */
function aroundOf({ runId }: FlowRun, all: readonly RunFound[]): RunAround {
  const own = all.filter(({ runs }) => runs.some((run) => run.runId === runId)).flatMap(({ around }) => around ?? []);
  return own.find(({ past }) => past !== null) ?? own[0] ?? { past: null, downstream: [] };
}

function unknownRun(
  id: string,
  start: JournalStart,
  { from, hasArchive }: { readonly from: string | null; readonly hasArchive: boolean },
): FlowrunError {
  const message = `no run has the id '${safeText(id)}', or one that begins so`;
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

/** The surroundings of a run, and whether they are shown to the end. */
type Around = RunAround & { readonly isFollowed: boolean };

/** A sheet to read, unless another format was asked for, or columns were. */
async function print(run: FlowRun, history: readonly FlowRun[], around: Around, session: Sessions): Promise<void> {
  const { options, host, reporter } = session;
  if (wantsSheet(options)) {
    reporter.clear();
    await tell(renderSheet(run, history, await sheetOptions(run, around, session)), host.stdout);
    return;
  }
  const { downstream, isFollowed } = around;
  const told = isFollowed ? history.map((one) => ({ ...one, downstream })) : history;
  const sink = await openStdout(session, false);
  await sink.write(told.map(sink.encode));
  await sink.close();
}

async function sheetOptions(
  run: FlowRun,
  around: Around,
  { options, host, profiles }: Sessions,
): Promise<SheetOptions> {
  const { common, time } = options;
  const { env, stdout } = host;
  const isSound = run.rootCause === null && run.activities.every(({ errors }) => errors.length === 0);
  return {
    ...around,
    catalogue: isSound ? null : await import("../../../runs/catalogue/catalogue.ts"),
    painter: createPainter(decideColour(common.color, env, stdout.isTTY)),
    time: await openTimes(time ?? (stdout.isTTY ? "local" : "iso"), () => host.now()),
    width: stdout.isTTY ? stdout.columns : pipeWidth,
    room: stdout.isTTY ? stdout.columns : Infinity,
    profile: profiles === null ? (common.profile ?? null) : run.profile,
  };
}

/** Columns that a text for reading takes where there is no terminal to ask. */
const pipeWidth = 80;
