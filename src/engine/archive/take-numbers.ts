import type { Queries } from "./database.ts";
import { numberIn } from "./row-values.ts";

/**
 * Numbers for rows, in the order of commits: whoever takes some waits for whoever did before.
 * @returns the last of so many.
 */
export async function takeNumbers(queries: Queries, count: number): Promise<number> {
  const [row] = await queries.all(`UPDATE {schema}meta SET last_seq = last_seq + $1 RETURNING last_seq`, [count]);
  return row === undefined ? 0 : numberIn(row, "last_seq");
}
