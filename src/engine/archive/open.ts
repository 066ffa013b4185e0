import type { Env } from "../../adobe/settings/keys.ts";
import type { Dirs } from "../../host.ts";
import type { Database } from "./database.ts";
import { hasArchive, type ArchivePlace } from "./place.ts";
import { journalKey } from "./run-row.ts";
import { checkSchema, setUpSchema } from "./schema.ts";

/** An archive, as one journal's readers and writers have it. */
export interface Archive {
  readonly database: Database;
  /** The journal's short name in it. */
  readonly journal: string;
}

/** How a place is reached. */
export interface ArchiveMeans {
  readonly env: Env;
  readonly dirs: Dirs;
}

/**
 * Opens an archive to read it; nothing of it is changed.
 * @returns `null` where there is none yet.
 * @throws FlowrunError where it cannot be opened, is damaged, or is no archive of this version.
 */
export async function openToRead(
  place: ArchivePlace,
  journalName: string,
  means: ArchiveMeans,
): Promise<Archive | null> {
  if (!(await hasArchive(place))) return null;
  const database = await connectTo(place, "read", means);
  try {
    if (database !== null && (await checkSchema(database))) return { database, journal: journalKey(journalName) };
  } catch (error) {
    await database?.close();
    throw error;
  }
  await database?.close();
  return null;
}

/** Opens an archive to write to it, and makes it where there is none. @throws FlowrunError likewise. */
export async function openToWrite(
  place: ArchivePlace,
  journalName: string,
  { now, ...means }: ArchiveMeans & { readonly now: number },
): Promise<Archive> {
  const database = await connectTo(place, "create", means);
  try {
    await setUpSchema(database);
    const journal = journalKey(journalName);
    await database.run(
      `INSERT INTO {schema}journals (journal, name, made_at) VALUES ($1, $2, $3) ON CONFLICT (journal) DO NOTHING`,
      [journal, journalName, now],
    );
    return { database, journal };
  } catch (error) {
    await database.close();
    throw error;
  }
}
