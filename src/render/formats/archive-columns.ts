import type { ColumnSet } from "./column.ts";

/** Why a stretch of an archive did not go on from the one before. */
export type StretchReason = "start" | "expired" | "purged" | "moved" | "pruned";

/** A stretch of a journal's time; times are RFC 3339, and those that are not exact are estimates. */
export interface ToldStretch {
  readonly from: string;
  readonly to: string;
  readonly fromExact: boolean;
  readonly toExact: boolean;
}

/** A stretch that an archive has nothing of, and why. */
export interface ToldGap extends ToldStretch {
  readonly reason: StretchReason;
}

/** Who moves a cursor of an archive, or was the last to do so. */
export interface ToldLease {
  /** The process, by its host and number. */
  readonly holder: string;
  readonly epoch: number;
  readonly since: string;
  /** False where it has let go or is gone. */
  readonly held: boolean;
}

/** A place from which an archive reads its journal on. */
export interface ToldCursor {
  readonly name: string;
  readonly position: string | null;
  readonly readUntil: string;
  readonly movedAt: string;
  readonly savedAt: string;
  /** The journal keeps seven days: from then on the place may be gone. */
  readonly expiresAt: string;
  readonly runs: number;
  readonly events: number;
  readonly revision: number;
  /** `null` where nobody ever moved it. */
  readonly lease: ToldLease | null;
}

/** An archive's share of a journal, as it is told. */
export interface ArchiveDocument {
  readonly type: "flowrun.archive";
  readonly schemaVersion: 1;
  readonly profile: string;
  /** Its path or URL, without a password. */
  readonly archive: string;
  readonly kind: "embedded" | "postgres";
  /** `null` where nothing was ever archived of it. */
  readonly journal: string | null;
  readonly complete: readonly ToldStretch[];
  readonly gaps: readonly ToldGap[];
  /** Why nothing before the first stretch is complete; `null` where there is none. */
  readonly beginsBy: StretchReason | null;
  readonly runs: number;
  /** Of these, without the event as delivered. */
  readonly withoutEvent: number;
  /** About when the first and the last run was recorded; `null` where there is none. */
  readonly firstRecordedAt: string | null;
  readonly lastRecordedAt: string | null;
  /** Events of the profile's account of Lytics, and when the first and the last of them happened; `null` where there is none. */
  readonly jobs: number;
  readonly firstJobAt: string | null;
  readonly lastJobAt: string | null;
  readonly bytes: number;
  /** Journals that share the database, this one not counted. */
  readonly otherJournals: number;
  /** The archive's own, and who moves it; `null` where it was never read. */
  readonly cursor: Omit<ToldCursor, "lease"> | null;
  readonly lease: ToldLease | null;
  /** All of them, with their leases. */
  readonly cursors: readonly ToldCursor[];
}

/** A stretch of an archive as a row: complete, or a gap. */
export interface StretchRow extends ToldStretch {
  readonly type: "flowrun.archiveStretch";
  readonly schemaVersion: 1;
  readonly row: "complete" | "gap";
  readonly durationMs: number;
  /** Of a gap alone. */
  readonly reason: StretchReason | null;
}

/** All stretches and gaps of an archive, in the order of time. Pure. */
export function stretchRows({ complete, gaps }: Pick<ArchiveDocument, "complete" | "gaps">): readonly StretchRow[] {
  const head = { type: "flowrun.archiveStretch", schemaVersion: 1 } as const;
  const lengthOf = ({ from, to }: ToldStretch): number => Date.parse(to) - Date.parse(from);
  const rows: readonly StretchRow[] = [
    ...complete.map((one) => ({ ...head, row: "complete", ...one, durationMs: lengthOf(one), reason: null }) as const),
    ...gaps.map((gap) => ({ ...head, row: "gap", ...gap, durationMs: lengthOf(gap) }) as const),
  ];
  return [...rows].sort((one, other) => Date.parse(one.from) - Date.parse(other.from));
}

/** All columns of an archive's stretches; whole, it is told as one document. */
export const stretchColumns: ColumnSet<StretchRow> = {
  all: [
    {
      name: "row",
      title: "ROW",
      kind: "id",
      value: ({ row }) => row,
      paint: (text, painter) => (text === "gap" ? painter.red(text) : text),
    },
    { name: "from", title: "FROM", kind: "time", value: ({ from }) => from },
    { name: "to", title: "TO", kind: "time", value: ({ to }) => to },
    { name: "durationMs", title: "LENGTH", kind: "duration", value: ({ durationMs }) => durationMs },
    { name: "fromExact", title: "FROM EXACT", kind: "flag", value: ({ fromExact }) => fromExact },
    { name: "toExact", title: "TO EXACT", kind: "flag", value: ({ toExact }) => toExact },
    { name: "reason", title: "REASON", kind: "id", value: ({ reason }) => reason },
  ],
  usual: ["row", "from", "to", "durationMs", "reason"],
  wide: ["fromExact", "toExact"],
  id: null,
  fields: [
    ...["type", "schemaVersion", "profile", "archive", "kind", "journal"],
    ...["complete.from", "complete.to", "complete.fromExact", "complete.toExact"],
    ...["gaps.from", "gaps.to", "gaps.fromExact", "gaps.toExact", "gaps.reason"],
    ...["beginsBy", "runs", "withoutEvent", "firstRecordedAt", "lastRecordedAt"],
    ...["jobs", "firstJobAt", "lastJobAt", "bytes", "otherJournals"],
    ...cursorFields("cursor"),
    ...leaseFields("lease"),
    ...cursorFields("cursors"),
    ...leaseFields("cursors.lease"),
  ],
};

function cursorFields(path: string): readonly string[] {
  const names = ["name", "position", "readUntil", "movedAt", "savedAt", "expiresAt", "runs", "events", "revision"];
  return names.map((name) => `${path}.${name}`);
}

function leaseFields(path: string): readonly string[] {
  return ["holder", "epoch", "since", "held"].map((name) => `${path}.${name}`);
}
