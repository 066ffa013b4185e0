import { FlowrunError } from "../../errors.ts";
import { backoff } from "../gateway/backoff.ts";
import { unavailable, type Attempt } from "../gateway/retrying.ts";
import { describeNetworkFailure, isMistake, networkHint } from "../http/words.ts";
import type { Answer, AnswerHeaders } from "../../host.ts";
import { askPlatform, type PlatformApi } from "./api.ts";
import { anything, wordsFor, type ExportFile } from "./export-files.ts";

/** How a file is read. */
export interface ExportReading {
  /** The first byte that is wanted, of the file as it is. */
  readonly from?: number;
  /** Told how long the whole file is, wherever an answer says so; it is not packed for the way then. */
  readonly onLength?: (bytes: number) => void;
  /** The mark of the version that the bytes before `from` are of; `null` where nobody knows. */
  readonly version?: string | null;
  /** Told the mark of the version that is read, before its first piece, wherever an answer has one. */
  readonly onVersion?: (mark: string) => void;
}

/** The file became another one while it was read: what came before and what would come now do not belong together. */
export class ExportChanged extends FlowrunError {
  constructor({ name, batchId }: ExportFile, why: string) {
    super("unavailable", `${name} of batch ${batchId} changed while it was read`, {
      why,
      hint: "run the same line again: it is read from its beginning",
    });
  }
}

/**
 * The bytes of a file from one on, piece by piece: no more of it is in memory than a few pieces. Where the connection
 * breaks, it is taken up at the byte that is missing, again and again as long as that brings any and patience lasts.
 * @throws ExportChanged where what is left is another file's; FlowrunError `forbidden`, `unavailable` and the like.
 */
export async function* readExport(
  api: PlatformApi,
  file: ExportFile,
  { from = 0, onLength, version = null, onVersion }: ExportReading = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { host, signal, patience, notify } = api;
  let at = from;
  let known: PartOf = { length: null, tag: version };
  for (let failures = 0; ;) {
    const part = await askFrom(api, file, at, onLength === undefined ? {} : plain);
    const change = changeOf(known, part);
    if (change !== null) {
      part.answer?.discard();
      throw new ExportChanged(file, change);
    }
    known = { length: part.length ?? known.length, tag: part.tag ?? known.tag };
    if (part.length !== null) onLength?.(part.length);
    if (part.tag !== null) onVersion?.(part.tag);
    if (part.answer === null) return;
    const begun = at;
    try {
      let left = begun - part.begin;
      for await (const piece of part.answer.pieces()) {
        // A server that does not know of ranges begins at the beginning.
        const wanted = left >= piece.length ? null : piece.subarray(left);
        left = Math.max(0, left - piece.length);
        if (wanted === null) continue;
        at += wanted.length;
        failures = 0;
        yield wanted;
      }
      if (part.length === null || at >= part.length) return;
      // A server may give less than was asked for.
      if (failures === 0 && at > begun) continue;
      throw new Error(`the answer ended after ${at} of ${part.length} bytes`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FlowrunError || isMistake(error)) throw error;
      failures += 1;
      const why = describeNetworkFailure(error);
      if (failures >= Math.max(1, patience.retries)) throw brokenOff(file, why, failures);
      const waitMs = Math.min(
        patience.maxWaitMs,
        backoff(failures, () => host.random()),
      );
      const what = `${file.name} broke off after ${at} bytes`;
      notify({ kind: "retrying", what, why, requestId: null, attempt: failures + 1, waitMs });
      await host.sleep(waitMs, signal);
    }
  }
}

function brokenOff({ name, batchId }: ExportFile, why: string, times: number): FlowrunError {
  const often = times === 1 ? "" : ` ${times} times in a row`;
  return new FlowrunError("unavailable", `${name} of batch ${batchId} broke off${often}`, {
    why,
    hint: networkHint,
    examine: true,
  });
}

/** The file that a part is of, as far as its answer tells. */
interface PartOf {
  /** Of the whole file, in bytes; `null` where nobody says. */
  readonly length: number | null;
  /** The mark of this version of it; `null` where it has none, or comes packed, which has a mark of its own. */
  readonly tag: string | null;
}

/** How two parts tell that they are of two files; `null` where they do not. */
function changeOf(one: PartOf, other: PartOf): string | null {
  const differ = (before: unknown, now: unknown): boolean => before !== null && now !== null && before !== now;
  if (differ(one.length, other.length)) return `it had ${one.length ?? 0} bytes, and has ${other.length ?? 0} now`;
  return differ(one.tag, other.tag) ? "its ETag is another one now" : null;
}

/** A part of a file, to its end. */
interface Part extends PartOf {
  /** `null` where nothing is left of it. */
  readonly answer: Answer | null;
  /** The first byte that it has. */
  readonly begin: number;
}

type Headers = Readonly<Record<string, string>>;

/** So that the bytes that are counted are those of the file itself. */
const plain: Headers = { "accept-encoding": "identity" };

async function askFrom(api: PlatformApi, file: ExportFile, at: number, whole: Headers): Promise<Part> {
  const part = at === 0 ? null : await askPart(api, file, { ...plain, range: `bytes=${at}-` }, at);
  return part ?? (await askPart(api, file, at === 0 ? whole : plain, 0)) ?? nothing;
}

const nothing: Part = { answer: null, begin: 0, length: null, tag: null };

/** @returns `null` for a part that is not the one that was asked for. */
function askPart(api: PlatformApi, file: ExportFile, headers: Headers, at: number): Promise<Part | null> {
  return askPlatform<Part | null>(api, {
    ...wordsFor(api, file.batchId),
    url: file.url,
    accept: anything,
    headers,
    read: (answer) => readPart(answer, at),
  });
}

function readPart(answer: Answer, at: number): Promise<Attempt<Part | null>> | null {
  const { status, headers } = answer;
  const isPlain = (headers["content-encoding"] ?? ["identity"]).every((coding) => coding.trim() === "identity");
  const tag = isPlain ? (headers["etag"]?.[0] ?? null) : null;
  const drop = (value: Part | null): Promise<Attempt<Part | null>> => {
    answer.discard();
    return Promise.resolve({ value });
  };
  if (status === 200) {
    const length = isPlain ? numberIn(headers["content-length"]?.[0]) : null;
    return Promise.resolve({ value: { answer, begin: 0, length, tag } });
  }
  if (status === 206 && at > 0) {
    const { begin, length } = rangeIn(headers);
    const isUsable = isPlain && begin !== null && begin <= at;
    return isUsable ? Promise.resolve({ value: { answer, begin, length, tag } }) : drop(null);
  }
  if (status === 416 && at > 0) {
    const { length } = rangeIn(headers);
    return length === at ? drop({ answer: null, begin: at, length, tag }) : drop(null);
  }
  if (status === 204) return Promise.resolve({ trouble: unavailable("Data Access sent no file", "it answered 204") });
  return null;
}

/** `bytes 500-1161/1162`, or of nothing `bytes * /1162`. */
function rangeIn(headers: AnswerHeaders): { readonly begin: number | null; readonly length: number | null } {
  const [, begin, length] =
    /^bytes\s+(?:(\d{1,15})-\d*|\*)\/(\d{1,15}|\*)$/i.exec(headers["content-range"]?.[0] ?? "") ?? [];
  return { begin: numberIn(begin), length: numberIn(length) };
}

function numberIn(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
