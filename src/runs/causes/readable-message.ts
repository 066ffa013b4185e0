import { readErrorJson } from "./causes-in-json.ts";

/**
 * A message for reading: of JSON in text its description, without the trace ids behind a sign-in error; JSON quoted in
 * it is unescaped once; of one that is longer than 4000 characters the beginning, and how long it is. `null` where
 * nothing is left to read. Pure.
 */
export function readable(message: string): string | null {
  const text = message.trim();
  // Twice as long as what is shown: what is unescaped gets shorter.
  const start = text.slice(0, 2 * longest);
  const words = unescaped(described(text) ?? withoutTrace(start)).trim();
  if (words === "") return null;
  const isWhole = words.length <= longest && (start.length === text.length || withoutTrace(start) !== start);
  return isWhole
    ? words
    : `${words.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "")}… (${String(text.length)} characters in all)`;
}

/**
 * The beginning of a message up to where a sign-in error ends: its line, a quotation mark, trace ids. `null` where that
 * is nothing. Pure.
 */
export function signInMessage(text: string): string | null {
  const start = text.slice(0, longest + 1).replace(/^\s{0,9}:/, "");
  return readable(start.slice(0, signInEnd.exec(start)?.index));
}

/** One line; inside JSON in text, line breaks are escaped and a quotation mark ends it. */
const signInEnd = /[\r\n]|\\[rn]|Trace ID:|,\s{0,9}Source=|\{"|"\s{0,9}[,}]/;

const longest = 4000;

function described(text: string): string | null {
  if (!text.startsWith("{")) return null;
  const told = readErrorJson(text)?.find(({ message }) => message !== null)?.message;
  if (told !== undefined) return told === null ? null : withoutTrace(told);
  // JSON that was cut short: its first description, where that is whole.
  const inside = description.exec(text.slice(0, longest))?.[1];
  return inside === undefined ? null : withoutTrace(unescaped(inside, true));
}

/** Takes off the ids that a sign-in service adds for its own people, which differ each time. */
function withoutTrace(text: string): string {
  const at = text.indexOf("Trace ID:");
  return at < 0 ? text : text.slice(0, at);
}

const description = /"(?:error_description|errorMessage|message|detail)"\s{0,9}:\s{0,9}"((?:[^"\\]|\\.){0,2000})/i;

/** JSON that is quoted in a text has its quotation marks escaped; a Windows path beside it has not. */
function unescaped(text: string, isInside = false): string {
  const from = isInside ? 0 : text.indexOf('\\"');
  if (from < 0) return text;
  const to = isInside ? text.length : text.lastIndexOf('\\"') + 2;
  const plain = text.slice(from, to).replace(/\\(["\\/nrt])/g, (_, letter: string) => escapes.get(letter) ?? letter);
  return text.slice(0, from) + plain + text.slice(to);
}

const escapes = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);
