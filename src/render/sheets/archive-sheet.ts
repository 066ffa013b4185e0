import {
  stretchRows,
  type ArchiveDocument,
  type StretchReason,
  type StretchRow,
  type ToldCursor,
  type ToldLease,
} from "../formats/archive-columns.ts";
import { widthOf } from "../text/cut-text.ts";
import { renderBytes, renderCount, renderDuration } from "../text/numbers.ts";
import type { Painter } from "../text/painter.ts";
import { safeText } from "../text/safe-text.ts";
import { renderTime, zoneTold, type TimeTelling } from "../text/times.ts";
import { wrapBeside } from "../text/wrap.ts";
import { joinSections, labelWidth } from "./trend-line.ts";

/** How the sheets of an archive are to look. */
export interface ArchiveSheetLook {
  readonly painter: Painter;
  readonly time: TimeTelling;
  /** The width to keep to; Infinity where nothing may be cut or left out. */
  readonly room: number;
}

/**
 * An archive to read: where it is, from when to when it is complete, each gap and why, and who reads it on. Pure but for
 * `time`.
 */
export function renderArchiveSheet(archive: ArchiveDocument, look: ArchiveSheetLook): string {
  const { cursors } = archive;
  return joinSections([
    head(archive, look),
    [titled("COVERAGE", look), ...coverage(archive, look)],
    cursors.length === 0 ? [] : [titled("CURSORS", look), ...cursors.flatMap((cursor) => cursorLines(cursor, look))],
  ]);
}

/** Each stretch a line, and below a gap why it came about; red. Pure but for `time`. */
export function stretchLines(
  rows: readonly StretchRow[],
  { painter, time, room }: ArchiveSheetLook,
): readonly string[] {
  const hasEstimates = rows.some(({ fromExact, toExact }) => !fromExact || !toExact);
  const aligned = (told: string): string => (hasEstimates && !told.startsWith("≈") ? `  ${told}` : told);
  const told = rows.map((row) => ({
    row,
    cells: [
      row.row,
      aligned(edge(row.from, row.fromExact, time)),
      "to",
      aligned(edge(row.to, row.toExact, time)),
      renderDuration(row.durationMs),
    ],
  }));
  const least = [labelWidth - indent.length, 0, 0, 0];
  const widths = least.map((width, at) => Math.max(width, ...told.map(({ cells }) => widthOf(cells[at] ?? ""))));
  return told.flatMap(({ row, cells }) => {
    const line = cells.map((cell, at) => cell + " ".repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell)))).join("  ");
    if (row.reason === null) return [indent + line];
    const why = wrapBeside(" ".repeat(labelWidth), reasons[row.reason], Math.min(room, longestLine));
    return [indent + line, ...why].map((text) => painter.red(text));
  });
}

const indent = "  ";
const longestLine = 100;

/** Why there is nothing, in the words of whoever asks. */
const reasons: Readonly<Record<StretchReason, string>> = {
  expired:
    "expired: nobody read for seven days, and the journal had forgotten what came after the archive's place; reading began anew",
  purged:
    "purged: the journal no longer knew the archive's place, though it was not seven days old; reading began anew",
  start: "start: a reading began anew, with no place to go on from",
  moved: "moved: the registration was replaced, and its new journal begins later",
  pruned: "pruned: what was older was removed",
};

type Fact = readonly [label: string, text: string];

function head(archive: ArchiveDocument, { time }: ArchiveSheetLook): readonly string[] {
  const { kind, bytes, journal, otherJournals, runs, withoutEvent, firstRecordedAt, lastRecordedAt } = archive;
  const others =
    otherJournals === 0
      ? ""
      : ` · with ${otherJournals === 1 ? "another journal" : `${renderCount(otherJournals)} other journals`}`;
  const without =
    withoutEvent === 0
      ? ""
      : `; ${withoutEvent === runs ? "all" : renderCount(withoutEvent)} of them without the event as delivered`;
  const facts: readonly Fact[] = [
    ["Archive", safeText(archive.archive)],
    ["", `${kind === "embedded" ? "SQLite" : "PostgreSQL"} · ${renderBytes(bytes)}${others}`],
    [
      "Journal",
      journal === null ? "nothing was archived of this profile's yet" : safeText(journal).replace(/^demo:$/, "demo"),
    ],
    ["Runs", `${renderCount(runs)}${without}`],
    ...(firstRecordedAt === null || lastRecordedAt === null
      ? []
      : ([
          ["Recorded", `${edge(firstRecordedAt, false, time)} to ${edge(lastRecordedAt, false, time)}${zone(time)}`],
        ] as const)),
    ...jobsFacts(archive, time),
  ];
  return facts.map(([label, text]) => label.padEnd(labelWidth) + text);
}

/** The events of Lytics that it has, and from when to when. */
function jobsFacts({ jobs, firstJobAt, lastJobAt }: ArchiveDocument, time: TimeTelling): readonly Fact[] {
  if (firstJobAt === null || lastJobAt === null) return [];
  return [
    ["Lytics", `${renderCount(jobs)} event${jobs === 1 ? "" : "s"}`],
    ["", `${edge(firstJobAt, true, time)} to ${edge(lastJobAt, true, time)}${zone(time)}`],
  ];
}

function titled(title: string, { painter, time }: ArchiveSheetLook): string {
  return painter.bold(`${title}${zone(time)}`);
}

function zone(time: TimeTelling): string {
  return time.style === "local" ? ` (${zoneTold(time) ?? ""})` : "";
}

/** A time that is an estimate says so. */
function edge(at: string, isExact: boolean, time: TimeTelling): string {
  return `${isExact ? "" : "≈ "}${renderTime(at, time)}`;
}

function coverage(archive: ArchiveDocument, look: ArchiveSheetLook): readonly string[] {
  if (archive.complete.length === 0) return [`${indent}nothing is known to be complete: flowrun archive sync`];
  const before = archive.beginsBy === "pruned" ? [`${indent}earlier   ${reasons.pruned}`] : [];
  return [...before, ...stretchLines(stretchRows(archive), look)];
}

function cursorLines(cursor: ToldCursor, { painter, time }: ArchiveSheetLook): readonly string[] {
  const { name, readUntil, savedAt, revision, runs, events, lease } = cursor;
  const label = safeText(name).padEnd(labelWidth - indent.length);
  // A long name has a line of its own.
  const isLong = widthOf(label) >= labelWidth - indent.length + 1;
  const lines = [
    `read until ${renderTime(readUntil, time)} · saved ${renderTime(savedAt, time)}`,
    `${renderCount(runs)} runs in ${renderCount(events)} events · revision ${renderCount(revision)}`,
    expiry(cursor, time, painter),
    leaseWords(lease, time),
  ];
  const [first = "", ...rest] = isLong ? ["", ...lines] : lines;
  return [`${indent}${label}${first}`, ...rest.map((line) => " ".repeat(labelWidth) + line)];
}

const dayMs = 86_400_000;

function expiry({ expiresAt }: ToldCursor, time: TimeTelling, painter: Painter): string {
  const left = Date.parse(expiresAt) - time.now();
  const told = renderTime(expiresAt, time);
  if (left <= 0) return painter.red(`its place expired ${told}`);
  const far = time.style === "relative" ? "" : ` (in ${renderDuration(left)})`;
  const text = `its place expires ${told}${far}`;
  return left < dayMs ? painter.yellow(text) : text;
}

function leaseWords(lease: ToldLease | null, time: TimeTelling): string {
  if (lease === null) return "lease: nobody ever had it";
  const { holder, epoch, since, held } = lease;
  const who = safeText(holder);
  const words = held
    ? `held by ${who} since ${renderTime(since, time)}`
    : `free (last ${who}, ${renderTime(since, time)})`;
  return `lease: ${words} · epoch ${renderCount(epoch)}`;
}
