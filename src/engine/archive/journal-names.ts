import type { Queries } from "./database.ts";
import { journalKey } from "./run-row.ts";

/**
 * Puts a journal's name down beside the short one that rows have; looked for first, so that whoever goes on needs no right
 * to add one. @returns the short name.
 */
export async function noteJournal(queries: Queries, name: string, now: number): Promise<string> {
  const journal = journalKey(name);
  const known = await queries.all(`SELECT 1 FROM {schema}journals WHERE journal = $1`, [journal]);
  if (known.length > 0) return journal;
  await queries.run(
    `INSERT INTO {schema}journals (journal, name, made_at) VALUES ($1, $2, $3) ON CONFLICT (journal) DO NOTHING`,
    [journal, name, now],
  );
  return journal;
}
