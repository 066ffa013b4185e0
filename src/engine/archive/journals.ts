import { FlowrunError } from "../../errors.ts";
import type { Archive } from "./open.ts";
import { journalKey } from "./run-row.ts";
import { textIn } from "./row-values.ts";

/**
 * An archive in a file is one profile's: where that reads another journal than it did, somebody has to say that the one
 * goes on where the other ended.
 * @throws FlowrunError `settings` that tells how.
 */
export async function checkJournal({ database, journal }: Archive, name: string): Promise<void> {
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

/** The tables that say of each row whose journal it is from. */
const tables = ["runs", "run_errors", "origins", "firsts", "coverage"];

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
    const own = ["event_key", "event_key, n", "event_key, name", "flow_id, root_code", "from_at"];
    for (const [at, table] of tables.entries()) {
      const key = own[at] ?? "";
      await queries.run(
        `DELETE FROM {schema}${table} WHERE journal = $1 AND (${key}) IN
          (SELECT ${key} FROM {schema}${table} WHERE journal = $2)`,
        [former, journal],
      );
      await queries.run(`UPDATE {schema}${table} SET journal = $2 WHERE journal = $1`, [former, journal]);
    }
    for (const table of ["cursors", "deliveries", "journals"]) {
      await queries.run(`DELETE FROM {schema}${table} WHERE journal = $1`, [former]);
    }
  });
}

async function unknownJournal({ database, journal }: Archive, name: string): Promise<FlowrunError> {
  const rows = await database.all(`SELECT name FROM {schema}journals WHERE journal <> $1 ORDER BY made_at`, [journal]);
  const others = rows.map((row) => textIn(row, "name"));
  return new FlowrunError("usage", "--moved-from names no journal that the archive has", {
    why: `it reads ${JSON.stringify(name)}; there ${others.length === 0 ? "is no other" : `is ${others.join(", ")}`}`,
    hint: "leave it out: flowrun archive sync",
  });
}
