import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { ReadBack } from "../../../engine/archive/read-back.ts";
import { salvageInOrder } from "../../../engine/archive/salvage.ts";
import { ndjsonRenderer } from "../../../render/formats/json.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import type { ExportFlags } from "../../options/flags.ts";
import { count, createReporter, number, seconds } from "../../terminal/reporter.ts";
import { inOutlet } from "../outlet.ts";
import { inArchive, type OpenedArchive } from "./opened.ts";

/**
 * Writes all runs of the archive as records, a line each, in the order in which they were archived: to stdout, or to a file
 * that is whole in the end or as it was before. Of what is damaged the rest is written, and then that is told.
 * @throws FlowrunError `usage` for two files or one that cannot be written, `settings` where there is no archive, or a
 * record of it cannot be read.
 */
export async function runArchiveExport(file: string | undefined, flags: ExportFlags, host: Host): Promise<void> {
  const { raw = false, out } = flags;
  if (file !== undefined && out !== undefined && file !== out) throw twoFiles(file, out);
  const outlet = { ...outletOf(file ?? out), output: "ndjson", pager: false } as const;
  // Before a file is begun.
  await inArchive(flags, "read", host, (opened) =>
    inOutlet(outlet, host, async (there, finish) => {
      const lost = await exportAll(opened, raw, flags, there);
      await finish();
      if (lost > 0) throw damaged(lost, opened);
    }),
  );
}

function outletOf(path: string | undefined) {
  return path === undefined ? {} : { out: path };
}

/** @returns how many records could not be read. */
async function exportAll(
  { archive: { database, journal } }: OpenedArchive,
  raw: boolean,
  { quiet = false, verbose = 0, progress: live, profile }: ExportFlags,
  host: Host,
): Promise<number> {
  const reporter = createReporter(host, { quiet, verbose, live, profile });
  const { encode } = ndjsonRenderer<FlowRun>();
  const began = host.now();
  const counts = { runs: 0, lost: 0 };
  try {
    for await (const rows of salvageInOrder(database, journal, { raw })) {
      host.signal.throwIfAborted();
      const records = rows.flatMap(recordOf);
      counts.runs += records.length;
      counts.lost += rows.length - records.length;
      if (records.length > 0) await host.stdout.write(records.map(encode).join(""));
      reporter.live(`exporting · ${count(counts.runs, "run")}`);
    }
    host.signal.throwIfAborted();
  } finally {
    reporter.clear();
  }
  const lost = counts.lost === 0 ? "" : `, ${number(counts.lost)} unreadable`;
  reporter.notify({
    kind: "remark",
    text: `${count(counts.runs, "run")} exported${lost} · ${seconds(host.now() - began)}`,
  });
  return counts.lost;
}

function recordOf({ record }: ReadBack): readonly FlowRun[] {
  return typeof record === "string" ? [] : [record];
}

function damaged(lost: number, { archive }: OpenedArchive): FlowrunError {
  return new FlowrunError("settings", `${count(lost, "record")} of the archive could not be exported`, {
    why: `what ${archive.database.place} holds of them is damaged; all others were written`,
    hint: "see what is wrong with it: flowrun archive verify",
  });
}

function twoFiles(file: string, out: string): FlowrunError {
  return new FlowrunError("usage", "two files are named to export to", {
    why: `they are ${file} and --out ${out}, which mean the same`,
    hint: `leave one out: flowrun archive export ${file}`,
  });
}
