import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { ExplainFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet, type OutputOptions } from "../../options/output-options.ts";
import { printRows, renderRows } from "../print-rows.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { renderCode, renderForm, renderShelves } from "../../../render/sheets/code-sheet.ts";
import { decideColour } from "../../../render/text/colour.ts";
import { renderErrorTree } from "../../../render/sheets/error-tree.ts";
import { createPainter } from "../../../render/text/painter.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import * as catalogue from "../../../runs/catalogue/catalogue.ts";
import type { CatalogueEntry, FamilyNote } from "../../../runs/catalogue/catalogue.ts";
import { unnamed } from "../../../runs/causes/causes-in-text.ts";
import type { RunError } from "../../../runs/record/flow-run.ts";
import { decodePasted, isPastedText } from "../../../runs/causes/pasted-text.ts";
import { activityErrors, readErrorReport } from "../../../runs/causes/run-errors.ts";

/**
 * Prints the meaning of an error code and its remedy, offline: by its name in any case, else by its beginning, its
 * family or a pattern. A whole error text, given or piped in (`-`), is read for its codes. Without a word, the whole
 * catalogue.
 * @throws FlowrunError `notFound` for a code that the catalogue does not have; it names the nearest ones.
 */
export async function runExplain(word: string | undefined, flags: ExplainFlags, host: Host): Promise<void> {
  const options = resolveOutput(codeColumns, flags);
  const found = find(word === "-" ? await readStdin(host) : word?.trim());
  if (wantsSheet(options)) {
    const text = await render(found, options, flags, host);
    return flags.pager ? host.page(text) : host.stdout.write(text);
  }
  if (found.error !== null && found.entries.length === 0) throw unknownCode(found.error.code);
  return printRows({ options, rows: found.entries.map(toRecord), color: flags.color }, host, host.stdout);
}

async function readStdin({ stdin }: Host): Promise<string> {
  const text = (await stdin.read()).trim();
  if (text !== "") return text;
  throw new FlowrunError("usage", "there is nothing to explain", {
    why: "nothing came in on stdin",
    hint: "pipe a code or an error text in: pbpaste | flowrun explain -",
  });
}

/** The entries and notes that the catalogue has for the user's word. */
interface Found {
  readonly entries: readonly CatalogueEntry[];
  /** An unlisted number, and the families that it may belong to. */
  readonly form: { readonly code: string; readonly notes: readonly FamilyNote[] } | null;
  /** The error that a whole text tells of; `entries` are then those of its codes. */
  readonly error: RunError | null;
}

function find(word: string | undefined): Found {
  if (word === undefined) return { entries: catalogue.allEntries(), form: null, error: null };
  const exact = catalogue.explain(word);
  if (exact.length > 0) return { entries: exact, form: null, error: null };
  if (isPastedText(word)) return findInText(decodePasted(word));
  // No text is the beginning of every code.
  const entries = word === "" ? [] : catalogue.matchCodes(word);
  if (entries.length === 0) throw unknownCode(word);
  // Codes that begin with a number need not be what it stands for.
  const notes = /^\d+$/.test(word) ? catalogue.aboutForm(word) : [];
  return { entries, form: notes.length === 0 ? null : { code: word, notes }, error: null };
}

function findInText(text: string): Found {
  const error = readErrorDetail(text);
  if (error !== null && [error, ...error.causes].some(({ code }) => code !== unnamed)) {
    const codes = new Set([error, ...error.causes].map(({ code }) => code));
    return { entries: [...codes].flatMap(catalogue.explain), form: null, error };
  }
  throw new FlowrunError("notFound", "no error code can be found in this text", {
    why: "it was read as the detail of an error: ErrorCode=…, AADSTS…",
    hint: "give a code alone, or see them all: flowrun explain",
  });
}

/** An error text read as an activity carries it, which is how it would have come with a run. */
function readErrorDetail(text: string): RunError | null {
  const activity = { statusSummary: { extensions: { errorDetail: text } } };
  return activityErrors(readErrorReport(activity, null))[0] ?? null;
}

function unknownCode(word: string): FlowrunError {
  const [likely, ...others] = catalogue.nearestCodes(word, mostSuggested);
  const or = others.length === 0 ? "" : ` (or ${others.join(", ")})`;
  return new FlowrunError("notFound", `the catalogue has no error code '${safeText(word)}'`, {
    why: aboutUnknown(word),
    hint: likely === undefined ? "see them all: flowrun explain" : `did you mean: flowrun explain ${likely}${or}`,
  });
}

const mostSuggested = 3;

/** The reason why a code is not found, with what its form tells. */
function aboutUnknown(word: string): string {
  const notes = catalogue.aboutForm(word);
  if (notes.length === 0) return "nor has it the form of any family of codes that is known";
  // The form of Platform's codes says so little that a slip of the keys is the better guess.
  const meant = notes[0]?.family === "platform" ? catalogue.nearMiss(word) : null;
  if (meant !== null) return `it differs from ${meant} by a letter or two`;
  const told = notes.map(({ family, title, meaning, link }) => {
    const see = link === null ? "" : ` See ${link}`;
    return `${title} (${family}): ${meaning}${see}`;
  });
  return `by its form it belongs to ${told.join(" Or to ")}`;
}

/** A code as it is listed. */
interface ListedCode extends CatalogueEntry {
  readonly type: "flowrun.code";
  readonly schemaVersion: 1;
}

function toRecord(entry: CatalogueEntry): ListedCode {
  const { code, family, title, rank, meaning, remedy, source, link } = entry;
  return { type: "flowrun.code", schemaVersion: 1, code, family, title, rank, meaning, remedy, source, link };
}

const codeColumns: ColumnSet<ListedCode> = {
  all: [
    { name: "code", title: "CODE", kind: "id", value: ({ code }) => code },
    { name: "family", title: "FAMILY", kind: "id", value: ({ family }) => family },
    { name: "meaning", title: "MEANING", kind: "text", value: ({ meaning }) => meaning },
    { name: "title", title: "FAMILY'S NAME", kind: "text", value: ({ title }) => title },
    { name: "rank", title: "RANK", kind: "id", value: ({ rank }) => rank },
    { name: "remedy", title: "REMEDY", kind: "text", value: ({ remedy }) => remedy },
    { name: "source", title: "SOURCE", kind: "text", value: ({ source }) => source },
    { name: "link", title: "LINK", kind: "id", value: ({ link }) => link },
  ],
  usual: ["code", "family", "meaning"],
  wide: ["title", "rank", "remedy", "source", "link"],
  id: "code",
  fields: ["type", "schemaVersion", "code", "family", "title", "rank", "meaning", "remedy", "source", "link"],
};

/** More than these are a list, to choose from. */
const mostInFull = 12;

async function render(
  { entries, form, error }: Found,
  options: OutputOptions<ListedCode>,
  { color }: ExplainFlags,
  host: Host,
): Promise<string> {
  const { stdout, env } = host;
  const painter = createPainter(decideColour(color, env, stdout.isTTY));
  const width = stdout.isTTY ? stdout.columns : pipeWidth;
  if (error !== null) {
    const tree = renderErrorTree(error, { catalogue, painter, width, nameOf: (activity) => activity });
    return tree.map((line) => `${line.trimEnd()}\n`).join("");
  }
  const unlisted = form === null ? [] : [renderForm(form.code, form.notes, painter, width)];
  if (entries.length <= mostInFull) {
    return [...unlisted, ...entries.map((entry) => renderCode(entry, painter, width))].join("\n");
  }
  const list = stdout.isTTY
    ? renderShelves(entries, painter, width)
    : await renderRows({ options, rows: entries.map(toRecord), color }, host, stdout);
  return [...unlisted, list].join("\n");
}

/** Columns that a text for reading takes where there is no terminal to ask. */
const pipeWidth = 80;
