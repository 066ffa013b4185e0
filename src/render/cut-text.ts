import fastStringWidth from "fast-string-width";

/** How many columns of a terminal a text takes: wide characters and emoji two, colour none. Pure. */
export function widthOf(text: string): number {
  return fastStringWidth(text);
}

/** The text in at most `width` columns: whole, or its start and `…`; no character or emoji is split. Pure. */
export function cutText(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let start = "";
  let left = width - 1;
  for (const { segment } of new Intl.Segmenter("en").segment(text)) {
    left -= widthOf(segment);
    if (left < 0) break;
    start += segment;
  }
  return `${start}…`;
}
