import type { Queries, Row } from "../../archive/database.ts";
import { textIn } from "../../archive/row-values.ts";
import type { ColumnType } from "./values.ts";

/** A table as it is over there. */
export interface FoundTable {
  readonly schema: string;
  readonly name: string;
  /** PostgreSQL's letter: `r` and `p` for tables, `v` for a view. */
  readonly kind: string;
  /** Whether the user may go into its schema at all. */
  readonly isReachable: boolean;
  readonly columns: readonly TableColumn[];
  /** Sets of columns of which no two rows have the same values; the primary key first. */
  readonly keys: readonly TableKey[];
}

/** A column of a table. */
export interface TableColumn extends ColumnType {
  readonly name: string;
  /** Whether a row without a value for it is refused. */
  readonly isNeeded: boolean;
  /** Whether only the server fills it. */
  readonly isFixed: boolean;
  /** Which of SELECT, INSERT and UPDATE the user may not do with it. */
  readonly missingRights: readonly string[];
}

/** Columns with one value each in a table. */
export interface TableKey {
  readonly isPrimary: boolean;
  readonly columns: readonly string[];
}

/**
 * Looks for a table.
 * @param schema `null`: where the search path finds it.
 * @returns the table, or the schemas that have one of that name where it is not clear which is meant.
 */
export async function findTable(
  queries: Queries,
  schema: string | null,
  name: string,
): Promise<FoundTable | readonly string[]> {
  const all = await queries.all(
    `SELECT n.nspname AS schema, c.oid, c.relkind::text AS kind, pg_catalog.pg_table_is_visible(c.oid) AS visible,
       pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS reachable,
       (SELECT count(*) FROM pg_catalog.pg_class o WHERE o.relnamespace = n.oid
         AND o.relname IN ('meta', 'coverage', 'deliveries')) AS ours
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname = $1 AND ($2::text IS NULL OR n.nspname = $2::text) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
       AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY n.nspname`,
    [name, schema],
  );
  // A schema that has the user's own name goes before public, and flowrun's may be called so.
  const rows = all.filter(({ ours }) => ours !== 3);
  const isShadowed = rows.length === 1 && all.some(({ ours, visible }) => ours === 3 && visible === 1);
  const found = schema === null && !isShadowed ? rows.find(({ visible }) => visible === 1) : rows[0];
  if (found === undefined) return rows.map((row) => textIn(row, "schema"));
  const oid = found["oid"] ?? null;
  const columns = await queries.all(
    `SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, b.typname AS base,
       b.typcategory::text AS category, a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS needed,
       a.attidentity = 'a' OR coalesce(pg_catalog.to_jsonb(a) ->> 'attgenerated', '') <> '' AS fixed,
       ${rights.map((right) => `pg_catalog.has_column_privilege(a.attrelid, a.attnum, '${right}') AS may_${right}`).join(", ")}
     FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
     JOIN pg_catalog.pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
     WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [oid],
  );
  const keys = await queries.all(
    `SELECT i.indexrelid AS id, i.indisprimary AS is_primary, a.attname AS name FROM pg_catalog.pg_index i
     CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
     WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
       AND i.indexprs IS NULL AND k.place <= i.indnkeyatts ORDER BY i.indisprimary DESC, i.indexrelid, k.place`,
    [oid],
  );
  return {
    schema: textIn(found, "schema"),
    name,
    kind: textIn(found, "kind"),
    isReachable: found["reachable"] === 1,
    columns: columns.map(columnOf),
    keys: keysOf(keys),
  };
}

const rights = ["select", "insert", "update"] as const;

function columnOf(row: Row): TableColumn {
  return {
    name: textIn(row, "name"),
    type: textIn(row, "type"),
    base: textIn(row, "base"),
    category: textIn(row, "category"),
    isNeeded: row["needed"] === 1,
    isFixed: row["fixed"] === 1,
    missingRights: rights.filter((right) => row[`may_${right}`] !== 1).map((right) => right.toUpperCase()),
  };
}

function keysOf(rows: readonly Row[]): readonly TableKey[] {
  const ids = [...new Set(rows.map(({ id }) => id))];
  return ids.map((id) => {
    const own = rows.filter((row) => row["id"] === id);
    return { isPrimary: own[0]?.["is_primary"] === 1, columns: own.map((row) => textIn(row, "name")) };
  });
}
