import { FlowrunError } from "../../../errors.ts";
import { endlessPatience, type Connection } from "../../../adobe/access/connect.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import { isOlderThanKept } from "../../../adobe/journal/when.ts";
import type { Span } from "../../../engine/archive/coverage.ts";
import { areInColumns } from "../../../engine/archive/figure-fields.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import type { Digesting } from "../../../engine/digest.ts";
import { fileSource } from "../../../engine/sources/file.ts";
import { journalSource, warnOfStart, type JournalStart } from "../../../engine/sources/journal.ts";
import type { Resumption } from "../../../engine/sinks/sink.ts";
import type { Extent } from "../../../engine/sources/archive.ts";
import type { JobsTaken } from "../../../engine/sources/job-candidate.ts";
import type { Candidate, Source } from "../../../engine/sources/source.ts";
import type { OnExpired } from "../../../adobe/journal/read-pages.ts";
import { watchGaps } from "../../../engine/sources/gaps.ts";
import type { JournalParts } from "../../../engine/sources/window.ts";
import { marksOf } from "../../../runs/events/event-selection.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { endsAfter } from "../../options/reading-options.ts";
import type { Session } from "./session.ts";
import { markNews } from "./mark-news.ts";
import { missingWords } from "./session-archive.ts";
import { timeOf } from "../../../text/time-text.ts";

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
  /** How much of each run is wanted, of those that an archive has; all where nobody says. */
  readonly extent?: Extent;
  /** True where the bytes are wanted in which the journal sent each event. */
  readonly keepsBytes?: boolean;
  /** The archive to read it from, or none, where the command has looked already. */
  readonly archive?: Archive | null;
  /** Ends the reading, besides the session's own. */
  readonly signal?: AbortSignal;
  /** Of an archive only this run is wanted: the beginning of its id. `missing` is told what nobody has. */
  readonly run?: { readonly beginning: string; readonly missing: (parts: readonly Span[]) => void };
}

/** The form in which runs are handed on, and who is told how far a window is read. */
export interface SourceUse<T> {
  readonly encode: Digesting<T>["encode"];
  /** For what was received: the events of Lytics among it; left out where they are passed by. */
  readonly jobs?: JobsTaken<T>;
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
  const { start, extent = "all" } = window;
  if (origin.kind === "file") {
    const lines = origin.lines({ follow: window.follow, fromEnd: start.kind === "now" });
    return fileSource(lines, {
      ...digestingOf(session, null, named, use),
      keep: (run) => isInside(run, start) && options.keep(run),
    });
  }
  if (origin.kind === "spool") {
    const { spool, profile } = origin;
    const from = start.kind === "next" ? start.url : null;
    const signal = window.signal ?? session.host.signal;
    const { spoolSource } = await import("../../../engine/sources/spool.ts");
    const jobs = use.jobs === undefined ? {} : { jobs: use.jobs };
    return spoolSource({ ...digestingOf(session, profile, named, use), ...jobs, spool, from, signal });
  }
  const profile = origin.kind === "archive" ? origin.profile : origin.connection.settings.profile;
  const archive = window.archive === undefined ? await findArchive(session, window) : window.archive;
  // One that the command or the window was looked for in is not looked for again.
  const lookedFor = window.archive !== undefined || isPast(window) ? null : start;
  const marked = await markNews(session, extent === "all" ? archive : null, lookedFor);
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
    extent: extentOf(session, extent),
    journal,
  };
  if (window.run !== undefined) {
    const found = await runSource(reading, window.run.beginning);
    window.run.missing(found.missing);
    return found.source;
  }
  const { source, missing, endsAt } = await stitchedSource(reading);
  const { stoppable } = await import("../../../engine/sources/stoppable.ts");
  session.miss(missing);
  for (const part of missing) session.reporter.notify({ kind: "warning", text: missingWords(part) });
  if (endsAt !== null) {
    session.reporter.notify({
      kind: "remark",
      text: `the archive was last filled at ${new Date(endsAt).toISOString()}`,
    });
  }
  return stoppable(source, window.signal ?? session.host.signal);
}

/** Who looks names up, or wants events, gets records. */
function extentOf({ options, names }: Session, extent: Extent): Extent {
  if (names !== null) return "all";
  if (extent === "all") return options.looksAt.length > 0 && areInColumns(options.looksAt) ? "chosen" : "all";
  return options.raw ? "all" : extent;
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
    encode: (run, bytes) => encode(named(run), bytes),
  };
}

/** Only a window in the past may be in an archive; a place that is kept and the journal's end are not. */
function isPast({ start, isKept = false }: Window): boolean {
  return !isKept && (start.kind === "time" || start.kind === "oldest");
}

async function findArchive({ archive, archiveIfAny, origin, host }: Session, window: Window): Promise<Archive | null> {
  if (!isPast(window)) return null;
  const { start } = window;
  const isJournals = origin.kind === "journal" && start.kind === "time" && start.at > host.now() - retentionMs;
  return isJournals ? archiveIfAny("reading the journal alone", start) : archive(start);
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
  { follow, onExpired, isKept = false, past = null, keepsBytes = false, signal }: Window,
  digesting: Digesting<T>,
  { onShare }: SourceUse<T>,
): JournalParts<T> {
  const { patience, limit, jobs } = options;
  // `tail` never gives up: it waits out whatever passes.
  const asked = connection.journal(follow ? endlessPatience : patience);
  const journal = signal === undefined ? asked : { ...asked, signal: AbortSignal.any([asked.signal, signal]) };
  const how = { limit, jobs, follow, isWalked: isKept || endsAfter(options) !== Infinity, onExpired, past, onShare };
  const read = (start: JournalStart, until: number | null): Source<T> =>
    journalSource({
      ...digesting,
      ...how,
      journal: { ...journal, marks: marksOf(options.events), keepsBytes },
      start,
      until,
    });
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
  return start.kind !== "time" || updatedAt === null || timeOf(updatedAt) >= start.at;
}
