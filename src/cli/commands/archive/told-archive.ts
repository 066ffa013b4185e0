import { retentionMs } from "../../../adobe/journal/retention.ts";
import type { Covered, Gap } from "../../../engine/archive/coverage.ts";
import { archiveCursor } from "../../../engine/archive/cursors.ts";
import type { JobsCount } from "../../../engine/archive/jobs.ts";
import type { HeldLease } from "../../../engine/archive/lease.ts";
import type { ArchiveStatus, CursorStatus } from "../../../engine/archive/status.ts";
import type {
  ArchiveDocument,
  ToldCursor,
  ToldGap,
  ToldLease,
  ToldStretch,
} from "../../../render/formats/archive-columns.ts";

/** An archive's state as a document for people and programs. Pure. */
export function toldStatus(
  { coverage, cursors: all, firstAt, lastAt, journalName, ...counts }: ArchiveStatus,
  { jobs, firstAt: firstJobAt, lastAt: lastJobAt }: JobsCount,
  named: Pick<ArchiveDocument, "profile" | "archive" | "kind">,
): ArchiveDocument {
  const cursors = all.map(toldCursor);
  const { lease = null, ...cursor } = cursors.find(({ name }) => name === archiveCursor) ?? { name: null };
  return {
    type: "flowrun.archive",
    schemaVersion: 1,
    ...named,
    journal: journalName,
    complete: coverage.complete.map(toldStretch),
    gaps: coverage.gaps.map(toldGap),
    beginsBy: counts.beginsBy,
    runs: counts.runs,
    withoutEvent: counts.withoutEvent,
    firstRecordedAt: firstAt === null ? null : iso(firstAt),
    lastRecordedAt: lastAt === null ? null : iso(lastAt),
    jobs,
    firstJobAt: firstJobAt === null ? null : iso(firstJobAt),
    lastJobAt: lastJobAt === null ? null : iso(lastJobAt),
    bytes: counts.bytes,
    otherJournals: counts.otherJournals,
    cursor: cursor.name === null ? null : cursor,
    lease,
    cursors,
  };
}

/** A gap with its reason. Pure. */
export function toldGap({ why, ...gap }: Gap): ToldGap {
  return { ...toldStretch(gap), reason: why };
}

function toldStretch({ from, to }: Covered): ToldStretch {
  return { from: iso(from.at), to: iso(to.at), fromExact: from.isExact, toExact: to.isExact };
}

function toldCursor({ cursor, lease }: CursorStatus): ToldCursor {
  const { name, position, readUntil, movedAt, savedAt, runs, events, revision } = cursor;
  return {
    name,
    position,
    readUntil: iso(readUntil),
    movedAt: iso(movedAt),
    savedAt: iso(savedAt),
    expiresAt: iso(readUntil + retentionMs),
    runs,
    events,
    revision,
    lease: lease === null ? null : toldLease(lease),
  };
}

/** Held or not is said by the clock of the database, which gave it. */
function toldLease({ holder, epoch, takenAt, expiresAt, now }: HeldLease): ToldLease {
  return { holder, epoch, since: iso(takenAt), held: expiresAt > now };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
