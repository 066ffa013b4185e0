/**
 * Where flow runs end up. A sink takes runs already encoded (a renderer's `encode`, unless another form is asked for),
 * in order; encoding is kept apart so that it can be done out of order and ahead of its turn.
 */
export interface Sink<T = string> {
  /** Takes encoded runs; they may be held back until the next `flush` where the layout gains by it. */
  write(encoded: readonly T[]): Promise<void>;
  /** When this resolves, everything written so far has been accepted by the stream: a cursor may move past it. */
  flush(): Promise<void>;
  /** Flushes and ends the document (closes an array, prints a lone header). Safe after a failed write. */
  close(): Promise<void>;
}
