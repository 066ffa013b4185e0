/** A value of a column, or of one of a text's places. Counts and times are numbers, and whole. */
export type Value = string | number | Uint8Array | null;

/** A row, by the names that the text gives its columns. */
export type Row = Readonly<Record<string, Value>>;

/**
 * The questions that an archive asks of its database. The texts are the same for every kind: their values stand at `$1`, `$2`, … in order,
 * a name is `{schema}name`, the database's own clock in epoch milliseconds is `{now}`, the types that differ are `{bytes}` and
 * `{text}`, `{time:column}` is a column of epoch milliseconds as a time for people, and `{list:column}` are a column's values over
 * the rows of a group, as the text of a JSON list in no certain order that all lists of a row share.
 *
 * In a transaction several may be asked at once, of a server for one way there and back: they are begun in their order, and none
 * is done after one that failed, but for a savepoint that is gone back to, or after the end.
 */
export interface Queries {
  /** The rows of an answer, whole: whoever reads many asks for a part at a time. @throws FlowrunError. */
  all(text: string, values?: readonly Value[]): Promise<readonly Row[]>;
  /** How many rows were written. @throws FlowrunError. */
  run(text: string, values?: readonly Value[]): Promise<number>;
  /** Adds rows, in a transaction: many are one question, or a few. @returns how many were written. @throws FlowrunError. */
  insert(into: Insertion, rows: readonly (readonly Value[])[]): Promise<number>;
}

/** The place that rows are added to. */
export interface Insertion {
  readonly table: string;
  /** Of the values of each row, in their order. */
  readonly columns: readonly string[];
  /** The fate of a row whose key is there already; it is passed by where nothing is said. */
  readonly onConflict?: string;
}

/** A database that can hold an archive: a file of this machine, or a schema on a PostgreSQL server. */
export interface Database extends Queries {
  readonly kind: "embedded" | "postgres";
  /** Its path or URL, for people to read: no secret, no password. */
  readonly place: string;
  /** This process as the database knows it. A file's database knows the process itself, and its start is empty. */
  self(): Promise<Backend>;
  /** Whether the process that this was is known to be gone; false where nobody can tell. */
  isGone(backend: Backend): Promise<boolean>;
  /**
   * One transaction that writes: all of it, or nothing. It waits for another one to end.
   * @param options `heldMs`: the server gives a process up that stands still in it for so long.
   * @throws what the work throws, after it was undone; FlowrunError where it cannot be begun or ended. After a failing end
   * nobody knows whether it was done.
   */
  transaction<R>(work: (queries: Queries) => Promise<R>, options?: { readonly heldMs?: number }): Promise<R>;
  /** The same under a lock that no other process passes, for what is made or changed of the schema itself. */
  exclusively<R>(work: (queries: Queries) => Promise<R>): Promise<R>;
  /** Whether a table or a view of that name is there. */
  hasTable(name: string): Promise<boolean>;
  /** The names of the columns of a table; none where it is not there. */
  columnsOf(table: string): Promise<readonly string[]>;
  /** The room that the archive takes on the disk, in bytes. */
  size(): Promise<number>;
  /** The faults that the engine itself finds with its pages and indexes, in its own words; nothing where it finds nothing. */
  check(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A process, as a database tells it from others. */
export interface Backend {
  readonly pid: number;
  /** When it began, in the database's own words. */
  readonly start: string;
}
