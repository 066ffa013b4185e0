import type { AnswerHeaders } from "../host.ts";
import { FlowrunError } from "../errors.ts";
import { parseObject } from "../json.ts";

/** What a failed answer says of itself. */
export interface ServerWords {
  /** Adobe's gateway code ("403003") or OAuth's ("invalid_client"). */
  readonly code: string | null;
  /** The server's own sentence, on one line, shortened. */
  readonly text: string | null;
  readonly requestId: string | null;
}

const longestText = 300;

/**
 * Reads an error body that may be gateway JSON (`error_code`, `message`), IMS JSON (`error`, `error_description`),
 * API JSON (`reason`, `message`), plain text, HTML or nothing (contract: journal, §1.6, §2.1, §3). Pure.
 */
export function readServerWords(headers: AnswerHeaders, body: Uint8Array): ServerWords {
  const requestId = headers["x-request-id"]?.[0] ?? headers["x-debug-id"]?.[0] ?? null;
  const text = new TextDecoder().decode(body.subarray(0, 65_536));
  const fields = parseObject(text);
  if (fields === null) return { code: null, text: isHtml(text) ? null : oneLine(text), requestId };
  return {
    code: word(fields["error_code"]) ?? word(fields["error"]) ?? word(fields["reason"]),
    text: oneLine(word(fields["message"]) ?? word(fields["error_description"]) ?? word(fields["title"]) ?? ""),
    requestId,
  };
}

/** What to type when no answer came at all, whoever was asked. */
export const networkHint = "look at DNS, proxy, certificates and clock with: flowrun doctor; or try again in a while";

/** Whether an error is our own mistake rather than the network's: a fetch that failed says why in its cause. Pure. */
export function isMistake(error: unknown): boolean {
  return (error instanceof TypeError || error instanceof ReferenceError) && error.cause === undefined;
}

/** One sentence about why no answer came: a refused connection, a name not found, a certificate, a stall. Pure. */
export function describeNetworkFailure(error: unknown): string {
  if (error instanceof FlowrunError) return [error.message, error.why].filter((part) => part !== null).join(": ");
  const chain = causeChain(error);
  const code = chain.map((link) => word(Reflect.get(link, "code"))).findLast((found) => found !== null) ?? null;
  const told = code === null ? undefined : knownCodes.get(code);
  const message = oneLine(textOf(chain.at(-1) ?? error)) ?? "the connection failed";
  return told === undefined ? [code, message].filter((part) => part !== null).join(": ") : `${told} (${message})`;
}

/** Where several addresses were tried, what became of each: the error that holds them has often no words of its own. */
function textOf(error: unknown): string {
  if (!(error instanceof AggregateError)) return error instanceof Error ? error.message : String(error);
  const texts = [error.message, ...error.errors.map(textOf)].filter((text) => text !== "");
  return [...new Set(texts)].join("; ");
}

const knownCodes = new Map([
  ["ECONNREFUSED", "the connection was refused"],
  ["ECONNRESET", "the connection was reset"],
  ["UND_ERR_SOCKET", "the connection was closed"],
  ["ENOTFOUND", "the host name was not found"],
  ["EAI_AGAIN", "the host name could not be looked up"],
  ["ENETUNREACH", "there is no way to that network"],
  ["EHOSTUNREACH", "there is no way to that host"],
  ["ETIMEDOUT", "the connection timed out"],
  ["UND_ERR_CONNECT_TIMEOUT", "the connection timed out"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "the other side speaks no TLS: is it http:// instead of https://?"],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", "the other side speaks no TLS: is it http:// instead of https://?"],
  ["UND_ERR_HEADERS_TIMEOUT", "no answer came in time"],
  ["UND_ERR_BODY_TIMEOUT", "the answer stalled"],
]);

function causeChain(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let link = error; link instanceof Error && chain.length < 8; link = link.cause) chain.push(link);
  return chain;
}

function word(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

function isHtml(text: string): boolean {
  return text.trimStart().startsWith("<");
}

function oneLine(text: string): string | null {
  // A server's words reach a terminal: no control characters.
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  if (line === "") return null;
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line;
}
