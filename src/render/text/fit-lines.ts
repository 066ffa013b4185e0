import { startOf, widthOf } from "./cut-text.ts";

/**
 * A text for reading with no line wider than the terminal. A line that is goes on below itself, set in as its own layout
 * suggests: beside a label, in the last of its columns, along the rails of a tree. It is broken between its parts (` · `)
 * or its words; a word is broken only where no line could hold it, as a URL or an id may be. A line with a caret below it
 * is cut around that. Colours are kept, and lines that fit are left as they are. Pure.
 */
export function fitLines(text: string, width: number): string {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => fitLine(line, lines[at - 1], lines[at + 1], width)).join("\n");
}

function fitLine(line: string, above = "", below = "", width: number): readonly string[] {
  if (isWide(above, width) && caret.test(line)) return [];
  if (!isWide(line, width)) return [line];
  return caret.test(below) ? cutAround(line, below.length - 1, width) : breakLine(line, width);
}

const caret = /^ *\^$/;
const plainText = /^[ -~]*$/;

function isWide(line: string, width: number): boolean {
  return (line.length > width || !plainText.test(line)) && widthOf(line) > width;
}

/** The place that is pointed at, and as much on both sides of it as there is room for. */
function cutAround(line: string, at: number, width: number): readonly string[] {
  const [label = ""] = labelPattern.exec(line) ?? [];
  const room = width - label.length;
  const told = line.slice(label.length);
  const place = at - label.length;
  const from = Math.max(0, Math.min(place - Math.floor(room / 2), told.length - room));
  const shown = Array.from(told.slice(from, from + room));
  if (from > 0) shown[0] = "…";
  if (from + room < told.length) shown[shown.length - 1] = "…";
  return [startOf(label + shown.join(""), 0, width), `${" ".repeat(label.length + place - from)}^`];
}

function breakLine(line: string, width: number): readonly string[] {
  const { rail, hang } = layoutOf(line.replace(colours, ""), width);
  const indented = leadOf(line);
  // Far to the right there is no room: then it begins where it goes on.
  const lead = indented.length > Math.floor(width / 2) ? indented.slice(0, hang) : indented;
  const lines: string[] = [];
  let here = lead;
  let used = lead.length;
  let isEmpty = true;

  const begin = (indent: number): void => {
    if (!isEmpty || lines.length > 0) lines.push(here);
    here = indentBy(rail, indent);
    used = indent;
  };
  for (const { blanks, word } of partsOf(line.slice(indented.length), width - hang)) {
    const needed = widthOf(word);
    if (used + blanks.length + needed <= width) {
      here += blanks + word;
      used += blanks.length + needed;
    } else if (needed <= width) {
      // A word that fits a line is not broken for the sake of its indent.
      const indent = Math.min(isEmpty ? lead.length : hang, width - needed);
      if (isEmpty) here = indentBy(here, indent);
      else begin(indent);
      here += word;
      used = indent + needed;
    } else {
      if (!isEmpty && width - used - blanks.length < leastPiece) begin(hang);
      else if (!isEmpty) {
        here += blanks;
        used += blanks.length;
      }
      for (const piece of piecesOf(word, width - used, width - hang)) {
        if (piece.isFirst) here += piece.text;
        else {
          lines.push(here);
          here = indentBy(rail, hang) + piece.text;
        }
        used = (piece.isFirst ? used : hang) + widthOf(piece.text);
      }
    }
    isEmpty = false;
  }
  return [...lines, here].map((one) => one.trimEnd());
}

/** So much of the rails; one that is cut off does not touch the word after it. */
function indentBy(rail: string, width: number): string {
  return rail.length <= width ? rail.padEnd(width) : rail.slice(0, Math.max(0, width - 1)).padEnd(width);
}

/** Less of a long word is not worth beginning it on a line. */
const leastPiece = 16;

const colours = /\u001b\[[\d;]*m/g;

/** Blanks, and the rails of a tree. */
function leadOf(line: string): string {
  return /^[ │├└─]*/.exec(line)?.[0] ?? "";
}

/** `error: `, `  why: `, `warning: ` */
const labelPattern = /^ *(?:[a-z][a-z ]{1,10}: |> )(?=\S)/;

/** How a line goes on: the rails that it goes along, and the column that it is set in to. */
function layoutOf(plain: string, width: number): { readonly rail: string; readonly hang: number } {
  const lead = leadOf(plain);
  const rail = lead.replaceAll("├─", "│ ").replaceAll(/[└─├]/g, " ");
  const most = Math.floor(width / 2);
  if (lead.length > most) return { rail: "", hang: narrowIndent };
  const label = widthOf(labelPattern.exec(plain)?.[0] ?? "");
  if (label > 0 && label <= most) return { rail, hang: label };
  const columns = [...plain.slice(lead.length).matchAll(/(?<=\S) {2,}(?=\S)/g)].map((found) =>
    widthOf(plain.slice(0, lead.length + found.index + found[0].length)),
  );
  const beside = columns.filter((column) => column <= most).at(-1);
  if (beside !== undefined) return { rail, hang: beside };
  const isOneWord = !plain.slice(lead.length).includes(" ");
  return { rail, hang: Math.min(most, lead.length + (isOneWord ? 0 : narrowIndent)) };
}

const narrowIndent = 2;

/** A word, or words that stay together, and the blanks before it. */
interface Part {
  readonly blanks: string;
  readonly word: string;
}

function partsOf(text: string, room: number): readonly Part[] {
  const parts = text.split(/(?<= ·) /);
  return parts.flatMap((part, at) => {
    const words = [...part.matchAll(/( *)([^ ]+)/g)].map(([, blanks = "", word = ""]) => ({ blanks, word }));
    const [first, ...others] = words;
    if (first === undefined) return [];
    const start = at === 0 ? first : { ...first, blanks: ` ${first.blanks}` };
    if (parts.length === 1 || widthOf(part) > room) return [start, ...others];
    return [{ blanks: start.blanks, word: part.slice(first.blanks.length) }];
  });
}

/** A word in pieces: where it can be, each ends where a list or a URL has a seam. Its colours begin and end with it. */
function piecesOf(
  word: string,
  firstRoom: number,
  room: number,
): readonly { readonly text: string; readonly isFirst: boolean }[] {
  const plain = word.replace(colours, "");
  const opening = /^(?:\u001b\[[\d;]*m)*/.exec(word)?.[0] ?? "";
  const closing = (word.slice(opening.length).match(colours) ?? []).join("");
  const pieces: { text: string; isFirst: boolean }[] = [];
  for (let at = 0; at < plain.length;) {
    const isFirst = at === 0;
    const whole = startOf(plain, at, Math.max(1, isFirst ? firstRoom : room));
    const isLast = at + whole.length >= plain.length;
    const seam = isLast ? -1 : Math.max(...[",", "/", "?", "&"].map((sign) => whole.lastIndexOf(sign)));
    const text = seam > whole.length / 2 ? whole.slice(0, seam + 1) : whole;
    at += text.length;
    pieces.push({ text: `${isFirst ? opening : ""}${text}${at >= plain.length ? closing : ""}`, isFirst });
  }
  return pieces;
}
