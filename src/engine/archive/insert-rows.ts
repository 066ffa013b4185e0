import type { Queries, Value } from "./database.ts";
import { numberIn } from "./row-values.ts";

/**
 * Numbers for rows, in the order of commits: whoever takes some waits for whoever did before.
 * @returns the last of so many.
 */
export async function takeNumbers(queries: Queries, count: number): Promise<number> {
  const [row] = await queries.all(`UPDATE {schema}meta SET last_seq = last_seq + $1 RETURNING last_seq`, [count]);
  return row === undefined ? 0 : numberIn(row, "last_seq");
}

/** Rows of a table, and what becomes of one that is there already. */
export interface Insertion {
  readonly table: string;
  readonly columns: readonly string[];
  readonly onConflict?: string;
}

/** Writes rows, many with each question; one whose key is there already stays as `onConflict` says. @returns how many were written. */
export async function insertRows(
  queries: Queries,
  insertion: Insertion,
  rows: readonly (readonly Value[])[],
  rowsAtOnce: number,
): Promise<number> {
  let written = 0;
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    const some = at === 0 && rows.length <= rowsAtOnce ? rows : rows.slice(at, at + rowsAtOnce);
    written += await queries.run(insertText(insertion, some.length), some.flat());
  }
  return written;
}

/** The latest text for each table: nearly all are for as many rows, and one for 200 has 40 kB. */
const texts = new Map<string, { readonly count: number; readonly text: string }>();

function insertText({ table, columns, onConflict = "DO NOTHING" }: Insertion, count: number): string {
  const latest = texts.get(table);
  if (latest?.count === count) return latest.text;
  const places = Array.from(
    { length: count },
    (_, row) => `(${columns.map((__, n) => `$${row * columns.length + n + 1}`).join(", ")})`,
  );
  const text = `INSERT INTO {schema}${table} (${columns.join(", ")}) VALUES ${places.join(", ")} ON CONFLICT ${onConflict}`;
  texts.set(table, { count, text });
  return text;
}
