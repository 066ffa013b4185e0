import { FlowrunError } from "../../errors.ts";
import type { Queries } from "./database.ts";
import { closedIfFailing, openToWrite, type Archive, type ArchiveMeans } from "./open.ts";
import type { ArchivePlace } from "./place.ts";
import { journalKey } from "./run-row.ts";
import { textIn } from "./row-values.ts";

/**
 * An archive in a file is one profile's: where that reads another journal than it did, somebody has to say that the one
 * goes on where the other ended.
 * @throws FlowrunError `settings` that tells how.
 */
export async function checkSameJournal({ database, journal }: Archive, name: string): Promise<void> {
  if (database.kind !== "embedded") return;
  const rows = await database.all(
    `SELECT name FROM {schema}journals AS journals WHERE journal <> $1
      AND EXISTS (SELECT 1 FROM {schema}cursors AS cursors WHERE cursors.journal = journals.journal)
      AND NOT EXISTS (SELECT 1 FROM {schema}cursors AS own WHERE own.journal = $1)`,
    [journal],
  );
  const [other] = rows;
  if (other === undefined) return;
  const former = textIn(other, "name");
  throw new FlowrunError("settings", "the archive is of another journal", {
    why: `${database.place} was read from ${former}, and this profile reads ${name} now`,
    hint: `where the registration was replaced, go on with what is there: flowrun archive sync --moved-from '${former}'; else name another archive: flowrun config set archive <path>`,
  });
}

/** Opens an archive to write to it, as `openToWrite`, where it is this journal's. @throws FlowrunError as that, and as `checkSameJournal`. */
export async function openSameJournal(place: ArchivePlace, name: string, host: ArchiveMeans): Promise<Archive> {
  const archive = await openToWrite(place, name, host);
  await closedIfFailing(archive.database, () => checkSameJournal(archive, name));
  return archive;
}

/**
 * Gives what was archived of one journal to another that goes on in its place; runs that both have stay once. The former
 * one's cursors are gone: their places do not exist in the other.
 * @throws FlowrunError `usage` where nothing was archived of such a journal.
 */
export async function moveJournal({ database, journal }: Archive, formerName: string): Promise<void> {
  const former = journalKey(formerName);
  const [known] = await database.all(`SELECT journal FROM {schema}journals WHERE journal = $1`, [former]);
  if (known === undefined || former === journal) throw await unknownJournal({ database, journal }, formerName);
  await database.transaction(async (queries) => {
    for (const text of moves) await queries.run(text, [former, journal]);
    await noteMove(queries, former, journal);
    for (const table of ["runs", "run_errors", "origins", "firsts", "coverage", "cursors", "deliveries", "journals"]) {
      await queries.run(`DELETE FROM {schema}${table} WHERE journal = $1`, [former]);
    }
  });
}

/** From $1 to $2. Of a stretch that both have the longer one stays, and of what both have met the first time. */
const moves: readonly string[] = [
  // What belongs to a run goes with it, and before it: of a run that both have the other's is kept.
  ...["run_errors", "origins", "runs"].map(
    (table) => `UPDATE {schema}${table} SET journal = $2 WHERE journal = $1 AND event_key NOT IN
      (SELECT event_key FROM {schema}runs WHERE journal = $2)`,
  ),
  `INSERT INTO {schema}firsts (journal, flow_id, root_code, first_at)
    SELECT $2, flow_id, root_code, first_at FROM {schema}firsts WHERE journal = $1
    ON CONFLICT (journal, flow_id, root_code) DO UPDATE SET first_at = excluded.first_at
    WHERE excluded.first_at < firsts.first_at`,
  `INSERT INTO {schema}coverage (journal, from_at, to_at, from_exact, to_exact, why)
    SELECT $2, from_at, to_at, from_exact, to_exact, why FROM {schema}coverage WHERE journal = $1
    ON CONFLICT (journal, from_at) DO UPDATE SET to_at = excluded.to_at, to_exact = excluded.to_exact
    WHERE excluded.to_at > coverage.to_at`,
];

/**
 * Remembers that rows came to a journal by numbers that they had before. Whoever copies the archive's rows by their numbers
 * has passed these by, and begins anew.
 */
async function noteMove(queries: Queries, former: string, journal: string): Promise<void> {
  await queries.run(
    `INSERT INTO {schema}deliveries (journal, name, destination, seq, revision, updated_at)
    SELECT $2, '', $1, last_seq, 1, 0 FROM {schema}meta WHERE one = 1
    ON CONFLICT (journal, name, destination) DO UPDATE SET seq = excluded.seq, revision = deliveries.revision + 1`,
    [former, journal],
  );
}

/** How often rows came to a journal so, inside a question whose `$1` is the journal's short name. */
export const countOfMoves = `(SELECT coalesce(sum(revision), 0) FROM {schema}deliveries WHERE journal = $1 AND name = '')`;

async function unknownJournal({ database, journal }: Archive, name: string): Promise<FlowrunError> {
  const rows = await database.all(`SELECT name FROM {schema}journals WHERE journal <> $1 ORDER BY made_at`, [journal]);
  const others = rows.map((row) => textIn(row, "name"));
  return new FlowrunError("usage", "--moved-from names no journal that the archive has", {
    why: `it reads ${JSON.stringify(name)}; there ${others.length === 0 ? "is no other" : `is ${others.join(", ")}`}`,
    hint: "leave it out: flowrun archive sync",
  });
}
