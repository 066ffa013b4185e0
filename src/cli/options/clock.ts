import type { TimeStyle } from "../../render/text/times.ts";
import { utc, type Zone } from "../../text/zone.ts";

/** The words of `--time`; `iso` is the old word for `utc`. */
export const timeWords = ["utc", "local", "relative", "iso"] as const;

/** A word of `--time`. */
export type TimeWord = (typeof timeWords)[number];

/** How times are told by that word; `null` where the format decides. Pure. */
export function timeStyleOf(word: TimeWord | undefined): TimeStyle | null {
  return word === "utc" ? "iso" : (word ?? null);
}

/**
 * The zone in which a command reads times and tells them: by `--time`, else the machine's own on a terminal and UTC in a
 * pipe. Another than UTC brings luxon, and is loaded for nothing else.
 */
export async function openZone(word: TimeWord | undefined, stdout: { readonly isTTY: boolean }): Promise<Zone> {
  const style = timeStyleOf(word) ?? (stdout.isTTY ? "local" : "iso");
  if (style === "iso") return utc;
  const { zoneNamed } = await import("../../text/named-zone.ts");
  return zoneNamed("local") ?? utc;
}
