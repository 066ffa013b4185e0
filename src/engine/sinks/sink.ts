import type { ToldAbsence } from "../../runs/cadence/absence-news.ts";
import type { Candidate, Mark } from "../sources/source.ts";

/**
 * Where flow runs go. A sink takes runs already encoded (a renderer's `encode`, unless another form is asked for), in
 * order; encoding is kept apart so that it can be done out of order and ahead of its turn.
 */
export interface Sink<T = string> {
  /**
   * Takes the runs of a batch, none or more, and the place to read on from after them: when it resolves, both are safe,
   * together. After a failure every later `take` fails alike, so that no place moves past what was never taken.
   */
  take(batch: readonly Candidate<T>[], mark: Mark): Promise<void>;
  /** The place and the keys kept of the reading of this name, where the sink keeps such places itself; `null` for a new one. */
  find?(name: string): Promise<Resumption | null>;
  /** Ends what was begun (closes an array, prints a lone header). Safe after a failed `take`, and more than once. */
  close(): Promise<void>;
}

/** The place and the keys that an earlier reading left. */
export interface Resumption {
  /** Of its last mark. */
  readonly next: string;
  /** Everything recorded until then is known to have been read; epoch milliseconds. */
  readonly readUntil: number;
  /** When `next` last moved; epoch milliseconds. */
  readonly movedAt: number;
  /** The keys of its last runs, so that one that is delivered again is not taken twice. */
  readonly keys: readonly string[];
  /** The flows that it told of as late or absent; left out where it told of none. */
  readonly absent?: readonly ToldAbsence[];
}
