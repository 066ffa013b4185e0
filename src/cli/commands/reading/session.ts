import type { Host } from "../../../host.ts";
import { emptyTally, type Tally } from "../../../engine/pump.ts";
import { createReporter, type FoundCounts, type Reporter, type SummaryWording } from "../../terminal/reporter.ts";
import { connect, type Connection } from "../../../adobe/access/connect.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import type { Start } from "../../../adobe/journal/when.ts";
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
import type { ReadingOptions } from "../../options/reading-options.ts";
import { takeNotes, type RecentNotes } from "./recent-notes.ts";

/** Everything that the readings of one command share: where runs come from, the words on stderr, the counts. */
export interface Session {
  readonly host: Host;
  readonly options: ReadingOptions;
  readonly origin: Origin;
  readonly reporter: Reporter;
  readonly tally: Tally;
  /** Set by a command that looks for something, for its closing line. */
  found?: FoundCounts;
  /** Names that events do not carry, where they are wanted. */
  readonly names: NameBook | null;
  /** Notes of the runs that are seen, for completion. */
  readonly notes: RecentNotes;
  /** Epoch milliseconds. */
  readonly began: number;
}

/** Where runs come from: the profile's journal, or a file that the user named. */
export type Origin =
  | { readonly kind: "journal"; readonly connection: Connection }
  | { readonly kind: "file"; readonly name: string; readonly lines: (options: GivenOptions) => GivenLines };

/**
 * Connects where that is needed, lets `work` read, and says in one closing line what was read, and of which window, however
 * that ended.
 * @throws what connecting and the work throw.
 */
export async function inSession<R>(
  options: ReadingOptions,
  signal: AbortSignal,
  host: Host,
  work: (session: Session) => Promise<R>,
  { start, did = "printed" }: { readonly start: Start; readonly did?: SummaryWording["did"] },
): Promise<R> {
  const { quiet = false, verbose = false, progress, profile } = options.common;
  const reporter = createReporter(host, { quiet, verbose, live: progress });
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const connection =
    options.from === null ? await connect({ profile, notify: reporter.notify, signal: until }, host) : null;
  const origin: Origin =
    connection === null
      ? fileOrigin(options.from ?? "-", { isReadAgain: did === "counted", signal: until }, host)
      : { kind: "journal", connection };
  const began = host.now();
  const tally = emptyTally();
  const notes = takeNotes();
  let names: NameBook | null = null;
  let isDone = false;
  let session: Session | null = null;
  try {
    names = options.names && connection !== null ? await loadNames(connection, host, reporter) : null;
    session = { host, options, origin, reporter, tally, names, notes, began };
    const done = await work(session);
    isDone = true;
    return done;
  } finally {
    // What is still asked for, such as a token for a place that nobody reads any more, must not outlive the last word.
    over.abort();
    reporter.clear();
    // The last words come after what they are about.
    await host.stdout.release?.().catch(() => undefined);
    await names?.close();
    if (tally.pages > 0) options.report().forEach(reporter.notify);
    const wording = {
      did,
      hasCondition: options.hasCondition,
      unit: connection === null ? "line" : "page",
      window: windowWords(start, options, began),
      ...foundIn(session),
    } as const;
    if (tally.pages > 0 || (isDone && connection === null)) reporter.summary(tally, host.now() - began, wording);
    if (connection !== null) await keepNotes(notes, connection.settings.profile, host);
    await connection?.close();
  }
}

function foundIn(session: Session | null): Pick<SummaryWording, "found"> {
  return session?.found === undefined ? {} : { found: session.found };
}

/** The window as it was understood; `null` where all of a file is read, or a cursor to the journal's end. */
function windowWords(start: Start, { from: file, until, zone }: ReadingOptions, now: number): string | null {
  const from = beginOf(start, file !== null, now);
  const to = until !== null && until < now ? until : null;
  return from === null && to === null ? null : renderWindow({ from, to }, zone, now);
}

function beginOf(start: Start, isFile: boolean, now: number): number | null {
  if (start.kind === "time") return isFile ? start.at : Math.max(start.at, now - retentionMs);
  if (start.kind === "oldest") return isFile ? null : now - retentionMs;
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
