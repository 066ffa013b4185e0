import { readErrorJson, readQuotedJson } from "./causes-in-json.ts";
import { readable, signInMessage } from "./readable-message.ts";
import type { Cause } from "../record/flow-run.ts";

/**
 * A cause as a text tells it, and in which dress: a name; an `aside`, which stands in passing (an HTTP status, SQL
 * Server's number, a code in a quoted answer) and explains less than any name; or `prose` without a code.
 */
export interface ToldCause extends Cause {
  readonly dress: "name" | "aside" | "prose";
}

/** The code of a cause that has none. */
export const unnamed = "unknown";

/**
 * The causes that an error text tells, outermost first, none twice: the links
 * of a Data Factory chain (`ErrorCode=X,'Type=…,Message=…,Source=…,''Type=…`, in all its styles), then the asides, then
 * names in other dress (`ERROR [42P01]`, `ErrorCode: 'X'`, `Caused by: X`), then sign-in codes (`AADSTS…`). A link
 * without a code is a cause where it says something new, and so is a whole text that names nothing. JSON is read by its
 * fields. Of more than 64 causes the middle ones are left out, which is said in their place. Takes time in proportion
 * to the text, whatever stands in it. Pure.
 */
export function readErrorText(text: string): readonly ToldCause[] {
  return withoutEchoes(withoutMiddle(withoutRepeats(piecesIn(text, 0))).map(causeOf));
}

/**
 * A message for reading that may be an error text itself: of a Data Factory chain what its first link says, of a
 * sign-in error its line, of JSON its description; any other as it is. Pure.
 */
export function plainMessage(message: string | null): string | null {
  if (message === null) return null;
  const start = message.slice(0, 4000);
  if (chainStart.test(start)) return firstSays(start) ?? message;
  if (start.includes("AADSTS") && !/^\s*\{/.test(start)) return signInMessage(start) ?? message;
  return /^\s*\{/.test(start) ? (readable(message) ?? message) : message;
}

function firstSays(text: string): string | null {
  const [first] = findLinks(text);
  return first === undefined ? null : sayOf(text, first);
}

const chainStart = /^.{0,100}?Error ?Code\s{0,9}=/s;

/** JSON in text in JSON: deeper than anybody quotes. */
const deepest = 16;

function piecesIn(text: string, depth: number): readonly Piece[] {
  const json = depth < deepest ? readErrorJson(text) : null;
  if (json !== null) return json.flatMap(({ code, message }) => ofJson(code, message, depth));
  const links = findLinks(text);
  const { marks, marked } = findMarks(text, links);
  const told: readonly Piece[] = [
    ...piecesOf(text, links, marked),
    ...marks.filter(({ sort }) => sort === "aside"),
    ...readQuotedJson(text).map(({ code, message }): Piece => ({ code, sort: "aside", say: () => message })),
    ...marks.filter(({ sort }) => sort === "name"),
    ...marks.filter(({ sort }) => sort === "sign-in"),
  ];
  return told.length > 0 ? told : [{ code: null, sort: "name", say: () => readable(text) }];
}

/** A code in JSON, and what its message tells beside itself. */
function ofJson(code: string | null, message: string | null, depth: number): readonly Piece[] {
  const inner = message === null ? [] : piecesIn(message, depth + 1);
  if (code === null) return inner;
  const own: Piece = { code, sort: isResultNumber(code) ? "aside" : "name", say: () => plainMessage(message) };
  return [own, ...inner.filter((piece) => piece.code !== null)];
}

/** A piece of a text that is a cause. */
interface Piece {
  /** `null` for prose. */
  readonly code: string | null;
  readonly sort: "name" | "aside" | "sign-in";
  /** Its message, made only where it is wanted: a text may hold a hundred thousand pieces. */
  readonly say: () => string | null;
}

function causeOf({ code, sort, say }: Piece): ToldCause {
  if (code === null) return { code: unnamed, message: say(), dress: "prose" };
  return { code, message: say(), dress: sort === "aside" ? "aside" : "name" };
}

/** A link of a Data Factory chain: what stands behind its code or its .NET type, up to where the next one begins. */
interface Link {
  readonly code: string | null;
  readonly isTyped: boolean;
  readonly from: number;
  readonly to: number;
}

const linkStart =
  /(?<![A-Za-z])Error ?Code\s{0,9}=\s{0,9}['"]?([^\s,;'"=]{1,200})|'\s{0,9}Type\s{0,9}=\s{0,9}[\w.+`[\]]{1,200}\s{0,9}(?=[,'])/g;

function findLinks(text: string): readonly Link[] {
  if (!/Error ?Code|Type/.test(text)) return [];
  const starts: { readonly code: string | null; readonly at: number; from: number; isTyped: boolean }[] = [];
  for (const match of text.matchAll(linkStart)) {
    const [head, code = null] = match;
    if (code !== null && isResultNumber(code)) continue;
    const last = starts.at(-1);
    const end = match.index + head.length;
    // The type that belongs to the code before it.
    if (code === null && last?.code && areOnlySeparators(text, last.from, match.index)) {
      last.from = end;
      last.isTyped = true;
    } else starts.push({ code, at: match.index, from: end, isTyped: code === null });
  }
  return starts.map(({ code, from, isTyped }, at) => ({ code, isTyped, from, to: starts[at + 1]?.at ?? text.length }));
}

function sayOf(text: string, { code, isTyped, from, to }: Link): string | null {
  const message = linkMessage(text.slice(from, to), isTyped);
  // What an exception without a code says is often what those around it have quoted already.
  const isEcho = code === null && message !== null && text.slice(0, from).includes(message);
  return isEcho ? null : message;
}

/** The links as causes, each code once; those without a code where no mark stands in them. */
function piecesOf(text: string, links: readonly Link[], marked: ReadonlySet<Link>): readonly Piece[] {
  const known = new Set<string>();
  return links.flatMap((link): readonly Piece[] => {
    const { code } = link;
    if (code === null ? marked.has(link) : known.has(code)) return none;
    if (code !== null) known.add(code);
    return [{ code, sort: code !== null && isNumber(code) ? "aside" : "name", say: () => sayOf(text, link) }];
  });
}

const none: readonly never[] = [];

function areOnlySeparators(text: string, from: number, to: number): boolean {
  return to - from < 100 && /^[\s,'"]*$/.test(text.slice(from, to));
}

/** .NET's HRESULTs, which say only that something failed. */
function isResultNumber(code: string): boolean {
  return /^-\d+$|^\d{8,}$|^0x[\da-f]+$/i.test(code);
}

function isNumber(code: string): boolean {
  return /^\d+$/.test(code);
}

const messageStart = /(?:Error ?)?Message\s{0,9}=\s{0,9}/i;
const messageEnd = /[,\r\n]\s{0,99}Source\s?=/;

/** A link's message: its `Message=`, else, where it has no type either, what stands right behind its code. */
function linkMessage(body: string, isTyped: boolean): string | null {
  const start = messageStart.exec(body);
  if (start === null && isTyped) return null;
  const rest = start === null ? body.replace(/^[\s,.:;'"]{1,99}/, "") : body.slice(start.index + start[0].length);
  const end = messageEnd.exec(rest);
  return readable(end === null ? withoutClosing(rest) : rest.slice(0, end.index));
}

/** The quotation mark that closes a link is no part of what it says, if it is one too many. */
function withoutClosing(text: string): string {
  const words = text.trimEnd().replace(/,\s{0,9}'{0,3}$/, "");
  const isOdd = words.endsWith("'") && (words.match(/'/g)?.length ?? 0) % 2 === 1;
  return isOdd ? words.slice(0, -1) : words;
}

const mark = new RegExp(
  [
    String.raw`(AADSTS\d{1,12})`,
    String.raw`\bERROR\s{0,3}\[([0-9A-Z]{5})\]`,
    String.raw`\bCaused by:\s{0,9}([A-Z_][\w$]{0,99}(?:\.[\w$]{1,99}){0,20})`,
    String.raw`(?<![A-Z])Error ?Code\s{0,9}:\s{0,9}['"]?([\w.-]{1,200})`,
    String.raw`\b(?:Http)?Status ?Code\s{0,9}[:=]?\s{0,9}['"(]?([3-5]\d\d)\b`,
    String.raw`\breturned an error: \(([3-5]\d\d)\)`,
    String.raw`\b(?:SqlErrorNumber|Class=\d{1,3},Number)=(\d{1,9})\b`,
  ].join("|"),
  "gi",
);
const mayHoldMark = /AADSTS|ERROR\s{0,3}\[|Error ?Code\s{0,9}:|Caused by:|Status ?Code|returned an error|Number=/i;

/** Each code once, where it stands first, and the links in which any stands. */
function findMarks(
  text: string,
  links: readonly Link[],
): { readonly marks: readonly Piece[]; readonly marked: Set<Link> } {
  const marks = new Map<string, Piece>();
  const marked = new Set<Link>();
  if (!mayHoldMark.test(text)) return { marks: [], marked };
  let link = 0;
  mark.lastIndex = 0;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    const [head, signIn, sqlState, thrown, named, status, returned, number] = match;
    const at = match.index;
    while ((links[link]?.to ?? Infinity) <= at) link += 1;
    const within = at >= (links[link]?.from ?? Infinity) ? links[link] : undefined;
    const code =
      signIn ?? (sqlState ?? thrown ?? named ?? status ?? returned ?? number ?? "").replace(/[.-]{1,9}$/, "");
    if (code === "" || (signIn === undefined && isResultNumber(code))) continue;
    if (within !== undefined) marked.add(within);
    if (marks.has(code)) continue;
    const isLine = sqlState !== undefined || thrown !== undefined;
    const end = at + head.length;
    const around = (): string | null => (within === undefined ? null : sayOf(text, within)) ?? readable(text);
    const line = (): string | null => restOfLine(text, end, within) ?? around();
    if (signIn !== undefined) {
      marks.set(code, { code, sort: "sign-in", say: () => signInMessage(text.slice(end, end + longestLine)) });
    } else marks.set(code, { code, sort: isNumber(code) ? "aside" : "name", say: isLine ? line : around });
  }
  return { marks: [...marks.values()], marked };
}

/** More of a line than is ever shown. */
const longestLine = 5000;

function restOfLine(text: string, from: number, within: Link | undefined): string | null {
  const rest = text.slice(from, Math.min(within?.to ?? Infinity, from + longestLine)).replace(/^[\s:]{1,9}/, "");
  return readable(rest.slice(0, /[\r\n]|,\s{0,99}Source\s?=/.exec(rest)?.index));
}

/** Each code once, in any case. */
function withoutRepeats(pieces: readonly Piece[]): readonly Piece[] {
  const known = new Set<string>();
  return pieces.filter(({ code }) => {
    const key = code?.toLowerCase() ?? null;
    const isNew = key === null || !known.has(key);
    if (key !== null) known.add(key);
    return isNew;
  });
}

/** Without prose that is empty, or says what somebody said before it. */
function withoutEchoes(causes: readonly ToldCause[]): readonly ToldCause[] {
  return causes.filter(({ message, dress }, at) => {
    if (dress !== "prose") return true;
    return message !== null && !causes.slice(0, at).some((before) => before.message?.includes(message));
  });
}

const mostCauses = 64;
const outerCauses = 16;

/** The deepest ones matter most: what is wrong is at the end. */
function withoutMiddle(pieces: readonly Piece[]): readonly Piece[] {
  if (pieces.length <= mostCauses) return pieces;
  const left = pieces.length - mostCauses + 1;
  const gap: Piece = { code: null, sort: "name", say: () => `(${String(left)} more causes are left out here)` };
  return [...pieces.slice(0, outerCauses), gap, ...pieces.slice(outerCauses + left)];
}
