import { FlowrunError } from "../../../errors.ts";
import type { Connection } from "../../../adobe/access/connect.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import { isOlderThanKept } from "../../../adobe/journal/when.ts";
import type { Stretch } from "../../../engine/archive/coverage.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import type { Digesting } from "../../../engine/digest.ts";
import { fileSource } from "../../../engine/sources/file.ts";
import { journalSource, warnOfStart, type JournalStart } from "../../../engine/sources/journal.ts";
import type { Resumption } from "../../../engine/sinks/sink.ts";
import type { Candidate, Source } from "../../../engine/sources/source.ts";
import type { OnExpired } from "../../../adobe/journal/read-pages.ts";
import { watchGaps } from "../../../engine/sources/gaps.ts";
import type { JournalParts } from "../../../engine/sources/window.ts";
import { marksOf } from "../../../runs/events/event-selection.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { endsAfter } from "../../options/reading-options.ts";
import type { Session } from "./session.ts";
import { missingWords, unreadableWords } from "./session-archive.ts";

/** The part of its source that a command reads, and how. */
export interface Window {
  readonly start: JournalStart;
  readonly follow: boolean;
  readonly onExpired: OnExpired;
  /** Ends the reading with this run; `--max` does so anyway. */
  readonly isLast?: (run: Candidate<unknown>) => boolean;
  /** The place and the keys that an earlier reading left, where this one goes on from there. */
  readonly past?: Resumption | null;
  /** True where the sink keeps the place to read on from. */
  readonly isKept?: boolean;
  /** True where no more of a run is wanted than figures are counted from. */
  readonly isForFigures?: boolean;
  /** The archive to read it from, or none, where the command has looked already. */
  readonly archive?: Archive | null;
  /** Of an archive only this run is wanted: the beginning of its id. `missing` is told what nobody has. */
  readonly run?: { readonly beginning: string; readonly missing: (parts: readonly Stretch[]) => void };
}

/** The form in which runs are handed on, and who is told how far a window is read. */
export interface SourceUse<T> {
  readonly encode: (run: FlowRun) => T;
  readonly onShare: (share: number) => void;
}

/**
 * Where the runs of a window come from: a file, the journal, the archive, or the archive and after it the journal. Parts of
 * the window that nobody has are told of.
 * @throws FlowrunError where an archive that is needed cannot be read.
 */
export async function openSource<T>(session: Session, window: Window, use: SourceUse<T>): Promise<Source<T>> {
  const { options, origin, names } = session;
  // Asked twice about a run, a name book answers the same; without one nothing stands between.
  const named = names === null ? (run: FlowRun): FlowRun => run : names.complete;
  const { start } = window;
  if (origin.kind === "file") {
    const lines = origin.lines({ follow: window.follow, fromEnd: start.kind === "now" });
    return fileSource(lines, {
      ...digestingOf(session, null, named, use),
      keep: (run) => isInside(run, start) && options.keep(run),
    });
  }
  const profile = origin.kind === "archive" ? origin.profile : origin.connection.settings.profile;
  const archive = window.archive === undefined ? await findArchive(session, window) : window.archive;
  const marked = await marking(session, archive, window);
  const digesting = digestingOf(session, profile, (run) => marked(named(run)), use);
  const journal = origin.kind === "archive" ? null : journalParts(session, origin.connection, window, digesting, use);
  if (archive === null) return journalAlone(session, start, journal);
  const { stitchedSource, runSource } = await import("../../../engine/sources/window.ts");
  const reading = {
    archive,
    from: start.kind === "time" ? start.at : -Infinity,
    until: options.until,
    now: session.host.now(),
    digesting,
    isForFigures: window.isForFigures === true && !options.raw && names === null,
    journal,
  };
  if (window.run !== undefined) {
    const found = await runSource(reading, window.run.beginning);
    window.run.missing(found.missing);
    return found.source;
  }
  const { source, missing, endsAt } = await stitchedSource(reading);
  session.miss(missing);
  for (const part of missing) session.reporter.notify({ kind: "warning", text: missingWords(part) });
  if (endsAt !== null) {
    session.reporter.notify({
      kind: "remark",
      text: `the archive was last filled at ${new Date(endsAt).toISOString()}`,
    });
  }
  return source;
}

function digestingOf<T>(
  { options, notes }: Session,
  profile: string | null,
  named: (run: FlowRun) => FlowRun,
  { encode }: SourceUse<T>,
): Digesting<T> {
  return {
    events: options.events,
    raw: options.raw,
    profile,
    via: profile === null ? "file" : "journal",
    keep: (run) => {
      const whole = named(run);
      notes.note(whole);
      return options.keep(whole);
    },
    encode: (run) => encode(named(run)),
  };
}

/** Only a window in the past may be in an archive; a cursor's place and the journal's end are not, nor is there one to keep. */
async function findArchive(
  { archive, archiveIfAny, origin, host }: Session,
  { start, isKept = false }: Window,
): Promise<Archive | null> {
  if (isKept || (start.kind !== "time" && start.kind !== "oldest")) return null;
  const isJournals = origin.kind === "journal" && start.kind === "time" && start.at > host.now() - retentionMs;
  return isJournals ? archiveIfAny(start, "reading the journal alone") : archive(start);
}

/**
 * Marks runs whose root cause is new for their flow, where an archive knows. It is asked for that where it is not read,
 * too, but not waited for: no reading fails for want of a mark.
 * @param found the archive that is read; `null` where none is.
 */
async function marking(
  session: Session,
  found: Archive | null,
  { start, archive: looked }: Window,
): Promise<(run: FlowRun) => FlowRun> {
  const isLookedFor = looked !== undefined || start.kind === "time" || start.kind === "oldest";
  const archive = found ?? (isLookedFor ? null : await soon(session, start));
  if (archive === null) return (run) => run;
  const { readNovelty } = await import("../../../engine/archive/history.ts");
  const isNew = await readNovelty(archive.database, archive.journal).catch((error: unknown) => {
    if (!(error instanceof FlowrunError)) throw error;
    session.reporter.notify({ kind: "warning", text: unreadableWords(error, unmarked) });
    return () => null;
  });
  return (run) => {
    const verdict = isNew(run);
    return verdict === null ? run : { ...run, new: verdict };
  };
}

const unmarked = "no failure is marked as new";

/** A server that does not answer must not hold up a reading that does without it. */
const longestWaitMs = 3000;

async function soon({ archiveIfAny, host, reporter }: Session, start: JournalStart): Promise<Archive | null> {
  const waiting = new AbortController();
  const tooLate = host.sleep(longestWaitMs, waiting.signal).then(() => "late" as const);
  const found = await Promise.race([archiveIfAny(start, unmarked), tooLate]);
  waiting.abort();
  if (found !== "late") return found;
  reporter.notify({ kind: "warning", text: `the archive does not answer; ${unmarked}` });
  return null;
}

function journalAlone<T>(session: Session, start: JournalStart, journal: JournalParts<T> | null): Source<T> {
  const { host, reporter, options } = session;
  if (journal === null) {
    throw new FlowrunError("usage", "--source archive reads from a moment in the past", {
      why: "an archive is not followed, and has no end that could be waited at",
      hint: "flowrun since -P30D --source archive",
    });
  }
  warnOfStart(start, reporter.notify);
  if (start.kind === "time" && isOlderThanKept(start)) {
    session.miss([{ from: start.at, to: Math.min(host.now() - retentionMs, options.until ?? Infinity) }]);
  }
  return journal.read(start, options.until);
}

function journalParts<T>(
  { options, miss }: Session,
  connection: Connection,
  { follow, onExpired, isKept = false, past = null }: Window,
  digesting: Digesting<T>,
  { onShare }: SourceUse<T>,
): JournalParts<T> {
  const { patience, limit, jobs } = options;
  // `tail` never gives up: it waits out whatever passes.
  const journal = connection.journal(follow ? { retries: Infinity, maxWaitMs: Infinity } : patience);
  const how = { limit, jobs, follow, isWalked: isKept || endsAfter(options) !== Infinity, onExpired, past, onShare };
  const read = (start: JournalStart, until: number | null): Source<T> =>
    journalSource({ ...digesting, ...how, journal: { ...journal, marks: marksOf(options.events) }, start, until });
  return {
    read: (start, until) =>
      watchGaps(read(start, until), (gap) => {
        miss([gap]);
      }),
    fromSaved: connection.fromSaved,
  };
}

/** A line has no time but its run's; one that does not say when it was updated is kept, as `--until` does. */
function isInside({ updatedAt }: FlowRun, start: JournalStart): boolean {
  return start.kind !== "time" || updatedAt === null || Date.parse(updatedAt) >= start.at;
}
