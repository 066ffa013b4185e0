import type { Insertion, Value } from "../database.ts";

/** A question, and its values. */
export interface Insert {
  readonly text: string;
  readonly values: readonly Uint8Array[];
}

/**
 * Puts rows into one question whose values are whole columns, as lists in PostgreSQL's own binary form: of a list of values
 * for each row, the server would read and plan thousands of places anew each time (49 against 29 µs of its time for a run's
 * row, a hundred at once).
 * A column that is empty in all rows is left out. Pure.
 */
export function insertOf(
  { table, columns, onConflict = "DO NOTHING" }: Insertion,
  rows: readonly (readonly Value[])[],
) {
  const filled = columns.flatMap((name, n) => {
    const values = rows.map((row) => row[n] ?? null);
    const kind = kindOf(values);
    return kind === null ? [] : [{ name, kind, values }];
  });
  const names = filled.map(({ name }) => name).join(", ");
  const lists = filled.map(({ kind }, n) => `$${String(n + 1)}::${kind.name}[]`).join(", ");
  return {
    text: `INSERT INTO {schema}${table} (${names}) SELECT * FROM unnest(${lists}) ON CONFLICT ${onConflict}`,
    values: filled.map(({ kind, values }) => listOf(kind, values)),
  } satisfies Insert;
}

/** A kind of value, as PostgreSQL calls and numbers it. */
interface ValueKind {
  readonly name: "text" | "bigint" | "bytea";
  readonly oid: number;
}

const kinds = {
  text: { name: "text", oid: 25 },
  bigint: { name: "bigint", oid: 20 },
  bytea: { name: "bytea", oid: 17 },
} as const satisfies Record<string, ValueKind>;

/** `null` where there is nothing that would tell. */
function kindOf(values: readonly Value[]): ValueKind | null {
  const [first] = values.filter((value) => value !== null);
  if (first === undefined) return null;
  return typeof first === "string" ? kinds.text : typeof first === "number" ? kinds.bigint : kinds.bytea;
}

/**
 * A list as `array_recv` reads it: how many dimensions, whether there are nulls, the kind's number, the length and the first
 * index, and then each value behind its length; -1 stands for none. All numbers are big-endian.
 */
function listOf({ oid }: ValueKind, values: readonly Value[]): Uint8Array {
  const fit = values.map((value) => (typeof value === "string" ? withoutNul(value) : value));
  const size = fit.reduce<number>((sum, value) => sum + 4 + sizeOf(value), headBytes);
  const list = Buffer.allocUnsafe(size);
  let at = 0;
  for (const number of [1, 1, oid, values.length, 1]) at = list.writeInt32BE(number, at);
  for (const value of fit) {
    const head = at;
    at += 4;
    if (typeof value === "string") at += list.write(value, at);
    else if (typeof value === "number") at = writeWhole(list, value, at);
    else if (value !== null) {
      list.set(value, at);
      at += value.length;
    }
    list.writeInt32BE(value === null ? -1 : at - head - 4, head);
  }
  return list;
}

const headBytes = 20;

function sizeOf(value: Value): number {
  if (value === null) return 0;
  if (typeof value === "string") return Buffer.byteLength(value);
  return typeof value === "number" ? 8 : value.length;
}

/** In two halves: a page has thousands, and a BigInt made for each takes six times as long (170 against 28 ns). @returns where it ends. */
function writeWhole(list: Buffer, value: number, at: number): number {
  if (!Number.isInteger(value)) throw new RangeError(`${String(value)} is no whole number`);
  const high = Math.floor(value / 2 ** 32);
  list.writeInt32BE(high, at);
  return list.writeUInt32BE(value - high * 2 ** 32, at + 4);
}

/** A text that PostgreSQL can keep: none with U+0000 in it, and one bad event must not stop all others. Pure. */
export function withoutNul(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\uFFFD") : text;
}
