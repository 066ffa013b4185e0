import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { verifyJobs } from "../../../engine/archive/jobs.ts";
import { readStatus } from "../../../engine/archive/status.ts";
import { verify } from "../../../engine/archive/verify.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { renderVerdict, type VerdictDocument } from "../../../render/sheets/verdict-sheet.ts";
import type { ArchiveFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { count, createReporter, number } from "../../terminal/reporter.ts";
import { tell } from "../../terminal/tell.ts";
import { printRows } from "../print-rows.ts";
import { archiveLook } from "./look.ts";
import { inArchive, type OpenedArchive } from "./opened.ts";
import { toldGap } from "./told-archive.ts";

/**
 * Reads all of the archive back, and holds it against what it says of itself.
 * @param finish called before a failure: what was found is told whole.
 * @throws FlowrunError `settings` where something is damaged, else `gap` where there is a gap.
 */
export async function runArchiveVerify(flags: ArchiveFlags, host: Host, finish: () => Promise<void>): Promise<void> {
  const options = resolveOutput(verdictColumns, flags);
  const { verdict, kind } = await inArchive(flags, "read", host, async (opened) => ({
    verdict: await look(opened, flags, host),
    kind: opened.archive.database.kind,
  }));
  if (wantsSheet(options)) await tell(renderVerdict(verdict, await archiveLook(flags, host)), host.stdout);
  else {
    await printRows({ options, rows: [verdict], document: verdict, color: flags.color }, host, host.stdout);
  }
  await finish();
  if (verdict.damages.length > 0) throw damaged(verdict, kind);
  if (verdict.gaps.length > 0) throw incomplete(verdict);
}

async function look(opened: OpenedArchive, flags: ArchiveFlags, host: Host): Promise<VerdictDocument> {
  const { archive, profile } = opened;
  const { database, journal } = archive;
  const { quiet = false, verbose = 0, progress: live } = flags;
  const reporter = createReporter(host, { quiet, verbose, live, profile: flags.profile });
  reporter.live("verifying · the database itself", true);
  try {
    const runs = await countOf(archive);
    const found = await verify(database, journal, (soFar) => {
      host.signal.throwIfAborted();
      reporter.live(`verifying · ${number(soFar)}${runs === null ? "" : ` of ${number(runs)}`} runs read back`);
    });
    const { jobs, damages } = await lookAtJobs(opened, found.damages, (soFar) => {
      host.signal.throwIfAborted();
      reporter.live(`verifying · ${count(soFar, "event")} of Lytics read back`);
    });
    const ok = damages.length === 0 && found.gaps.length === 0;
    const head = { type: "flowrun.verification", schemaVersion: 1, profile, archive: database.place, ok } as const;
    return { ...head, ...found, jobs, damages, gaps: found.gaps.map(toldGap) };
  } finally {
    reporter.clear();
  }
}

/** The events of Lytics, and all damages with what is wrong with them. */
async function lookAtJobs(
  { archive: { database }, account }: OpenedArchive,
  damages: readonly string[],
  onRead: (soFar: number) => void,
): Promise<Pick<VerdictDocument, "jobs" | "damages">> {
  try {
    const { jobs, unreadable } = await verifyJobs(database, account, onRead);
    return {
      jobs,
      damages: unreadable === 0 ? damages : [...damages, `${count(unreadable, "event")} of Lytics that cannot be read`],
    };
  } catch (error) {
    // Of pages that are damaged already some cannot be read at all.
    if (damages.length === 0 || !(error instanceof FlowrunError) || error.kind !== "settings") throw error;
    return { jobs: 0, damages };
  }
}

/** For the live line only: of a damaged archive they may not be counted. */
async function countOf({ database, journal }: OpenedArchive["archive"]): Promise<number | null> {
  return readStatus(database, journal).then(
    ({ runs }) => runs,
    () => null,
  );
}

function damaged({ archive, damages, gaps }: VerdictDocument, kind: "embedded" | "postgres"): FlowrunError {
  const [first = ""] = damages;
  const more = damages.length === 1 ? "" : `, and ${String(damages.length - 1)} more`;
  const holes =
    gaps.length === 0 ? "" : `; and there ${gaps.length === 1 ? "is a gap" : `are ${String(gaps.length)} gaps`}`;
  const away = kind === "embedded" ? "move the file away" : "name another schema (?schema=<name>)";
  return new FlowrunError("settings", `the archive ${archive} is damaged`, {
    why: `${first}${more}${holes}`,
    hint: `save what can be read: flowrun archive export saved.ndjson.gz --raw; then ${away}, flowrun archive sync, and flowrun archive import saved.ndjson.gz`,
  });
}

function incomplete({ gaps }: VerdictDocument): FlowrunError {
  const named = gaps.slice(0, mostNamed).map(({ from, to, reason }) => `${from} to ${to} (${reason})`);
  const more = gaps.length > mostNamed ? `, and ${String(gaps.length - mostNamed)} more` : "";
  return new FlowrunError("gap", `the archive has ${gaps.length === 1 ? "a gap" : `${String(gaps.length)} gaps`}`, {
    why: `nobody knows what was recorded from ${named.join(", from ")}${more}`,
    hint: "see what each reason means: flowrun archive status",
  });
}

const mostNamed = 3;

/** All columns of what a verification has found. */
export const verdictColumns: ColumnSet<VerdictDocument> = {
  all: [
    { name: "profile", title: "PROFILE", kind: "id", value: ({ profile }) => profile },
    { name: "ok", title: "OK", kind: "flag", value: ({ ok }) => ok },
    { name: "runs", title: "RUNS", kind: "count", value: ({ runs }) => runs },
    { name: "unreadable", title: "UNREADABLE", kind: "count", value: ({ unreadable }) => unreadable },
    {
      name: "withoutEvent",
      title: "WITHOUT EVENT",
      kind: "count",
      value: ({ withoutEvent }) => withoutEvent,
    },
    { name: "outside", title: "OUTSIDE", kind: "count", value: ({ outside }) => outside },
    { name: "jobs", title: "JOBS", kind: "count", value: ({ jobs }) => jobs },
    { name: "damages", title: "DAMAGES", kind: "list", value: ({ damages }) => damages },
    { name: "gaps", title: "GAPS", kind: "count", value: ({ gaps }) => gaps.length },
    { name: "archive", title: "ARCHIVE", kind: "text", value: ({ archive }) => archive },
  ],
  usual: ["profile", "ok", "runs", "unreadable", "gaps", "damages"],
  wide: ["outside", "withoutEvent", "jobs", "archive"],
  id: "profile",
  fields: [
    ...["type", "schemaVersion", "profile", "archive", "ok", "runs", "unreadable", "withoutEvent", "outside", "jobs"],
    ...["damages", "gaps.from", "gaps.to", "gaps.fromExact", "gaps.toExact", "gaps.reason"],
  ],
};
