import { retentionMs } from "../../../adobe/journal/retention.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { Session } from "./session.ts";

/** How far back a session's archive and journal go together; epoch milliseconds. */
export interface SessionReach {
  /** The first moment of which they have anything. */
  readonly first: number;
  /** From then on they have all, up to now. */
  readonly whole: number;
  /** Where they end: now, but for an archive that is read alone. */
  readonly end: number;
  /** Who has it, in words. */
  readonly source: string;
}

/** How far back runs can be read for a window that begins so; an archive that cannot be opened is told of by the reading. */
export async function reachOf(session: Session, window: JournalStart, now: number): Promise<SessionReach> {
  const keptFrom = now - retentionMs;
  const archive = await session.archive(window).catch(() => null);
  if (archive === null) return { first: keptFrom, whole: keptFrom, end: now, source: "the journal" };
  const { readReach } = await import("../../../engine/sources/window.ts");
  const reach = await readReach(archive, now);
  const end = session.origin.kind === "archive" ? Math.min(now, reach.filledUntil ?? now) : now;
  return { ...reach, end, source: "the archive" };
}
