import type { AnswerHeaders } from "../../host.ts";
import { isObject, parseObject, type JsonObject } from "../../json.ts";
import { mask } from "../../mask.ts";
import { FlowrunError } from "../../errors.ts";

/** A failed answer's own words about itself. */
export interface ServerWords {
  /** Adobe's gateway code ("403003"), OAuth's ("invalid_client"), or the end of a problem's type ("UPCORE-100600-400"). */
  readonly code: string | null;
  /** The server's own sentence, on one line, shortened. */
  readonly text: string | null;
  readonly requestId: string | null;
}

const longestText = 300;

/**
 * Reads an error body that may be gateway JSON (`error_code`, `message`), IMS JSON (`error`, `error_description`),
 * API JSON (`reason`, `message`), a problem (RFC 9457: `type`, `title`, `status`, `detail`), any of them inside `error` or
 * `errors`, plain text, HTML or nothing.
 * @param status of the answer: a problem that tells another one came from farther away.
 */
export function readServerWords(headers: AnswerHeaders, body: Uint8Array, status?: number): ServerWords {
  const requestId = findRequestId(headers);
  const text = new TextDecoder().decode(body.subarray(0, 65_536));
  const root = parseObject(text);
  if (root === null) return { code: null, text: isHtml(text) ? pageTitle(text) : oneLine(text), requestId };
  const fields = innermost(root);
  const code = word(fields["error_code"]) ?? word(fields["error"]) ?? word(fields["reason"]) ?? word(fields["code"]);
  const said = word(fields["message"]) ?? word(fields["error_description"]) ?? problemText(fields, status);
  return { code: oneLine(code ?? problemType(fields) ?? ""), text: oneLine(said), requestId };
}

/** By which the server knows the exchange; `null` where it does not say. Pure. */
export function findRequestId(headers: AnswerHeaders): string | null {
  const names = ["x-request-id", "x-debug-id", "x-correlation-id", "x-amzn-requestid"];
  return names.map((name) => headers[name]?.[0]).find((id) => id !== undefined && id !== "") ?? null;
}

/** A server's words, in one text; `null` where it said nothing. Pure. */
export function saidIn({ code, text }: ServerWords): string | null {
  const said = [code, text].filter((part) => part !== null);
  return said.length === 0 ? null : said.join(": ");
}

/** Whether a server answered with a page for people: whoever it is, it is no API. JSON is none, whatever its type. Pure. */
export function isWebPage(headers: AnswerHeaders, body: Uint8Array): boolean {
  const text = new TextDecoder().decode(body);
  const isCalledOne = /^\s*text\/html/i.test(headers["content-type"]?.[0] ?? "");
  return isHtml(text) || (isCalledOne && text.trim() !== "" && parseObject(text) === null);
}

/** Some wrap it up: `{"error": {"code", "message"}}`, `{"errors": [{…}]}`. */
function innermost(root: JsonObject): JsonObject {
  const { error, errors } = root;
  const inner: unknown = isObject(error) ? error : Array.isArray(errors) ? errors[0] : null;
  return isObject(inner) ? { ...root, error: undefined, ...inner } : root;
}

function problemText({ title, detail, status: told }: JsonObject, status: number | undefined): string {
  const parts = [...new Set([word(title), word(detail)])].filter((part) => part !== null);
  const isOther = parts.length > 0 && status !== undefined && Number(told ?? status) !== status;
  return `${parts.join(": ")}${isOther ? ` (status ${String(told)})` : ""}`;
}

/** A problem is known by a URL, of which the last word says which one it is. */
function problemType(fields: JsonObject): string | null {
  const type = "title" in fields || "detail" in fields ? word(fields["type"]) : null;
  return type === null || type === "about:blank" ? null : (/([^/#?:]+)[/#?]*$/.exec(type)?.[1] ?? null);
}

/** `a web page, "Sign in"`: which one tells a proxy from a mistyped host. */
function pageTitle(html: string): string | null {
  const title = oneLine(/<title[^>]*>([^<]*)/i.exec(html)?.[1] ?? "");
  return title === null ? null : `a web page, "${title}"`;
}

/** The hint for a request that got no answer at all, whoever was asked. */
export const networkHint = "look at DNS, proxy, certificates and clock, or try again in a while";

/** Whether an error is our own mistake rather than the network's: a fetch that failed says why in its cause. Pure. */
export function isMistake(error: unknown): boolean {
  return (error instanceof TypeError || error instanceof ReferenceError) && error.cause === undefined;
}

/** Whether a request certainly never reached a server: there was no connection that it could have gone by. Pure. */
export function isUnsent(error: unknown): boolean {
  return causeChain(error).some(
    (link) => Reflect.get(link, "syscall") === "connect" || neverSent.has(word(Reflect.get(link, "code")) ?? ""),
  );
}

const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

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
  ["ENETUNREACH", "that network cannot be reached"],
  ["EHOSTUNREACH", "that host cannot be reached"],
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
  // A server's words reach a terminal: no control characters. And they are cut, after which half a secret would be left.
  const line = mask(text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim());
  if (line === "") return null;
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line;
}
