import type { Host } from "../../../host.ts";
import { countJobs, pruneJobs } from "../../../engine/archive/jobs.ts";
import { countBefore, prune } from "../../../engine/archive/prune.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { renderTime } from "../../../render/text/times.ts";
import { parseAge } from "../../options/age.ts";
import type { PruneFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { count, createReporter, number, seconds } from "../../terminal/reporter.ts";
import { tell } from "../../terminal/tell.ts";
import { printRows } from "../print-rows.ts";
import { archiveLook } from "./look.ts";
import { inArchive, type OpenedArchive } from "./opened.ts";

/**
 * Forgets what was recorded longer ago than an age, or says what would be forgotten. It takes no lease: whoever reads the
 * journal into the archive meanwhile starts over from the archive's cursor.
 * @throws FlowrunError `usage` for what is no age, `settings` where there is no archive.
 */
export async function runArchivePrune(flags: PruneFlags, host: Host): Promise<void> {
  const options = resolveOutput(pruneColumns, flags);
  const before = parseAge(flags.olderThan, host.now());
  const { dryRun = false } = flags;
  const pruned = await inArchive(flags, dryRun ? "read" : "change", host, (opened) =>
    pruneBefore(opened, before, flags, host),
  );
  if (!wantsSheet(options)) {
    await printRows({ options, rows: [pruned], document: pruned, color: flags.color }, host, host.stdout);
  } else if (dryRun) {
    const { time } = await archiveLook(flags, host);
    const until = renderTime(pruned.before, time);
    const text = `${count(pruned.runs, "run")} recorded before ${until} would be removed; ${number(pruned.left)} would stay\n`;
    const jobs = `${events(pruned.jobs)} that happened before ${until} would be removed; ${number(pruned.jobsLeft)} would stay\n`;
    await tell(pruned.jobs + pruned.jobsLeft === 0 ? text : text + jobs, host.stdout);
  }
}

function events(jobs: number): string {
  return `${count(jobs, "event")} of Lytics`;
}

async function pruneBefore(
  { archive: { database, journal }, profile, account }: OpenedArchive,
  before: number,
  { dryRun = false, quiet = false, verbose = 0, progress: live, profile: named }: PruneFlags,
  host: Host,
): Promise<Pruned> {
  const reporter = createReporter(host, { quiet, verbose, live, profile: named });
  const began = host.now();
  const all = await countBefore(database, journal, Number.MAX_SAFE_INTEGER);
  let runs = await countBefore(database, journal, before);
  const { jobs: allJobs } = await countJobs(database, account);
  let { jobs } = await countJobs(database, account, before);
  if (!dryRun) {
    const expected = runs;
    const expectedJobs = jobs;
    try {
      runs = await prune(database, journal, before, (soFar) => {
        host.signal.throwIfAborted();
        reporter.live(`removing · ${number(soFar)} of ${count(expected, "run")}`);
      });
      jobs = await pruneJobs(database, account, before, (soFar) => {
        host.signal.throwIfAborted();
        reporter.live(`removing · ${number(soFar)} of ${events(expectedJobs)}`);
      });
    } finally {
      reporter.clear();
    }
    const until = new Date(before).toISOString();
    const text = `${count(runs, "run")} recorded before ${until} removed, ${number(all - runs)} stay · ${seconds(host.now() - began)}`;
    reporter.notify({ kind: "remark", text });
    const more = `${events(jobs)} that happened before ${until} removed, ${number(allJobs - jobs)} stay`;
    if (allJobs > 0) reporter.notify({ kind: "remark", text: more });
  }
  return {
    type: "flowrun.prune",
    schemaVersion: 1,
    profile,
    archive: database.place,
    before: new Date(before).toISOString(),
    dryRun,
    runs,
    left: all - runs,
    jobs,
    jobsLeft: allJobs - jobs,
  };
}

/** The runs that were pruned, or would be. */
interface Pruned {
  readonly type: "flowrun.prune";
  readonly schemaVersion: 1;
  readonly profile: string;
  readonly archive: string;
  /** RFC 3339. */
  readonly before: string;
  readonly dryRun: boolean;
  /** Removed, or to be removed. */
  readonly runs: number;
  readonly left: number;
  /** The same of the events of Lytics. */
  readonly jobs: number;
  readonly jobsLeft: number;
}

/** All columns of what was pruned. */
export const pruneColumns: ColumnSet<Pruned> = {
  all: [
    { name: "profile", title: "PROFILE", kind: "id", value: ({ profile }) => profile },
    { name: "before", title: "BEFORE", kind: "time", value: ({ before }) => before },
    { name: "runs", title: "RUNS", kind: "count", value: ({ runs }) => runs },
    { name: "left", title: "LEFT", kind: "count", value: ({ left }) => left },
    { name: "jobs", title: "JOBS", kind: "count", value: ({ jobs }) => jobs },
    { name: "jobsLeft", title: "JOBS LEFT", kind: "count", value: ({ jobsLeft }) => jobsLeft },
    { name: "dryRun", title: "DRY RUN", kind: "flag", value: ({ dryRun }) => dryRun },
    { name: "archive", title: "ARCHIVE", kind: "text", value: ({ archive }) => archive },
  ],
  usual: ["profile", "before", "runs", "left", "dryRun"],
  wide: ["jobs", "jobsLeft", "archive"],
  id: "profile",
  fields: ["type", "schemaVersion", "profile", "archive", "before", "dryRun", "runs", "left", "jobs", "jobsLeft"],
};
