import { FlowrunError } from "../../../errors.ts";
import type { Queries, Value } from "../../archive/database.ts";
import { postgresCode, postgresWords } from "../../archive/postgres/failure.ts";
import { deliveredName, isRun, type Delivered } from "../destination.ts";
import { Refused } from "../refused.ts";
import { quoted, type Layout } from "./layout.ts";

/** With more rows the server has to read the longer text, and takes a fifth more. */
const rowsAtOnce = 100;
/** So many values a statement of PostgreSQL's may have. */
const mostValues = 65_535;

/**
 * Writes records as rows: new ones, or over those of the same key, unless what is there is newer.
 * @throws FlowrunError of the database.
 */
export async function writeRows(queries: Queries, layout: Layout, records: readonly Delivered[]) {
  const rows = newestOf(layout, records).map((one) => layout.columns.map(({ value }) => value(one)));
  const atOnce = Math.min(rowsAtOnce, Math.floor(mostValues / layout.columns.length));
  for (let at = 0; at < rows.length; at += atOnce) {
    const some = rows.slice(at, at + atOnce);
    await queries.run(textFor(layout, some.length), some.flat());
  }
}

/** Whether a failure is of what stands in a row, and not of the database: another try of the same row fails alike. Pure. */
export function isOfContent(error: unknown): boolean {
  // Cardinality, data, integrity, a view's check, limits such as an index entry's, and what a trigger raises.
  return /^(?:21|22|23|44|54|P0)...$/.test(postgresCode(error));
}

/**
 * Writes records of which some are refused, each half by itself, until it is known which; the transaction they are in has to
 * be given up where there are any.
 * @throws Refused that names them; FlowrunError of the database.
 */
export async function writeAndFind(queries: Queries, layout: Layout, records: readonly Delivered[]) {
  // What is only checked at the end would not tell which row it was.
  await queries.run("SET CONSTRAINTS ALL IMMEDIATE");
  const culprits: Culprit[] = [];
  const tryAll = async (some: readonly Delivered[]): Promise<void> => {
    await queries.run("SAVEPOINT part");
    try {
      await writeRows(queries, layout, some);
      await queries.run("RELEASE SAVEPOINT part");
      return;
    } catch (error) {
      if (!isOfContent(error)) throw error;
      await queries.run("ROLLBACK TO SAVEPOINT part");
      const [one, ...more] = some;
      if (one !== undefined && more.length === 0) culprits.push({ one, error });
    }
    if (some.length === 1) return;
    const half = Math.ceil(some.length / 2);
    await tryAll(some.slice(0, half));
    await tryAll(some.slice(half));
  };
  await tryAll(records);
  const [first] = culprits;
  if (first !== undefined) throw refused(culprits, first, layout, await columnIn(queries, layout, first));
}

interface Culprit {
  readonly one: Delivered;
  readonly error: unknown;
}

/** Of records with one key, the one that is to stand in the end: one statement meets a row only once. */
function newestOf({ columns, key, updated }: Layout, records: readonly Delivered[]): readonly Delivered[] {
  const parts = columns.filter(({ name }) => key.includes(name));
  const newest = new Map<string, Delivered>();
  for (const each of records) {
    const own = JSON.stringify(parts.map(({ value }) => value(each)));
    const other = newest.get(own);
    const isOlder = updated !== null && (updatedAt(each) ?? "~") < (updatedAt(other) ?? "");
    if (isOlder) continue;
    newest.delete(own);
    newest.set(own, each);
  }
  return [...newest.values()];
}

/** An event of Lytics does not change. */
function updatedAt(one: Delivered | undefined): string | null {
  return one !== undefined && isRun(one) ? one.run.updatedAt : null;
}

function textFor({ table, columns, key, updated }: Layout, count: number): string {
  const names = columns.map(({ name }) => quoted(name));
  const places = Array.from({ length: count }, (_, row) => {
    const values = names.map((__, n) => `$${String(row * names.length + n + 1)}`);
    return `(${values.join(", ")})`;
  });
  const others = columns.filter(({ name }) => !key.includes(name)).map(({ name }) => quoted(name));
  const sets = others.map((name) => `${name} = excluded.${name}`).join(", ");
  const action = others.length === 0 ? "NOTHING" : `UPDATE SET ${sets}${updated === null ? "" : unlessOlder(updated)}`;
  return `INSERT INTO ${table} AS own (${names.join(", ")}) VALUES ${places.join(", ")}
    ON CONFLICT (${key.map(quoted).join(", ")}) DO ${action}`;
}

function unlessOlder({ name, category }: NonNullable<Layout["updated"]>): string {
  const column = quoted(name);
  // Times as texts are in order letter by letter.
  const at = (of: string): string => (category === "S" ? `${of}.${column}::text COLLATE "C"` : `${of}.${column}`);
  return ` WHERE NOT coalesce(${at("excluded")} < ${at("own")}, false)`;
}

/** The column that a refusal is about: as the server says itself, or else the first whose value does not go into it. */
async function columnIn(queries: Queries, layout: Layout, { one, error }: Culprit): Promise<string | null> {
  const told = fieldIn(error, "column");
  if (told !== null || fieldIn(error, "constraint") !== null || !/^2[23]/.test(postgresCode(error))) return told;
  for (const { name, value, category } of layout.columns) {
    const own = value(one);
    if (own === null || category === "A") continue;
    if (!(await fits(queries, layout.table, name, own))) return name;
  }
  return null;
}

async function fits(queries: Queries, table: string, column: string, value: Value): Promise<boolean> {
  await queries.run("SAVEPOINT fit");
  try {
    const text = `SELECT pg_catalog.jsonb_populate_record(NULL::${table}, pg_catalog.jsonb_build_object($1::text, $2::text))`;
    await queries.all(text, [column, typeof value === "number" ? String(value) : value]);
    return true;
  } catch (error) {
    await queries.run("ROLLBACK TO SAVEPOINT fit");
    return !isOfContent(error);
  }
}

function fieldIn(error: unknown, name: "column" | "constraint"): string | null {
  const cause: unknown = error instanceof FlowrunError ? error.cause : error;
  const value: unknown = cause instanceof Error ? Reflect.get(cause, name) : null;
  return typeof value === "string" && value !== "" ? value : null;
}

function refused(
  culprits: readonly Culprit[],
  { one, error }: Culprit,
  { name, rows }: Layout,
  column: string | null,
): Refused {
  const others = culprits.length === 1 ? "" : ` and ${String(culprits.length - 1)} more`;
  const where = column === null ? "" : `column ${column}: `;
  const alone = column === null ? "" : `, or leave the column alone: &columns=${column}=`;
  return new Refused(`${name} does not take ${deliveredName(one)}${others}`, {
    ids: culprits.map((each) => each.one.id),
    why: `${where}${postgresWords(error)}`,
    hint: `change the table${alone}; or pass such ${rows.many} by: --on-refused skip`,
    cause: error,
  });
}
