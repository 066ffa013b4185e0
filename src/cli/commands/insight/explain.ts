import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { ExplainFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet, type OutputOptions } from "../../options/output-options.ts";
import { printRows, renderRows } from "../print-rows.ts";
import { tell } from "../../terminal/tell.ts";
import type { CodeHistory } from "../../../engine/archive/history.ts";
import type { Column, ColumnKind, ColumnSet } from "../../../render/formats/column.ts";
import { renderCode, renderForm, renderShelves } from "../../../render/sheets/code-sheet.ts";
import { decideColour } from "../../../render/text/colour.ts";
import { renderErrorTree } from "../../../render/sheets/error-tree.ts";
import { createPainter } from "../../../render/text/painter.ts";
import { openTimes } from "../../../render/text/times.ts";
import { readCodeHistories, type CodeHistories } from "./code-histories.ts";
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
  const histories = found.entries.length <= mostInFull ? await readCodeHistories(codesOf(found), flags, host) : null;
  if (wantsSheet(options)) {
    return tell(await render(found, { options, flags, histories }, host), host.stdout);
  }
  if (found.error !== null && found.entries.length === 0) throw unknownCode(found.error.code);
  const rows = found.entries.map((entry) => toRecord(entry, histories?.of.get(entry.code) ?? null));
  return printRows({ options, rows, color: flags.color }, host, host.stdout);
}

/** The codes that a history is told of. */
function codesOf({ entries, form, error }: Found): readonly string[] {
  const named =
    error === null ? [] : [error, ...error.causes].map(({ code }) => code).filter((code) => code !== unnamed);
  const all = [...(form === null ? [] : [form.code]), ...entries.map(({ code }) => code), ...named];
  return [...new Set(all)].slice(0, mostInFull);
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
  /** `null` without an archive, for a code that it never met, and in long lists. */
  readonly history: ListedHistory | null;
}

/** A code's history as it is listed; times are RFC 3339. */
interface ListedHistory extends Omit<CodeHistory, "firstSeenAt" | "lastSeenAt" | "flows"> {
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly flows: readonly { readonly flowId: string; readonly flowName: string | null; readonly runs: number }[];
}

function toRecord(entry: CatalogueEntry, history: CodeHistory | null): ListedCode {
  const { code, family, title, rank, meaning, remedy, source, link } = entry;
  const own = {
    type: "flowrun.code",
    schemaVersion: 1,
    code,
    family,
    title,
    rank,
    meaning,
    remedy,
    source,
    link,
  } as const;
  return { ...own, history: history === null ? null : listedHistory(history) };
}

function listedHistory(history: CodeHistory): ListedHistory {
  const { firstSeenAt, lastSeenAt, last7Days, last30Days, last90Days, flows, medianRecoveryMs } = history;
  return {
    firstSeenAt: new Date(firstSeenAt).toISOString(),
    lastSeenAt: new Date(lastSeenAt).toISOString(),
    ...{ last7Days, last30Days, last90Days },
    flows: flows.map(({ id, name, runs }) => ({ flowId: id, flowName: name, runs })),
    medianRecoveryMs,
  };
}

/** All columns of error codes. */
export const codeColumns: ColumnSet<ListedCode> = {
  all: [
    { name: "code", title: "CODE", kind: "id", value: ({ code }) => code },
    { name: "family", title: "FAMILY", kind: "id", value: ({ family }) => family },
    { name: "meaning", title: "MEANING", kind: "text", value: ({ meaning }) => meaning },
    { name: "title", title: "FAMILY'S NAME", kind: "text", value: ({ title }) => title },
    { name: "rank", title: "RANK", kind: "id", value: ({ rank }) => rank },
    { name: "remedy", title: "REMEDY", kind: "text", value: ({ remedy }) => remedy },
    { name: "source", title: "SOURCE", kind: "text", value: ({ source }) => source },
    { name: "link", title: "LINK", kind: "id", value: ({ link }) => link },
    historyColumn("firstSeenAt", "FIRST SEEN", "time"),
    historyColumn("lastSeenAt", "LAST SEEN", "time"),
    historyColumn("last7Days", "7 DAYS", "count"),
    historyColumn("last30Days", "30 DAYS", "count"),
    historyColumn("last90Days", "90 DAYS", "count"),
    historyColumn("medianRecoveryMs", "RECOVERY", "duration"),
  ],
  usual: ["code", "family", "meaning"],
  wide: ["title", "rank", "remedy", "source", "link"],
  id: "code",
  fields: [
    ...["type", "schemaVersion", "code", "family", "title", "rank", "meaning", "remedy", "source", "link"],
    ...["firstSeenAt", "lastSeenAt", "last7Days", "last30Days", "last90Days"].map((name) => `history.${name}`),
    ...["flowId", "flowName", "runs"].map((name) => `history.flows.${name}`),
    "history.medianRecoveryMs",
  ],
};

function historyColumn(
  name: Exclude<keyof ListedHistory, "flows">,
  title: string,
  kind: ColumnKind,
): Column<ListedCode> {
  return { name: `history.${name}`, title, kind, value: ({ history }) => history?.[name] ?? null };
}

/** More than these are a list, to choose from. */
const mostInFull = 12;

/** How the answer is to be told. */
interface Telling {
  readonly options: OutputOptions<ListedCode>;
  readonly flags: ExplainFlags;
  readonly histories: CodeHistories | null;
}

async function render({ entries, form, error }: Found, { options, flags, histories }: Telling, host: Host) {
  const { stdout, env } = host;
  const { color } = flags;
  const painter = createPainter(decideColour(color, env, stdout.isTTY));
  const width = stdout.isTTY ? stdout.columns : pipeWidth;
  const historyOf = await historyTeller(histories, width, host);
  if (error !== null) {
    const tree = renderErrorTree(error, { catalogue, painter, width, nameOf: (activity) => activity });
    const codes = [...(histories?.of ?? [])].flatMap(([code, history]) => (history === null ? [] : [code]));
    const blocks = codes.map((code) => `${painter.bold(safeText(code))}\n${historyOf(code)}`);
    return [tree.map((line) => `${line.trimEnd()}\n`).join(""), ...blocks].join("\n");
  }
  const unlisted = form === null ? [] : [renderForm(form.code, form.notes, painter, width) + historyOf(form.code)];
  if (entries.length <= mostInFull) {
    const blocks = entries.map((entry) => renderCode(entry, painter, width) + historyOf(entry.code));
    return [...unlisted, ...blocks].join("\n");
  }
  const list = stdout.isTTY
    ? renderShelves(entries, painter, width)
    : await renderRows({ options, rows: entries.map((entry) => toRecord(entry, null)), color }, host, stdout);
  return [...unlisted, list].join("\n");
}

/** Tells a code's history; nothing where no archive tells. */
async function historyTeller(
  histories: CodeHistories | null,
  width: number,
  host: Host,
): Promise<(code: string) => string> {
  if (histories === null) return () => "";
  const { renderCodeHistory } = await import("../../../render/sheets/code-history.ts");
  const time = await openTimes(host.stdout.isTTY ? "local" : "iso", () => host.now());
  return (code) => renderCodeHistory(histories.of.get(code) ?? null, histories, { time, width });
}

/** Columns that a text for reading takes where there is no terminal to ask. */
const pipeWidth = 80;
