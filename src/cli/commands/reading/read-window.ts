import { digest, type Candidate, type Digest, type Fault } from "../../../engine/digest.ts";
import type { Page } from "../../../adobe/journal/page.ts";
import { readPages, type OnExpired } from "../../../adobe/journal/read-pages.ts";
import { readPlaces } from "../../../adobe/journal/read-places.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import { isOlderThanKept, type Start } from "../../../adobe/journal/when.ts";
import type { Notify } from "../../../notices.ts";
import { pump, type Progress } from "../../../engine/pump.ts";
import { cutText } from "../../../render/text/cut-text.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { clock, number, seconds } from "../../terminal/reporter.ts";
import { marksOf } from "../../../runs/events/event-selection.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { createSeen } from "../../../runs/events/seen.ts";
import type { Sink } from "../../../engine/sinks/sink.ts";
import type { Session } from "./session.ts";

/** A place in the journal that a reading can start from. */
export type Place = Exclude<Start, { kind: "last" }>;

export interface Window {
  readonly start: Place;
  readonly follow: boolean;
  readonly onExpired: OnExpired;
  /** Ends the reading with this run; `--max` does so anyway. */
  readonly isLast?: (run: Candidate<unknown>) => boolean;
  /** What an earlier reading left: when it stopped, and the keys of its last runs. */
  readonly past?: {
    readonly readUntil: number;
    readonly movedAt: number;
    readonly keys: readonly string[];
  };
  readonly checkpoint?: (progress: Progress) => Promise<void>;
}

/** Where the runs of a window go, and in which form. */
export interface Target<T> {
  readonly encode: (run: FlowRun) => T;
  readonly sink: Sink<T>;
}

/** Runs of one window are told apart by this many keys at most, so that a `tail` of weeks does not grow. */
const keysRemembered = 200_000;

/** Reads a window of the journal: each flow run that the options ask for goes to the target once, in the journal's order. */
export async function readWindow<T>(session: Session, window: Window, target: Target<T>): Promise<void> {
  const { options, reporter, tally } = session;
  const { follow, checkpoint, past, isLast } = window;
  const seen = createSeen(keysRemembered, past?.keys);
  remarkOnStart(window.start, reporter.notify);
  const showProgress = liveLine(session, window);
  await pump(
    {
      digests: digests(session, window, target.encode, showProgress.onShare),
      seen,
      sink: target.sink,
      isEnough: (run, printed) => printed >= options.max || isLast?.(run) === true,
      checkpoint: checkpoint ?? null,
      flushEachPage: follow || checkpoint !== undefined,
      onDigest: (digested) => {
        for (const fault of digested.rejects) reporter.notify(poison(fault, "could not be read and was passed by"));
        for (const fault of digested.withoutRaw) reporter.notify(poison(fault, "is left out of its run (raw is null)"));
        showProgress.onPage(digested.page);
      },
    },
    tally,
  );
}

/** A sink that hands each run over as it is: for commands that work on runs rather than print them. */
export function runTarget(take: (run: FlowRun) => void): Target<FlowRun> {
  const nothing = (): Promise<void> => Promise.resolve();
  const write = (runs: readonly FlowRun[]): Promise<void> => {
    runs.forEach(take);
    return nothing();
  };
  return { encode: (run) => run, sink: { write, flush: nothing, close: nothing } };
}

/**
 * The window's pages, digested, in the journal's order: walked, or read from many places at once where the window has a
 * beginning and an end and all of it is wanted.
 */
async function* digests<T>(
  { options, connection, names }: Session,
  window: Window,
  encode: (run: FlowRun) => T,
  onShare: (share: number) => void,
): AsyncGenerator<Digest<T>> {
  const { events, raw, keep, limit, patience, jobs, max } = options;
  const { start, follow, onExpired, checkpoint, past = null } = window;
  // `tail` never gives up: it waits out whatever passes.
  const open = connection.journal(follow ? { retries: Infinity, maxWaitMs: Infinity } : patience);
  const journal = { ...open, marks: marksOf(events) };
  // Asked twice about a run, a name book answers the same; without one nothing stands between.
  const named = names === null ? (run: FlowRun): FlowRun => run : names.complete;
  const digestPage = (page: Page): Digest<T> =>
    digest(page, { events, raw, keep: (run) => keep(named(run)), encode: (run) => encode(named(run)) });
  // A cursor must be walked: a page that is cut for its neighbour does not say what comes after it.
  const isBounded = !follow && checkpoint === undefined && max === Infinity;
  if (isBounded && jobs > 1 && (start.kind === "time" || start.kind === "oldest")) {
    const reading = { journal, limit, onExpired };
    yield* readPlaces({ reading, start, jobs, digest: digestPage, sizeOf, onShare });
    return;
  }
  for await (const page of readPages({ journal, start, limit, follow, onExpired, past })) yield digestPage(page);
}

/** What a digest takes while it waits: its texts, or about as much for runs that are handed on as they are. */
function sizeOf(digested: Digest<unknown>): number {
  return digested.candidates.reduce(
    (sum, { key, runId, status, encoded }) => sum + key.length + runId.length + status.length + lengthOf(encoded),
    0,
  );
}

function lengthOf(encoded: unknown): number {
  return typeof encoded === "string" ? encoded.length : aboutARun;
}

const aboutARun = 3000;

function remarkOnStart(start: Place, notify: Notify): void {
  if (start.kind !== "time" || !isOlderThanKept(start)) return;
  notify({
    kind: "warning",
    text: "the journal keeps seven days; starting at its oldest event, and what was recorded before that is gone",
  });
}

/** A poison event is reported, and where it was, to look for it; some journal might have positions as long as a page. */
function poison({ position, reason }: Fault, became: string) {
  const text = `the event at ${JSON.stringify(cutText(safeText(position), 200))} ${became}: ${safeText(reason)}`;
  return { kind: "warning", text } as const;
}

/** What the live line says after each page: how far a window is read, or that a tail has caught up. */
function liveLine({ began, reporter, host, tally }: Session, { start, follow }: Window) {
  const windowStart = start.kind === "time" ? start.at : began - retentionMs;
  let share = 0;
  const onShare = (read: number): void => {
    share = Math.max(share, Math.min(1, read));
  };
  const onPage = ({ atEnd, waitMs, recordedAt }: Page): void => {
    const now = host.now();
    if (recordedAt !== null) onShare((recordedAt - windowStart) / (began - windowStart));
    const counts = `${number(tally.printed)} runs, ${number(tally.events)} events`;
    if (atEnd) {
      const again = `caught up at ${clock(now)}, asking again in ${seconds(waitMs)}`;
      if (follow) reporter.live(`${again} · ${counts}`, true);
      return;
    }
    const reading = start.kind === "now" ? "reading" : `reading ${percent(share)}`;
    reporter.live(`${reading} · ${counts}${pace(tally.printed, share, now - began)}`);
  };
  return { onShare, onPage };
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} % of the window`;
}

function pace(runs: number, share: number, elapsedMs: number): string {
  if (share < 0.02 || elapsedMs < 500) return "";
  const rate = number(Math.round((runs / elapsedMs) * 1000));
  return ` · ${rate} runs/s · about ${seconds((elapsedMs * (1 - share)) / share)} left`;
}
