import { FlowrunError } from "../../../errors.ts";
import type { Database } from "../../archive/database.ts";
import { openPostgres } from "../../archive/postgres.ts";
import type { Address } from "../address.ts";
import type { Means } from "../destination.ts";
import { findTable } from "./catalogue.ts";
import { tableFormOf, type TableForm } from "./form.ts";
import { createTable, layOut, type Layout } from "./layout.ts";

/** A table that rows can go into, and the database that it is in. */
export interface ConnectedTable {
  readonly database: Database;
  readonly layout: Layout;
}

/** Connects to the database of a table, and looks at the table. @throws FlowrunError as `Kind.open`. */
export async function connectTable(address: Address, { host, signal, reading }: Means): Promise<ConnectedTable> {
  const { env, sleep } = host;
  const form = tableFormOf(address, env, reading.of);
  const database = await openPostgres(form.url, { env, sleep, signal });
  try {
    return { database, layout: await findLayout(database, form) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function findLayout(database: Database, form: TableForm): Promise<Layout> {
  const found = await findTable(database, form.schema, form.table);
  if ("columns" in found) return layOut(form, found, database.place);
  const [other] = found;
  const name = form.schema === null ? form.table : `${form.schema}.${form.table}`;
  throw new FlowrunError("settings", `there is no table ${name} at ${database.place}`, {
    why:
      other === undefined
        ? "rows go into a table of your own: none is made by flowrun"
        : `there is one in ${found.join(", ")}, where the user's search path does not look`,
    hint: other === undefined ? createTable(form) : `write ?table=${other}.${form.table}`,
  });
}
