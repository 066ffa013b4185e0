import { resolveEventSelection } from "../runs/events/event-selection.ts";
import type { FlowRun } from "../runs/record/flow-run.ts";
import type { GivenLines } from "../state/given-lines.ts";
import type { Archive } from "./archive/open.ts";
import type { ArchivedRun } from "./archive/run-row.ts";
import { addRuns } from "./archive/write-page.ts";
import { fileSource } from "./sources/file.ts";
import type { Batch, Candidate, Source } from "./sources/source.ts";
import { timeOf } from "../text/time-text.ts";

/** Lines that are put into an archive: records, events or pages of the journal. */
export interface Importing {
  /** Called once, when there is a run to put into it: of a file that holds none no archive is made. */
  readonly open: () => Promise<Archive>;
  readonly lines: GivenLines;
  /** Whose runs those are that come out of events; a record says so itself. */
  readonly profile: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Told of lines that were read, and of what has become of them so far. */
  readonly onBatch: (batch: Batch<FlowRun>, source: Source<FlowRun>, soFar: ImportCounts) => void;
}

/** The counts of an import so far. */
export interface ImportCounts {
  readonly lines: number;
  readonly runs: number;
  /** Of these, the ones that the archive did not have. */
  readonly added: number;
  readonly unreadable: number;
}

/** So many go in together: enough for speed, and few to do again after a kill. */
const runsAtOnce = 500;

/**
 * Puts all runs of the lines into an archive that it does not have, whatever their status and service, some at a time, so
 * that what ends in the middle can be done again. They cover nothing: nobody knows what is not among them.
 * @throws the signal's reason; FlowrunError of the file or the database.
 */
export async function importRuns(importing: Importing): Promise<ImportCounts> {
  const { open, lines, profile, now, signal, onBatch } = importing;
  const source = fileSource<FlowRun>(lines, {
    events: resolveEventSelection(["runs"]),
    raw: true,
    profile,
    via: "file",
    keep: () => true,
    encode: (run) => run,
  });
  const counts = { lines: 0, runs: 0, added: 0, unreadable: 0 };
  let waiting: ArchivedRun[] = [];
  let opened: Archive | null = null;
  const put = async (enough: number): Promise<void> => {
    while (waiting.length >= enough) {
      signal.throwIfAborted();
      const some = waiting.slice(0, runsAtOnce);
      opened ??= await open();
      counts.added += await addRuns(opened.database, opened.journal, some);
      counts.runs += some.length;
      waiting = waiting.slice(runsAtOnce);
    }
  };
  for await (const batch of source.read()) {
    waiting = waiting.concat(batch.candidates.map((candidate) => archived(candidate, now)));
    counts.lines += batch.mark.count;
    counts.unreadable += batch.rejects.length;
    await put(runsAtOnce);
    onBatch(batch, source, counts);
  }
  signal.throwIfAborted();
  await put(1);
  return counts;
}

/** Nobody knows when the journal recorded it: about when the run was updated. */
function archived({ key, encoded: run }: Candidate<FlowRun>, now: () => number): ArchivedRun {
  const told = timeOf(run.updatedAt);
  return { key, run, recordedAt: Number.isNaN(told) ? now() : told };
}
