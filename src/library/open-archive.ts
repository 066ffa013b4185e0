import { archiveOfProfile, type ProfileArchive } from "../engine/archive/of-profile.ts";
import { openToRead, type Archive } from "../engine/archive/open.ts";
import { archivePlace, hasArchive } from "../engine/archive/place.ts";
import { readStatus } from "../engine/archive/status.ts";
import { describeFaults } from "../engine/faults.ts";
import { archivedRunSource } from "../engine/sources/archive.ts";
import type { Source } from "../engine/sources/source.ts";
import { stitchedSource } from "../engine/sources/window.ts";
import { FlowrunError } from "../errors.ts";
import type { World } from "../host.ts";
import type { Notify } from "../notices.ts";
import { resolveEventSelection } from "../runs/events/event-selection.ts";
import { isIdOrBeginning } from "../runs/filter/id-beginning.ts";
import type { FlowRun } from "../runs/record/flow-run.ts";
import { shortRunId } from "../runs/record/run-id.ts";
import { resolveOptions, type ReadRunsOptions } from "./options.ts";
import { nameOf } from "./words.ts";

/** Which archive is meant. */
export interface OpenArchiveOptions {
  /** A profile, whose archive it is; `demo` has one built in. By default the environment says, then the profile that is used. */
  readonly profile?: string | undefined;
  /** Instead of a profile: the path of a file, or the URL of a PostgreSQL server. */
  readonly archive?: string | undefined;
  /** The journal's URL, where the archive holds several. */
  readonly journalUrl?: string | undefined;
  /** Hears of what could not be read, and of parts of a window that the archive does not have; without it, nobody does. */
  readonly onNotice?: Notify | undefined;
}

/** Which of its runs are wanted. */
export interface ArchivedRunsOptions extends Pick<ReadRunsOptions, "timeZone" | "filters" | "raw" | "signal"> {
  /** Where to start, as `readRuns` takes it, or everything there is (`oldest`, the default). */
  readonly since?: string | Date | undefined;
}

/** An archive that is open for reading, until it is closed. */
export interface RunArchive {
  /**
   * The runs of a window, each once, in the order of the journal. To be gone through once; nothing is asked before the first run is.
   * @throws FlowrunError from the loop, as `readRuns` does; the signal's reason once it aborts.
   */
  runs(options?: ArchivedRunsOptions): AsyncIterable<FlowRun>;
  /**
   * All notifications of a run, oldest first, by its id or the beginning of it, from eight characters on; none where it is not known.
   * @throws FlowrunError `usage` for a shorter one.
   */
  find(runId: string): Promise<readonly FlowRun[]>;
  /** How much is in it, and from when to when. */
  status(): Promise<ArchiveSummary>;
  /** Lets go of it; more than once is no mistake. */
  close(): Promise<void>;
}

/** An archive's share of its journal. Times are RFC 3339; `null` is unknown. */
export interface ArchiveSummary {
  /** Its path or its URL, without a password. */
  readonly archive: string;
  /** Notifications of runs. */
  readonly runs: number;
  /** About when the first and the last of them were recorded. */
  readonly firstRecordedAt: string | null;
  readonly lastRecordedAt: string | null;
  /** Of the whole database. */
  readonly bytes: number;
  /** The stretches of which it has all that was recorded, … */
  readonly complete: readonly ArchivedStretch[];
  /** … and those between them of which nobody knows. */
  readonly gaps: readonly ArchivedStretch[];
}

/** A stretch of time, RFC 3339. */
export interface ArchivedStretch {
  readonly from: string;
  readonly to: string;
}

/** Opens an archive to read it: nothing of it is changed, and Adobe is asked nothing. @throws FlowrunError. */
export async function openIn(options: OpenArchiveOptions, world: World): Promise<RunArchive> {
  const { onNotice: notify = () => undefined } = options;
  const own = await findOwn(options, world);
  const archive = (await hasArchive(own.place)) ? await openToRead(own.place, own.journalName, world) : null;
  if (archive === null) throw noneThere(options, own);
  // What a program gives by its place belongs to no profile.
  const profile = options.archive === undefined ? own.profile : null;
  let closing: Promise<void> | null = null;
  return {
    runs: (wanted = {}) => readWindow(archive, wanted, { profile, notify, now: world.now() }),
    find: (runId) => findRun(archive, runId, { profile, notify }),
    status: () => summaryOf(archive),
    close: async () => {
      closing ??= archive.database.close();
      await closing;
    },
  };
}

/** It reads runs alone. */
type OwnArchive = Omit<ProfileArchive, "accountName">;

async function findOwn({ profile, archive: place, journalUrl }: OpenArchiveOptions, world: World): Promise<OwnArchive> {
  if (place === undefined) {
    const own = await archiveOfProfile(profile, world);
    return journalUrl === undefined ? own : { ...own, journalName: journalUrl };
  }
  if (profile !== undefined || typeof place !== "string" || place.trim() === "") {
    throw new FlowrunError("usage", "openArchive does not know which archive is meant", {
      why: profile === undefined ? `archive is ${nameOf(place)}` : "profile and archive do not go together",
      hint: 'give one of them: openArchive({ archive: "runs.db" })',
    });
  }
  const named = { profile: "", env: { FLOWRUN_ARCHIVE: place }, saved: {}, stateFolder: "" };
  return { profile: "", place: archivePlace(named), journalName: journalUrl ?? null };
}

function noneThere({ archive: place }: OpenArchiveOptions, { profile }: OwnArchive): FlowrunError {
  return new FlowrunError(
    "settings",
    place === undefined ? `'${profile}' has no archive` : "there is no archive there",
    {
      why: place === undefined ? "none was made for that profile" : "nothing of flowrun's is at that place",
      hint: "make one: flowrun archive sync",
    },
  );
}

interface Asking {
  /** Whose runs they are; `null` where nobody says. */
  readonly profile: string | null;
  readonly notify: Notify;
}

async function* readWindow(
  archive: Archive,
  { signal, ...wanted }: ArchivedRunsOptions,
  { profile, notify, now }: Asking & { readonly now: number },
): AsyncGenerator<FlowRun, void, undefined> {
  signal?.throwIfAborted();
  const { start, until, events, raw, keep, report } = await resolveOptions(
    { since: "oldest", ...defined(wanted) },
    now,
  );
  if (start.kind !== "time" && start.kind !== "oldest") throw noBeginning();
  const { source, missing } = await stitchedSource<FlowRun>({
    archive,
    from: start.kind === "time" ? start.at : -Infinity,
    until,
    now,
    digesting: { events, raw, profile, keep, encode: (run) => run },
    extent: "all",
    journal: null,
  });
  for (const { from, to } of missing) {
    const [begin, end] = [Number.isFinite(from) ? iso(from) : "the beginning", iso(to)];
    notify({ kind: "warning", text: `the archive lacks what was recorded from ${begin} to ${end}` });
  }
  for await (const run of runsOf(source, notify)) {
    signal?.throwIfAborted();
    yield run;
  }
  report().forEach(notify);
}

/** An option that is given as `undefined` is not given. */
function defined({ since, ...wanted }: Omit<ArchivedRunsOptions, "signal">) {
  return since === undefined ? wanted : { ...wanted, since };
}

function noBeginning(): FlowrunError {
  return new FlowrunError("usage", "an archive is read from a moment in the past", {
    why: "since is the journal's end, or a mark in the journal",
    hint: 'archive.runs({ since: "-P30D" }), or leave since out for all there is',
  });
}

async function findRun(archive: Archive, runId: string, { profile, notify }: Asking): Promise<readonly FlowRun[]> {
  if (typeof runId !== "string" || runId.length < shortRunId) {
    throw new FlowrunError("usage", "find takes the id of a run", {
      why: `it was given ${typeof runId === "string" ? "too short a one" : nameOf(runId)}`,
      hint: `give eight characters of it or more: archive.find("6a0e3f52")`,
    });
  }
  const events = resolveEventSelection(["runs"]);
  const keep = (run: FlowRun): boolean => isIdOrBeginning(runId, run.runId, "run");
  const digesting = { events, raw: false, profile, keep, encode: (run: FlowRun) => run };
  const runs: FlowRun[] = [];
  const source = archivedRunSource<FlowRun>({ ...archive, ...digesting, beginning: runId, from: -Infinity });
  for await (const run of runsOf(source, notify)) runs.push(run);
  return runs;
}

async function* runsOf(source: Source<FlowRun>, notify: Notify): AsyncGenerator<FlowRun, void, undefined> {
  for await (const batch of source.read()) {
    for (const text of describeFaults(batch, source)) notify({ kind: "warning", text });
    for (const { encoded } of batch.candidates) yield encoded;
  }
}

async function summaryOf({ database, journal }: Archive): Promise<ArchiveSummary> {
  const { runs, firstAt, lastAt, bytes, coverage } = await readStatus(database, journal);
  const told = (stretch: (typeof coverage.complete)[number]): ArchivedStretch => ({
    from: iso(stretch.from.at),
    to: iso(stretch.to.at),
  });
  return {
    archive: database.place,
    runs,
    firstRecordedAt: firstAt === null ? null : iso(firstAt),
    lastRecordedAt: lastAt === null ? null : iso(lastAt),
    bytes,
    complete: coverage.complete.map(told),
    gaps: coverage.gaps.map(told),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
