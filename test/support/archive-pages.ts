import type { Database } from "../../src/engine/archive/database.ts";

const rowsAPage = 50;

/** The tables of the pages below, made by whoever comes first. */
export async function makeTables(database: Database): Promise<void> {
  await database.exclusively(async (queries) => {
    await queries.run("CREATE TABLE IF NOT EXISTS {schema}rows(seq BIGINT PRIMARY KEY, page BIGINT, body {bytes})");
    await queries.run("CREATE TABLE IF NOT EXISTS {schema}pages(one INTEGER PRIMARY KEY, last BIGINT)");
    await queries.run("INSERT INTO {schema}pages(one, last) VALUES(1, 0) ON CONFLICT DO NOTHING");
  });
}

/** Adds a page of 50 rows in one transaction. @returns its number, from 1. */
export function addPage(database: Database): Promise<number> {
  return database.transaction(async (queries) => {
    const [row] = await queries.all("UPDATE {schema}pages SET last = last + 1 WHERE one = 1 RETURNING last");
    const page = Number(row?.["last"]);
    const text = "INSERT INTO {schema}rows(seq, page, body) VALUES($1, $2, $3)";
    for (let n = 0; n < rowsAPage; n += 1) {
      await queries.run(text, [page * rowsAPage + n, page, new Uint8Array(400).fill(n)]);
    }
    return page;
  });
}

/** How many pages there are, by the rows and by the count of them: the same at any time. */
export async function countPages(database: Database): Promise<readonly [byRows: number, counted: number]> {
  const [row] = await database.all(
    "SELECT (SELECT count(*) FROM {schema}rows) AS found, (SELECT last FROM {schema}pages) AS counted",
  );
  return [Number(row?.["found"]) / rowsAPage, Number(row?.["counted"])];
}
