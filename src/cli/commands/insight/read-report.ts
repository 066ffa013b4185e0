import type { Host } from "../../../host.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { countReport, type ReportCounter } from "../../../runs/report/count-report.ts";
import { reportWorks } from "../../../runs/report/report-works.ts";
import type { ReadSource, Report, ReportedWorks } from "../../../runs/report/report.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import type { Zone } from "../../../text/zone.ts";
import { reachOf } from "../reading/reach-of.ts";
import { inSessions, type Outcome, type Session, type Sessions } from "../reading/session.ts";
import { countRuns, spanOf, spanOfFile, type AskedSpan, type CountedSpan } from "./counted-window.ts";
import { checkAnyToken, readWorks, type ProfileWorks } from "./read-works.ts";
import type { ReportReading } from "./report-options.ts";

/** A reading and its report; none where no profile at all could be read. */
export interface ReadReport {
  readonly report: Report | null;
  readonly outcome: Outcome;
}

/** Reads the window, of one profile or of several, and counts its report. */
export async function readReport(
  { options, start, judgesAbsence, withWorks }: ReportReading,
  zone: Zone,
  host: Host,
): Promise<ReadReport> {
  const asked: AskedSpan = { start, until: options.until, now: host.now() };
  // One for all profiles, over the window of the first that is read.
  const shared: { opened: Promise<Opened> | null } = { opened: null };
  const reads: Reading[] = [];
  const works: ProfileWorks[] = [];
  const open = async (session: Session): Promise<Opened> => {
    const span = await windowOf(session, asked);
    return { span, counter: countReport({ ...span, zone, judgesAbsence }) };
  };
  const work = async ({ each, areAllLost, reporter, profiles }: Sessions): Promise<{ report: Report | null }> => {
    await each(async (session, profile) => {
      const { counter, span } = await (shared.opened ??= open(session));
      const reading = await beginReading(session, profile === "" ? null : profile, start, span);
      reads.push(reading);
      if (withWorks) works.push(await readWorks(session, profile, span));
      const add = (run: FlowRun): void => {
        counter.add(run);
      };
      await countRuns(reading.session, start, add, { starts: true, organisations: true });
      await completeSamples(reading, start, counter);
      reading.isWhole = true;
    });
    reporter.clear();
    const opened = await shared.opened;
    if (opened === null || areAllLost()) return { report: null };
    const { counter, span } = opened;
    if (withWorks) checkAnyToken(works);
    const coverage = coverageIn(reads, profiles ?? [], { ...span, asked: beginOf(start) });
    return { report: counter.read(host.now(), coverage, withWorks ? worksIn(works, profiles ?? []) : null) };
  };
  const { report, ...outcome } = await inSessions(options, host.signal, host, work, { start, did: "counted" });
  return { report, outcome };
}

/** Figures come without errors: of the few failures that are told one by one these are read in the end. */
async function completeSamples({ session, profile }: Reading, start: JournalStart, counter: ReportCounter) {
  const bare = counter.bare(profile);
  const archive = bare.length === 0 ? null : await session.archive(start);
  if (archive === null) return;
  const { findByRun } = await import("../../../engine/archive/read-archived.ts");
  for (const runId of bare) {
    session.host.signal.throwIfAborted();
    for (const { record } of await findByRun(archive.database, archive.journal, runId, { raw: false })) {
      if (typeof record !== "string") counter.complete({ ...record, profile });
    }
  }
}

function beginOf(start: JournalStart): number {
  return start.kind === "time" ? start.at : -Infinity;
}

interface Opened {
  readonly span: CountedSpan;
  readonly counter: ReportCounter;
}

/** The window as far as its source goes. */
async function windowOf(session: Session, asked: AskedSpan): Promise<CountedSpan> {
  if (session.origin.kind === "file") {
    if (asked.start.kind !== "oldest") return spanOf(asked, -Infinity);
    const { from, to } = await spanOfFile(session, asked);
    // What a file says of the future would stretch the page over years.
    const end = Math.min(to, asked.now);
    return { from: Math.min(from, end), to: end };
  }
  const { first, end } = await reachOf(session, asked.start, asked.now);
  const span = spanOf(asked, first);
  // Of an archive that is read alone, what came after it was filled is not absent.
  return { ...span, to: Math.max(span.from, Math.min(span.to, end)) };
}

/** A reading of one profile, as it goes on. */
interface Reading {
  readonly session: Session;
  readonly profile: string | null;
  readonly source: string;
  readonly isFile: boolean;
  readonly span: CountedSpan;
  readonly missing: { readonly from: number; readonly to: number }[];
  isWhole: boolean;
}

async function beginReading(
  session: Session,
  side: string | null,
  start: JournalStart,
  { from, to }: CountedSpan,
): Promise<Reading> {
  const { origin } = session;
  const missing: Reading["missing"][number][] = [];
  const noted: Session = {
    ...session,
    miss: (parts) => {
      missing.push(...parts);
      session.miss(parts);
    },
  };
  const isFile = origin.kind === "file";
  const archive = isFile ? null : await session.archive(start).catch(() => null);
  const kept = origin.kind === "archive" ? "the archive" : "the archive and the journal";
  const source = isFile ? origin.name : archive === null ? "the journal" : kept;
  const own = origin.kind === "archive" ? origin.profile : side;
  const profile = origin.kind === "journal" ? origin.connection.settings.profile : own;
  return { session: noted, profile, source, isFile, span: { from, to }, missing, isWhole: false };
}

/** How much was read in Lytics of each, also of those of which nothing was. */
function worksIn(reads: readonly ProfileWorks[], profiles: readonly string[]): ReportedWorks {
  const told = reads.map(({ profile, works, events }) => ({
    profile,
    events,
    failure: works === null ? "it has no token for Lytics" : null,
  }));
  const known = new Set(reads.map(({ profile }) => profile));
  const lost = profiles.filter((profile) => !known.has(profile));
  const sources = [...told, ...lost.map((profile) => ({ profile, events: 0, failure: unread }))];
  return reportWorks(
    reads.flatMap(({ works }) => works ?? []),
    {
      sources: sources.sort((one, other) => (one.profile < other.profile ? -1 : 1)),
      leavesOut: reads.some(({ leavesOut }) => leavesOut),
    },
  );
}

const unread = "it could not be read";

/** How much was read of each, also of those of which nothing was. */
function coverageIn(
  reads: readonly Reading[],
  profiles: readonly string[],
  { asked, ...span }: CountedSpan & { readonly asked: number },
): readonly ReadSource[] {
  const told = reads.map(({ session, profile, source, isFile, missing, isWhole }): ReadSource => ({
    profile,
    source,
    isFile,
    ...span,
    // Where it was to begin is told even where nobody has that.
    missing: missing
      .map((part) => ({ from: Math.max(part.from, asked), to: Math.min(part.to, span.to) }))
      .filter((part) => Number.isFinite(part.from) && part.from < part.to),
    events: session.tally.events,
    unreadable: session.tally.unreadable,
    failure: isWhole ? null : session.tally.events === 0 ? unread : "the reading broke off",
  }));
  const known = new Set(reads.map(({ profile }) => profile));
  const lost = profiles
    .filter((profile) => !known.has(profile))
    .map((profile): ReadSource => ({
      profile,
      source: "the journal",
      isFile: false,
      ...span,
      missing: [],
      events: 0,
      unreadable: 0,
      failure: unread,
    }));
  return [...told, ...lost];
}
