import type { Host } from "../../../host.ts";
import { connect, type Connection } from "../../../adobe/access/connect.ts";
import { parseDuration } from "../../../adobe/journal/when.ts";
import type { SyncFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { openToFill } from "./open-to-fill.ts";
import { printRows } from "../print-rows.ts";
import { count, createReporter, number, seconds, type Reporter } from "../../terminal/reporter.ts";
import { coverageOf } from "../../../engine/archive/coverage.ts";
import { archiveCursor, readChains } from "../../../engine/archive/cursors.ts";
import { checkSameJournal, moveJournal } from "../../../engine/archive/journals.ts";
import { archiveOfConnection } from "../../../engine/archive/of-profile.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import { describeFaults } from "../../../engine/faults.ts";
import { fillArchive, holdingCursor, type Filling } from "../../../engine/fill-archive.ts";
import { emptyTally, type Tally } from "../../../engine/pump.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";

/**
 * Reads the journal from the archive's own cursor to its end into the archive.
 * @throws FlowrunError `gap` where the cursor's place has expired, `usage` where another process is at it.
 */
export async function runArchiveSync(flags: SyncFlags, host: Host): Promise<void> {
  const options = resolveOutput(syncColumns, flags);
  const synced = await sync(flags, host);
  if (wantsSheet(options)) return;
  await printRows({ options, rows: [synced], document: synced, color: flags.color }, host, host.stdout);
}

async function sync(flags: SyncFlags, host: Host): Promise<Synced> {
  const { quiet = false, verbose = 0, progress: live, profile } = flags;
  const reporter = createReporter(host, { quiet, verbose, live, profile });
  const { notify } = reporter;
  const connection = await connect({ profile: flags.profile, notify, signal: host.signal }, host);
  try {
    const archive = await openFor(connection, { flags, reporter }, host);
    try {
      return await fill(archive, connection, { flags, reporter }, host);
    } finally {
      await archive.database.close();
    }
  } finally {
    await connection.close();
  }
}

async function openFor(connection: Connection, { flags, reporter }: Syncing, host: Host): Promise<Archive> {
  const { movedFrom } = flags;
  const { place } = await archiveOfConnection(connection, host);
  const archive = await openToFill(place, connection, reporter.notify, host);
  try {
    if (movedFrom === undefined) await checkSameJournal(archive, connection.journalName);
    else await moveJournal(archive, movedFrom);
    return archive;
  } catch (error) {
    await archive.database.close();
    throw error;
  }
}

/** The outcome of a sync. */
interface Synced {
  readonly type: "flowrun.sync";
  readonly schemaVersion: 1;
  readonly profile: string;
  readonly archive: string;
  /** Runs that came, and those of them that were not there before. */
  readonly runs: number;
  readonly added: number;
  readonly events: number;
  /** The stretch that now ends with what was read last, RFC 3339; `null` where it is not known. */
  readonly completeFrom: string | null;
  readonly completeTo: string | null;
  readonly gaps: number;
}

interface Syncing {
  readonly flags: SyncFlags;
  readonly reporter: Reporter;
}

async function fill(
  archive: Archive,
  connection: Connection,
  { flags, reporter }: Syncing,
  host: Host,
): Promise<Synced> {
  const tally = emptyTally();
  const began = host.now();
  const { notify } = reporter;
  let added = 0;
  try {
    const filling: Filling = {
      archive,
      connection,
      cursor: archiveCursor,
      follow: false,
      onExpired: flags.onExpired ?? "fail",
      patience: { retries: flags.retries, maxWaitMs: parseDuration(flags.maxWait) },
      limit: flags.limit ?? null,
      jobs: flags.jobs,
      max: flags.max ?? Infinity,
      beginsBy: flags.movedFrom === undefined ? "start" : "moved",
      signal: host.signal,
      notify,
      onPage: (batch, source, soFar) => {
        added = soFar;
        for (const text of describeFaults(batch, source)) notify({ kind: "warning", text });
        reporter.live(`archiving · ${count(tally.printed, "run")}, ${count(tally.events, "event")}`);
      },
    };
    const holding = { archive, cursor: archiveCursor, signal: host.signal };
    added = await holdingCursor(holding, host, (lease) => fillArchive(filling, lease, tally, host));
    host.signal.throwIfAborted();
  } finally {
    reporter.clear();
    if (tally.pages > 0) notify({ kind: "remark", text: closingLine(tally, added, host.now() - began) });
  }
  const { complete, gaps } = coverageOf(await readChains(archive.database, archive.journal));
  const last = complete.at(-1);
  return {
    type: "flowrun.sync",
    schemaVersion: 1,
    profile: connection.settings.profile,
    archive: archive.database.place,
    runs: tally.printed,
    added,
    events: tally.events,
    completeFrom: last === undefined ? null : new Date(last.from.at).toISOString(),
    completeTo: last === undefined ? null : new Date(last.to.at).toISOString(),
    gaps: gaps.length,
  };
}

function closingLine({ printed, events, unreadable }: Tally, added: number, tookMs: number): string {
  const known = printed === added ? "" : `, ${number(printed - added)} there already`;
  const bad = unreadable === 0 ? "" : `, ${String(unreadable)} unreadable`;
  return `${count(added, "run")} archived${known}${bad} · ${count(events, "event")} · ${seconds(tookMs)}`;
}

/** All columns of what a sync has done. */
export const syncColumns: ColumnSet<Synced> = {
  all: [
    { name: "profile", title: "PROFILE", kind: "id", value: ({ profile }) => profile },
    { name: "added", title: "ADDED", kind: "count", value: ({ added }) => added },
    { name: "runs", title: "RUNS", kind: "count", value: ({ runs }) => runs },
    { name: "events", title: "EVENTS", kind: "count", value: ({ events }) => events },
    { name: "completeFrom", title: "COMPLETE FROM", kind: "time", value: ({ completeFrom }) => completeFrom },
    { name: "completeTo", title: "TO", kind: "time", value: ({ completeTo }) => completeTo },
    { name: "gaps", title: "GAPS", kind: "count", value: ({ gaps }) => gaps },
    { name: "archive", title: "ARCHIVE", kind: "text", value: ({ archive }) => archive },
  ],
  usual: ["profile", "added", "runs", "completeFrom", "completeTo", "gaps"],
  wide: ["events", "archive"],
  id: "profile",
  fields: [
    ...["type", "schemaVersion", "profile", "archive", "runs", "added", "events"],
    ...["completeFrom", "completeTo", "gaps"],
  ],
};
