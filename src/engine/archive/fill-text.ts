/** The words for which each kind of database has its own. */
export interface DialectWords {
  /** In front of every name. */
  readonly schema: string;
  /** The database's own clock in epoch milliseconds. */
  readonly now: string;
  readonly bytes: string;
  /** Text that is compared letter by letter, wherever the database stands. */
  readonly text: string;
  /** A column of epoch milliseconds as a time for people and their tools. */
  readonly time: (column: string) => string;
  /** A column's values over the rows of a group, as the text of a JSON list. */
  readonly list: (column: string) => string;
}

/**
 * Rows of the journal `$1`, where all else says which rows: by the journal as it stands SQLite, which knows of no other one,
 * would look at all that there are, and sort them for each question (202 against 3 ms for 500 of a million). An expression is
 * looked for in no index.
 */
export const ofJournal = "journal || '' = $1";

/** The places of so many values in a text, `$1, $2, …`, from a number on. Pure. */
export function placesOf(count: number, first = 1): string {
  return Array.from({ length: count }, (_, index) => `$${String(first + index)}`).join(", ");
}

/** The number of no row, and of no pack. */
export const noNumber = -1;

/**
 * So many numbers of rows, from a place in a list on, for as many places in a text: where the list ends, `noNumber`. A text
 * that always has as many is prepared once. Pure.
 */
export function someNumbers(numbers: readonly number[], count: number, at = 0): readonly number[] {
  return Array.from({ length: count }, (_, index) => numbers[at + index] ?? noNumber);
}

/** A text of an archive, as one kind of database takes it. Pure. */
export function fillText(text: string, { schema, now, bytes, text: type, time, list }: DialectWords): string {
  return text
    .replaceAll("{schema}", schema)
    .replaceAll("{now}", now)
    .replaceAll("{bytes}", bytes)
    .replaceAll("{text}", type)
    .replaceAll(/\{time:(\w+)\}/g, (_, column: string) => time(column))
    .replaceAll(/\{list:(\w+)\}/g, (_, column: string) => list(column));
}
