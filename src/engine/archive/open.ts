import { FlowrunError } from "../../errors.ts";
import type { World } from "../../host.ts";
import type { Database } from "./database.ts";
import { noteJournal } from "./journal-names.ts";
import type { ArchivePlace } from "./place.ts";
import { textIn } from "./row-values.ts";
import { journalKey } from "./run-row.ts";
import { checkSchema, setUpForJobs, setUpForRuns } from "./schema.ts";

/** An archive, as one journal's readers and writers have it. */
export interface Archive {
  readonly database: Database;
  /** The journal's short name in it. */
  readonly journal: string;
}

/** How a place is reached, and the signal by which the process is told to stop: a server that hangs is not waited for then. */
export interface ArchiveMeans extends Pick<World, "env" | "now" | "random" | "sleep"> {
  readonly signal?: AbortSignal;
}

/**
 * Opens an archive to read it; nothing of it is changed.
 * @param journalName `null` where nothing says which: then it is the only one there.
 * @returns `null` where there is none yet.
 * @throws FlowrunError where it cannot be opened, is damaged, is no archive of this version, or has several journals.
 */
export async function openToRead(
  place: ArchivePlace,
  journalName: string | null,
  means: ArchiveMeans,
): Promise<Archive | null> {
  return openThere(place, "read", journalName, means);
}

/** The same to change what is there; makes nothing where there is none. @throws FlowrunError likewise. */
export async function openToChange(
  place: ArchivePlace,
  journalName: string | null,
  means: ArchiveMeans,
): Promise<Archive | null> {
  return openThere(place, "write", journalName, means);
}

async function openThere(
  place: ArchivePlace,
  mode: "read" | "write",
  journalName: string | null,
  means: ArchiveMeans,
): Promise<Archive | null> {
  const database = await openDatabaseThere(place, mode, means);
  if (database === null) return null;
  const journal = await closedIfFailing(database, () =>
    journalName === null ? onlyJournal(database) : Promise.resolve(journalKey(journalName)),
  );
  return { database, journal };
}

/**
 * Opens the database of an archive to read it, whosever events are wanted.
 * @returns `null` where there is none yet. @throws FlowrunError as `openToRead`.
 */
export async function openDatabaseToRead(place: ArchivePlace, means: ArchiveMeans): Promise<Database | null> {
  return openDatabaseThere(place, "read", means);
}

async function openDatabaseThere(
  place: ArchivePlace,
  mode: "read" | "write",
  means: ArchiveMeans,
): Promise<Database | null> {
  const database = await connectTo(place, mode, means);
  if (await closedIfFailing(database, () => checkSchema(database))) return database;
  await database.close();
  return null;
}

async function onlyJournal(database: Database): Promise<string> {
  const [first, ...more] = await database.all(`SELECT journal FROM {schema}journals ORDER BY made_at`);
  if (first === undefined) return "";
  if (more.length === 0) return textIn(first, "journal");
  throw new FlowrunError("settings", `the archive at ${database.place} has ${String(more.length + 1)} journals`, {
    why: "the settings do not say which of them is meant",
    hint: "name it: flowrun config set journalUrl <URL>, or FLOWRUN_JOURNAL_URL",
  });
}

/** Opens an archive to write to it, and makes it where there is none. @throws FlowrunError likewise. */
export async function openToWrite(place: ArchivePlace, journalName: string, host: ArchiveMeans): Promise<Archive> {
  const database = await openMade(place, host, setUpForRuns);
  const journal = await closedIfFailing(database, () => noteJournal(database, journalName, host.now()));
  return { database, journal };
}

/** Opens the database of an archive to write events of Lytics to it. @throws FlowrunError likewise. */
export async function openDatabaseToWrite(place: ArchivePlace, host: ArchiveMeans): Promise<Database> {
  return openMade(place, host, setUpForJobs);
}

async function openMade(place: ArchivePlace, host: ArchiveMeans, setUp: typeof setUpForRuns): Promise<Database> {
  const database = await connectTo(place, "create", host);
  await closedIfFailing(database, () => setUp(database));
  return database;
}

/** Does the first thing with a database that was just opened: where that fails, it is closed, since nobody has it. */
export async function closedIfFailing<R>(database: Database, first: () => Promise<R>): Promise<R> {
  try {
    return await first();
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}

/** Loads what that kind of database needs, and no other. */
async function connectTo(
  place: ArchivePlace,
  mode: "read" | "write" | "create",
  host: ArchiveMeans,
): Promise<Database> {
  switch (place.kind) {
    case "embedded":
      return (await import("./embedded.ts")).openEmbedded(place.path, { mode, host });
    case "postgres":
      return (await import("./postgres.ts")).openPostgres(place.url, host);
    case "builtIn":
      return (await import("./built-in.ts")).openBuiltIn(host);
  }
}
