import type { CatalogueEntry } from "../runs/catalogue.ts";
import { families } from "../runs/error-codes-families.ts";
import { widthOf } from "./cut-text.ts";
import type { Painter } from "./painter.ts";
import { wrapBeside } from "./wrap.ts";

/** What the catalogue says of a code in one family, for reading: whole, in lines of at most `width` columns. Pure. */
export function renderCode(entry: CatalogueEntry, painter: Painter, width: number): string {
  const { code, family, meaning, remedy, source } = entry;
  return lines([
    painter.bold(code),
    ...wrapBeside("  means   ", meaning, width),
    ...wrapBeside("  do      ", remedy, width),
    ...wrapBeside("  family  ", `${family}: ${families[family].title}`, width),
    ...wrapBeside("  see     ", source, width),
  ]);
}

/**
 * Entries as a table of code, family and meaning. With an infinite `width` each has one line, for grep and awk; else
 * meanings are wrapped, and a code too long for its column has a line of its own. Pure.
 */
export function renderCodes(entries: readonly CatalogueEntry[], width: number): string {
  const codeWidth = Math.min(
    Math.max(title.code.length, ...entries.map(({ code }) => code.length)),
    Number.isFinite(width) ? longestCode : Infinity,
  );
  const familyWidth = Math.max(title.family.length, ...entries.map(({ family }) => family.length));
  const row = ({ code, family, meaning }: Record<keyof typeof title, string>): readonly string[] => {
    const isLong = widthOf(code) > codeWidth;
    const first = `${(isLong ? "" : code).padEnd(codeWidth)}  ${family.padEnd(familyWidth)}  `;
    const told = Number.isFinite(width) ? wrapBeside(first, meaning, width) : [first + meaning];
    return isLong ? [code, ...told] : told;
  };
  return lines([title, ...entries].flatMap(row));
}

const title = { code: "CODE", family: "FAMILY", meaning: "MEANING" };

/** The three codes in a hundred that are longer would leave the meanings no room. */
const longestCode = 28;

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
