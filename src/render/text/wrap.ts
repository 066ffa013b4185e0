import { startOf, widthOf } from "./cut-text.ts";
import { safeText } from "./safe-text.ts";

/**
 * Any text as lines of safe text, at most `width` columns each: broken at blanks and at its own line breaks, and inside
 * a word only where that is wider than a line. A link stays whole, since a broken one cannot be followed; it may
 * stand out, and so does a word of up to `longest` columns. No line for a text without words. Takes time in proportion to the text. Pure.
 */
export function wrap(text: string, width: number, longest = width): readonly string[] {
  const room = Math.max(width, narrowest);
  const sizes = { room, longest: Math.max(longest, room) };
  const lines: string[] = [];
  for (const line of text.split(/[\r\n]+/)) wrapPlain(line, sizes, lines);
  return lines;
}

/** A label and beside it a text, which keeps to its own side where it needs more lines. Pure. */
export function wrapBeside(label: string, text: string, width: number, longest = width): readonly string[] {
  const indent = " ".repeat(widthOf(label));
  return wrap(text, width - indent.length, longest).map((line, at) => (at === 0 ? label : indent) + line);
}

/** However little room there is, a line takes this much. */
const narrowest = 20;

/** The columns of a line, and of the longest word that may stand out of it. */
interface Sizes {
  readonly room: number;
  readonly longest: number;
}

/** Most texts are bare ASCII with single blanks: their lines are cut out of them, without a look at each word. */
function wrapPlain(line: string, sizes: Sizes, lines: string[]): void {
  const { room } = sizes;
  if (!/^[ -~]+$/.test(line) || line.trim().includes("  ")) {
    wrapLine(line, sizes, lines);
    return;
  }
  const text = line.trim();
  let at = 0;
  while (text.length - at > room) {
    // In what may stand on the line alone: a search through all before it would take longer with each line.
    const blank = text.slice(at, at + room + 1).lastIndexOf(" ");
    const end = blank > 0 ? at + blank : endOfWord(text, at, sizes);
    lines.push(text.slice(at, end));
    at = text[end] === " " ? end + 1 : end;
  }
  if (at < text.length) lines.push(text.slice(at));
}

/** Where the line ends that begins with a word wider than itself: its own end where it may stand out, else inside it. */
function endOfWord(text: string, at: number, { room, longest }: Sizes): number {
  const isWhole = isLink(text.slice(at, at + longestLead));
  // Not looked for in all that follows: of a long word only a link's end matters.
  const near = isWhole ? text.slice(at) : text.slice(at, at + longest + 1);
  const blank = near.indexOf(" ");
  if (blank !== -1) return at + blank;
  return isWhole || near.length <= longest ? text.length : at + room;
}

/** Three characters and "https://", the most that `isLink` looks at. */
const longestLead = 11;

function wrapLine(text: string, { room, longest }: Sizes, lines: string[]): void {
  let line = "";
  let left = room;
  const put = (piece: string, width: number): void => {
    if (line !== "" && width + 1 > left) {
      lines.push(line);
      line = "";
    }
    left = line === "" ? room - width : left - width - 1;
    line = line === "" ? piece : `${line} ${piece}`;
  };
  for (const word of text.split(/[ \t]+/)) {
    if (word === "") continue;
    const shown = safeText(word);
    const width = widthOf(shown);
    if (width <= longest || isLink(shown)) put(shown, width);
    else for (const piece of breakWord(shown, room)) put(piece, widthOf(piece));
  }
  if (line !== "") lines.push(line);
}

function isLink(word: string): boolean {
  return /^\W{0,3}https?:\/\//i.test(word);
}

function breakWord(word: string, room: number): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < word.length; at += pieces.at(-1)?.length ?? word.length) pieces.push(startOf(word, at, room));
  return pieces;
}
