import type { CatalogueEntry, FamilyNote } from "../../runs/catalogue/catalogue.ts";
import type { Painter } from "../text/painter.ts";
import { safeText } from "../text/safe-text.ts";
import { wrapBeside } from "../text/wrap.ts";

/** The catalogue's whole entry on a code of one family, for reading, in lines of at most `width` columns. Pure. */
export function renderCode(entry: CatalogueEntry, painter: Painter, width: number): string {
  const { code, family, title, rank, meaning, remedy, source, link } = entry;
  return lines([
    painter.bold(code),
    ...wrapBeside("  means   ", meaning, width),
    ...wrapBeside("  do      ", remedy, width),
    ...(rank === "summary" ? wrapBeside("  rank    ", summary, width) : []),
    ...wrapBeside("  family  ", `${family}: ${title}`, width),
    ...wrapBeside("  see     ", source, width),
    ...wrapBeside("          ", link ?? "", width),
  ]);
}

const summary = "a summary: where a cause stands beside or below it, that is what is wrong";

/** The families that an unlisted code may belong to by its form, and where to look it up in each. Pure. */
export function renderForm(code: string, notes: readonly FamilyNote[], painter: Painter, width: number): string {
  return lines([
    painter.bold(safeText(code)),
    ...wrapBeside("  means   ", "The catalogue does not list it. By its form it may be of:", width),
    ...notes.flatMap(({ family, title, meaning, link }) => [
      ...wrapBeside("  family  ", `${family}: ${title}. ${meaning}`, width),
      ...wrapBeside("          ", link ?? "", width),
    ]),
  ]);
}

/**
 * Entries below the name of their family, for reading; those of a family stand together. Meanings are wrapped beside
 * their codes, below a code that is too long for its column. Pure.
 */
export function renderShelves(entries: readonly CatalogueEntry[], painter: Painter, width: number): string {
  return lines(
    entries.flatMap(({ code, family, title, meaning }, at) => {
      const isFirst = family !== entries[at - 1]?.family;
      const isLong = code.length > longestCode;
      return [
        ...(isFirst && at > 0 ? [""] : []),
        ...(isFirst ? wrapBeside("", `${title} (${family})`, width).map((line) => painter.bold(line)) : []),
        ...(isLong ? [`  ${code}`] : []),
        ...wrapBeside(`  ${(isLong ? "" : code).padEnd(longestCode)}  `, meaning, width),
      ];
    }),
  );
}

/** The three codes in a hundred that are longer would leave the meanings no room. */
const longestCode = 28;

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
