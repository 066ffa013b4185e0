import { connectionOn, usualPatience, type Connection } from "../adobe/access/connect.ts";
import { givenWay, openWay, type ConnectOptions, type Way } from "../adobe/access/way.ts";
import { isSliding, startSince } from "../adobe/journal/when.ts";
import { defaultProfile } from "../adobe/settings/profile-name.ts";
import { describeFaults } from "../engine/faults.ts";
import type { Resumption } from "../engine/sinks/sink.ts";
import { journalSource, warnOfStart, type JournalStart } from "../engine/sources/journal.ts";
import type { Source } from "../engine/sources/source.ts";
import { createTrail } from "../engine/trail.ts";
import { FlowrunError } from "../errors.ts";
import type { World } from "../host.ts";
import { isObject } from "../json.ts";
import { keepSecret, keepSecretsOf } from "../mask.ts";
import type { Notify } from "../notices.ts";
import { marksOf } from "../runs/events/event-selection.ts";
import { createSeen } from "../runs/events/seen.ts";
import type { FlowRun } from "../runs/record/flow-run.ts";
import { inWorld, type ReadingWorld } from "./in-world.ts";
import { readMark, writeMark } from "./mark-text.ts";
import { resolveOptions, type JournalSettings, type ReadingPlan, type ReadRunsOptions } from "./options.ts";
import { checkSince } from "./window.ts";

/** Flow runs as they are read, oldest first; to be gone through once. */
export interface RunReading extends AsyncIterable<FlowRun> {
  /**
   * The place to read on from, as a text to keep and to give as `since: { mark }`. While a run is being worked on it comes
   * after that run, so that whoever saves both together has each run exactly once. `null` while there is no such place:
   * before the first page is in, and with `jobs` above 1 until the end.
   */
  mark(): string | null;
}

/** Begins when the first run is asked for; nothing is opened or asked before. */
export function openReading(options: ReadRunsOptions, openWorld: () => ReadingWorld): RunReading {
  checkSince(options, "readRuns", (since) => isObject(since) && typeof since["mark"] === "string");
  const { since } = options;
  const earlier = typeof since === "object" && "mark" in since ? since.mark : null;
  let mark = (): string | null => earlier;
  const runs = readAll(options, openWorld, (place) => {
    mark = place;
  });
  return { [Symbol.asyncIterator]: () => runs, mark: () => mark() };
}

/** Told how to make the mark of where the reading is. */
type Moved = (mark: () => string | null) => void;

function readAll(options: ReadRunsOptions, openWorld: () => ReadingWorld, moved: Moved): AsyncGenerator<FlowRun> {
  const { signal: stop, onNotice: notify = () => undefined } = options;
  const hasSettings = options.settings !== undefined;
  return inWorld({
    stop,
    openWorld,
    open: async (world, signal) => {
      const plan = await resolveOptions(options, world.now());
      const connection = await connectTo(options, { profile: options.profile, notify, signal }, world);
      return { plan, connection, close: () => connection.close() };
    },
    read: ({ plan, connection }, world, signal) =>
      readFrom({ plan, hasSettings, connection, world, notify, signal }, moved),
  });
}

interface Reading {
  readonly hasSettings: boolean;
  readonly plan: ReadingPlan;
  readonly connection: Connection;
  readonly world: World;
  readonly notify: Notify;
  readonly signal: AbortSignal;
}

async function* readFrom(reading: Reading, moved: Moved): AsyncGenerator<FlowRun, void, undefined> {
  const { plan, connection, world, notify, signal } = reading;
  const { start, past } = beginOf(reading);
  warnOfStart(start, notify);
  if (plan.follow) plan.doubts().forEach(notify);
  const source = openSource(reading, start, past);
  const seen = createSeen(keysRemembered, past?.keys);
  const trail = createTrail<FlowRun>(past, () => world.now());
  const from = start.kind === "time" ? start.at : world.now();
  const written = ({ next, ...place }: Resumption): string => {
    const saved = isSliding(next) ? from : connection.toSaved(next);
    return writeMark({ ...place, next: saved, journal: connection.journalName });
  };
  for await (const batch of source.read()) {
    for (const text of describeFaults(batch, source)) notify({ kind: "warning", text });
    const kept = batch.candidates.filter(({ key }) => seen.add(key));
    // A page that was cut for its neighbour does not say what comes after it.
    const isPlace = plan.jobs === 1 || batch.mark.atEnd;
    for (const [index, { encoded }] of kept.entries()) {
      signal.throwIfAborted();
      moved(() => (isPlace ? written(trail.after(batch, kept, index + 1)) : null));
      yield encoded;
    }
    const done = trail.pass(batch, kept);
    moved(() => (isPlace ? written(done) : null));
  }
  plan.report().forEach(notify);
}

/** Runs of one reading are told apart by this many keys at most, so that one of weeks does not grow. */
const keysRemembered = 200_000;

interface Beginning {
  readonly start: JournalStart;
  /** The state that an earlier reading left, where this one goes on with it. */
  readonly past: Resumption | null;
}

function beginOf({ plan, connection, world }: Reading): Beginning {
  if (plan.start.kind !== "mark") return { start: plan.start, past: null };
  const { next, ...place } = readMark(plan.start.text, connection.journalName);
  const url = typeof next === "string" ? connection.fromSaved(next) : "";
  const start = typeof next === "string" ? ({ kind: "next", url } as const) : startSince(next, world.now());
  return { start, past: { ...place, next: url } };
}

function openSource(
  { plan, connection, hasSettings }: Reading,
  start: JournalStart,
  past: Beginning["past"],
): Source<FlowRun> {
  const { events, raw, keep, until, limit, jobs, follow, onExpired, patience } = plan;
  const journal = { ...connection.journal(patience ?? usualPatience), marks: marksOf(events) };
  // Settings that a program gives belong to no profile.
  const profile = hasSettings ? null : connection.settings.profile;
  return journalSource({
    journal,
    start,
    until,
    events,
    raw,
    profile,
    keep,
    encode: (run) => run,
    limit,
    jobs,
    follow,
    isWalked: jobs === 1,
    onExpired,
    past,
    onShare: () => undefined,
  });
}

async function connectTo({ settings }: ReadRunsOptions, options: ConnectOptions, world: World): Promise<Connection> {
  keepSecretsOf(world.env);
  const way = settings === undefined ? await openWay(options, "reading", world) : wayOf(settings, world);
  return connectionOn(way, options, world);
}

/** @throws FlowrunError `settings` that names everything missing at once. */
function wayOf(settings: JournalSettings, world: World): Way {
  const { clientId, imsOrgId, journalUrl, imsUrl, accessToken } = settings;
  const clientSecret = settings.clientSecret === undefined ? undefined : [settings.clientSecret].flat().join(",");
  const needed = { clientId, imsOrgId, journalUrl, ...(accessToken === undefined ? { clientSecret } : {}) };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value?.trim() ? [] : [name]));
  if (missing.length > 0) {
    throw new FlowrunError("settings", `the settings lack ${missing.join(", ")}`, {
      why: "nothing of the environment and of profiles is looked at where settings are given",
      hint: "give all of clientId, clientSecret (or accessToken), imsOrgId and journalUrl",
    });
  }
  for (const secret of [...(clientSecret?.split(",") ?? []), accessToken ?? ""]) keepSecret(secret.trim());
  const given = { clientId, clientSecret, imsOrgId, scopes: settings.scopes?.join(","), journalUrl, imsUrl };
  const values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  // They are the caller's: nothing of them is left on the disk.
  const way = { ...givenWay(defaultProfile, values, world), keepsTokens: false };
  return accessToken === undefined ? way : { ...way, env: { FLOWRUN_ACCESS_TOKEN: accessToken } };
}
