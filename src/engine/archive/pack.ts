import { promisify } from "node:util";
import { deflate, deflateRawSync, inflateRawSync, inflateSync, type ZlibOptions } from "node:zlib";
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
const ofSeveral: Packing = { number: 3, dictionary: Buffer.concat([ofRecords.dictionary, ofEvents.dictionary]) };
/** The first byte of the words that stand in a row for texts that are packed with others. */
const ofWords = 4;
const newest = ofWords;

/** The texts that an archive keeps of a run: its record and, where it is known, its event, as JSON without line breaks. */
export interface RunTexts {
  readonly record: string;
  readonly event: string | null;
}

/** Texts of several runs, packed as one. */
export interface Pack {
  readonly bytes: Uint8Array;
}

/** The texts of a run that are packed with others. */
export interface Packed {
  readonly pack: Pack;
  /** Which of the pack's runs it is, from 0 on. */
  readonly place: number;
  readonly hasEvent: boolean;
}

/** A run's texts as its row has them: packed by themselves, or in the words for those that are packed with others. */
export interface RowTexts {
  readonly record: Uint8Array;
  readonly event: Uint8Array | null;
}

/** Packs the record of a run, or of an event of Lytics, by itself, into about a fifth of its bytes. Pure. */
export function packRecord(text: string): Uint8Array {
  return packAlone(text, ofRecords);
}

/** The same for an event as it was delivered. Pure. */
export function packEvent(text: string): Uint8Array {
  return packAlone(text, ofEvents);
}

/**
 * The text that was packed by itself, of either kind. Pure.
 * @throws FlowrunError `settings` for what a newer flowrun packed, and for what is damaged.
 */
export function unpack(bytes: Uint8Array): string {
  return unpackedBy(bytes, [ofEvents, ofRecords], (packed, dictionary) =>
    inflateRawSync(packed, { ...alone, windowBits: widest, dictionary }),
  );
}

/**
 * Packs the texts of several runs as one: of a hundred in a tenth of the time that they take one by one (17 against 169 µs
 * each), and into half of the room (291 against 643 bytes). A sum is kept with it, since a byte that is another one could
 * give a run another's text. The work is done beside, while this process goes on.
 */
export async function packTogether(runs: readonly RunTexts[]): Promise<Uint8Array> {
  const { number, dictionary } = ofSeveral;
  // A text that is long enough to stand alone here is packed as well as may be.
  const level = runs.length === 1 ? alone.level : together.level;
  return Buffer.concat([Buffer.of(number), await deflated(linesOf(runs), { ...together, level, dictionary })]);
}

const deflated = promisify<Uint8Array, ZlibOptions, Uint8Array>(deflate);

/** Two lines a run, written at their places: joined as a text they would all be copied once more. */
function linesOf(runs: readonly RunTexts[]): Uint8Array {
  const texts = runs.flatMap(({ record, event }) => [record, event ?? ""]);
  const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
  const lines = Buffer.allocUnsafe(size);
  let at = 0;
  for (const text of texts) {
    at += lines.write(text, at);
    at = lines.writeUInt8(lineEnd, at);
  }
  return lines.subarray(0, -1);
}

const lineEnd = 10;

/** The texts that were packed together, in their order. Pure. @throws FlowrunError likewise. */
export function unpackTogether(bytes: Uint8Array): readonly RunTexts[] {
  const inflate = (packed: Uint8Array, dictionary: Buffer): Buffer => inflateSync(packed, { ...together, dictionary });
  const lines = unpackedBy(bytes, [ofSeveral], inflate).split("\n");
  return Array.from({ length: lines.length / 2 }, (_, n) => {
    const event = lines[2 * n + 1] ?? "";
    return { record: lines[2 * n] ?? "", event: event === "" ? null : event };
  });
}

/** Where the texts of a run are that are packed with others: the number of the pack, and the place in it. */
export interface InPack {
  readonly pack: number;
  readonly place: number;
}

/** The words of a row for texts that are elsewhere. Pure. */
export function writeInPack({ pack: number, place }: InPack): Uint8Array {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt8(ofWords, 0);
  bytes.writeDoubleBE(number, 1);
  bytes.writeUInt32BE(place, 9);
  return bytes;
}

/** The same, read; `null` for a text that was packed by itself. Pure. */
export function readInPack(bytes: Uint8Array): InPack | null {
  if (bytes[0] !== ofWords || bytes.length !== 13) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { pack: view.getFloat64(1), place: view.getUint32(9) };
}

interface Sizes {
  readonly windowBits: number;
  readonly memLevel: number;
  readonly chunkSize: number;
  readonly level: number;
}

/**
 * For a text by itself: room that is set aside for each call, tables to match a window of 8 kB. The window is the part of the
 * dictionary that is read in, which is most of the work: with 16 kB a call takes a sixth longer (107 against 92 µs for an
 * event and its record), and saves no byte in a hundred of those that the bench has, five of rare ones; with zlib's own
 * sizes half as long again. A chunk is as long as most of what is packed, and so small that Node cuts it from a pool: with one
 * of 4 kB a call takes a third longer. A higher level takes longer, and saves no byte in a hundred.
 */
const alone: Sizes = { windowBits: 13, memLevel: 6, chunkSize: 1024, level: 6 };

/** For many texts, which repeat each other more than any dictionary: a higher level takes up to twice as long, and saves a sixth. */
const together: Sizes = { windowBits: 15, memLevel: 8, chunkSize: 64 * 1024, level: 3 };

/** The first archives have texts that were packed by themselves with a larger window; a larger one reads any. */
const widest = 15;

function packAlone(text: string, { number, dictionary }: Packing): Uint8Array {
  return Buffer.concat([Buffer.of(number), deflateRawSync(text, { ...alone, dictionary })]);
}

function unpackedBy(
  bytes: Uint8Array,
  packings: readonly Packing[],
  inflate: (packed: Uint8Array, dictionary: Buffer) => Buffer,
): string {
  const packing = packings.find(({ number }) => number === bytes[0]);
  if (packing === undefined) throw unknownNumber(bytes[0]);
  try {
    return inflate(bytes.subarray(1), packing.dictionary).toString();
  } catch (error) {
    throw damagedText(error);
  }
}

function unknownNumber(number: number | undefined): FlowrunError {
  if (number === undefined || number <= newest) return damagedText(new Error("it has no beginning"));
  return new FlowrunError("settings", "a run in the archive cannot be read by this version", {
    why: `a newer flowrun has packed it (format ${number}, and this one knows up to ${newest})`,
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
