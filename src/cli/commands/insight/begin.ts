import { FlowrunError } from "../../../errors.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { Zone } from "../../../text/zone.ts";
import type { ReadingFlags } from "../../options/flags.ts";
import { resolveStart } from "../../options/reading-options.ts";

/**
 * Where a command begins that reads from a moment in the past to the end, and touches no cursor.
 * @throws FlowrunError `usage` for any other beginning. Pure.
 */
export function resolveBegin(
  command: string,
  when: string,
  flags: ReadingFlags,
  { now, zone }: { readonly now: number; readonly zone: Zone },
): JournalStart {
  const start = resolveStart(when, flags, now, zone);
  if (start.kind === "time" || start.kind === "oldest") return start;
  throw new FlowrunError("usage", `${command} cannot start at '${when}'`, {
    why: "it counts from a moment in the past to the end of the journal, and touches no cursor",
    hint: "give a duration (-P1D, 2h), a date or time, or oldest",
  });
}
