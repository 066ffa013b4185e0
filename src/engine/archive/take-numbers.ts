import type { Queries } from "./database.ts";
import { numberIn } from "./row-values.ts";

/** Numbers for rows, one after the other. */
export interface Numbers {
  readonly first: number;
  /** The version of the schema that they are for: none changes it until the transaction has ended. */
  readonly version: number;
}

/** Takes so many numbers, in the order of commits: whoever takes some waits for whoever did before. */
export async function takeNumbers(queries: Queries, count: number): Promise<Numbers> {
  const [row = {}] = await queries.all(`UPDATE {schema}meta SET last_seq = last_seq + $1 RETURNING last_seq, version`, [
    count,
  ]);
  return { first: numberIn(row, "last_seq") - count + 1, version: numberIn(row, "version") };
}
