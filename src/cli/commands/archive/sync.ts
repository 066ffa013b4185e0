import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { connect, type Connection } from "../../../adobe/access/connect.ts";
import type { OnExpired } from "../../../adobe/journal/read-pages.ts";
import { parseDuration } from "../../../adobe/journal/when.ts";
import type { SyncFlags, TailFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";
import { count, createReporter, number, seconds, type Reporter } from "../../terminal/reporter.ts";
import { coverageOf } from "../../../engine/archive/coverage.ts";
import { archiveCursor, readChains } from "../../../engine/archive/cursors.ts";
import { checkSameJournal, moveJournal } from "../../../engine/archive/journals.ts";
import { archiveOfConnection } from "../../../engine/archive/of-profile.ts";
import { openToWrite, type Archive } from "../../../engine/archive/open.ts";
import { describeFaults } from "../../../engine/faults.ts";
import { fillArchive } from "../../../engine/fill-archive.ts";
import { emptyTally, type Tally } from "../../../engine/pump.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";

/**
 * Reads the journal from the archive's own cursor to its end into the archive.
 * @throws FlowrunError `gap` where the cursor's place has expired, `usage` where another process is at it.
 */
export async function runArchiveSync(flags: SyncFlags, host: Host): Promise<void> {
  const options = resolveOutput(syncColumns, flags);
  const synced = await sync(flags, { follow: false, onExpired: flags.onExpired ?? "fail" }, host);
  if (wantsSheet(options)) return;
  await printRows({ options, rows: [synced], document: synced, color: flags.color }, host, host.stdout);
}

/**
 * The same, and goes on with each run as it is recorded, until stopped.
 * @throws FlowrunError likewise, and `usage` for options that choose among runs: an archive keeps them all.
 */
export async function runTailToArchive(flags: TailFlags, host: Host): Promise<void> {
  checkTail(flags);
  await sync(flags, { follow: true, onExpired: flags.onExpired ?? "oldest" }, host);
}

/** Options that say which runs are wanted, or how they are printed. */
const choosing = [
  ...(["status", "flow", "run", "sandbox", "code", "where", "events", "until", "last", "sort", "out", "raw"] as const),
  ...(["json", "jsonFields", "columns", "exitStatus", "failOn", "names", "from", "cursor", "allProfiles"] as const),
  ...(["source", "strict"] as const),
] as const satisfies readonly (keyof TailFlags)[];

function checkTail(flags: TailFlags): void {
  const given = choosing.find((name) => flags[name] !== undefined) ?? (flags.since === "now" ? undefined : "since");
  if (given === undefined) return;
  const option = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace("json-fields", "json");
  throw new FlowrunError("usage", `--${option} has no meaning with --to archive`, {
    why: "an archive keeps every run, from where it stands, and prints none",
    hint: "leave it out; see runs with: flowrun since -P30D",
  });
}

interface Ways {
  readonly follow: boolean;
  readonly onExpired: OnExpired;
}

async function sync(flags: SyncFlags, ways: Ways, host: Host): Promise<Synced> {
  const { quiet = false, verbose = 0, progress: live } = flags;
  const reporter = createReporter(host, { quiet, verbose, live });
  const { notify } = reporter;
  const connection = await connect({ profile: flags.profile, notify, signal: host.signal }, host);
  try {
    const archive = await openFor(connection, { flags, reporter }, host);
    try {
      return await fill(archive, connection, { ...ways, flags, reporter }, host);
    } finally {
      await archive.database.close();
    }
  } finally {
    await connection.close();
  }
}

async function openFor(
  connection: Connection,
  { flags, reporter }: Omit<Syncing, keyof Ways>,
  host: Host,
): Promise<Archive> {
  const { movedFrom } = flags;
  const { place } = await archiveOfConnection(connection, host);
  if (place.kind === "builtIn") {
    const text = `this archive is in memory, and ends with the command; to keep one: ${keepOne}`;
    reporter.notify({ kind: "remark", text });
  }
  const archive = await openToWrite(place, connection.journalName, host);
  try {
    if (movedFrom === undefined) await checkSameJournal(archive, connection.journalName);
    else await moveJournal(archive, movedFrom);
    return archive;
  } catch (error) {
    await archive.database.close();
    throw error;
  }
}

const keepOne = "FLOWRUN_ARCHIVE=demo.db flowrun archive sync --profile demo";

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

interface Syncing extends Ways {
  readonly flags: SyncFlags;
  readonly reporter: Reporter;
}

async function fill(
  archive: Archive,
  connection: Connection,
  { follow, onExpired, flags, reporter }: Syncing,
  host: Host,
): Promise<Synced> {
  const tally = emptyTally();
  const began = host.now();
  const { notify } = reporter;
  let added = 0;
  try {
    added = await fillArchive(
      {
        archive,
        connection,
        cursor: archiveCursor,
        follow,
        onExpired,
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
          const caughtUp =
            follow && batch.mark.atEnd ? `caught up, asking again in ${seconds(batch.waitMs)}` : "archiving";
          reporter.live(`${caughtUp} · ${count(tally.printed, "run")}, ${count(tally.events, "event")}`);
        },
      },
      tally,
      host,
    );
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
