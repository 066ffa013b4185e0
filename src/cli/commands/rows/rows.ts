import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { openAccess, type AdobeConnection } from "../../../adobe/access/connect.ts";
import { rememberPassing } from "../../../engine/lineage.ts";
import { emptyTally } from "../../../engine/pump.ts";
import { renderCount } from "../../../render/text/numbers.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { narrowed } from "../../../runs/filter/watch.ts";
import { openZone } from "../../options/clock.ts";
import type { RowsFlags } from "../../options/flags.ts";
import { resolveReading } from "../../options/reading-options.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { findRun } from "../insight/find-run.ts";
import {
  checkRunWord,
  hasBatch,
  historyOf,
  mayBeBatch,
  meantRuns,
  resolveLookBack,
  unknownRun,
} from "../insight/one-run.ts";
import { inSessions, type Session } from "../reading/session.ts";
import { fetchRows } from "./fetch-rows.ts";
import { resolveRows, searchFlags, type RowsOptions } from "./rows-options.ts";
import { tellRows, type RowsOutcome, type RowsSubject, type RowsTelling } from "./tell-rows.ts";

/**
 * The rejected records of a run's batches, or of one batch.
 * @throws FlowrunError `usage` for what cannot be; `notFound` where there is no such run or batch, and where records were
 * rejected of which none can be shown; `forbidden`, `unavailable` and the like.
 */
export async function runRows(word: string, flags: RowsFlags, host: Host): Promise<void> {
  const options = resolveRows(flags);
  const id = checkRunWord(word);
  if (options.sandbox !== null && mayBeBatch(id)) await ofBatch(id, { flags, options, host });
  else await ofRun(id, { flags, options, host });
}

interface Asked {
  readonly flags: RowsFlags;
  readonly options: RowsOptions;
  readonly host: Host;
}

/** Whose sandbox is known is asked for at once, and takes no journal. */
async function ofBatch(batchId: string, { flags, options, host }: Asked): Promise<void> {
  const { profile, quiet = false, verbose = 0, progress } = flags;
  const began = host.now();
  const reporter = createReporter(host, { quiet, verbose, live: progress, profile });
  const connection = await openAccess({ profile, notify: reporter.notify, signal: host.signal }, host);
  try {
    const subject = { api: connection.platform(options.patience, options.sandbox), batchIds: [batchId], run: null };
    const { outcome, failure } = await work(subject, options, { flags, host, reporter });
    reporter.clear();
    await host.stdout.release?.().catch(() => undefined);
    reporter.summary(emptyTally(), host.now() - began, { did: "found", hasCondition: false, unit: "page", outcome });
    if (failure !== null) throw failure;
  } finally {
    reporter.clear();
    await connection.close();
  }
}

async function ofRun(id: string, { flags, options, host }: Asked): Promise<void> {
  const zone = await openZone(flags.time, host.stdout);
  const search = searchFlags(flags);
  const reading = await resolveReading(search, host.now(), zone);
  const { since } = flags;
  const start = resolveLookBack({ ...search, ...(since === undefined ? {} : { since }) }, "rows", {
    now: host.now(),
    zone,
  });
  const meant = meantRuns(id);
  const keep = (run: FlowRun): boolean => meant.includes(run) && reading.keep(run);
  const wanted = {
    id,
    meant,
    since: since === undefined ? null : start,
    usual: start,
    passing: rememberPassing(),
    levels: null,
  };
  const done = await inSessions(
    narrowed(reading, ["runId", "batchIds"], keep),
    host.signal,
    host,
    async (sessions): Promise<{ readonly told: RowsOutcome | null }> => {
      const all: RowsOutcome[] = [];
      await sessions.each(async (session) => {
        const { runs, hasArchive } = await findRun(wanted, session);
        const history = historyOf(runs, id, "rows");
        const latest = history.at(-1);
        if (latest === undefined) throw notFound(id, unknownRun(id, start, { from: null, hasArchive }));
        const batchIds = [...new Set(history.flatMap((run) => run.batchIds))];
        const named = batchIds.filter((batchId) => hasBatch({ batchIds: [batchId] }, id));
        const sandbox = options.sandbox ?? latest.sandbox.name;
        const api = connectionOf(session).platform(options.patience, sandbox);
        const subject = { api, batchIds: named.length > 0 ? named : batchIds, run: latest };
        const told = await work(subject, options, { flags, host: sessions.host, reporter: session.reporter });
        sessions.outcome = told.outcome;
        all.push(told);
      });
      return { told: all[0] ?? null };
    },
    { start, did: "found" },
  );
  const failure = done.told?.failure ?? done.failure;
  if (failure !== null) throw failure;
}

function connectionOf({ origin }: Session): AdobeConnection {
  if (origin.kind === "journal") return origin.connection;
  throw new Error("rows is read from Adobe alone");
}

/** Whoever knows the sandbox of a batch needs no run. */
function notFound(id: string, failure: FlowrunError): FlowrunError {
  if (!mayBeBatch(id)) return failure;
  return new FlowrunError(failure.kind, failure.message, {
    why: failure.why ?? "",
    hint: `name the sandbox of the batch, and it is asked for at once: flowrun rows ${safeText(id)} --sandbox <name>`,
  });
}

async function work(subject: RowsSubject, { wish }: RowsOptions, telling: RowsTelling): Promise<RowsOutcome> {
  const { run, batchIds } = subject;
  if (run !== null && batchIds.length === 0) return withoutBatch(run, telling);
  return wish.kind === "rows" ? tellRows(subject, wish, telling) : fetchRows(subject, wish, telling);
}

function withoutBatch(run: FlowRun, { reporter }: RowsTelling): RowsOutcome {
  const id = safeText(run.runId);
  const { failed } = run.records;
  if (failed === null || failed === 0) {
    // A run that does not count is not known to have rejected none.
    const told =
      failed === null ? "names no batch, and tells of no rejected record" : "wrote no batch, and rejected no record";
    reporter.notify({ kind: "remark", text: `run ${id} ${told}` });
    return { outcome: ["0 records printed"], failure: null };
  }
  const failure = new FlowrunError("notFound", `run ${id} does not say in which batches its records are`, {
    why: `${renderCount(failed)} of them were rejected; notifications of streaming dataflows name no batch`,
    hint: "find the batch in Experience Platform → Datasets, then: flowrun rows <batch id> --sandbox <name>",
  });
  return { outcome: ["0 records printed"], failure };
}
