import type { Beginning, Page } from "./page.ts";
import { isSought, type Start } from "./when.ts";

/**
 * How a chain begins with the first page of a reading from that start. A time before all that the journal keeps was not
 * sought: then it begins with the oldest event. Pure.
 */
export function beginningAt(
  start: Exclude<Start, { kind: "last" }>,
  { url, answeredAt }: Pick<Page, "url"> & { readonly answeredAt: number },
  why: Beginning["why"],
): Beginning {
  // What came between question and answer may lie before the journal's end that was answered.
  if (start.kind === "now") return { from: answeredAt, why };
  return { from: start.kind === "time" && isSought(url) ? start.at : null, why };
}
