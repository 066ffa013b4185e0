import { FlowrunError } from "../../errors.ts";
import { askGateway } from "../gateway/ask-gateway.ts";
import type { Attempt } from "../gateway/retrying.ts";
import type { Answer } from "../../host.ts";
import { countOf, isObject, objectOf, objectsOf, textOf, wordOf, type JsonObject } from "../../json.ts";
import { keepSecretsOfUrl, mask } from "../../mask.ts";
import { managementService, unreadableAnswer, type RegistrationsApi } from "./api.ts";
import { tracingUrl, type ConsolePlace } from "./console-place.ts";
import type { Registration } from "./registration.ts";

/** One delivery that Adobe tried. What was sent is left out: its headers hold signatures and keys, its body the event. */
export interface Trace {
  /** RFC 3339; `null` where the trace does not say. */
  readonly at: string | null;
  /** The receiver's answer, or one of Adobe's own numbers from 600 where there was none; `null` where it does not say. */
  readonly status: number | null;
  readonly failed: boolean;
  /** How long the receiver took, in milliseconds; `null` where it does not say. */
  readonly elapsedMs: number | null;
  readonly eventCode: string | null;
  readonly eventIds: readonly string[];
  readonly deliveryId: string | null;
  /** Which retry it was; 0 for the first attempt. */
  readonly retry: number;
  /** Where it was sent to, without a secret. */
  readonly url: string | null;
  /** The words that the receiver answered, or what Adobe's number means; on one line, cut, without a secret. */
  readonly answer: string | null;
}

/**
 * The last deliveries of a registration, oldest first: Adobe keeps a hundred good and a hundred bad ones of seven days.
 * @throws FlowrunError `usage` for a registration that delivers nothing, `protocol` for one whose links do not say how to
 * ask; as `askGateway` does.
 */
export async function readTraces(
  api: RegistrationsApi,
  { consumerOrgId }: ConsolePlace,
  registration: Registration,
): Promise<readonly Trace[]> {
  const { id, deliveryType, name } = registration;
  if (deliveryType === "journal") {
    throw new FlowrunError("usage", `nothing is delivered by '${name}', so there is nothing to trace`, {
      why: "it is a journal registration: its events wait until they are read",
      hint: "see what is in its journal: flowrun since -P1D, after flowrun registrations use " + id,
    });
  }
  const url = tracingUrl(api.apiUrl, consumerOrgId, credentialOf(registration), id);
  const service = {
    ...managementService(api, "read the registration's traces"),
    missing: {
      message: "Adobe keeps no traces of the registration:",
      hint: `see how it fares: flowrun registrations show ${id}`,
    },
  };
  const read = (answer: Answer) => (answer.status === 200 ? readAnswer(answer) : null);
  const traces = await askGateway(api, { service, url: () => url, accept: "application/json", read });
  return [...traces].sort((one, other) => (one.at ?? "").localeCompare(other.at ?? "", "en"));
}

/** The credential's own number stands in the journal's URL alone. */
function credentialOf({ journalUrl, name }: Registration): string {
  const [, credentialId] = /\/organizations\/[^/?#]+\/integrations\/([\w-]+)(?:\/|$)/.exec(journalUrl ?? "") ?? [];
  if (credentialId !== undefined) return credentialId;
  throw new FlowrunError("protocol", `the registration '${name}' does not say where its traces are`, {
    why: "its `rel:events` link is missing, or names no integration",
    hint: "look at them in Adobe Developer Console → your project → the registration → Debug tracing",
  });
}

/** Two hundred of them, each with two bodies of 64 KB. */
const mostBytes = 64 * 1024 * 1024;

async function readAnswer(answer: Answer): Promise<Attempt<readonly Trace[]>> {
  const list = parseList(new TextDecoder().decode(await answer.body({ mostBytes })));
  return list === null ? { trouble: unreadableAnswer } : { value: list.filter(isObject).map(decodeTrace) };
}

function parseList(text: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** Reads one trace; whatever is missing is `null`. Remembers the secrets of its URL, which a receiver may tell. */
function decodeTrace(value: JsonObject): Trace {
  const trace = objectOf(value["trace"]);
  const request = objectOf(trace["tracingRequest"]);
  const response = objectOf(trace["tracingResponse"]);
  const headers = lowerCase(objectOf(request["requestHeaders"]));
  const insights = objectsOf(trace["insightsInfo"]);
  const status = numberOf(response["responseCode"]);
  const eventIds = insights.flatMap((insight) => wordsOf(insight["eventIds"]));
  const url = textOf(request["requestUrl"]);
  keepSecretsOfUrl(url ?? "");
  return {
    at: timeOf(trace["ts"]) ?? timeOf(value["date"]),
    status,
    failed: status === null || status < 200 || status > 299,
    elapsedMs: numberOf(response["responseTime"]),
    eventCode: insights.map(({ eventCode }) => textOf(eventCode)).find((code) => code !== null) ?? null,
    eventIds: [...new Set(eventIds)],
    deliveryId: headers.get("x-adobe-delivery-id") ?? null,
    retry: numberOf(headers.get("x-adobe-retry-count")) ?? 0,
    url: url === null ? null : mask(url),
    answer: quietly(textOf(response["responseBody"]) ?? "") ?? ownNumbers.get(status ?? 0) ?? null,
  };
}

/** Adobe's own, where no answer came. */
const ownNumbers = new Map([
  [601, "something unexpected went wrong at Adobe"],
  [602, "the receiver could not be reached: network"],
  [604, "the receiver did not answer within ten seconds"],
  [611, "the receiver's TLS certificate or protocol was not taken"],
]);

/** The meaning of a status beyond its number, where it is one of Adobe's own; `null` for those of HTTP. Pure. */
export function meaningOfStatus(status: number): string | null {
  return ownNumbers.get(status) ?? null;
}

const longestAnswer = 1000;

/** A receiver's words on one line: nothing that acts on a terminal, and no secret, its own ones neither. */
function quietly(text: string): string | null {
  const quiet = mask(text.slice(0, 65_536)).replace(cookie, "$1[secret]").replace(bearer, "$1[secret]");
  const line = quiet
    .replace(secretField, "$1[secret]")
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
  if (line === "") return null;
  return line.length > longestAnswer ? `${line.slice(0, longestAnswer)}…` : line;
}

/** Headers that somebody echoes: of these, all of the line. */
const cookie = /((?:set-)?cookie\s*:\s*)[^\r\n]+/gi;

const bearer = /\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi;

/**
 * A field of JSON, of JSON inside JSON, of a form or of a dump, whose name ends in a word that says what it holds. What
 * stands before that word is not looked at: it may be 64 KB long. A value that was cut off ends with the text.
 */
const secretField =
  /((?:secret|password|passwd|token|signature|credential|api[_-]?key|authorization)\\*"?\s*[:=]\s*)(?:\\+"[^"]*(?:"|$)|"(?:[^"\\]|\\[^])*(?:"|\\?$)|[^\s",;}&]+)/gi;

function lowerCase(headers: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).flatMap(([name, value]) => {
      const word = wordOf(Array.isArray(value) ? value[0] : value);
      return word === null ? [] : [[name.toLowerCase(), word] as const];
    }),
  );
}

function wordsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.flatMap((element) => wordOf(element) ?? []);
}

function numberOf(value: unknown): number | null {
  const isDigits = typeof value === "string" && /^\d{1,9}(?:\.\d{1,9})?$/.test(value);
  return countOf(isDigits ? Number(value) : value);
}

/** Epoch milliseconds, epoch seconds, or a date as text. */
function timeOf(value: unknown): string | null {
  const number =
    typeof value === "number" ? value : typeof value === "string" && /^\d{9,15}$/.test(value) ? Number(value) : null;
  const ms = number === null ? Date.parse(textOf(value) ?? "") : number < 1e11 ? number * 1000 : number;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}
