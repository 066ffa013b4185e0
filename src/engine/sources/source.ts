import type { Beginning } from "../../adobe/journal/page.ts";
import type { ToldAbsence } from "../../runs/cadence/absence-news.ts";

/**
 * How far a batch reaches in its source. Whoever keeps it can read on from there later; what `next` means is known to the
 * source alone.
 */
export interface Mark {
  /** Where the source goes on from nothing that it gave before; `null` or left out where it goes on. */
  readonly begins?: Beginning | null;
  /** When the source was asked for the batch, epoch milliseconds: at its end, all recorded before has been given. */
  readonly askedAt?: number;
  /** About when the first event was recorded, epoch milliseconds, as far as it tells; `null` where it does not. */
  readonly recordedFrom?: number | null;
  /** The words by which the source is asked to read on. */
  readonly next: string;
  /** True where `next` leads past some of what comes after it: whoever keeps it must join the batch with the one after. */
  readonly isCut?: boolean;
  /** The last event's position, for people to look at; `null` where it has none. */
  readonly last: string | null;
  /** True where nothing more is there at the moment. */
  readonly atEnd: boolean;
  /** About when the last event was recorded, epoch milliseconds, as far as it tells; `null` where it does not. */
  readonly recordedAt: number | null;
  /** How many events the batch has seen, of every kind. */
  readonly count: number;
  /** The flows that are told of as late or absent, with the batch; left out where it changes nothing. */
  readonly absent?: readonly ToldAbsence[];
}

/** A flow run that passed the filters, in the form its sink takes; what else must be known of it stands beside. */
export interface Candidate<T> {
  /** The same whenever the event is delivered again, and short whatever the event calls itself. */
  readonly key: string;
  readonly position: string;
  readonly runId: string;
  readonly status: string;
  readonly encoded: T;
  /** Set for what is told of a flow that does not run; it goes with the runs, and is counted as none. */
  readonly isAbsence?: true;
}

/** An event that something is wrong with; the reason is the end of a sentence about it. */
export interface Fault {
  readonly position: string;
  readonly reason: string;
}

/** The flow runs of some events that follow one another, in their order. */
export interface Batch<T> {
  readonly mark: Mark;
  readonly candidates: readonly Candidate<T>[];
  /** How many flow runs there were, whatever the filters say. */
  readonly runs: number;
  /** Events that should be a run and cannot be read. */
  readonly rejects: readonly Fault[];
  /** Events whose candidates come without the event as delivered, although it was asked for. */
  readonly withoutRaw: readonly Fault[];
  /** The first of its runs that was left out as later than the window's end; none where there is none. */
  readonly firstLater?: FirstLater | null;
  /** How long until the source is asked again where this is its end, in milliseconds. */
  readonly waitMs: number;
  /** The words by which to read on after the event at this position; `null` reads the batch again from its beginning. */
  readonly nextAfter: (position: string | null) => string;
}

/** A run that is left out now and wanted by whoever reads on from here later. */
export interface FirstLater {
  /** The position of the event before its own; `null` where its own is the first of the batch. */
  readonly after: string | null;
  /** How many of the batch's candidates come before its event. */
  readonly candidates: number;
}

/** Where flow runs come from: the journal, a file. */
export interface Source<T> {
  /**
   * The batches in the source's order, to its end or for ever. It may be left early, and lets go of everything then.
   * @throws FlowrunError when reading fails for good.
   */
  read(): AsyncIterable<Batch<T>>;
  /** Where something is wrong, as the beginning of a sentence; may quote the event. */
  describe(fault: Fault): string;
}
