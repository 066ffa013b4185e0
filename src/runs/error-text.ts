import type { Cause } from "./flow-run.ts";

/** The codes that stand in error texts, each with its own sentence, in the order found. */
export interface Marks {
  /** Each `ErrorCode=…` of a .NET chain (Azure Data Factory). */
  readonly named: readonly Cause[];
  /** Each `AADSTS…` (Microsoft Entra). */
  readonly signIn: readonly Cause[];
}

/**
 * Finds the codes in error texts (contract: flow-runs, §2.3): none twice, and at most 16 of each sort. Takes time
 * in proportion to the texts, whatever stands in them. Pure.
 */
export function findMarks(texts: readonly (string | null)[]): Marks {
  const named = new Map<string, Cause>();
  const signIn = new Map<string, Cause>();
  for (const text of texts) {
    if (text?.includes("ErrorCode=")) collect(named, namedCode, text, linkMessage);
    if (text?.includes("AADSTS")) collect(signIn, signInCode, text, signInMessage);
  }
  return named.size + signIn.size === 0 ? noMarks : { named: [...named.values()], signIn: [...signIn.values()] };
}

/**
 * A cause's message for reading: of JSON in text its description, of a .NET chain the message of its first link, both
 * without trace ids and the JSON behind them; any other message as it is. Pure.
 */
export function plainMessage(message: string | null): string | null {
  if (message === null) return null;
  const start = message.slice(0, longestLink);
  const described = /^\s*\{/.test(start) ? description.exec(start)?.[1] : undefined;
  if (described !== undefined) return sentence(jsonText(described), endOfMessage) ?? message;
  const chain = /^.{0,100}?ErrorCode=/.exec(start)?.[0];
  if (chain !== undefined) return linkMessage(start, chain.length) ?? message;
  return start.includes("AADSTS") ? (sentence(start, endOfSignIn) ?? message) : message;
}

const noMarks: Marks = { named: [], signIn: [] };
const mostOfASort = 16;

/** Not `SocketErrorCode=`, which is a detail of another code. */
const namedCode = /(?<![A-Za-z])ErrorCode=([^\s,;'"]{1,200})/g;
const signInCode = /(AADSTS\d{1,12})/g;

/** How much of a text is read for one message. */
const longestLink = 4000;
const description = /"(?:error_description|errorMessage|message|detail)"\s{0,9}:\s{0,9}"((?:[^"\\]|\\.){0,2000})/i;

/** Where a message ends: at trace ids, at the next part of its .NET link, or where JSON is appended. */
const endOfMessage = /Trace ID:|,Source=|\{"/;
/** A sign-in message is one line; inside JSON in text, line breaks are escaped and a quotation mark ends it. */
const endOfSignIn = /[\r\n]|\\[rn]|Trace ID:|,Source=|\{"|"\s{0,9}[,}]/;

function collect(
  found: Map<string, Cause>,
  pattern: RegExp,
  text: string,
  messageAt: (text: string, from: number) => string | null,
): void {
  for (const match of text.matchAll(pattern)) {
    if (found.size === mostOfASort) return;
    const code = match[1] ?? "";
    if (!found.has(code)) found.set(code, { code, message: messageAt(text, match.index + match[0].length) });
  }
}

/** The `Message=` of the .NET link whose code ends at `from`, if it has one of its own. */
function linkMessage(text: string, from: number): string | null {
  const link = text.slice(from, from + longestLink).split(namedCode, 1)[0] ?? "";
  const at = link.indexOf("Message=");
  if (at < 0) return null;
  const message = link.slice(at + "Message=".length);
  return message.startsWith("{") ? plainMessage(message) : sentence(message, endOfMessage);
}

function signInMessage(text: string, from: number): string | null {
  return sentence(text.slice(from, from + longestLink).replace(/^\s{0,9}:/, ""), endOfSignIn);
}

function sentence(text: string, end: RegExp): string | null {
  const words = text.slice(0, end.exec(text)?.index).trim();
  return words === "" ? null : words;
}

/** The inside of a JSON string as the text it means; as it is where it was cut short inside an escape. */
function jsonText(inside: string): string {
  try {
    const text: unknown = JSON.parse(`"${inside}"`);
    return typeof text === "string" ? text : inside;
  } catch {
    return inside;
  }
}
