/** A batch of the demo: what Catalog tells of it, and the files that Data Access has. */
export interface DemoBatch {
  readonly id: string;
  readonly sandbox: string;
  /** As Catalog tells it. */
  readonly facts: () => object;
  readonly files: () => readonly DemoFile[];
}

/** A file of a batch. */
export interface DemoFile {
  /** Below the batch: `meta/row_errors/parsing_errors_0.json`, `failed/part-00000.json`. */
  readonly path: string;
  /** ASCII, so that a character is a byte. */
  readonly text: string;
}

/** Finds a batch by its id; `now` is epoch ms. */
export type FindBatch = (id: string, now: number) => DemoBatch | null;
