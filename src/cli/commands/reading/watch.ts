import { FlowrunError } from "../../../errors.ts";
import type { Sink } from "../../../engine/sinks/sink.ts";
import type { Mark } from "../../../engine/sources/source.ts";
import type { MeteredRun } from "../../../engine/receive/run-metrics.ts";
import type { Notify } from "../../../notices.ts";
import type { Window } from "./open-source.ts";
import type { ReadPlan } from "./read-plan.ts";
import type { Target } from "./read-window.ts";
import type { Session, Sessions } from "./session.ts";

/** Who keeps an eye on a reading, and tells whoever asks how it is. */
export interface Watch {
  /** Watches one profile: what several of its readings hand on is counted once. */
  profile(origin: Pick<Session["origin"], "kind">): WatchedProfile;
  /** Told whether this process waits for the host that delivers. */
  standsBy(isWaiting: boolean): void;
  /** Watches a destination that lies on a disk of this machine. @param shown its name, without a secret. */
  disk(shown: string): WatchedDisk;
  close(): Promise<void>;
}

/** One profile, as it is watched. */
export interface WatchedProfile {
  /** @param from the moment up to which the journal was read before, epoch milliseconds; `null` where nobody knows. */
  begin(from: number | null): WatchedReading;
}

/** One reading of a profile: several destinations may each have one. */
export interface WatchedReading {
  /** Told of runs once they are printed, delivered or archived, and how far the journal is read with them. */
  took(runs: readonly WatchedRun[], mark: Pick<Mark, "atEnd" | "recordedAt">): void;
  /** Told that it is over, as where another reading goes on for it. Of one that failed it is not, and its place ages. */
  end(): void;
}

/** A run, and the key by which it is known when it comes again. */
export interface WatchedRun {
  readonly key: string;
  readonly run: MeteredRun;
}

/** A destination on a disk. */
export interface WatchedDisk {
  /** Listens to what is said while it is written to. */
  hear(notify: Notify): Notify;
  /** Looks at what it takes. */
  over<T>(sink: Sink<T>): Sink<T>;
}

/** Does the work of a plan; where somebody may ask how it is, while he is answered. */
export async function inWatch<R>(plan: ReadPlan, sessions: Sessions, work: (plan: ReadPlan) => Promise<R>): Promise<R> {
  if (plan.admin === undefined) return work(plan);
  const { openWatch } = await import("./open-watch.ts");
  const watch = await openWatch(plan.admin, sessions, plan.signal);
  try {
    return await work({ ...plan, watch });
  } finally {
    await watch.close();
  }
}

/** Reads a window to a target; where the profile is watched, its runs are counted once they are taken. */
export async function readWatched<T>(
  profile: WatchedProfile | undefined,
  { session, window, target }: WatchedWindow<T>,
  read: <U>(session: Session, window: Window, target: Target<U>) => Promise<void>,
): Promise<void> {
  if (profile === undefined) return read(session, window, target);
  const reading = profile.begin(beginOf(window, session));
  const { encode, sink } = target;
  const watched: Target<{ encoded: T; run: MeteredRun }> = {
    encode: (run) => ({ encoded: encode(run), run: meteredOf(run) }),
    sink: {
      ...sink,
      take: async (batch, mark) => {
        await sink.take(
          batch.map((candidate) => ({ ...candidate, encoded: candidate.encoded.encoded })),
          mark,
        );
        reading.took(
          batch.map(({ key, encoded: { run } }) => ({ key, run })),
          mark,
        );
      },
    },
  };
  try {
    await read(session, window, watched);
  } catch (error) {
    if (!(error instanceof FlowrunError)) reading.end();
    throw error;
  }
  reading.end();
}

/** What is read of a profile, and where it goes. */
interface WatchedWindow<T> {
  readonly session: Session;
  readonly window: Window;
  readonly target: Target<T>;
}

/** Of a run no more than is counted: the whole of it may be large, and its text is what goes on. */
function meteredOf({ flowId, status, completedAt, updatedAt }: MeteredRun): MeteredRun {
  return { flowId, status, completedAt, updatedAt };
}

function beginOf({ start, past }: Window, { began }: Pick<Session, "began">): number | null {
  if (past != null) return past.readUntil;
  return start.kind === "now" ? began : start.kind === "time" ? start.at : null;
}
