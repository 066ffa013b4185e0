/**
 * A record that a batch rejected, as `flowrun rows` prints it. Unknown is `null`, never absent. Within one `schemaVersion`
 * fields are only ever added.
 */
export interface FailedRow {
  readonly type: "flowrun.row";
  readonly schemaVersion: 1;
  /** The run whose batch it is of; `null` where the batch was asked for without its run. */
  readonly runId: string | null;
  readonly batchId: string;
  readonly sandbox: string | null;
  /** Where it was found: among the rows with errors, in a failed part, or in a sample of the rows. */
  readonly from: RowOrigin;
  /** The file that it was found in, and the number of its line there. */
  readonly file: string;
  readonly line: number;
  /** The file that came in with it, where that is told. */
  readonly input: string | null;
  /** Of all its errors, each once. */
  readonly codes: readonly string[];
  /** Of its first error. */
  readonly message: string | null;
  readonly errors: readonly RowError[];
  /** The record itself, by its columns; `null` where it could not be read, or is not to be told. */
  readonly columns: unknown;
  /** The record as it was written, where it could not be read as columns. */
  readonly text: string | null;
  /** Whether only the beginning of a very long one is told. */
  readonly cut: boolean;
}

/** A kind of file that rejected records are kept in. */
export type RowOrigin = "row_errors" | "failed" | "sample";

/** An error of one record. */
export interface RowError {
  /** Adobe's code; of a schema's rule that was broken its keyword: `format`, `required`. `unknown` without either. */
  readonly code: string;
  readonly message: string | null;
  /** The field that broke a schema's rule: `#/timestamp`. */
  readonly pointer: string | null;
}
