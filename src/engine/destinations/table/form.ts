import { FlowrunError } from "../../../errors.ts";
import type { World } from "../../../host.ts";
import { nearest } from "../../../text/nearest.ts";
import { parsePostgresUrl, postgresParameters } from "../../archive/postgres/url.ts";
import type { Address } from "../address.ts";
import type { Subject } from "../destination.ts";
import { checkFieldPath } from "./fields.ts";
import { rowsBySubject, type Rows } from "./rows.ts";

/** A table of somebody's own, as an address names it. */
export interface TableForm {
  /** The database, and `schema=`, which is of flowrun's own tables there. It may hold a password. */
  readonly url: string;
  /** `null`: where the search path finds it. */
  readonly schema: string | null;
  readonly table: string;
  /** The records that it has rows of. */
  readonly rows: Rows;
  /** The columns by which a row is met again; `null`: its primary key. */
  readonly key: readonly string[] | null;
  /** The path of a field for a column; empty for a column that is left alone. */
  readonly columns: ReadonlyMap<string, string>;
}

/**
 * Reads `postgres://host/database?table=reporting.runs&key=run_id&columns=a=path`.
 * @param of the records that are delivered.
 * @throws FlowrunError `usage`, `settings`.
 */
export function tableFormOf(address: Address, env: World["env"], of: Subject): TableForm {
  const { options, rest, word } = address;
  checkNames(address);
  const named = options.get("table");
  if (named === null || named.trim() === "") {
    throw unusable(address, "names no table", "rows go into a table of your own", "say which: ?table=runs");
  }
  const [, schema, table] = name.exec(named.trim()) ?? [];
  if (table === undefined) {
    throw unusable(
      address,
      "names no table",
      `table=${named} is no name`,
      "write ?table=runs or ?table=reporting.runs",
    );
  }
  const others = [...options].filter(([option]) => !own.includes(option));
  const query = others.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  const url = `${word}:${rest}${query === "" ? "" : `?${query}`}`;
  if (!rest.startsWith("//")) {
    throw unusable(
      address,
      "is no URL",
      "it goes postgres://host/database",
      `write ${word}://host/database?table=runs`,
    );
  }
  parsePostgresUrl(url, env);
  const rows = rowsOf(address, of);
  return {
    url,
    schema: schema === undefined ? null : bare(schema),
    table: bare(table),
    rows,
    key: keyOf(options.get("key")),
    columns: columnsOf(address, rows),
  };
}

/**
 * The records that a table has rows of: those that `records=` names, where a reading may have both.
 * @throws FlowrunError `usage` for a word that is none, or names what is not delivered. Pure.
 */
export function rowsOf(address: Address, of: Subject): Rows {
  const named = address.options.get("records") ?? of;
  if (named !== "runs" && named !== "jobs") {
    const hint = "write records=jobs for events of Lytics, or leave it out";
    throw unusable(address, "cannot be used", `records=${named} is neither runs nor jobs`, hint);
  }
  if (of === "runs" || named === "jobs") return rowsBySubject[named];
  const hint = "leave records= out, or write records=jobs";
  throw unusable(address, "holds runs alone", "records=runs says so, and these are events of Lytics", hint);
}

const own = ["table", "key", "columns", "records"];

/** `runs`, `reporting.runs`, each as it is or quoted as in SQL. */
const name = /^(?:("(?:[^"]|"")+"|[^".]+)\.)?("(?:[^"]|"")+"|[^".]+)$/;

function bare(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;
}

function checkNames(address: Address): void {
  const known = [...own, ...postgresParameters, "ssl"];
  for (const option of address.options.keys()) {
    if (known.includes(option)) continue;
    const meant = nearest(option, known);
    const hint = meant === null ? `leave it out; of the table there are ${own.join(", ")}` : `did you mean ${meant}=?`;
    throw unusable(address, "cannot be used", `there is no option ${option}=`, hint);
  }
}

function keyOf(text: string | null): readonly string[] | null {
  const names = (text ?? "").split(",").map((each) => each.trim());
  return names.every((each) => each === "") ? null : names.filter((each) => each !== "");
}

function columnsOf(address: Address, rows: Rows): ReadonlyMap<string, string> {
  const columns = new Map<string, string>();
  for (const pair of (address.options.get("columns") ?? "").split(",").map((each) => each.trim())) {
    if (pair === "") continue;
    const [, column = "", path = ""] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (column === "" || columns.has(column)) {
      const why = column === "" ? `columns= says ${pair}` : `columns= says twice what is in ${column}`;
      throw unusable(address, "cannot be used", why, `write ${rows.renamed}`);
    }
    columns.set(column.trim(), path === "" ? "" : checkFieldPath(rows, path.trim()));
  }
  return columns;
}

function unusable({ shown }: Address, what: string, why: string, hint: string): FlowrunError {
  return new FlowrunError("usage", `${shown} ${what}`, { why, hint });
}
