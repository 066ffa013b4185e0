import { deflateRawSync, inflateRawSync } from "node:zlib";
import { FlowrunError, reasonOf } from "../../errors.ts";
import { eventDictionary } from "./pack/event-dictionary.ts";
import { recordDictionary } from "./pack/record-dictionary.ts";

interface Packing {
  /** The first byte of what is packed; given once, since what goes by it never changes. */
  readonly number: number;
  readonly dictionary: Buffer;
}

const ofEvents: Packing = { number: 1, dictionary: Buffer.from(eventDictionary) };
const ofRecords: Packing = { number: 2, dictionary: Buffer.from(recordDictionary) };
const packings = [ofEvents, ofRecords];

/** The texts that an archive keeps of a run: its record and, where it is known, its event, as JSON. */
export interface RunTexts {
  readonly record: string;
  readonly event: string | null;
}

/** The same texts, packed. */
export interface PackedTexts {
  readonly record: Uint8Array;
  readonly event: Uint8Array | null;
}

/** Packs what is kept of a run, into about a fifth of its bytes; what is packed already stays. Pure. */
export function packTexts({ record, event }: RunTexts | PackedTexts): PackedTexts {
  return {
    record: typeof record === "string" ? pack(record, ofRecords) : record,
    event: typeof event === "string" ? pack(event, ofEvents) : event,
  };
}

/**
 * The text that was packed, of either kind. Pure.
 * @throws FlowrunError `settings` for what a newer flowrun packed, and for what is damaged.
 */
export function unpack(bytes: Uint8Array): string {
  const packing = packings.find(({ number }) => number === bytes[0]);
  if (packing === undefined) throw unknownNumber(bytes[0]);
  try {
    return inflateRawSync(bytes.subarray(1), { ...widest, dictionary: packing.dictionary }).toString();
  } catch (error) {
    throw damagedText(error);
  }
}

/**
 * Room that is set aside for each call: tables to match a window of 8 kB. The window is the part of the dictionary that is
 * read in, which is most of the work: with 16 kB a call takes a sixth longer (107 against 92 µs for an event and its record),
 * and saves no byte in a hundred of those that the bench has, five of rare ones; with zlib's own sizes half as long again. A
 * chunk is as long as most of what is packed, and so small that Node cuts it from a pool: with one of 4 kB a call takes a
 * third longer.
 */
const sizes = { windowBits: 13, memLevel: 6, chunkSize: 1024 };

/** A text is unpacked with a window as large as it was packed with, or larger: the first archives have texts of this one. */
const widest = { ...sizes, windowBits: 14 };

/** A higher one takes longer, and saves no byte in a hundred. */
const level = 6;

function pack(text: string, { number, dictionary }: Packing): Uint8Array {
  return Buffer.concat([Buffer.of(number), deflateRawSync(text, { ...sizes, dictionary, level })]);
}

function unknownNumber(number: number | undefined): FlowrunError {
  if (number === undefined || number === 0) return damagedText(new Error("it has no beginning"));
  return new FlowrunError("settings", "a run in the archive cannot be read by this version", {
    why: `a newer flowrun has packed it (format ${number}, and this one knows up to ${packings.length})`,
    hint: "npm install --global flowrun@latest",
  });
}

function damagedText(error: unknown): FlowrunError {
  return new FlowrunError("settings", "a run in the archive is damaged", {
    why: `it does not unpack: ${reasonOf(error)}`,
    hint: "flowrun archive verify",
    cause: error,
  });
}
