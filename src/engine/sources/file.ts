import { isObject } from "../../json.ts";
import { isRecord, readRecord } from "../../runs/record/read-record.ts";
import type { GivenLine, GivenLines } from "../../state/given-lines.ts";
import { digestRecords, joined, rejected } from "../digest-record.ts";
import { digest, type Digest, type Digesting } from "../digest.ts";
import type { Batch, Source } from "./source.ts";

/**
 * Flow runs from a file or a pipe, a line each: a record as flowrun prints it (ndjson, or json), an event as Adobe
 * delivers it, or a page of the journal, told apart line by line. A line that is none of them is a reject, and named by
 * its number.
 */
export function fileSource<T>(lines: GivenLines, digesting: Digesting<T>): Source<T> {
  return {
    async *read() {
      let last = 0;
      for await (const some of lines.read()) {
        last = some.at(-1)?.number ?? last;
        yield batchOf(some, lines.name, last, digesting);
      }
    },
    describe: ({ position }) => position,
  };
}

function batchOf<T>(lines: readonly GivenLine[], name: string, last: number, digesting: Digesting<T>): Batch<T> {
  const seen = lines.filter(({ text }) => text === null || !isPunctuation(text));
  return {
    ...joined(seen.map((line) => digestLine(line, `${name}:${line.number}`, digesting))),
    mark: { next: String(last), last: null, atEnd: lines.length === 0, recordedAt: null, count: seen.length },
    waitMs: 0,
    nextAfter: (position) => position?.slice(name.length + 1) ?? String((lines[0]?.number ?? 1) - 1),
  };
}

function digestLine<T>({ text, isWhole }: GivenLine, position: string, digesting: Digesting<T>): Digest<T> {
  if (text === null) return rejected({ position, reason: "it is longer than 32 MiB" });
  const value = parse(text);
  if (value === undefined) {
    return rejected({ position, reason: isWhole ? "it is not JSON" : "it is half a line, which may still be written" });
  }
  return digestValue(value, position, digesting);
}

/** The signs around and between the records of a JSON array, as flowrun lays one out. */
function isPunctuation(text: string): boolean {
  return /^\s*[[\]]?\s*$/.test(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.trimEnd().replace(/,$/, ""));
  } catch {
    return undefined;
  }
}

function digestValue<T>(value: unknown, position: string, digesting: Digesting<T>): Digest<T> {
  if (Array.isArray(value)) return joined(value.map((item: unknown) => digestValue(item, position, digesting)));
  if (!isObject(value)) return rejected({ position, reason: "it holds no object" });
  if (isRecord(value)) return digestRecords([{ record: readRecord(value) }], () => position, digesting);
  const delivered = { ...digesting, via: "file" } as const;
  const { events, _page } = value;
  if (Array.isArray(events) && _page !== undefined) {
    return digest({ entries: events.map((event: unknown) => ({ position, event })) }, delivered);
  }
  return digest({ entries: [{ position, event: value }] }, delivered);
}
