import type { Beginning, Page } from "./page.ts";
import { isSought, type Start } from "./when.ts";

/**
 * How a chain begins with the first page of a reading from that start. A time before all that the journal keeps was not
 * sought: then it begins with the oldest event. Pure.
 */
export function beginningAt(
  start: Exclude<Start, { kind: "last" }>,
  { url, askedAt }: Pick<Page, "url" | "askedAt">,
  why: Beginning["why"],
): Beginning {
  if (start.kind === "now") return { from: askedAt, why };
  return { from: start.kind === "time" && isSought(url) ? start.at : null, why };
}
