import fastStringWidth from "fast-string-width";

/** How many columns of a terminal a text takes: wide characters and emoji two, colour none. Pure. */
export function widthOf(text: string): number {
  return fastStringWidth(text);
}

/** The longest emoji sequences have about so many UTF-16 units for their two columns. */
const unitsPerColumn = 16;

/** The text in at most `width` columns: whole, or its start and `…`; no character or emoji is split. Pure. */
export function cutText(text: string, width: number): string {
  // A character takes a few units of text at most: what is far beyond the width need not be looked at.
  const near = text.slice(0, width * unitsPerColumn);
  if (near.length === text.length && widthOf(text) <= width) return text;
  let start = "";
  let left = width - 1;
  for (const { segment } of new Intl.Segmenter("en").segment(near)) {
    left -= widthOf(segment);
    if (left < 0) break;
    start += segment;
  }
  return `${start}…`;
}
