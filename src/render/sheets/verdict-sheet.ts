import { stretchRows, type ToldGap } from "../formats/archive-columns.ts";
import { renderCount } from "../text/numbers.ts";
import { safeText } from "../text/safe-text.ts";
import { wrapBeside } from "../text/wrap.ts";
import { stretchLines, type ArchiveSheetLook } from "./archive-sheet.ts";
import { joinSections, labelWidth } from "./trend-line.ts";

/** The findings when all of an archive was read back. */
export interface VerdictDocument {
  readonly type: "flowrun.verification";
  readonly schemaVersion: 1;
  readonly profile: string;
  /** Its path or URL, without a password. */
  readonly archive: string;
  /** Whether nothing is damaged and there is no gap. */
  readonly ok: boolean;
  /** That are there, those of them that could not be read back, and those without the event as delivered. */
  readonly runs: number;
  readonly unreadable: number;
  readonly withoutEvent: number;
  /** Those that lie in no stretch that is complete: they were imported, or came by a webhook. */
  readonly outside: number;
  /** Events of Lytics that are there. */
  readonly jobs: number;
  /** A sentence each. */
  readonly damages: readonly string[];
  readonly gaps: readonly ToldGap[];
}

/** All that was looked at, and each thing that is wrong. Pure but for `time`. */
export function renderVerdict(verdict: VerdictDocument, look: ArchiveSheetLook): string {
  const { archive, outside, jobs, damages, gaps } = verdict;
  const { painter, room } = look;
  const width = Math.min(room, 100);
  const beside = (label: string, text: string): readonly string[] => wrapBeside(label.padEnd(labelWidth), text, width);
  return joinSections([
    [
      `${"Archive".padEnd(labelWidth)}${safeText(archive)}`,
      ...beside("Runs", runWords(verdict)),
      ...beside("Lytics", jobs === 0 ? "" : `${renderCount(jobs)} event${jobs === 1 ? "" : "s"} looked at`),
      ...beside("Checked", "the database's pages and indexes, numbers, errors, cursors, coverage"),
      ...beside("Outside", outside === 0 ? "" : `${renderCount(outside)} runs lie in no complete stretch: imported`),
      ...beside("Damages", damages.length === 0 ? "none" : "").map((text) => painter.green(text)),
      ...damages.flatMap((damage) => beside("Damaged", damage)).map((text) => painter.red(text)),
      ...beside("Gaps", gaps.length === 0 ? "none" : renderCount(gaps.length)),
    ],
    gaps.length === 0 ? [] : stretchLines(stretchRows({ complete: [], gaps }), look),
  ]);
}

function runWords({ runs, unreadable, withoutEvent }: VerdictDocument): string {
  const read = renderCount(runs - unreadable);
  if (withoutEvent === 0) return `${read} read back, with their events`;
  return `${read} read back; ${withoutEvent === runs ? "all" : renderCount(withoutEvent)} of them without the event as delivered`;
}
