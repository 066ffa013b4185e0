/** What the archive uses of Node's own SQLite, and of the package with the same API; the types of Node 20 know neither. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string, options: { readonly readOnly: boolean }) => SqliteConnection;
}

interface SqliteConnection {
  /** Any number of statements, without values. */
  exec(text: string): void;
  prepare(text: string): SqliteStatement;
  close(): void;
}

interface SqliteStatement {
  all(values: SqliteValues): readonly Readonly<Record<string, string | number | Uint8Array | null>>[];
  run(values: SqliteValues): { readonly changes: number | bigint };
}

/** By the names that the text has for them, without the `$`. */
type SqliteValues = Readonly<Record<string, string | number | bigint | Uint8Array | null>>;

declare namespace NodeJS {
  interface Process {
    /** `undefined` where this Node has none, or only behind a flag. */
    getBuiltinModule(id: "node:sqlite"): NodeSqlite | undefined;
  }
}

declare module "@photostructure/sqlite" {
  const DatabaseSync: NodeSqlite["DatabaseSync"];
  export { DatabaseSync };
}
