import { readCursors, readChains } from "./cursors.ts";
import type { Database, Queries } from "./database.ts";
import { packsSince } from "./packs.ts";
import { boundedMoment } from "./read-archived.ts";
import { numberIn, textIn } from "./row-values.ts";
import { takeNumbers } from "./take-numbers.ts";

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
    const some = await database.transaction((queries) => forgetSome(queries, journal, before));
    gone += some;
    if (some < rowsAtOnce) break;
    onGone(gone);
  }
  await database.transaction(forgetPacks);
  return gone;
}

async function forgetSome(queries: Queries, journal: string, before: number): Promise<number> {
  const gone = await queries.all(
    `DELETE FROM {schema}runs WHERE seq IN (SELECT seq FROM {schema}runs
      WHERE journal = $1 AND recorded_at < $2 ORDER BY recorded_at LIMIT ${rowsAtOnce}) RETURNING event_key`,
    [journal, before],
  );
  if (gone.length === 0) return 0;
  const places = gone.map((_, n) => `$${n + 2}`).join(", ");
  const keys = gone.map((row) => textIn(row, "event_key"));
  for (const table of ["run_errors", "origins"]) {
    const text = `DELETE FROM {schema}${table} WHERE journal = $1 AND event_key IN (${places})`;
    await queries.run(text, [journal, ...keys]);
  }
  return gone.length;
}

/** Forgets the packs whose last run is gone, whoever has pruned it. */
async function forgetPacks(queries: Queries): Promise<void> {
  const [row = {}] = await queries.all(`SELECT version FROM {schema}meta`);
  if (numberIn(row, "version") < packsSince) return;
  await queries.run(
    `DELETE FROM {schema}packs WHERE NOT EXISTS
      (SELECT 1 FROM {schema}runs AS runs WHERE runs.seq >= first_seq AND runs.seq <= last_seq)`,
  );
}

/** A row of `deliveries` whose number is a moment; the name has a blank, as no cursor's does. */
const floorName = "pruned before";

/**
 * The moment before which a journal's runs were forgotten (epoch milliseconds): whoever copies rows into the archive brings
 * none of them back, and claims nothing of that time. It stays as it is until the transaction ends that has taken numbers.
 */
export async function forgottenBefore(queries: Queries, journal: string): Promise<number> {
  const text = `SELECT seq FROM {schema}deliveries WHERE journal = $1 AND name = $2`;
  const [row] = await queries.all(text, [journal, floorName]);
  return row === undefined ? boundedMoment(-Infinity) : numberIn(row, "seq");
}

async function raiseFloor(queries: Queries, journal: string, before: number): Promise<void> {
  await queries.run(
    `INSERT INTO {schema}deliveries (journal, name, destination, seq, revision, updated_at) VALUES ($1, $2, '', $3, 1, 0)
    ON CONFLICT (journal, name, destination) DO UPDATE SET seq = excluded.seq WHERE deliveries.seq < excluded.seq`,
    [journal, floorName, before],
  );
}

async function cutCoverage(database: Database, journal: string, before: number): Promise<void> {
  await database.transaction(async (queries) => {
    const cut = [journal, before];
    // Whoever is writing rows is waited for, and whoever writes after this knows of it.
    await takeNumbers(queries, 0);
    await raiseFloor(queries, journal, before);
    // Whoever reads right now knows its chain by its beginning: it starts over from its cursor.
    const ofCursors = `WHERE journal = $1 AND chain < $2`;
    await queries.run(`UPDATE {schema}cursors SET revision = revision + 1 ${ofCursors}`, cut);
    const chains = (await readChains(queries, journal)).filter(({ from }) => from <= before);
    if (!chains.some(({ from }) => from < before)) return;
    const standing = (await readCursors(queries, journal)).map(({ chain }) => chain);
    // Also one that a cursor stands at the end of, since it goes on from there; of several one is enough to say so.
    const [kept] = chains
      .filter(({ from, to }) => to >= before || standing.includes(from))
      .sort((one, other) => other.to - one.to);
    await queries.run(`DELETE FROM {schema}coverage WHERE journal = $1 AND from_at <= $2`, cut);
    if (kept === undefined) return;
    await queries.run(
      `INSERT INTO {schema}coverage (journal, from_at, to_at, from_exact, to_exact, why)
      VALUES ($1, $2, $3, 1, $4, 'pruned')`,
      [...cut, Math.max(before, kept.to), kept.isToExact ? 1 : 0],
    );
    await queries.run(`UPDATE {schema}cursors SET chain = $2 ${ofCursors}`, cut);
  });
}
