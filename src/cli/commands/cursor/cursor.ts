import { FlowrunError } from "../../../errors.ts";
import type { CommonFlags, ListingFlags } from "../../options/flags.ts";
import { isNegativeDuration } from "../../options/negative-duration.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";
import type { Host } from "../../../host.ts";
import { askJournal, isPurged } from "../../../adobe/journal/ask-journal.ts";
import type { Cursor } from "../../../adobe/journal/cursor.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import { findMoment, withoutAgo } from "../../../adobe/journal/moment.ts";
import { afterPosition, findDuration, startUrl } from "../../../adobe/journal/when.ts";
import { isInLytics } from "../../../engine/sources/lytics.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { formats } from "../../../render/formats/registry.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { tell } from "../../terminal/tell.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import {
  cursorPath,
  cursorRemedy,
  deleteCursor,
  listCursors,
  lockCursor,
  openCursorFile,
  type CursorPlace,
} from "../../../state/cursor-files.ts";
import { utc } from "../../../text/zone.ts";
import { codeOf } from "../../../state/trouble.ts";
import { connect, usualPatience, type Connection } from "../../../adobe/access/connect.ts";
import { chosenProfile } from "../../../adobe/access/chosen-profile.ts";
import { checkCursorName, defaultCursor } from "../../../state/cursor-name.ts";

/** The profile's cursors, a row each; a damaged one is shown as such. */
export async function runCursorList(flags: ListingFlags, host: Host): Promise<void> {
  // A wrong word is told of before anything is looked for.
  resolveOutput(cursorColumns, flags);
  const profile = await chosenProfile(flags.profile, host);
  const names = await listCursors(host.dirs.state, profile);
  const rows = await Promise.all(names.map((name) => describe({ stateFolder: host.dirs.state, profile, name })));
  const isOfDestinations = rows.some(({ destination }) => destination !== undefined);
  const options = resolveOutput(isOfDestinations ? cursorColumnsWithDestination : cursorColumns, flags);
  if (rows.length === 0 && formats[options.output].laid !== null) {
    const { notify } = createReporter(host, {
      quiet: flags.quiet === true,
      verbose: 0,
      live: false,
      profile: flags.profile,
    });
    notify({ kind: "remark", text: `no cursors are saved for profile '${profile}'; make one: flowrun since last` });
  }
  await printRows({ options, rows, color: flags.color }, host, host.stdout);
}

/** One cursor in full. @throws FlowrunError `notFound`, or `settings` when its file is damaged. */
export async function runCursorShow(word: string | undefined, flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(wholeCursorColumns, flags);
  const place = await placeOf(word, flags, host);
  const cursor = await openCursorFile(place).find();
  if (cursor === null) throw noCursor(place);
  const shown = {
    ...publicForm(place.name, cursor),
    journal: cursor.journal,
    next: cursor.next,
    file: cursorPath(place),
  };
  if (wantsSheet(options)) {
    const lines = Object.entries(shown).map(([key, value]) => `${key.padEnd(10)} ${safeText(String(value ?? "-"))}\n`);
    await tell(lines.join(""), host.stdout);
  } else await printRows({ options, rows: [shown], document: shown, color: flags.color }, host, host.stdout);
}

/** Puts a cursor at the oldest event, at the journal's end, or after a position. */
export async function runCursorSet(word: string, where: string, flags: CommonFlags, host: Host): Promise<void> {
  const place = await placeOf(word, flags, host);
  // A damaged one can be anybody's, and is started over.
  const standing = await openCursorFile(place)
    .find()
    .catch(() => null);
  if (standing !== null && isInLytics(standing.next)) throw placeInLytics(place);
  const { notify } = createReporter(host, {
    quiet: flags.quiet === true,
    verbose: flags.verbose ?? 0,
    live: false,
    profile: flags.profile,
  });
  const connection = await connect({ profile: flags.profile, notify, signal: host.signal }, host);
  const lock = await changing(place, "set", () => lockCursor(place, host).catch(goOnReadOnly));
  try {
    const next = await questionFor(where, connection, host);
    const now = host.now();
    const position = where === "oldest" || where === "now" ? null : where;
    // Of a place that somebody names it is not known what was read before.
    const readUntil = where === "now" ? now : now - retentionMs;
    const fresh = { runs: 0, events: 0, keys: [], savedAt: now, readUntil, movedAt: now };
    const saved = { journal: connection.journalName, next: connection.toSaved(next), position, ...fresh };
    await changing(place, "set", () => openCursorFile(place).save(saved));
    notify({
      kind: "remark",
      text: `the cursor '${place.name}' is set; read on from it with: flowrun since last --cursor ${place.name}${profileFlag(place.profile)}`,
    });
  } finally {
    await lock?.release();
    await connection.close();
  }
}

/** Forgets a cursor. @throws FlowrunError `notFound`. */
export async function runCursorDelete(word: string, flags: CommonFlags, host: Host): Promise<void> {
  const place = await placeOf(word, flags, host);
  const names = await listCursors(place.stateFolder, place.profile);
  if (!names.includes(place.name)) throw noCursor(place);
  const lock = await changing(place, "deleted", () => lockCursor(place, host));
  try {
    await changing(place, "deleted", () => deleteCursor(place));
  } finally {
    await lock.release();
  }
}

/** In a read-only folder there is no lock, and yet the cursor's file may be one that was mounted there to be written. */
function goOnReadOnly(error: unknown): null {
  if (codeOf(error) === "EROFS") return null;
  throw error;
}

/** @throws FlowrunError `state` for whatever the file system says, with what helps. */
async function changing<T>(place: CursorPlace, what: "set" | "deleted", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FlowrunError) throw error;
    throw new FlowrunError("state", `the cursor '${place.name}' could not be ${what}`, {
      ...(await cursorRemedy(place, error)),
      cause: error,
    });
  }
}

async function placeOf(word: string | undefined, flags: CommonFlags, host: Host): Promise<CursorPlace> {
  const profile = await chosenProfile(flags.profile, host);
  return { stateFolder: host.dirs.state, profile, name: checkCursorName(word ?? defaultCursor) };
}

async function describe(place: CursorPlace): Promise<ListedCursor> {
  const cursor = await openCursorFile(place)
    .find()
    .catch((error: unknown) => {
      if (error instanceof FlowrunError) return null;
      throw error;
    });
  return cursor === null ? { ...unreadable, name: place.name } : publicForm(place.name, cursor);
}

/** A cursor as it is listed; times are RFC 3339. */
interface ListedCursor {
  readonly name: string;
  readonly position: string | null;
  readonly savedAt: string | null;
  readonly readUntil: string | null;
  readonly movedAt: string | null;
  readonly expiresAt: string | null;
  readonly runs: number | null;
  readonly events: number | null;
  readonly damaged: boolean;
  /** Where what it has passed was delivered; left out where that was stdout. */
  readonly destination?: string;
}

const listedFields = [
  "name",
  "position",
  "savedAt",
  "readUntil",
  "movedAt",
  "expiresAt",
  "runs",
  "events",
  "damaged",
  "destination",
] as const satisfies readonly (keyof ListedCursor)[];

/** All columns of cursors as they are listed. */
export const cursorColumns: ColumnSet<ListedCursor> = {
  all: [
    { name: "name", title: "NAME", kind: "id", value: ({ name }) => name },
    {
      name: "readUntil",
      title: "READ UNTIL",
      kind: "time",
      value: ({ readUntil, damaged }) => (damaged ? "damaged" : readUntil),
    },
    {
      name: "expiresAt",
      title: "EXPIRES",
      kind: "time",
      yields: { turn: 3, to: "neat" },
      value: ({ expiresAt }) => expiresAt,
    },
    {
      name: "runs",
      title: "RUNS",
      kind: "id",
      yields: { turn: 2, to: "neat" },
      value: ({ runs }) => (runs === null ? null : String(runs)),
    },
    {
      name: "position",
      title: "POSITION",
      kind: "id",
      yields: { turn: 1, to: "neat" },
      value: ({ position }) => position,
    },
    { name: "savedAt", title: "SAVED", kind: "time", value: ({ savedAt }) => savedAt },
    { name: "movedAt", title: "MOVED", kind: "time", value: ({ movedAt }) => movedAt },
    { name: "events", title: "EVENTS", kind: "id", value: ({ events }) => (events === null ? null : String(events)) },
    { name: "damaged", title: "DAMAGED", kind: "flag", value: ({ damaged }) => damaged },
    { name: "destination", title: "DESTINATION", kind: "text", value: ({ destination }) => destination ?? null },
  ],
  usual: ["name", "readUntil", "expiresAt", "runs", "position"],
  wide: ["savedAt", "movedAt", "events", "damaged"],
  id: "name",
  fields: listedFields,
};

/** The name of a destination's cursor tells hardly whose it is. */
const cursorColumnsWithDestination: ColumnSet<ListedCursor> = {
  ...cursorColumns,
  usual: [...cursorColumns.usual, "destination"],
};

/** A cursor in full. */
interface WholeCursor extends ListedCursor {
  readonly journal: string;
  readonly next: string;
  readonly file: string;
}

/** All columns of one cursor. */
export const wholeCursorColumns: ColumnSet<WholeCursor> = {
  all: [
    ...cursorColumns.all,
    { name: "journal", title: "JOURNAL", kind: "id", value: ({ journal }) => journal },
    { name: "next", title: "NEXT", kind: "id", value: ({ next }) => next },
    { name: "file", title: "FILE", kind: "id", value: ({ file }) => file },
  ],
  usual: [...cursorColumns.usual, ...cursorColumns.wide, "journal", "next", "file"],
  wide: [],
  id: "name",
  fields: [...listedFields, "journal", "next", "file"],
};

const unreadable = {
  position: null,
  savedAt: null,
  readUntil: null,
  movedAt: null,
  expiresAt: null,
  runs: null,
  events: null,
  damaged: true,
};

/** A cursor's place in a journal expires seven days after the last event that it has read (docs/cursors.md); no other does. */
function publicForm(name: string, cursor: Cursor): ListedCursor {
  const { position, savedAt, readUntil, movedAt, runs, events, destination } = cursor;
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    name,
    position,
    savedAt: iso(savedAt),
    readUntil: iso(readUntil),
    movedAt: iso(movedAt),
    expiresAt: isInLytics(cursor.next) ? null : iso(readUntil + retentionMs),
    runs,
    events,
    damaged: false,
    ...(destination === undefined ? {} : { destination }),
  };
}

/**
 * The question that a cursor begins with, put to the journal once, so that a mistyped place is found out now.
 * @throws FlowrunError `usage` for a word that is no place, `gap` for a position that has expired or never was.
 */
async function questionFor(where: string, connection: Connection, host: Host): Promise<string> {
  const { journalUrl } = connection.settings;
  if (where === "oldest") return journalUrl;
  if (where !== "now") checkPosition(where, host.now());
  const journal = connection.journal(usualPatience);
  const question = (): string =>
    where === "now"
      ? startUrl(journalUrl, { kind: "now" }, null, host.now())
      : afterPosition(journalUrl, where, journalUrl);
  const page = await askJournal(journal, question).page;
  if (where === "now") return page.next;
  if (page.validate !== null && (await isPurged(journal, page.validate))) throw noPlace(where);
  return question();
}

/** A window is easily given for a position, and the journal might answer 204 to it for ever. */
function checkPosition(where: string, now: number): void {
  const isDuration = findDuration(withoutAgo(where)) !== null;
  const isMistyped = !isDuration && isNegativeDuration(where);
  const isWhen = where === "last" || isDuration || isMistyped || findMoment(where, now, utc) !== null;
  if (!isWhen) return;
  const window = where.includes(" ") ? JSON.stringify(where) : where;
  throw new FlowrunError("usage", `a cursor cannot be set to '${where}'`, {
    why: "it is a place in the journal: oldest, now, or the position of an event",
    hint: isMistyped ? "to read a window: flowrun since -P1D" : `to read that window: flowrun since ${window}`,
  });
}

function noPlace(where: string): FlowrunError {
  return new FlowrunError("gap", `the journal knows no position '${safeText(where)}'`, {
    why: "it has expired (the journal keeps seven days), or was never in this journal",
    hint: "positions are in every record: flowrun since -P1D --json",
  });
}

function placeInLytics({ name, profile }: CursorPlace): FlowrunError {
  return new FlowrunError("usage", `the cursor '${name}' is a place among the events of Lytics, and cannot be set`, {
    why: "a cursor is set to a place in the journal, and Lytics has no positions",
    hint: `give the journal's another name, or start this one over: flowrun cursor delete ${name}${profileFlag(profile)}`,
  });
}

function noCursor({ name, profile }: CursorPlace): FlowrunError {
  return new FlowrunError("notFound", `there is no cursor '${name}' in profile '${profile}'`, {
    why: "it was never saved, or has been deleted",
    hint: "see what there is: flowrun cursor list",
  });
}
