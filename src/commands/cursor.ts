import { FlowrunError } from "../errors.ts";
import type { CursorFlags } from "../program/flags.ts";
import type { Host } from "../host.ts";
import { askJournal } from "../journal/ask-journal.ts";
import type { Cursor } from "../journal/cursor.ts";
import { retentionMs } from "../journal/retention.ts";
import { startUrl, type Start } from "../journal/when.ts";
import { safeText } from "../render/safe-text.ts";
import { renderSmallTable } from "../render/small-table.ts";
import { createReporter } from "../reporter.ts";
import {
  cursorPath,
  deleteCursor,
  listCursors,
  lockCursor,
  openCursorFile,
  type CursorPlace,
} from "../state/cursor-files.ts";
import { connect, type Connection } from "./connect.ts";
import { chosenProfile } from "./chosen-profile.ts";
import { checkCursorName, defaultCursor } from "./cursor-name.ts";

/** The profile's cursors, a line each; a damaged one is shown as such. */
export async function runCursorList(flags: CursorFlags, host: Host): Promise<void> {
  const profile = await chosenProfile(flags.profile, host);
  const names = await listCursors(host.dirs.state, profile);
  const found = await Promise.all(names.map((name) => describe({ stateFolder: host.dirs.state, profile, name })));
  if (flags.json === true) {
    await host.stdout.write(found.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return;
  }
  if (found.length === 0) {
    await host.stderr.write(`no cursors are saved for profile '${profile}'; flowrun since last makes one\n`);
    return;
  }
  const rows = found.map(({ name, savedAt, expiresAt, runs, position, damaged }) => [
    name,
    damaged ? "damaged" : (savedAt ?? "-"),
    expiresAt ?? "-",
    runs === null ? "-" : String(runs),
    position === null ? "-" : safeText(position),
  ]);
  await host.stdout.write(renderSmallTable(["NAME", "READ UNTIL", "EXPIRES", "RUNS", "POSITION"], rows));
}

/** One cursor in full. @throws FlowrunError `notFound`, or `settings` when its file is damaged. */
export async function runCursorShow(word: string | undefined, flags: CursorFlags, host: Host): Promise<void> {
  const place = await placeOf(word, flags, host);
  const cursor = await openCursorFile(place).find();
  if (cursor === null) throw noCursor(place);
  const shown = {
    ...publicForm(place.name, cursor),
    journal: cursor.journal,
    next: cursor.next,
    file: cursorPath(place),
  };
  const text =
    flags.json === true
      ? JSON.stringify(shown)
      : Object.entries(shown)
          .map(([key, value]) => `${key.padEnd(10)} ${safeText(String(value ?? "-"))}`)
          .join("\n");
  await host.stdout.write(`${text}\n`);
}

/** Puts a cursor at the oldest event, at the journal's end, or after a position. */
export async function runCursorSet(word: string, where: string, flags: CursorFlags, host: Host): Promise<void> {
  const place = await placeOf(word, flags, host);
  const { notify } = createReporter(host, {
    quiet: flags.quiet === true,
    verbose: flags.verbose === true,
    live: false,
  });
  const connection = await connect({ profile: flags.profile, notify, signal: host.signal }, host);
  const lock = await lockCursor(place, host.pid);
  try {
    const next = await questionFor(where, connection, host);
    const now = host.now();
    const position = where === "oldest" || where === "now" ? null : where;
    const fresh = { runs: 0, events: 0, keys: [], savedAt: now, movedAt: now };
    await openCursorFile(place).save({
      journal: connection.journalName,
      next: connection.toSaved(next),
      position,
      ...fresh,
    });
    notify({
      kind: "remark",
      text: `the cursor '${place.name}' is set; read on from it with: flowrun since last --cursor ${place.name}`,
    });
  } finally {
    await lock.release();
    await connection.close();
  }
}

/** Forgets a cursor. @throws FlowrunError `notFound`. */
export async function runCursorDelete(word: string, flags: CursorFlags, host: Host): Promise<void> {
  const place = await placeOf(word, flags, host);
  const names = await listCursors(place.stateFolder, place.profile);
  if (!names.includes(place.name)) throw noCursor(place);
  const lock = await lockCursor(place, host.pid);
  try {
    await deleteCursor(place);
  } finally {
    await lock.release();
  }
}

async function placeOf(word: string | undefined, flags: CursorFlags, host: Host): Promise<CursorPlace> {
  const profile = await chosenProfile(flags.profile, host);
  return { stateFolder: host.dirs.state, profile, name: checkCursorName(word ?? defaultCursor) };
}

async function describe(place: CursorPlace) {
  const cursor = await openCursorFile(place)
    .find()
    .catch((error: unknown) => {
      if (error instanceof FlowrunError) return null;
      throw error;
    });
  return cursor === null ? { ...unreadable, name: place.name } : publicForm(place.name, cursor);
}

const unreadable = {
  position: null,
  savedAt: null,
  movedAt: null,
  expiresAt: null,
  runs: null,
  events: null,
  damaged: true,
};

/** A cursor's place may expire seven days after the journal last moved there (contract: journal, §1.8). */
function publicForm(name: string, { position, savedAt, movedAt, runs, events }: Cursor) {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    name,
    position,
    savedAt: iso(savedAt),
    movedAt: iso(movedAt),
    expiresAt: iso(savedAt + retentionMs),
    runs,
    events,
    damaged: false,
  };
}

async function questionFor(where: string, connection: Connection, host: Host): Promise<string> {
  const { journalUrl } = connection.settings;
  if (where === "now") {
    const start: Start = { kind: "now" };
    const journal = connection.journal({ retries: 5, maxWaitMs: 300_000 });
    const page = await askJournal(journal, () => startUrl(journalUrl, start, null, host.now())).page;
    return page.next;
  }
  if (where === "oldest") return journalUrl;
  const next = new URL(journalUrl);
  next.searchParams.set("since", where);
  return next.href;
}

function noCursor({ name, profile }: CursorPlace): FlowrunError {
  return new FlowrunError("notFound", `there is no cursor '${name}' in profile '${profile}'`, {
    why: "it was never saved, or has been deleted",
    hint: "see what there is: flowrun cursor list",
  });
}
