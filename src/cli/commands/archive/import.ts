import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import { openSameJournal } from "../../../engine/archive/journals.ts";
import { archiveOfProfile, type ProfileArchive } from "../../../engine/archive/of-profile.ts";
import { openToChange, type Archive } from "../../../engine/archive/open.ts";
import { hasArchive } from "../../../engine/archive/place.ts";
import { describeFaults } from "../../../engine/faults.ts";
import { importRuns, type ImportCounts, type Importing } from "../../../engine/import-runs.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { linesOfFile, linesOfStdin, type GivenLines } from "../../../state/given-lines.ts";
import type { ListingFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { count, createReporter, number, seconds, type Reporter } from "../../terminal/reporter.ts";
import { printRows } from "../print-rows.ts";

/**
 * Puts the runs of a file, or of stdin, into the archive, which is made where there is none. Lines that cannot be read are
 * named and passed by.
 * @throws FlowrunError `usage` for a file that cannot be read or holds no run, `settings` where nothing says which
 * journal the runs are of.
 */
export async function runArchiveImport(file: string, flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(importColumns, flags);
  const { quiet = false, verbose = 0, progress: live, profile } = flags;
  const reporter = createReporter(host, { quiet, verbose, live, profile });
  const { lines, isCut } = linesOf(file, host);
  const own = await archiveOfProfile(flags.profile, host);
  let archive: Archive | null = null;
  const open = async (): Promise<Archive> => (archive = await openFor(own, host));
  try {
    const counts = await importFrom(lines, { open, profile: own.profile, reporter }, host);
    const imported = importedOf(counts, own, archive, lines);
    if (isCut()) {
      reporter.notify({
        kind: "warning",
        text: `${lines.name} ends in the middle of its gzip; what there was is imported`,
      });
    }
    if (imported.runs === 0 && (imported.lines > 0 || isCut())) throw nothingOfOurs(lines.name, imported);
    if (!wantsSheet(options)) {
      await printRows({ options, rows: [imported], document: imported, color: flags.color }, host, host.stdout);
    }
  } finally {
    await closeArchive(archive);
  }
}

async function closeArchive(archive: Archive | null): Promise<void> {
  await archive?.database.close();
}

function linesOf(file: string, host: Host): { readonly lines: GivenLines; readonly isCut: () => boolean } {
  let isCut = false;
  const onCut = (): void => {
    isCut = true;
  };
  const means = { signal: host.signal, isReadAgain: false, onCut };
  const sleep: Host["sleep"] = (ms, signal) => host.sleep(ms, signal);
  const lines =
    file === "-" || file === "/dev/stdin"
      ? linesOfStdin(host.stdin, means)
      : linesOfFile(file, { ...means, sleep })({ follow: false, fromEnd: false });
  return { lines, isCut: () => isCut };
}

async function openFor({ place, journalName, profile }: ProfileArchive, host: Host): Promise<Archive> {
  if (journalName === null) {
    const archive = (await hasArchive(place)) ? await openToChange(place, null, host) : null;
    if (archive !== null && archive.journal !== "") return archive;
    await archive?.database.close();
    throw new FlowrunError("settings", "nothing says which journal the runs are of", {
      why: `the profile '${profile}' has none, and neither has an archive of it`,
      hint: `name it: flowrun config set journalUrl <URL>${profileFlag(profile)}, or FLOWRUN_JOURNAL_URL=<URL>`,
    });
  }
  return openSameJournal(place, journalName, host);
}

interface Into extends Pick<Importing, "open" | "profile"> {
  readonly reporter: Reporter;
}

async function importFrom(lines: GivenLines, { open, profile, reporter }: Into, host: Host): Promise<ImportCounts> {
  const began = host.now();
  const warn = firstOnly(reporter);
  let counts: ImportCounts = { lines: 0, runs: 0, added: 0, unreadable: 0 };
  let isDone = false;
  try {
    counts = await importRuns({
      open,
      lines,
      profile,
      now: () => host.now(),
      signal: host.signal,
      onBatch: (batch, source, soFar) => {
        counts = { ...soFar };
        describeFaults(batch, source).forEach(warn.tell);
        reporter.live(`importing · ${count(soFar.runs, "run")}, ${count(soFar.lines, "line")}`);
      },
    });
    isDone = counts.runs > 0 || counts.lines === 0;
  } finally {
    reporter.clear();
    warn.end();
    // What went in before a failure stays.
    if (isDone || counts.runs > 0) reporter.notify({ kind: "remark", text: closingLine(counts, host.now() - began) });
  }
  return counts;
}

function importedOf(
  counts: ImportCounts,
  { profile }: ProfileArchive,
  archive: Archive | null,
  { name }: GivenLines,
): Imported {
  const place = archive?.database.place ?? null;
  return { type: "flowrun.import", schemaVersion: 1, profile, archive: place, file: name, ...counts };
}

/** A file may be bad in every line: the first ones show how. */
const mostFaults = 20;

function firstOnly({ notify }: Reporter) {
  let told = 0;
  return {
    tell: (text: string): void => {
      told += 1;
      if (told <= mostFaults) notify({ kind: "warning", text });
    },
    end: (): void => {
      if (told > mostFaults) notify({ kind: "warning", text: `and so ${count(told - mostFaults, "more line")}` });
    },
  };
}

function closingLine({ runs, added, lines, unreadable }: ImportCounts, tookMs: number): string {
  const known = runs === added ? "" : `, ${number(runs - added)} there already`;
  const bad = unreadable === 0 ? "" : `, ${number(unreadable)} unreadable`;
  return `${count(added, "run")} imported${known} · ${count(lines, "line")}${bad} · ${seconds(tookMs)}`;
}

function nothingOfOurs(name: string, { lines, unreadable }: ImportCounts): FlowrunError {
  const bad = unreadable === 0 ? "" : `, and ${number(unreadable)} cannot be read at all`;
  return new FlowrunError("usage", `${name} holds no flow run`, {
    why: `none of its ${count(lines, "line")} is a record, an event of a run or a page of the journal${bad}`,
    hint: "give a file of records or events, a line each: flowrun archive export runs.ndjson.gz --raw",
  });
}

/** The outcome of an import. */
interface Imported extends ImportCounts {
  readonly type: "flowrun.import";
  readonly schemaVersion: 1;
  readonly profile: string;
  /** `null` where nothing went into one. */
  readonly archive: string | null;
  readonly file: string;
}

/** All columns of what an import has done. */
export const importColumns: ColumnSet<Imported> = {
  all: [
    { name: "profile", title: "PROFILE", kind: "id", value: ({ profile }) => profile },
    { name: "added", title: "ADDED", kind: "count", value: ({ added }) => added },
    { name: "runs", title: "RUNS", kind: "count", value: ({ runs }) => runs },
    { name: "lines", title: "LINES", kind: "count", value: ({ lines }) => lines },
    { name: "unreadable", title: "UNREADABLE", kind: "count", value: ({ unreadable }) => unreadable },
    { name: "file", title: "FILE", kind: "text", value: ({ file }) => file },
    { name: "archive", title: "ARCHIVE", kind: "text", value: ({ archive }) => archive },
  ],
  usual: ["profile", "added", "runs", "lines", "unreadable"],
  wide: ["file", "archive"],
  id: "profile",
  fields: ["type", "schemaVersion", "profile", "archive", "file", "lines", "runs", "added", "unreadable"],
};
