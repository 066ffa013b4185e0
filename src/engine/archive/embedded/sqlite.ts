import type { Insertion, Row, Value } from "../database.ts";
import { fillText, placesOf, type DialectWords } from "../fill-text.ts";

/** An open file of SQLite that is asked by the archive's own texts. */
export interface Sqlite {
  all(text: string, values?: readonly Value[]): readonly Row[];
  run(text: string, values?: readonly Value[]): number;
  insert(into: Insertion, rows: readonly (readonly Value[])[]): number;
  /** A text in SQLite's own words. */
  exec(text: string): void;
  close(): void;
}

interface Prepared {
  readonly statement: SqliteStatement;
  /** Its values in the form in which the statement takes them. */
  readonly bound: (values: readonly Value[]) => SqliteArguments;
  /** SQLite goes on telling how many rows the last writing wrote, whatever came after it. */
  readonly isWriting: boolean;
}

/** Statements are prepared once and kept by their text; the most that are. */
const mostKept = 300;

/** Puts the archive's texts into SQLite's words. A mistake in a text throws SQLite's own error, as all failures do. */
export function sqliteOf(sqlite: SqliteConnection): Sqlite {
  const kept = new Map<string, Prepared>();
  const prepare = (text: string): Prepared => {
    const found = kept.get(text);
    if (found !== undefined) return found;
    const made = prepared(sqlite, text);
    const [oldest] = kept.keys();
    if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
    kept.set(text, made);
    return made;
  };
  const run: Sqlite["run"] = (text, values = []) => {
    const { statement, bound, isWriting } = prepare(text);
    const { changes } = statement.run(...bound(values));
    return isWriting ? Number(changes) : 0;
  };
  return {
    all: (text, values = []) => {
      const { statement, bound } = prepare(text);
      return statement.all(...bound(values));
    },
    run,
    // One by one: a statement costs nothing here.
    insert: (into, rows) => {
      const text = insertText(into);
      return rows.reduce((written, row) => written + run(text, row), 0);
    },
    exec: (text) => {
      sqlite.exec(text);
    },
    // The package's statements are only done with when they are collected; until then its file stays open, and what
    // lies beside it stays there.
    close: () => {
      kept.clear();
      sqlite.close();
    },
  };
}

function prepared(sqlite: SqliteConnection, text: string): Prepared {
  const statement = inSqlite(text).trim();
  // SQLite prepares the first statement of a text, and says nothing of the others.
  if (isMoreThanOne(statement)) throw new Error(`more than one statement in a text: ${statement}`);
  const isInOrder = [...statement.matchAll(placed)].every(([, number], index) => Number(number) === index + 1);
  return {
    statement: sqlite.prepare(isInOrder ? statement.replaceAll(placed, "?") : statement),
    bound: isInOrder ? (values) => values.map(sendable) : named,
    isWriting: /^(?:insert|update|delete|replace|with)\b/i.test(statement),
  };
}

function insertText({ table, columns, onConflict = "DO NOTHING" }: Insertion): string {
  const places = placesOf(columns.length);
  return `INSERT INTO {schema}${table} (${columns.join(", ")}) VALUES (${places}) ON CONFLICT ${onConflict}`;
}

function isMoreThanOne(text: string): boolean {
  return /;\s*\S/.test(text.replace(/'[^']*'|"[^"]*"/g, ""));
}

/** A text of the archive in SQLite's words. Pure. */
function inSqlite(text: string): string {
  return fillText(text, words);
}

const words: DialectWords = {
  schema: "",
  // Rounded, since a fraction of a second is no exact number.
  now: "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)",
  bytes: "BLOB",
  text: "TEXT",
  time: (column) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`,
  list: (column) => `json_group_array(${column})`,
};

/**
 * `$1` is a name to SQLite, and its value is bound by it. Where all stand in their order, each once, they need no name: to
 * look up 26 of them is half of what writing a run's row takes (78 µs against 40).
 */
const placed = /\$(\d+)/g;

function named(values: readonly Value[]): SqliteArguments {
  return [Object.fromEntries(values.map((value, index) => [index + 1, sendable(value)]))];
}

/** A whole number is bound as one: as a JavaScript number it would be a fraction to Node's own SQLite, and half of 5 be 2.5. */
function sendable(value: Value): SqliteValue {
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}
