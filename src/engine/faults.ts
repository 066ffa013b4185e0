import { safeText } from "../render/text/safe-text.ts";
import type { Batch, Fault, Source } from "./sources/source.ts";

/** A sentence about each event of a batch that something is wrong with, and where it was, to look for it. Pure. */
export function describeFaults<T>(
  { rejects, withoutRaw }: Pick<Batch<T>, "rejects" | "withoutRaw">,
  source: Pick<Source<T>, "describe">,
): readonly string[] {
  const sentence = (fault: Fault, became: string): string =>
    `${source.describe(fault)} ${became}: ${safeText(fault.reason)}`;
  return [
    ...rejects.map((fault) => sentence(fault, "could not be read and was passed by")),
    ...withoutRaw.map((fault) => sentence(fault, "is left out of its run (raw is null)")),
  ];
}
