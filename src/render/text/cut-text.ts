import fastStringWidth from "fast-string-width";

/** How many columns of a terminal a text takes: wide characters and emoji two, colour none. Pure. */
export function widthOf(text: string): number {
  return fastStringWidth(text);
}

/** The width of a text, or `most` where it is wider: of a monstrous text only the start is looked at. Pure. */
export function widthUpTo(text: string, most: number): number {
  return Math.min(most, widthOf(Number.isFinite(most) ? text.slice(0, most * unitsPerColumn) : text));
}

/** The text in at most `width` columns: whole, or its start and `…`; no character or emoji is split. Pure. */
export function cutText(text: string, width: number): string {
  // What is far beyond the width need not be looked at.
  if (text.length <= width * unitsPerColumn && widthOf(text) <= width) return text;
  return width > 1 ? `${startOf(text, 0, width - 1, 0)}…` : "…";
}

/**
 * As much of a text from `at` on as `width` columns hold, but `least` characters (as people count them) at least. It
 * takes no longer however long the text is. Pure.
 */
export function startOf(text: string, at: number, width: number, least: 0 | 1 = 1): string {
  const simple = simpleStart(text, at, width);
  if (simple !== null) return simple;
  const near = text.slice(at, at + width * unitsPerColumn);
  let end = 0;
  let left = width;
  // Half a microsecond a character, and more for each one where a text is ever longer.
  for (const { segment } of segmenter().segment(near)) {
    left -= widthOf(segment);
    if (left < 0 && (end > 0 || least === 0)) break;
    end += segment.length;
  }
  return near.slice(0, end);
}

/** Where all characters stand alone and are equally wide, also the one after them, nothing has to be looked for. */
function simpleStart(text: string, at: number, width: number): string | null {
  for (const { pattern, columns } of simple) {
    const count = Math.floor(width / columns);
    const near = text.slice(at, at + count + 1);
    if (count > 0 && pattern.test(near)) return near.slice(0, count);
  }
  return null;
}

/** The longest emoji sequences have about so many UTF-16 units for their two columns. */
const unitsPerColumn = 16;

/** Letters and signs of the West, Greek and Cyrillic; kana, Chinese characters and Hangul. */
const simple = [
  { pattern: /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03c9\u0400-\u0482\u048a-\u052f]*$/, columns: 1 },
  { pattern: /^[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]*$/, columns: 2 },
] as const;

let made: Intl.Segmenter | undefined;

/** Made when first asked for: it takes longer than a page. */
function segmenter(): Intl.Segmenter {
  made ??= new Intl.Segmenter("en");
  return made;
}
