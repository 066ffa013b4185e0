import type { Value } from "../../archive/database.ts";
import type { Delivered } from "../destination.ts";
import type { Field } from "./fields.ts";

/** The type of a column, as PostgreSQL's catalogue tells it. */
export interface ColumnType {
  /** As it is written: `character varying(20)`. */
  readonly type: string;
  /** Its short name, of a domain its base's: `varchar`, `int8`, `_text`. */
  readonly base: string;
  /** PostgreSQL's own letter for what kind of type it is. */
  readonly category: string;
}

/** The value of a field in a column of a type; `null` where such a column cannot hold it. Pure. */
export function valueFor(field: Field, column: ColumnType): ((delivered: Delivered) => Value) | null {
  const write = writerFor(field, column);
  if (write === null) return null;
  return (delivered) => {
    const value = field.read(delivered);
    return value === null || value === undefined ? null : write(value);
  };
}

type Write = (value: unknown) => Value;

function writerFor({ kind }: Field, { base, category }: ColumnType): Write | null {
  const isNumber = kind === "count" || kind === "bytes" || kind === "duration";
  if (base === "json" || base === "jsonb") return json;
  switch (category) {
    case "S":
      return kind === "list" || kind === "part" ? json : String;
    case "N":
      if (isNumber) return wholes.has(base) ? whole : Number;
      if (kind === "flag") return (value) => (value === true ? 1 : 0);
      // Milliseconds since 1970 have no room in less.
      return kind === "time" && !narrow.has(base) ? (value) => Date.parse(String(value)) : null;
    case "D":
      return kind === "time" && days.has(base) ? String : null;
    case "B":
      return kind === "flag" ? String : null;
    case "T":
      return kind === "duration" ? (value) => `${String(value)} milliseconds` : null;
    case "A":
      return kind === "list" && texts.has(base) ? arrayOf : null;
    default:
      // Enumerations, uuid, inet …: the server says what is none.
      return kind === "text" ? String : null;
  }
}

const wholes = new Set(["int2", "int4", "int8"]);
const narrow = new Set(["int2", "int4", "float4", "money", "oid"]);
const days = new Set(["timestamptz", "timestamp", "date"]);
const texts = new Set(["_text", "_varchar"]);

function whole(value: unknown): Value {
  const rounded = Math.round(Number(value));
  return Number.isSafeInteger(rounded) ? rounded : null;
}

/** PostgreSQL's JSON has neither U+0000 nor half a character. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll(/\\(?:u(?:0000|d[89a-f][\da-f]{2})|[^])/gi, (escape) =>
    escape.length > 2 && /^\\u(?:0000|d[89a-f])/i.test(escape) ? "\ufffd" : escape,
  );
}

function arrayOf(value: unknown): string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return `{${items.map((item) => `"${String(item).replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`;
}
