import type { Host } from "../../../host.ts";
import type { ArchiveSheetLook } from "../../../render/sheets/archive-sheet.ts";
import { decideColour } from "../../../render/text/colour.ts";
import { createPainter } from "../../../render/text/painter.ts";
import { openTimes } from "../../../render/text/times.ts";
import { timeStyleOf } from "../../options/clock.ts";
import type { ArchiveFlags } from "../../options/flags.ts";

/** How a sheet of the archive is to look on this stdout. */
export async function archiveLook(
  { color, time }: Pick<ArchiveFlags, "color" | "time">,
  { stdout, env, now }: Pick<Host, "stdout" | "env" | "now">,
): Promise<ArchiveSheetLook> {
  return {
    painter: createPainter(decideColour(color, env, stdout.isTTY)),
    time: await openTimes(timeStyleOf(time) ?? (stdout.isTTY ? "local" : "iso"), now),
    room: stdout.isTTY ? stdout.columns : Infinity,
  };
}
