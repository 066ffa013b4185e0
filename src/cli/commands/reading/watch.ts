import type { Start } from "../../../adobe/journal/when.ts";
import type { Member } from "../../../engine/destinations/lanes.ts";
import type { Resumption, Sink } from "../../../engine/sinks/sink.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { Mark } from "../../../engine/sources/source.ts";
import type { MeteredRun } from "../../../engine/receive/run-metrics.ts";
import type { Notify } from "../../../notices.ts";
import type { Target } from "./read-window.ts";
import type { Session } from "./session.ts";

/** Who keeps an eye on a reading, and tells whoever asks how it is. */
export interface Watch {
  /** Watches one profile: what several of its readings hand on is counted once. */
  profile(origin: Pick<Session["origin"], "kind">): WatchedProfile;
  /** Told whether this process waits for the host that delivers. */
  readonly standsBy: (isWaiting: boolean) => void;
  /** Watches a destination that lies on a disk of this machine. @param shown its name, without a secret. */
  disk(shown: string): WatchedDisk;
  close(): Promise<void>;
}

/** One profile, as it is watched. */
export interface WatchedProfile {
  /** @param from the moment up to which the journal was read before, epoch milliseconds; `null` where nobody knows. */
  begin(from: number | null): WatchedReading;
}

/** Stdout, an archive, or one of several destinations: whatever has a place of its own in what is read. */
export interface WatchedReading {
  /** Told of the moment up to which the journal was read before, where that is found out later. */
  found(until: number): void;
  /** Told of runs once they are printed, delivered or archived, and how far the journal is read with them. */
  took(runs: readonly WatchedRun[], mark: Pick<Mark, "atEnd" | "recordedAt">): void;
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

/** A target whose runs are counted once they are taken. */
export function watchedTarget<T>({ encode, sink }: Target<T>, reading: WatchedReading): Target<Watched<T>> {
  const unpacked: Sink<Watched<T>> = {
    take: (batch, mark) =>
      sink.take(
        batch.map((candidate) => ({ ...candidate, encoded: candidate.encoded.encoded })),
        mark,
      ),
    close: () => sink.close(),
  };
  return {
    encode: (run) => ({ encoded: encode(run), run: meteredOf(run) }),
    sink: watchedSink(unpacked, reading, ({ run }) => run),
  };
}

/** A run in the form its sink takes, and what is counted of it. */
interface Watched<T> {
  readonly encoded: T;
  readonly run: MeteredRun;
}

/** Of a run no more than is counted: the whole of it may be large, and its text is what goes on. */
function meteredOf({ flowId, status, completedAt, updatedAt }: MeteredRun): MeteredRun {
  return { flowId, status, completedAt, updatedAt };
}

/** A member of a delivery whose runs are counted once it has them. */
export function watchedMember({ name, sink }: Member, reading: WatchedReading): Member {
  return { name, sink: watchedSink(sink, reading, (run) => run) };
}

function watchedSink<T>(sink: Sink<T>, reading: WatchedReading, runOf: (encoded: T) => MeteredRun): Sink<T> {
  const find = async (name: string): Promise<Resumption | null> => {
    const past = (await sink.find?.(name)) ?? null;
    if (past !== null) reading.found(past.readUntil);
    return past;
  };
  return {
    ...sink,
    ...(sink.find === undefined ? {} : { find }),
    take: async (batch, mark) => {
      await sink.take(batch, mark);
      reading.took(
        batch.map(({ key, encoded }) => ({ key, run: runOf(encoded) })),
        mark,
      );
    },
  };
}

/** Up to which moment the journal counts as read where a reading begins; `null` where nobody knows. Pure. */
export function beginOfWatch(start: Start | JournalStart, began: number): number | null {
  return start.kind === "now" ? began : start.kind === "time" ? start.at : null;
}
