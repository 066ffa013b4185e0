import type { Look, Renderer } from "./renderer.ts";

/** One format of `--output`: all that help, completion, checks and printing know of it. */
export interface Format {
  /** Its description for the help, in one line. */
  readonly help: string;
  /** Whether it shows columns (`--columns`, `--no-headers`) rather than whole records. */
  readonly hasColumns: boolean;
  /** Which columns it takes where nobody names any: the usual ones, those and more, or the one that is the row's id. */
  readonly takes: "usual" | "wide" | "id";
  /** Whether whoever reads it expects JSON: then an error is told as JSON, too. */
  readonly isJson: boolean;
  /** How it is laid out for reading: fitted to the terminal, or in all its width; `null` where it is for programs. */
  readonly laid: "fitted" | "whole" | null;
  /** Loads what the format needs and no other does. Nothing is rendered yet. */
  readonly open: <Row>(look: Look<Row>) => Promise<Renderer<Row>>;
}

/** A row for each format, by its word. A new one is a row here and the file that it opens. */
export const formats = {
  table: {
    help: "a row a line, as wide as the terminal",
    hasColumns: true,
    takes: "usual",
    isJson: false,
    laid: "fitted",
    open: async (look) => (await import("./table.ts")).openTable(look, () => widthOf(look)),
  },
  wide: {
    help: "a table with more columns, and nothing cut",
    hasColumns: true,
    takes: "wide",
    isJson: false,
    laid: "whole",
    open: async (look) => (await import("./table.ts")).openTable(look, () => Infinity),
  },
  json: {
    help: "one array of whole records",
    hasColumns: false,
    takes: "usual",
    isJson: true,
    laid: null,
    open: async (look) => (await import("./json.ts")).jsonRenderer(look),
  },
  ndjson: {
    help: "a whole record a line, as it arrives",
    hasColumns: false,
    takes: "usual",
    isJson: true,
    laid: null,
    open: async (look) => (await import("./json.ts")).ndjsonRenderer(look),
  },
  csv: {
    help: "the columns for spreadsheets and scripts",
    hasColumns: true,
    takes: "usual",
    isJson: false,
    laid: null,
    open: async (look) => (await import("./csv.ts")).csvRenderer(look),
  },
  yaml: {
    help: "a document for each whole record",
    hasColumns: false,
    takes: "usual",
    isJson: false,
    laid: null,
    open: async () => (await import("./yaml.ts")).yamlRenderer(),
  },
  markdown: {
    help: "a table for GitHub: issues, pull requests, wikis",
    hasColumns: true,
    takes: "usual",
    isJson: false,
    laid: null,
    open: async (look) => (await import("./markdown.ts")).openMarkdown(look),
  },
  name: {
    help: "the id of each row and nothing else, for xargs",
    hasColumns: false,
    takes: "id",
    isJson: false,
    laid: null,
    open: async (look) => (await import("./name.ts")).nameRenderer(look),
  },
} satisfies Readonly<Record<string, Format>>;

/** A word of `--output`. */
export type OutputFormat = keyof typeof formats;

/** The words of `--output`, in the order in which help names them. */
export const outputFormats: readonly OutputFormat[] = Object.keys(formats).filter(isFormat);

/** The words of the formats that have columns. */
export const columnFormats: readonly OutputFormat[] = outputFormats.filter((word) => formats[word].hasColumns);

/** Whether a word is one of `--output`'s, and one whose readers expect JSON. Pure. */
export function isJsonFormat(word: string): boolean {
  return isFormat(word) && formats[word].isJson;
}

/** Whether a word is one of `--output`'s. Pure. */
export function isFormat(word: string): word is OutputFormat {
  return Object.hasOwn(formats, word);
}

/** In a pipe nothing is cut and no column left out. */
function widthOf({ stream }: Pick<Look<never>, "stream">): number {
  return stream.isTTY ? stream.columns : Infinity;
}
