import { worstOf, type FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { emptyTally, type Tally } from "../../../engine/pump.ts";
import { createReporter, type FoundCounts, type Reporter, type SummaryWording } from "../../terminal/reporter.ts";
import { connect, type Connection } from "../../../adobe/access/connect.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import type { Start } from "../../../adobe/journal/when.ts";
import type { Span } from "../../../engine/archive/coverage.ts";
import type { Spool } from "../../../engine/receive/spool.ts";
import type { NameBook } from "../../../adobe/platform/name-book.ts";
import {
  linesOfFile,
  linesOfStdin,
  type GivenLines,
  type GivenMeans,
  type GivenOptions,
} from "../../../state/given-lines.ts";
import { renderWindow } from "../../../render/text/times.ts";
import { keepRecent, readRecent } from "../../../state/recent-file.ts";
import { endsAfter, type ReadingOptions } from "../../options/reading-options.ts";
import {
  archiveAlone,
  archiveOf,
  softly,
  strictFailure,
  type SessionArchive,
  type SoftArchive,
} from "./session-archive.ts";
import { createQuota, type Quota } from "./quota.ts";
import { takeNotes, type RecentNotes } from "./recent-notes.ts";
import type { Sides } from "./side-by-side.ts";

/** Everything that the readings of one profile share: where runs come from, the words on stderr, the counts. */
export interface Session {
  readonly host: Host;
  readonly options: ReadingOptions;
  readonly origin: Origin;
  /**
   * The profile's archive, for a window that begins so; `null` where there is none, it has nothing to add to that, or it is
   * not to be read. @throws FlowrunError where it cannot be.
   */
  readonly archive: SessionArchive["open"];
  /** The same for what can go on without it: one that cannot be read is `null`, after a warning, told once, that says how. */
  readonly archiveIfAny: SoftArchive;
  /** Takes down parts of the window that nobody has. */
  readonly miss: (parts: readonly Span[]) => void;
  readonly reporter: Reporter;
  readonly tally: Tally;
  /** How many runs are wanted, of all profiles. */
  readonly quota: Quota;
  /** Names that events do not carry, where they are wanted. */
  readonly names: NameBook | null;
  /** Notes of the runs that are seen, for completion. */
  readonly notes: RecentNotes;
  /** Epoch milliseconds. */
  readonly began: number;
}

/** Where runs come from: the profile's journal, its archive alone, what was received, or a file that the user named. */
export type Origin =
  | { readonly kind: "journal"; readonly connection: Connection }
  | { readonly kind: "archive"; readonly profile: string }
  | { readonly kind: "spool"; readonly profile: string; readonly spool: Spool; readonly connection: Connection | null }
  | { readonly kind: "file"; readonly name: string; readonly lines: (options: GivenOptions) => GivenLines };

/** The readings of one command: of one profile (or a file), or of several side by side. */
export interface Sessions extends Pick<Session, "host" | "options" | "reporter"> {
  /** The profiles that are read side by side; `null` where there is one. */
  readonly profiles: readonly string[] | null;
  /**
   * Connects where that is needed, and lets `read` do its work for each profile. Of several, one that fails is told, and
   * does not end the others.
   * @param more `ended` is called for each of several profiles, whether or not it could be read; an error that
   * `concernsAll` ends all of them.
   * @throws what connecting and reading throw, where there is one profile.
   */
  readonly each: (read: (session: Session, profile: string) => Promise<void>, more?: EachOptions) => Promise<void>;
  /** The worst of what was told; `null` where nothing failed. */
  readonly failure: () => FlowrunError | null;
  /** Whether no profile at all could be read. */
  readonly areAllLost: () => boolean;
  /** Set by a command that looks for something, for the closing line. */
  found?: FoundCounts;
  /** Set by one that counts something else than runs, for the closing line. */
  outcome?: readonly string[];
  /** Set by one that reads all there is, whatever window it was to begin with. */
  isOfAll?: boolean;
}

/** Who else takes part when several profiles are read. */
export interface EachOptions {
  readonly ended: (profile: string) => Promise<void>;
  readonly concernsAll: (error: unknown) => boolean;
}

/** How a command has read: its counts, and the worst failure among several profiles, which has been told. */
export interface Outcome {
  readonly tally: Readonly<Tally>;
  readonly failure: FlowrunError | null;
}

/**
 * Lets `work` read, and says in one closing line what was read, and of which window, however that ended.
 * @throws what the work throws; FlowrunError where several profiles are asked for that cannot be.
 */
export async function inSessions<R>(
  options: ReadingOptions,
  signal: AbortSignal,
  host: Host,
  work: (sessions: Sessions) => Promise<R>,
  { start, did = "printed" }: { readonly start: Start; readonly did?: SummaryWording["did"] },
): Promise<R & Outcome> {
  const { quiet = false, verbose = 0, progress, profile } = options.common;
  const reporter = createReporter(host, { quiet, verbose, live: progress, profile });
  const sides = options.profiles === null ? null : await openSides(options.profiles, options, reporter, host);
  const isFile = options.from !== null;
  const missing: Span[] = [];
  const reach = { goesBack: isFile };
  const shared = { host, options, quota: createQuota(endsAfter(options)), began: host.now(), did, missing, reach };
  const alone = emptyTally();
  const each: Sessions["each"] = async (read, more) => {
    if (sides === null)
      await inSession({ ...shared, reporter, tally: alone, profile, signal }, (session) => read(session, ""));
    else {
      await sides.run({ signal, quota: shared.quota, ...more }, (side) =>
        inSession({ ...shared, ...side }, (session) => read(session, side.profile)),
      );
    }
  };
  const tally = (): Readonly<Tally> => sides?.total() ?? alone;
  const failure = (): FlowrunError | null =>
    worstOf([sides?.failure() ?? null, options.strict ? strictFailure(missing) : null]);
  const sessions: Sessions = {
    host,
    options,
    reporter,
    profiles: sides?.profiles ?? null,
    each,
    failure,
    areAllLost: () => sides?.areAllLost() ?? false,
  };
  let isDone = false;
  try {
    const done = await work(sessions);
    isDone = true;
    return { ...done, tally: tally(), failure: failure() };
  } finally {
    reporter.clear();
    // Who reads in a pager takes time, too.
    const tookMs = host.now() - shared.began;
    // The last words come after what they are about.
    await host.stdout.release?.().catch(() => undefined);
    if (tally().pages > 0) options.report().forEach(reporter.notify);
    const wording = {
      did,
      hasCondition: options.hasCondition,
      unit: isFile ? "line" : "page",
      window:
        sessions.isOfAll === true ? null : windowWords(start, options, { goesBack: reach.goesBack, now: shared.began }),
      ...(sessions.found === undefined ? {} : { found: sessions.found }),
      ...(sessions.outcome === undefined ? {} : { outcome: sessions.outcome }),
    } as const;
    if (tally().pages > 0 || sessions.outcome !== undefined || (isDone && isFile))
      reporter.summary(tally(), tookMs, wording);
    sides?.summary();
  }
}

async function openSides(...args: Parameters<typeof import("./side-by-side.ts").createSides>): Promise<Sides> {
  return (await import("./side-by-side.ts")).createSides(...args);
}

/** All of a session but the connection. */
interface Plan extends Omit<Session, "origin" | "archive" | "archiveIfAny" | "miss" | "names" | "notes"> {
  readonly profile: string | undefined;
  readonly signal: AbortSignal;
  readonly did: SummaryWording["did"];
  readonly missing: Span[];
  /** Whether runs may come from before anything that the journal keeps: from a file, or from an archive that was opened. */
  readonly reach: { goesBack: boolean };
}

async function inSession(
  { profile, signal, did, missing, reach, ...plan }: Plan,
  read: (session: Session) => Promise<void>,
) {
  const { options, reporter, host } = plan;
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const { from, source } = options;
  const alone = from === null && source === "archive" ? await archiveAlone(profile, host) : null;
  const connection =
    from === null && alone === null ? await connect({ profile, notify: reporter.notify, signal: until }, host) : null;
  const archive = alone ?? (connection === null || source === "journal" ? null : archiveOf(connection, host));
  const origin: Origin =
    alone !== null
      ? { kind: "archive", profile: alone.profile }
      : connection === null
        ? fileOrigin(from ?? "-", { isReadAgain: did === "counted", signal: until }, host)
        : { kind: "journal", connection };
  const notes = takeNotes();
  let names: NameBook | null = null;
  try {
    names = options.names && connection !== null ? await loadNames(connection, host, reporter) : null;
    const open: Session["archive"] = async (window) => {
      const opened = (await archive?.open(window)) ?? null;
      if (opened !== null) reach.goesBack = true;
      return opened;
    };
    const miss: Session["miss"] = (parts) => void missing.push(...parts);
    const archiveIfAny = softly(open, reporter.notify);
    await read({ ...plan, origin, archive: open, archiveIfAny, miss, names, notes });
  } finally {
    // What is still asked for, such as a token for a place that nobody reads any more, must not outlive the last word.
    over.abort();
    reporter.clear();
    // The last words come after what they are about; of several profiles, the others may not have printed all.
    if (options.profiles === null) await host.stdout.release?.().catch(() => undefined);
    await names?.close();
    await archive?.close();
    const read = connection?.settings.profile ?? alone?.profile ?? null;
    if (read !== null) await keepNotes(notes, read, host);
    await connection?.close();
  }
}

/** The window as it was understood; `null` where all of a file is read, or a cursor to the journal's end. */
function windowWords(start: Start, { until, zone }: ReadingOptions, { goesBack, now }: Reached): string | null {
  const from = beginOf(start, goesBack, now);
  const to = until !== null && until < now ? until : null;
  return from === null && to === null ? null : renderWindow({ from, to }, zone, now);
}

interface Reached {
  readonly goesBack: boolean;
  readonly now: number;
}

function beginOf(start: Start, goesBack: boolean, now: number): number | null {
  if (start.kind === "time") return goesBack ? start.at : Math.max(start.at, now - retentionMs);
  if (start.kind === "oldest") return goesBack ? null : now - retentionMs;
  return start.kind === "now" ? now : null;
}

/** After the last word, so that nobody waits for it; a home that cannot be used is told of by whoever needs one. */
async function keepNotes(notes: RecentNotes, profile: string, host: Host): Promise<void> {
  try {
    const { cache } = host.dirs;
    const recent = notes.before(await readRecent(cache, profile));
    if (recent !== null) await keepRecent(cache, profile, recent);
  } catch {
    // They are for completion only.
  }
}

/** @param means whether more than one window is read, and the signal that ends the reading. */
function fileOrigin(path: string, means: Pick<GivenMeans, "isReadAgain" | "signal">, host: Host): Origin {
  if (path !== "-" && path !== "/dev/stdin") {
    const sleep: Host["sleep"] = (ms, signal) => host.sleep(ms, signal);
    return { kind: "file", name: path, lines: linesOfFile(path, { ...means, sleep }) };
  }
  const lines = linesOfStdin(host.stdin, means);
  return { kind: "file", name: lines.name, lines: () => lines };
}

async function loadNames(connection: Connection, host: Host, { notify }: Reporter): Promise<NameBook> {
  const { openNames } = await import("../../../engine/names.ts");
  return openNames(connection, host, notify);
}
