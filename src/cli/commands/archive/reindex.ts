import type { Host } from "../../../host.ts";
import { reindex, type Reindexed } from "../../../engine/archive/reindex.ts";
import { setUpSchema } from "../../../engine/archive/schema.ts";
import { countBefore } from "../../../engine/archive/prune.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import type { ListingFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { count, createReporter, number, seconds } from "../../terminal/reporter.ts";
import { printRows } from "../print-rows.ts";
import { inArchive, type OpenedArchive } from "./opened.ts";

/**
 * Reads all events of the archive anew, after an upgrade: what an older flowrun did not see in them is there afterwards.
 * @throws FlowrunError `settings` where there is no archive.
 */
export async function runArchiveReindex(flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(reindexColumns, flags);
  const done = await inArchive(flags, "change", host, (opened) => readAnew(opened, flags, host));
  if (wantsSheet(options)) return;
  await printRows({ options, rows: [done], document: done, color: flags.color }, host, host.stdout);
}

async function readAnew(
  { archive: { database, journal }, profile }: OpenedArchive,
  { quiet = false, verbose = 0, progress: live, profile: named }: ListingFlags,
  host: Host,
): Promise<Anew> {
  const reporter = createReporter(host, { quiet, verbose, live, profile: named });
  const began = host.now();
  const all = await countBefore(database, journal, Number.MAX_SAFE_INTEGER);
  if (await setUpSchema(database)) reporter.notify({ kind: "remark", text: upToDate });
  let counts: Reindexed = { runs: 0, changed: 0, kept: 0 };
  try {
    counts = await reindex(database, journal, (soFar) => {
      counts = soFar;
      host.signal.throwIfAborted();
      reporter.live(`reading anew · ${number(soFar.runs)} of ${count(all, "run")}, ${number(soFar.changed)} changed`);
    });
  } finally {
    reporter.clear();
    reporter.notify({ kind: "remark", text: closingLine(counts, host.now() - began) });
  }
  return { type: "flowrun.reindex", schemaVersion: 1, profile, archive: database.place, ...counts };
}

const upToDate =
  "the archive is of this flowrun's version now: older ones refuse it, and roles of yours need their rights on its tables again";

function closingLine({ runs, changed, kept }: Reindexed, tookMs: number): string {
  const without = kept === 0 ? "" : `, ${number(kept)} kept as they were for want of an event`;
  return `${count(runs, "run")} read anew, ${number(changed)} changed${without} · ${seconds(tookMs)}`;
}

/** The outcome of reading events anew. */
interface Anew extends Reindexed {
  readonly type: "flowrun.reindex";
  readonly schemaVersion: 1;
  readonly profile: string;
  readonly archive: string;
}

/** All columns of what reading anew has done. */
export const reindexColumns: ColumnSet<Anew> = {
  all: [
    { name: "profile", title: "PROFILE", kind: "id", value: ({ profile }) => profile },
    { name: "runs", title: "RUNS", kind: "count", value: ({ runs }) => runs },
    { name: "changed", title: "CHANGED", kind: "count", value: ({ changed }) => changed },
    { name: "kept", title: "KEPT", kind: "count", value: ({ kept }) => kept },
    { name: "archive", title: "ARCHIVE", kind: "text", value: ({ archive }) => archive },
  ],
  usual: ["profile", "runs", "changed", "kept"],
  wide: ["archive"],
  id: "profile",
  fields: ["type", "schemaVersion", "profile", "archive", "runs", "changed", "kept"],
};
