import { isObject, objectsOf, parseObject, textOf, wordOf, type JsonObject } from "../../json.ts";
import type { BoundedLine } from "../../text/lines.ts";
import { unnamed } from "../causes/causes-in-text.ts";
import { isDeeperThan } from "../events/depth.ts";
import type { FailedRow, RowError } from "./failed-row.ts";

/** Where a line was found. */
export type RowPlace = Pick<FailedRow, "runId" | "batchId" | "sandbox" | "from" | "file">;

/**
 * The rejected record on a line of a file of Data Access; a line that cannot be read passes as text. Pure.
 */
export function readRow({ number, text, isCut }: BoundedLine, place: RowPlace): FailedRow {
  const value = isCut ? null : parseObject(text);
  const about = { type: "flowrun.row", schemaVersion: 1, ...place, line: number } as const;
  // Nested so deep that it could not be written again.
  if (value === null || isDeeperThan(value, deepest)) {
    const shown = text.length > longestText ? text.slice(0, longestText) : text;
    const cut = isCut || shown.length < text.length;
    return { ...about, input: null, codes: [], message: null, errors: [], columns: null, text: shown, cut };
  }
  const { _errors, _validationErrors, _filename, _corrupt_record, ...columns } = value;
  const errors = errorsOf(_errors, _validationErrors);
  return {
    ...about,
    input: textOf(_filename),
    codes: [...new Set(errors.map(({ code }) => code))],
    message: errors.find(({ message }) => message !== null)?.message ?? null,
    errors,
    columns: Object.keys(columns).length === 0 ? null : columns,
    text: textOf(_corrupt_record),
    cut: false,
  };
}

const deepest = 200;

/** Of a line that is no record, which may be of any length. */
const longestText = 65_536;

/** The same without anything that may be a person's: codes and the names of files alone. Pure. */
export function withoutPersonalData(row: FailedRow): FailedRow {
  const errors = row.errors.map(({ code }) => ({ code: plainCode(code), message: null, pointer: null }));
  return {
    ...row,
    codes: [...new Set(errors.map(({ code }) => code))],
    message: null,
    errors,
    columns: null,
    text: null,
  };
}

/**
 * Anything may stand in place of a code, a name or a customer's number (JANE-DOE, AB-1234) as well: the forms of Adobe's
 * codes pass, which have a number inside, and the rules of a schema.
 */
function plainCode(code: string): string {
  const isCode = /^[A-Z][A-Z_]{1,30}-\d{3,6}-(?:[1-5]\d\d|[A-Z]{2,10})$|^\d{1,6}$/.test(code);
  return isCode || schemaRules.has(code) ? code : unnamed;
}

const schemaRules = new Set(
  [
    "type enum const format pattern required properties additionalProperties propertyNames dependencies items contains",
    "minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems",
    "minProperties maxProperties patternProperties additionalItems allOf anyOf oneOf not false",
  ].flatMap((words) => words.split(" ")),
);

/** The ways in which the services tell of errors: a list, one, or one below the name of the check. */
function errorsOf(told: unknown, broken: unknown): readonly RowError[] {
  const inside = isObject(told) ? Object.values(told).flatMap(objectsOf) : objectsOf(told);
  const alone = isObject(told) && inside.length === 0 && Object.keys(told).length > 0 ? [told] : [];
  return [...inside, ...alone, ...objectsOf(broken)].flatMap(innermost).slice(0, mostErrors).map(readError);
}

const mostErrors = 100;

/** A rule that stands for several was broken for the sake of those beneath it. */
function innermost(error: JsonObject): readonly JsonObject[] {
  const causes = objectsOf(error["causingExceptions"]);
  return causes.length === 0 ? [error] : causes.flatMap(innermost);
}

function readError(error: JsonObject): RowError {
  return {
    code: wholeCode(wordOf(error["code"])) ?? textOf(error["keyword"]) ?? unnamed,
    message: textOf(error["message"]) ?? textOf(error["description"]),
    pointer: textOf(error["pointerToViolation"]),
  };
}

/** Rows have ingestion's codes by their number alone: 1401 for INGEST-1401-400. */
function wholeCode(code: string | null): string | null {
  return code !== null && /^1[2-5]\d\d$/.test(code) ? `INGEST-${code}-400` : code;
}
