import { FlowrunError } from "../../../errors.ts";
import { parseWhen, startAt } from "../../../adobe/journal/when.ts";
import type { Span } from "../../../engine/archive/coverage.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import { findDownstream, type FindKin, type Passing } from "../../../engine/lineage.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { RunPast } from "../../../render/sheets/past.ts";
import type { Downstream, FlowRun } from "../../../runs/record/flow-run.ts";
import type { Window } from "../reading/open-source.ts";
import { readWindow, runTarget } from "../reading/read-window.ts";
import type { Session } from "../reading/session.ts";
import { missingWords, unreadableWords } from "../reading/session-archive.ts";
import { hasBatch, mayBeBatch, meantBy, type MeantRuns } from "./one-run.ts";

/** A run to find, and what of its surroundings. */
export interface RunWanted {
  /** Its id, the beginning of it, or the id of a batch of it. */
  readonly id: string;
  /** The runs that the session keeps. */
  readonly meant: MeantRuns;
  /** How far to look back; `null` where nobody says: seven days of the journal, or all that an archive has. */
  readonly since: JournalStart | null;
  /** Where nobody says. */
  readonly usual: JournalStart;
  /** Remembers the runs that the reading passes by. */
  readonly passing: Passing;
  /** How far what came of it is followed; `null` where its surroundings are not asked for. */
  readonly levels: number | null;
}

/** A run as one profile knows it. */
export interface RunFound {
  /** Its notifications; several runs' where the beginning of an id is shared. */
  readonly runs: readonly FlowRun[];
  /** Where it is one run's, and was asked for. */
  readonly around: RunAround | null;
  readonly hasArchive: boolean;
}

/** The time before a run, and the runs that came of it. */
export interface RunAround {
  /** `null` without an archive. */
  readonly past: RunPast | null;
  readonly downstream: readonly Downstream[];
}

/**
 * Finds the notifications of a run. An archive is asked first, and the journal only for what that has not; without one,
 * the newest window is read first, since a recent run must not wait until seven days have been read.
 */
export async function findRun(wanted: RunWanted, session: Session): Promise<RunFound> {
  const isJournals = session.origin.kind === "journal" && wanted.since === null;
  const window = wanted.since ?? oldest;
  const archive = await (isJournals
    ? session.archiveIfAny("reading the journal alone", window)
    : session.archive(window));
  const runs = await findByWord(wanted, archive, session);
  return { runs, around: await lookAround(wanted, runs, archive, session), hasArchive: archive !== null };
}

/** By the id of a batch one of its notifications is found, and all of them by that one's run. */
async function findByWord(wanted: RunWanted, archive: Archive | null, session: Session): Promise<readonly FlowRun[]> {
  const { id, meant } = wanted;
  const runs = archive === null ? await findInWindows(wanted, session) : await findInArchive(wanted, archive, session);
  const found =
    runs.length > 0 || archive === null || !mayBeBatch(id) ? runs : await findInWindows(wanted, session, archive);
  const [first, ...others] = latestOf(meantBy(found, id));
  // A file has been read as a whole, and stdin cannot be read again.
  const isAll = session.origin.kind === "file";
  if (first === undefined || others.length > 0 || !hasBatch(first, id) || isAll) return found;
  meant.meet(first.runId);
  const again = { ...wanted, id: first.runId };
  return archive === null ? findInWindows(again, session) : findInArchive(again, archive, session);
}

/** All that an archive has. */
const oldest: JournalStart = { kind: "oldest" };

async function findInArchive(
  { id, since }: RunWanted,
  archive: Archive,
  session: Session,
): Promise<readonly FlowRun[]> {
  const missing: Span[] = [];
  const run = { beginning: id, missing: (parts: readonly Span[]) => void missing.push(...parts) };
  const runs = await readRuns({ start: since ?? oldest, archive, run }, session);
  // What nobody has is of no concern to who has found the run, unless he wants to be sure of all its notifications; and
  // who looks for a batch has not looked everywhere yet.
  if (runs.length > 0 ? !session.options.strict : mayBeBatch(id)) return runs;
  session.miss(missing);
  for (const part of missing) session.reporter.notify({ kind: "warning", text: missingWords(part) });
  return runs;
}

/** @param archive where it is to be read from, too: by the id of a batch it cannot be asked. */
async function findInWindows(
  { since, usual }: RunWanted,
  session: Session,
  archive: Archive | null = null,
): Promise<readonly FlowRun[]> {
  const { origin, host, options } = session;
  const start = since ?? (archive === null ? usual : oldest);
  // A file is read once.
  const windows = origin.kind === "file" ? [start] : windowsTo(start, host.now(), options.until ?? Infinity);
  for (const window of windows) {
    const runs = await readRuns({ start: window, archive }, session);
    if (runs.length === 0) continue;
    const earlier = windowBefore(window, start, runs);
    return earlier === null ? runs : readRuns({ start: earlier, archive }, session);
  }
  return [];
}

async function readRuns(
  window: Pick<Window, "start" | "archive" | "run">,
  session: Session,
): Promise<readonly FlowRun[]> {
  const runs: FlowRun[] = [];
  const target = runTarget((run) => runs.push(run));
  await readWindow(session, { ...window, follow: false, onExpired: "fail" }, target);
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

/** The surroundings of a run: none where several could be meant. */
async function lookAround(
  { passing, levels }: RunWanted,
  runs: readonly FlowRun[],
  archive: Archive | null,
  { reporter }: Session,
): Promise<RunAround | null> {
  const [latest, ...others] = latestOf(runs);
  if (latest === undefined || others.length > 0 || levels === null) return null;
  const alone = async (): Promise<RunAround> => ({
    past: null,
    downstream: await findDownstream(latest, [passing.find], levels),
  });
  if (archive === null) return alone();
  try {
    return await lookInArchive(latest, archive, { passing, levels });
  } catch (error) {
    if (!(error instanceof FlowrunError)) throw error;
    reporter.notify({ kind: "warning", text: unreadableWords(error, "the run is shown without its history") });
    return alone();
  }
}

async function lookInArchive(
  run: FlowRun,
  { database, journal }: Archive,
  { passing, levels }: Pick<RunWanted, "passing"> & { readonly levels: number },
): Promise<RunAround> {
  const { findEarlierFailure, findRecovery } = await import("../../../engine/archive/history.ts");
  const { findSuccessors } = await import("../../../engine/archive/successors.ts");
  const hasFailed = run.status === "failed";
  const archived: FindKin = (names) => findSuccessors(database, journal, names);
  return {
    past: {
      earlier: hasFailed ? await findEarlierFailure(database, journal, run) : null,
      recoveredAt: hasFailed ? await findRecovery(database, journal, run) : null,
    },
    downstream: await findDownstream(run, [archived, passing.find], levels),
  };
}

/** Of each run its latest notification. */
function latestOf(runs: readonly FlowRun[]): readonly FlowRun[] {
  const latest = new Map<string, FlowRun>();
  for (const run of runs) {
    const known = latest.get(run.runId);
    if (known === undefined || (run.updatedAt ?? "") >= (known.updatedAt ?? "")) latest.set(run.runId, run);
  }
  return [...latest.values()];
}
