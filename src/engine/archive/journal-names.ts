import type { Queries } from "./database.ts";
import { journalKey } from "./run-row.ts";

/** Puts a journal's name down beside the short one that rows have. @returns the short name. */
export function noteJournal(queries: Queries, name: string, now: number): Promise<string> {
  return note(queries, { table: "journals", column: "journal" }, name, now);
}

/** The same for the name of an account of Lytics: its list of events. */
export function noteAccount(queries: Queries, name: string, now: number): Promise<string> {
  return note(queries, { table: "accounts", column: "account" }, name, now);
}

/** Looked for first, so that whoever goes on needs no right to add one. */
async function note(
  queries: Queries,
  { table, column }: { readonly table: string; readonly column: string },
  name: string,
  now: number,
): Promise<string> {
  const short = journalKey(name);
  const known = await queries.all(`SELECT 1 FROM {schema}${table} WHERE ${column} = $1`, [short]);
  if (known.length > 0) return short;
  await queries.run(
    `INSERT INTO {schema}${table} (${column}, name, made_at) VALUES ($1, $2, $3) ON CONFLICT (${column}) DO NOTHING`,
    [short, name, now],
  );
  return short;
}
