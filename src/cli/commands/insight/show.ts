import { FlowrunError, worstOf } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import { parseWhen, startAt } from "../../../adobe/journal/when.ts";
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
import { openStdout } from "../reading/read.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { readWindow, runTarget } from "../reading/read-window.ts";
import { wantsSheet } from "../../options/output-options.ts";
import { openZone } from "../../options/clock.ts";
import { turnAway, resolveReading, resolveStart } from "../../options/reading-options.ts";
import { inSessions, type Session, type Sessions } from "../reading/session.ts";

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
  const keep = (run: FlowRun): boolean => beginsWith(run, id) && options.keep(run);
  const work = async (sessions: Sessions): Promise<{ readonly run: FlowRun | null }> => {
    const found: FlowRun[] = [];
    await sessions.each(async (session) => {
      found.push(...(await findRuns(start, session)));
    });
    sessions.found = { notifications: found.length, runs: new Set(found.map(({ runId }) => runId)).size };
    // Two profiles may read of the same events.
    const history = inOrder(pickRun([...new Map(found.map((run) => [run.key, run])).values()], id));
    const latest = history.at(-1);
    if (latest !== undefined) await print(latest, history, sessions);
    else if (!sessions.areAllLost()) throw unknownRun(id, start, options.from);
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

/** The runs that are found, newest window first: a recent run must not wait until seven days have been read. */
async function findRuns(start: JournalStart, session: Session): Promise<readonly FlowRun[]> {
  // A file is read once.
  const windows =
    session.origin.kind === "file" ? [start] : windowsTo(start, session.host.now(), session.options.until ?? Infinity);
  for (const window of windows) {
    const runs = await readRuns(window, session);
    if (runs.length === 0) continue;
    const earlier = windowBefore(window, start, runs);
    return earlier === null ? runs : readRuns(earlier, session);
  }
  return [];
}

async function readRuns(start: JournalStart, session: Session): Promise<readonly FlowRun[]> {
  const runs: FlowRun[] = [];
  const target = runTarget((run) => runs.push(run));
  await readWindow(session, { start, follow: false, onExpired: "fail" }, target);
  // A window half read may lack the run, or a part of its history.
  session.host.signal.throwIfAborted();
  return runs;
}

/** A run that began before the window may have been notified of then, too: the window that holds its beginning. */
function windowBefore(window: JournalStart, start: JournalStart, runs: readonly FlowRun[]): JournalStart | null {
  const begins = runs.flatMap(({ createdAt, startedAt }) => [createdAt, startedAt]).filter((time) => time !== null);
  const begin = begins.map(Date.parse).reduce((first, time) => Math.min(first, time), Infinity);
  if (window.kind !== "time" || window === start || !(begin < window.at)) return null;
  const isOutside = start.kind === "time" && begin < start.at;
  return isOutside ? start : startAt(begin);
}

/** The last hour, the last day, and all that is to be looked at. */
function windowsTo(start: JournalStart, now: number, until: number): readonly JournalStart[] {
  const newest = ["PT1H", "P1D"].map((length) => parseWhen(length, now)).filter((window) => window.kind === "time");
  return [...newest.filter(({ at }) => at < until && (start.kind !== "time" || at > start.at)), start];
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

function unknownRun(id: string, start: JournalStart, from: string | null): FlowrunError {
  const message = `no run has the id '${safeText(id)}', or one that begins so`;
  if (from !== null) {
    return new FlowrunError("notFound", message, {
      why: `nothing in ${from === "-" || from === "/dev/stdin" ? "stdin" : from} that the options ask for is about it`,
      hint: `see what it holds: flowrun since --from ${from} --events runs`,
    });
  }
  const isShort = start.kind === "time" && start.askedAt - start.at < retentionMs;
  const since = start.kind === "time" ? `since ${new Date(start.at).toISOString()}` : "and still keeps";
  return new FlowrunError("notFound", message, {
    why: `nothing that the journal recorded ${since}, and that the options ask for, is about it`,
    hint: isShort ? "look further back, with --since -P7D" : "see what ran: flowrun since -P7D --events runs",
  });
}

/** A sheet to read, unless another format was asked for, or columns were. */
async function print(run: FlowRun, history: readonly FlowRun[], session: Sessions): Promise<void> {
  const { options, host, reporter } = session;
  if (wantsSheet(options)) {
    reporter.clear();
    await tell(renderSheet(run, history, await sheetOptions(run, session)), host.stdout);
    return;
  }
  const sink = await openStdout(session, false);
  await sink.write(history.map(sink.encode));
  await sink.close();
}

async function sheetOptions(run: FlowRun, { options, host, profiles }: Sessions): Promise<SheetOptions> {
  const { common, time } = options;
  const { env, stdout } = host;
  const isSound = run.rootCause === null && run.activities.every(({ errors }) => errors.length === 0);
  return {
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
