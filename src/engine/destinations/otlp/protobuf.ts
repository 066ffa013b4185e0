import type { Fields, Message } from "./fields.ts";

/** The types that stand beside a field's number, and say where its value ends. */
const wire = { varint: 0, eightBytes: 1, sized: 2, fourBytes: 5 } as const;

/** A message in protobuf. Pure. */
export function encodeProtobuf(message: Message): Uint8Array {
  let bytes: Buffer = Buffer.allocUnsafe(65_536);
  let at = 0;
  const reserve = (more: number): void => {
    if (at + more <= bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(at + more, 2 * bytes.length));
    // All of it: what stands behind the place may be about to be moved.
    bytes.copy(larger);
    bytes = larger;
  };
  const varint = (value: number): void => {
    reserve(longestVarint);
    let left = value;
    for (; left > 127; left = Math.floor(left / 128)) bytes[at++] = (left % 128) + 128;
    bytes[at++] = left;
  };
  const tag = (number: number, type: number): void => {
    varint(number * 8 + type);
  };
  /** Its size stands before it, and is known after it. */
  const begin = (number: number): number => {
    tag(number, wire.sized);
    reserve(1);
    at += 1;
    return at;
  };
  const end = (begun: number): void => {
    const size = at - begun;
    // Most sizes take the one byte that is left for them; for a longer one all that follows is moved.
    const moved = sizeOfVarint(size) - 1;
    reserve(moved);
    if (moved > 0) bytes.copyWithin(begun + moved, begun, at);
    at = begun - 1;
    varint(size);
    at += size;
  };
  const fixed = (value: bigint): void => {
    reserve(8);
    at = bytes.writeBigUInt64LE(value, at);
  };
  const double = (value: number): void => {
    reserve(8);
    at = bytes.writeDoubleLE(value, at);
  };
  const fields: Fields = {
    text: (number, _, value) => {
      tag(number, wire.sized);
      const size = Buffer.byteLength(value);
      varint(size);
      reserve(size);
      at += bytes.write(value, at);
    },
    flag: (number, _, value) => {
      tag(number, wire.varint);
      varint(value ? 1 : 0);
    },
    id: (number, _, value) => {
      tag(number, wire.sized);
      varint(value.length);
      reserve(value.length);
      bytes.set(value, at);
      at += value.length;
    },
    code: (number, _, value) => {
      tag(number, wire.varint);
      varint(value);
    },
    whole: (number, _, value) => {
      tag(number, wire.varint);
      varint(value);
    },
    fixed: (number, _, value) => {
      tag(number, wire.eightBytes);
      fixed(value);
    },
    fixeds: (number, _, values) => {
      const begun = begin(number);
      for (const value of values) fixed(value);
      end(begun);
    },
    double: (number, _, value) => {
      tag(number, wire.eightBytes);
      double(value);
    },
    doubles: (number, _, values) => {
      const begun = begin(number);
      for (const value of values) double(value);
      end(begun);
    },
    message: (number, _, value, tell) => {
      const begun = begin(number);
      tell(fields, value);
      end(begun);
    },
    messages: (number, name, values, tell) => {
      for (const value of values) fields.message(number, name, value, tell);
    },
  };
  message(fields);
  return bytes.subarray(0, at);
}

const longestVarint = 10;

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let left = value; left > 127; left = Math.floor(left / 128)) size += 1;
  return size;
}

/** A field as it stands in a message: a number for a varint, bytes for all that has a size. */
export interface EncodedField {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/** The fields of a message in protobuf, but for those of a fixed size; `null` for what is none. Pure. */
export function decodeProtobuf(bytes: Uint8Array): readonly EncodedField[] | null {
  const found: EncodedField[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let place = 0; place < longestVarint; place += 1) {
      const byte = bytes[at++] ?? NaN;
      value += (byte % 128) * 128 ** place;
      if (!(byte > 127)) return value;
    }
    return NaN;
  };
  while (at < bytes.length) {
    const tag = varint();
    const [number, type] = [Math.floor(tag / 8), tag % 8];
    if (type === wire.varint) {
      const value = varint();
      if (Number.isNaN(value)) return null;
      found.push({ number, value });
    } else if (type === wire.sized) {
      const size = varint();
      const end = at + size;
      if (!(end <= bytes.length)) return null;
      found.push({ number, value: bytes.subarray(at, end) });
      at = end;
    } else if (type === wire.eightBytes || type === wire.fourBytes) {
      at += type === wire.eightBytes ? 8 : 4;
      if (at > bytes.length) return null;
    } else {
      return null;
    }
  }
  return found;
}
