/**
 * The events of a journal page in the bytes in which the journal sent them. A number that was parsed and written again may be
 * another one (`1.0`, `1e400`, 20 digits), keys may change their order, and a signature over the body would be lost.
 */

/** The bytes of each element's event, in order; `null` for an element without one. */
export type EventBytes = readonly (Uint8Array | null)[];

/**
 * Cuts the events out of the bytes of a page, each in a copy of its own. What stands twice in an object counts as JSON.parse
 * has it: the last one. It goes through the bytes once, without recursion.
 * @param page JSON that parses to an object with a list of `events`; of anything else the cuts are worth nothing.
 * @returns an entry for each element; a `body` that stands beside an event is put at its end, as `decodePage` does.
 * Pure.
 */
export function cutEvents(page: Uint8Array): EventBytes {
  const { events } = members(page, afterMark(page), ["events"]);
  if (events === undefined || page[events.from] !== openList) return [];
  return elements(page, events.from).map((element) => eventIn(page, element));
}

/** Bytes from one index on and before another. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** The signs of JSON around values; all of them are ASCII, so that no byte of another character looks like one. */
const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openObject, closeObject, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d];

function eventIn(page: Uint8Array, element: Span): Uint8Array | null {
  if (page[element.from] !== openObject) return copy(page, element);
  const { event, body } = members(page, element.from, ["event", "body"]);
  if (event === undefined) return null;
  if (body === undefined || page[event.from] !== openObject) return copy(page, event);
  if (members(page, event.from, ["body"]).body !== undefined) return copy(page, event);
  const isEmpty = page[afterBlanks(page, event.from + 1)] === closeObject;
  return Buffer.concat([
    page.subarray(event.from, event.to - 1),
    Buffer.from(isEmpty ? '"body":' : ',"body":'),
    page.subarray(body.from, body.to),
    Buffer.from("}"),
  ]);
}

/** Not by `slice`, which of a Buffer gives a part that keeps the whole. */
function copy(page: Uint8Array, { from, to }: Span): Uint8Array {
  return new Uint8Array(page.subarray(from, to));
}

/** The values of an object that stand under these names. */
function members<Name extends string>(
  page: Uint8Array,
  object: number,
  names: readonly Name[],
): Partial<Record<Name, Span>> {
  const found: Partial<Record<Name, Span>> = {};
  if (page[object] !== openObject) return found;
  for (let at = afterBlanks(page, object + 1); page[at] === quote;) {
    const key = { from: at, to: afterText(page, at) };
    // Behind the colon.
    const from = afterBlanks(page, afterBlanks(page, key.to) + 1);
    const to = afterValue(page, from);
    const name = names.find((each) => isName(page, key, each));
    if (name !== undefined) found[name] = { from, to };
    at = afterComma(page, to);
  }
  return found;
}

function elements(page: Uint8Array, list: number): readonly Span[] {
  const found: Span[] = [];
  for (let from = afterBlanks(page, list + 1); from < page.length && page[from] !== closeList;) {
    const to = afterValue(page, from);
    found.push({ from, to });
    from = afterComma(page, to);
  }
  return found;
}

/** A key is longer than its name where some of it is written by its number. */
function isName(page: Uint8Array, { from, to }: Span, name: string): boolean {
  const length = to - from - 2;
  if (length < name.length) return false;
  const key = Buffer.from(page.buffer, page.byteOffset + from, to - from).toString("latin1");
  if (length === name.length) return key === `"${name}"`;
  return key.includes("\\") && JSON.parse(key) === name;
}

/** TextDecoder leaves out the mark at the beginning of a text, and JSON.parse the blanks. */
function afterMark(page: Uint8Array): number {
  return afterBlanks(page, page[0] === 0xef && page[1] === 0xbb && page[2] === 0xbf ? 3 : 0);
}

function afterBlanks(page: Uint8Array, from: number): number {
  let at = from;
  for (let byte = page[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = page[at]) at += 1;
  return at;
}

function afterComma(page: Uint8Array, from: number): number {
  const at = afterBlanks(page, from);
  return page[at] === comma ? afterBlanks(page, at + 1) : at;
}

function afterText(page: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < page.length) {
    const byte = page[at];
    if (byte === quote) return at + 1;
    at += byte === backslash ? 2 : 1;
  }
  return page.length;
}

/** Of a list or an object brackets are counted, of whichever kind: in JSON that parses they close in order. */
function afterValue(page: Uint8Array, from: number): number {
  const first = page[from];
  if (first === quote) return afterText(page, from);
  if (first !== openObject && first !== openList) return afterWord(page, from);
  let depth = 0;
  for (let at = from; at < page.length;) {
    const byte = page[at];
    if (byte === quote) {
      at = afterText(page, at);
      continue;
    }
    at += 1;
    if (byte === openObject || byte === openList) depth += 1;
    else if ((byte === closeObject || byte === closeList) && --depth === 0) return at;
  }
  return page.length;
}

/** A number, `true`, `false` or `null`. One byte at least, so that whoever goes on from there comes to an end. */
function afterWord(page: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < page.length && !isEnd(page[at])) at += 1;
  return at;
}

function isEnd(byte: number | undefined): boolean {
  return byte === comma || byte === closeObject || byte === closeList || (byte !== undefined && byte <= 0x20);
}
