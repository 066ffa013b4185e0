import { FlowrunError } from "../../../errors.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import type { Session } from "./session.ts";
import { unreadableWords } from "./session-archive.ts";

/**
 * Marks runs whose root cause is new for their flow, where an archive knows. No reading fails for want of a mark.
 * @param found the archive that is read; `null` where none is.
 * @param lookedFor where the window begins for which the profile's own is to be asked in its place; `null` where it is not.
 */
export async function markNews(
  session: Session,
  found: Archive | null,
  lookedFor: JournalStart | null,
): Promise<(run: FlowRun) => FlowRun> {
  const archive = found ?? (lookedFor === null ? null : await openSoon(session, lookedFor));
  if (archive === null) return (run) => run;
  const { readNovelty } = await import("../../../engine/archive/history.ts");
  const isNew = await readNovelty(archive.database, archive.journal).catch((error: unknown) => {
    if (!(error instanceof FlowrunError)) throw error;
    session.reporter.notify({ kind: "warning", text: unreadableWords(error, unmarked) });
    return () => null;
  });
  return (run) => {
    const verdict = isNew(run);
    return verdict === null ? run : { ...run, new: verdict };
  };
}

const unmarked = "no failure is marked as new";

/** A server that does not answer must not hold up a reading that does without it. */
const longestWaitMs = 3000;

async function openSoon({ archiveIfAny, host, reporter }: Session, window: JournalStart): Promise<Archive | null> {
  const waiting = new AbortController();
  const tooLate = host.sleep(longestWaitMs, waiting.signal).then(() => "late" as const);
  const found = await Promise.race([archiveIfAny(unmarked, window), tooLate]);
  waiting.abort();
  if (found !== "late") return found;
  reporter.notify({ kind: "warning", text: `the archive does not answer; ${unmarked}` });
  return null;
}
