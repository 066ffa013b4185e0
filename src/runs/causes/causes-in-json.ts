import { isObject, wordOf } from "../../json.ts";

/** The code and message of an object inside an error in JSON; one of the two at least. */
export interface JsonCause {
  readonly code: string | null;
  readonly message: string | null;
}

/**
 * The codes and messages in an error that is JSON, the outermost first; `null` for a text that is no JSON, or says
 * neither. A JSON string is read as the text that it means. Pure.
 */
export function readErrorJson(text: string): readonly JsonCause[] | null {
  if (!/^\s{0,99}[[{"]/.test(text) || !/[\]}"]\s{0,99}$/.test(text.slice(-100))) return null;
  const value = parse(text);
  if (typeof value === "string") return [{ code: null, message: value }];
  const found: JsonCause[] = [];
  collect(value, 0, found);
  return found.length === 0 ? null : found;
}

/**
 * The codes in objects that are quoted inside a text, such as the answer of a service. Those are looked for from the
 * text's beginning, sixteen at most, and only where an object is whole. Pure.
 */
export function readQuotedJson(text: string): readonly JsonCause[] {
  if (!mayQuote.test(text)) return [];
  const found: JsonCause[] = [];
  objectStart.lastIndex = 0;
  for (let tries = 0; tries < mostQuoted; tries += 1) {
    const start = objectStart.exec(text);
    if (start === null) break;
    const isEscaped = start[1] !== undefined;
    const end = endOfObject(text, start.index, isEscaped);
    if (end === null) break;
    const quoted = text.slice(start.index, end);
    collect(parse(isEscaped ? parse(`"${quoted}"`) : quoted), 0, found);
    objectStart.lastIndex = end;
  }
  return found.filter(({ code }) => code !== null);
}

const mayQuote = /\{\s{0,9}\\?"/;
const objectStart = /\{\s{0,9}(\\)?"/g;
const mostQuoted = 16;

/**
 * The marks between which an object's braces count: what is escaped, a quotation mark, a brace. In an object that is
 * written inside a JSON string a quotation mark is `\"`, and what is escaped in it is so twice.
 */
const marks = { plain: /\\.|"|[{}]/gs, escaped: /\\\\(?:\\.|.)|\\"|[{}]/gs };

/** Where the object that begins at `from` ends, by its braces outside quotation marks; `null` where it does not. */
function endOfObject(text: string, from: number, isEscaped: boolean): number | null {
  const mark = isEscaped ? marks.escaped : marks.plain;
  const quotationMark = isEscaped ? '\\"' : '"';
  let depth = 0;
  let isQuoted = false;
  mark.lastIndex = from;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    const [sign] = match;
    if (sign === quotationMark) isQuoted = !isQuoted;
    else if (sign === "{" && !isQuoted) depth += 1;
    else if (sign === "}" && !isQuoted) depth -= 1;
    if (depth === 0) return mark.lastIndex;
  }
  return null;
}

/** Codes and messages of an object and of what is in it, for sixteen levels: deeper than any service nests them. */
function collect(value: unknown, depth: number, found: JsonCause[]): void {
  if (depth > deepest || found.length >= mostFound) return;
  if (Array.isArray(value)) for (const item of value) collect(item, depth + 1, found);
  if (!isObject(value)) return;
  let code: string | null = null;
  let message: string | null = null;
  const inner: unknown[] = [];
  for (const [name, field] of Object.entries(value)) {
    if (typeof field === "object" && field !== null) inner.push(field);
    else if (codeNames.has(name.toLowerCase())) code ??= wordOf(field);
    else if (messageNames.has(name.toLowerCase())) message ??= wordOf(field);
  }
  if (code !== null || message !== null) found.push({ code, message });
  for (const field of inner) collect(field, depth + 1, found);
}

const deepest = 16;
const mostFound = 64;
const codeNames = new Set(["code", "errorcode", "error_code"]);
const messageNames = new Set(["message", "errormessage", "error_description", "description", "detail"]);

function parse(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
