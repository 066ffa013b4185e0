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
  all(...values: SqliteArguments): readonly Readonly<Record<string, string | number | Uint8Array | null>>[];
  run(...values: SqliteArguments): { readonly changes: number | bigint };
}

type SqliteValue = string | number | bigint | Uint8Array | null;

/** In the text's order, or one object by the names that the text has for them, without the `$`. */
type SqliteArguments = readonly (SqliteValue | Readonly<Record<string, SqliteValue>>)[];

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
