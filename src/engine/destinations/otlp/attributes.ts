import type { Fields } from "./fields.ts";

/** The value of an attribute; `null` is unknown, and leaves the attribute out. */
export type AttributeValue = string | number | boolean | readonly string[] | null;

/** Attributes, by their names. */
export type Attributes = readonly (readonly [name: string, value: AttributeValue])[];

/** Tells attributes as the field of that number. */
export function attributes(to: Fields, number: number, all: Attributes): void {
  to.messages(number, "attributes", all.filter(isKnown), keyValue);
}

type KnownValue = NonNullable<AttributeValue>;

function isKnown(attribute: Attributes[number]): attribute is readonly [string, KnownValue] {
  return attribute[1] !== null;
}

function keyValue(to: Fields, [name, value]: readonly [string, KnownValue]): void {
  to.text(1, "key", name);
  to.message(2, "value", value, anyValue);
}

/** Tells a value, as its type has it. */
export function anyValue(to: Fields, value: KnownValue): void {
  if (typeof value === "string") to.text(1, "stringValue", shortened(value));
  else if (typeof value === "boolean") to.flag(2, "boolValue", value);
  else if (typeof value !== "number") to.message(5, "arrayValue", value, arrayValue);
  // Nothing that is counted is below 0, and what is larger than a number can count to is no count.
  else if (Number.isSafeInteger(value) && value >= 0) to.whole(3, "intValue", value);
  else to.double(4, "doubleValue", value);
}

function arrayValue(to: Fields, values: readonly string[]): void {
  to.messages(1, "values", values, anyValue);
}

/** Backends drop or cut what is longer, each at another length; this one most of them take. In UTF-16 units. */
const longestText = 4096;

/** A text that is not too long; a pair of surrogates is not cut in two. Pure. */
export function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
