import { FlowrunError, worstOf } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { ShowFlags } from "../../options/flags.ts";
import { decideColour } from "../../../render/text/colour.ts";
import { createPainter } from "../../../render/text/painter.ts";
import { openTimes } from "../../../render/text/times.ts";
import { renderSheet, type SheetOptions } from "../../../render/sheets/run-sheet.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { narrowed } from "../../../runs/filter/watch.ts";
import { tell } from "../../terminal/tell.ts";
import { openStdout } from "../reading/open-stdout.ts";
import { wantsSheet } from "../../options/output-options.ts";
import { openZone } from "../../options/clock.ts";
import { turnAway, resolveReading } from "../../options/reading-options.ts";
import { rememberPassing } from "../../../engine/lineage.ts";
import { findRun, type RunAround, type RunFound } from "./find-run.ts";
import { checkRunWord, historyOf, meantRuns, resolveLookBack, unknownRun } from "./one-run.ts";
import { inSessions, type Sessions } from "../reading/session.ts";

/**
 * One run in full, by its id, a beginning of it that no other run shares, or the id of its batch.
 * @throws FlowrunError `usage` for a beginning that is too short or shared, `notFound` when no run has it.
 */
export async function runShow(word: string, flags: ShowFlags, host: Host): Promise<void> {
  const id = checkRunWord(word);
  const zone = await openZone(flags.time, host.stdout);
  const options = await resolveReading(
    { ...flags, status: flags.status ?? ["all"], events: flags.events ?? ["runs"] },
    host.now(),
    zone,
  );
  turnAway(["last", "sort"], flags, "show", {
    why: "it prints one run, its history in the order of time",
    hint: `leave it out, or choose among many runs: flowrun since -P7D --last 20`,
  });
  const start = resolveLookBack(flags, "show", { now: host.now(), zone });
  const { downstream: isFollowed = false, since } = flags;
  const passing = rememberPassing();
  const meant = meantRuns(id);
  const keep = (run: FlowRun): boolean => {
    passing.see(run);
    return meant.includes(run) && options.keep(run);
  };
  const fields = ["runId", "batchIds", "predecessors"];
  const wanted = {
    id,
    meant,
    since: since === undefined ? null : start,
    usual: start,
    passing,
    levels: isFollowed ? Infinity : 1,
  };
  const work = async (sessions: Sessions): Promise<{ readonly run: FlowRun | null }> => {
    const all: RunFound[] = [];
    await sessions.each(async (session) => {
      all.push(await findRun(wanted, session));
    });
    const found = all.flatMap(({ runs }) => runs);
    const hasArchive = all.some((one) => one.hasArchive);
    sessions.found = { notifications: found.length, runs: new Set(found.map(({ runId }) => runId)).size };
    sessions.isOfAll = hasArchive && since === undefined;
    // Two profiles may read of the same events.
    const history = historyOf(found, id, "show");
    const latest = history.at(-1);
    if (latest !== undefined) await print(latest, history, { ...aroundOf(latest, all), isFollowed }, sessions);
    else if (!sessions.areAllLost()) throw unknownRun(id, start, { from: options.from, hasArchive });
    return { run: latest ?? null };
  };
  const { run, failure } = await inSessions(narrowed(options, fields, keep), host.signal, host, work, {
    start,
    did: "found",
  });
  const isBad = options.exitStatus && run?.status === "failed";
  const bad = isBad ? new FlowrunError("runFailed", `run ${run.runId} failed`) : null;
  const worst = worstOf([failure, bad]);
  if (worst !== null) throw worst;
}

/** The surroundings of the run that is shown; of several profiles, those that one with an archive knows. */
function aroundOf({ runId }: FlowRun, all: readonly RunFound[]): RunAround {
  const own = all.filter(({ runs }) => runs.some((run) => run.runId === runId)).flatMap(({ around }) => around ?? []);
  return own.find(({ past }) => past !== null) ?? own[0] ?? { past: null, downstream: [] };
}

/** The surroundings of a run, and whether they are shown to the end. */
type Around = RunAround & { readonly isFollowed: boolean };

/** A sheet to read, unless another format was asked for, or columns were. */
async function print(run: FlowRun, history: readonly FlowRun[], around: Around, session: Sessions): Promise<void> {
  const { options, host, reporter } = session;
  if (wantsSheet(options)) {
    reporter.clear();
    await tell(renderSheet(run, history, await sheetOptions(run, around, session)), host.stdout);
    return;
  }
  const { downstream, isFollowed } = around;
  const told = isFollowed ? history.map((one) => ({ ...one, downstream })) : history;
  const sink = await openStdout(session, false);
  await sink.write(told.map(sink.encode));
  await sink.close();
}

async function sheetOptions(
  run: FlowRun,
  around: Around,
  { options, host, profiles }: Sessions,
): Promise<SheetOptions> {
  const { common, time } = options;
  const { env, stdout } = host;
  const isSound = run.rootCause === null && run.activities.every(({ errors }) => errors.length === 0);
  return {
    ...around,
    catalogue: isSound ? null : await import("../../../runs/catalogue/catalogue.ts"),
    painter: createPainter(decideColour(common.color, env, stdout.isTTY)),
    time: await openTimes(time ?? (stdout.isTTY ? "local" : "iso"), () => host.now()),
    width: stdout.isTTY ? stdout.columns : pipeWidth,
    room: stdout.isTTY ? stdout.columns : Infinity,
    profile: profiles === null ? (common.profile ?? null) : run.profile,
  };
}

/** Columns that a text for reading takes where there is no terminal to ask. */
const pipeWidth = 80;
