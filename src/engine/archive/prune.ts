import type { Database, Queries } from "./database.ts";
import { numberIn } from "./row-values.ts";

const rowsAtOnce = 2000;

/** How many runs were recorded before a moment (epoch milliseconds), as far as can be told. */
export async function countBefore(database: Database, journal: string, before: number): Promise<number> {
  const text = `SELECT count(*) AS n FROM {schema}runs WHERE journal = $1 AND recorded_at < $2`;
  const [row] = await database.all(text, [journal, before]);
  return row === undefined ? 0 : numberIn(row, "n");
}

/**
 * Forgets what was recorded before a moment. What the archive claims to have is cut first, so that it never claims what
 * is gone, wherever this ends; then the runs go, some at a time, so that others can write in between. When a flow and its
 * causes were met first is remembered.
 * @returns how many runs are gone.
 */
export async function prune(
  database: Database,
  journal: string,
  before: number,
  onGone: (soFar: number) => void,
): Promise<number> {
  await cutCoverage(database, journal, before);
  let gone = 0;
  for (;;) {
    const some = await database.transaction(async (queries) => {
      const oldest = `SELECT seq FROM {schema}runs WHERE journal = $1 AND recorded_at < $2 ORDER BY recorded_at LIMIT ${rowsAtOnce}`;
      for (const table of ["run_errors", "origins"]) {
        await queries.run(
          `DELETE FROM {schema}${table} WHERE (journal, event_key) IN
            (SELECT journal, event_key FROM {schema}runs WHERE seq IN (${oldest}))`,
          [journal, before],
        );
      }
      return queries.run(`DELETE FROM {schema}runs WHERE seq IN (${oldest})`, [journal, before]);
    });
    gone += some;
    if (some < rowsAtOnce) return gone;
    onGone(gone);
  }
}

async function cutCoverage(database: Database, journal: string, before: number): Promise<void> {
  await database.transaction(async (queries) => {
    const cut = [journal, before];
    // Whoever reads right now knows its chain by its beginning: it starts over from its cursor.
    await queries.run(
      `UPDATE {schema}cursors SET chain = $2, revision = revision + 1 WHERE journal = $1 AND chain < $2`,
      cut,
    );
    // Of several chains that reach beyond the edge one is enough to say so.
    await queries.run(`DELETE FROM {schema}coverage WHERE journal = $1 AND from_at < $2 AND to_at < $2`, cut);
    const over = await queries.all(
      `SELECT max(to_at) AS to_at, max(from_at) AS from_at FROM {schema}coverage WHERE journal = $1 AND from_at < $2`,
      cut,
    );
    const [row] = over;
    if (row?.["to_at"] == null) {
      await keepChain(queries, journal, before);
      return;
    }
    await queries.run(
      `UPDATE {schema}coverage SET from_at = $2, to_at = $3, from_exact = 1, why = 'pruned'
      WHERE journal = $1 AND from_at = $4`,
      [...cut, numberIn(row, "to_at"), numberIn(row, "from_at")],
    );
    await queries.run(`DELETE FROM {schema}coverage WHERE journal = $1 AND from_at < $2`, cut);
  });
}

/** A cursor that has read nothing beyond the edge reads on from before it: its chain covers from the edge on what comes. */
async function keepChain(queries: Queries, journal: string, edge: number): Promise<void> {
  const [cursor] = await queries.all(`SELECT name FROM {schema}cursors WHERE journal = $1 AND chain = $2`, [
    journal,
    edge,
  ]);
  if (cursor === undefined) return;
  await queries.run(
    `INSERT INTO {schema}coverage (journal, from_at, to_at, from_exact, to_exact, why) VALUES ($1, $2, $2, 1, 1, 'pruned')
    ON CONFLICT (journal, from_at) DO NOTHING`,
    [journal, edge],
  );
}
