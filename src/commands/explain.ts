import { FlowrunError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { ExplainFlags } from "../program/flags.ts";
import { renderCode, renderCodes } from "../render/code-sheet.ts";
import { decideColour } from "../render/colour.ts";
import { createPainter } from "../render/painter.ts";
import { safeText } from "../render/safe-text.ts";
import { allEntries, explain, familyOf, matchCodes, nearestCodes, type CatalogueEntry } from "../runs/catalogue.ts";
import { families } from "../runs/error-codes-families.ts";

/**
 * What an error code means and what to do about it, offline: by its name in any case, else by its beginning, its
 * family or a pattern. Without one, the whole catalogue.
 * @throws FlowrunError `notFound` for a code that the catalogue does not have; it names the nearest ones.
 */
export async function runExplain(word: string | undefined, flags: ExplainFlags, host: Host): Promise<void> {
  const entries = word === undefined ? allEntries() : findEntries(word.trim());
  await host.stdout.write(flags.json === true ? entries.map(toJson).join("") : render(entries, flags, host));
}

function findEntries(word: string): readonly CatalogueEntry[] {
  const exact = explain(word);
  // No text is the beginning of every code.
  const entries = exact.length > 0 || word === "" ? exact : matchCodes(word);
  if (entries.length > 0) return entries;
  const [likely, ...others] = nearestCodes(word, mostSuggested);
  const or = others.length === 0 ? "" : ` (or ${others.join(", ")})`;
  throw new FlowrunError("notFound", `the catalogue has no error code '${safeText(word)}'`, {
    why: aboutFamily(word),
    hint: likely === undefined ? "see them all: flowrun explain" : `did you mean: flowrun explain ${likely}${or}`,
  });
}

const mostSuggested = 3;

/** What can be said of a code that nobody has listed: what its form tells. */
function aboutFamily(word: string): string {
  const about = familyOf(word).map((family) => `${families[family].title} (${family}): ${families[family].meaning}`);
  if (about.length === 0) return "nor has it the form of any family of codes that is known";
  return `by its form it belongs to ${about.join(" Or to ")}`;
}

function toJson({ code, family, meaning, remedy, source }: CatalogueEntry): string {
  const { title } = families[family];
  return `${JSON.stringify({ type: "flowrun.code", schemaVersion: 1, code, family, title, meaning, remedy, source })}\n`;
}

/** More than these are a table, to choose from. */
const mostInFull = 12;

function render(entries: readonly CatalogueEntry[], { color }: ExplainFlags, { stdout, env }: Host): string {
  if (entries.length > mostInFull) return renderCodes(entries, stdout.isTTY ? stdout.columns : Infinity);
  const painter = createPainter(decideColour(color, env, stdout.isTTY));
  const width = stdout.isTTY ? stdout.columns : pipeWidth;
  return entries.map((entry) => renderCode(entry, painter, width)).join("\n");
}

/** Columns that a text for reading takes where there is no terminal to ask. */
const pipeWidth = 80;
