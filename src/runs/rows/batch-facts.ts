/** A batch of records, as the catalogue of Platform's data sets tells of it; `null` where it does not. */
export interface BatchFacts {
  readonly id: string;
  /** `success`, `failed`, `loading` and others. */
  readonly status: string | null;
  /** Of what was ingested: `parquet`, `json`, `csv`. */
  readonly format: string | null;
  /** Whether failed records were kept, with their errors. */
  readonly hasDiagnostics: boolean | null;
  /** Records that came in, and that failed. */
  readonly input: number | null;
  readonly failed: number | null;
  /** When its ingestion ended, or at least was told of last; epoch milliseconds. */
  readonly endedAt: number | null;
  readonly errors: readonly BatchError[];
}

/** An error of a batch, and how many of its records it stopped. */
interface BatchError {
  readonly code: string | null;
  readonly count: number | null;
}
