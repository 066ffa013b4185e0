import { readServerWords } from "../../../adobe/http/words.ts";
import type { AnswerHeaders } from "../../../host.ts";
import { objectOf, parseObject, textOf, wordOf } from "../../../json.ts";
import { decodeProtobuf, type EncodedField } from "./protobuf.ts";

/** The part of a request that a receiver left, which took the rest. */
export interface Shortfall {
  /** So many spans, points of metrics, or log records; 0 where it only has something to say. */
  readonly rejected: number;
  /** In its own words, on one line. */
  readonly reason: string | null;
}

/**
 * The part that was not taken, as an answer of success says; `null` where all was, or where it says nothing that can be
 * understood.
 * Receivers answer in protobuf or in JSON, whatever they were asked in. Pure.
 */
export function shortfallIn(headers: AnswerHeaders, body: Uint8Array): Shortfall | null {
  const { rejected, reason } = isProtobuf(headers) ? shortfallInProtobuf(body) : shortfallInJson(body);
  const words = reason === null ? null : readServerWords({}, reason).text;
  return rejected === 0 && words === null ? null : { rejected, reason: words };
}

/** A receiver's own words about a refusal, on one line: a Status of gRPC in protobuf or in JSON, or any text. Pure. */
export function refusalIn(headers: AnswerHeaders, body: Uint8Array, status: number): string | null {
  const fields = isProtobuf(headers) ? decodeProtobuf(body) : null;
  // Some say that they answer in protobuf, and answer with a text.
  const said = fields === null ? body : bytesOf(fields, 2);
  return said === null ? null : readServerWords(headers, said, status).text;
}

function isProtobuf(headers: AnswerHeaders): boolean {
  return /protobuf/i.test(headers["content-type"]?.[0] ?? "");
}

interface Told {
  readonly rejected: number;
  readonly reason: Uint8Array | null;
}

/** The `partial_success` of any response holds how many were rejected, and why. */
function shortfallInProtobuf(body: Uint8Array): Told {
  const partial = bytesOf(decodeProtobuf(body), 1);
  const fields = partial === null ? null : decodeProtobuf(partial);
  const rejected = valueOf(fields, 1);
  return { rejected: typeof rejected === "number" ? rejected : 0, reason: bytesOf(fields, 2) };
}

function shortfallInJson(body: Uint8Array): Told {
  const { partialSuccess } = parseObject(new TextDecoder().decode(body)) ?? {};
  const { rejectedSpans, rejectedDataPoints, rejectedLogRecords, errorMessage } = objectOf(partialSuccess);
  // 64 bits, which JSON has as a text.
  const rejected = Number(wordOf(rejectedSpans) ?? wordOf(rejectedDataPoints) ?? wordOf(rejectedLogRecords) ?? 0);
  const reason = textOf(errorMessage);
  return { rejected: rejected > 0 ? rejected : 0, reason: reason === null ? null : new TextEncoder().encode(reason) };
}

/** Of a field that stands repeatedly the last one counts. */
function valueOf(fields: readonly EncodedField[] | null, number: number): EncodedField["value"] | null {
  return fields?.findLast((field) => field.number === number)?.value ?? null;
}

function bytesOf(fields: readonly EncodedField[] | null, number: number): Uint8Array | null {
  const value = valueOf(fields, number);
  return value instanceof Uint8Array ? value : null;
}
