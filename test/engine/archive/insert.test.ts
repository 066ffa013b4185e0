import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { Database, Value } from "../../../src/engine/archive/database.ts";
import { describeEngines } from "../../support/engines.ts";

describeEngines("rows that are added", ({ kind, place }) => {
  const columns = ["name", "small", "large", "bytes", "never"];

  async function table(): Promise<Database> {
    const database = await (await place()).open();
    await database.exclusively((queries) =>
      queries.run(
        "CREATE TABLE {schema}things (name {text} PRIMARY KEY, small INTEGER, large BIGINT, bytes {bytes}, never {text})",
      ),
    );
    return database;
  }

  const add = (database: Database, rows: readonly (readonly Value[])[], onConflict?: string): Promise<number> =>
    database.transaction((queries) =>
      queries.insert({ table: "things", columns, ...(onConflict === undefined ? {} : { onConflict }) }, rows),
    );
  /** How a failure is told, with what is behind it. */
  const wordsOf = (failing: Promise<unknown>): Promise<string> =>
    failing.then(
      () => "it did not fail",
      (error: unknown) => inspect(error),
    );
  const all = (database: Database) => database.all("SELECT * FROM {schema}things ORDER BY large, name");

  test("every value comes back as it was, and nothing where there was none", async () => {
    const database = await table();
    const rows: readonly (readonly Value[])[] = [
      ["", null, -Number.MAX_SAFE_INTEGER, null, null],
      [`{"a",NULL} \\ ' " é 🙂`, -3, -1, Uint8Array.of(), null],
      ["NULL", 0, 0, Uint8Array.of(0, 255, 92), null],
      ["line\nbreak", 2 ** 31 - 1, 1, Buffer.from("\\x00"), null],
      ["x".repeat(70_000), null, Number.MAX_SAFE_INTEGER, Buffer.alloc(70_000, 7), null],
    ];
    expect(await add(database, rows)).toBe(rows.length);
    const found = (await all(database)).map((row) => columns.map((name) => row[name]));
    const plain = (value: unknown): unknown => (value instanceof Uint8Array ? [...value] : value);
    expect(found.map((row) => row.map(plain))).toEqual(rows.map((row) => row.map(plain)));
  });

  test("a text that cannot be kept does not stop the others", async () => {
    const database = await table();
    await add(database, [
      ["a\0b", 1, 1, null, null],
      ["\ud800", 1, 2, null, null],
    ]);
    const [first, second] = (await all(database)).map(({ name }) => String(name));
    // SQLite hands a text over up to its end as C has it.
    expect(first).toBe(kind === "PostgreSQL" ? "a\uFFFDb" : "a");
    expect(second).toBe("\uFFFD");
  });

  test("of thousands each is added once, and those that were there stay or change as is said", async () => {
    const database = await table();
    const row = (n: number, small: number): readonly Value[] => [`n${String(n)}`, small, n, null, null];
    const many = Array.from({ length: 1203 }, (_, n) => row(n, 1));
    expect(await add(database, many)).toBe(1203);
    expect(await add(database, [...many, row(5000, 1), row(5000, 2)])).toBe(1);
    const change = "(name) DO UPDATE SET small = excluded.small WHERE excluded.small > things.small";
    expect(await add(database, [row(7, 2), row(8, 0)], change)).toBe(1);
    const found = await database.all(
      "SELECT small, count(*) AS count FROM {schema}things GROUP BY small ORDER BY small",
    );
    expect(found.map((each) => [Number(each["small"]), Number(each["count"])])).toEqual([
      [1, 1203],
      [2, 1],
    ]);
    expect(await add(database, [])).toBe(0);
  });

  test("what is asked at once in a transaction is done in its order, and nothing after what failed", async () => {
    const database = await table();
    const put = (name: string, large: number) =>
      `INSERT INTO {schema}things (name, large) VALUES ('${name}', ${large})`;
    const read = "SELECT sum(large) AS sum FROM {schema}things";
    const sums = await database.transaction((queries) =>
      Promise.all([queries.run(put("a", 1)), queries.all(read), queries.run(put("b", 2)), queries.all(read)]),
    );
    expect(sums.flat().map((told) => (typeof told === "number" ? told : Number(told["sum"])))).toEqual([1, 1, 1, 3]);
    const ends: string[] = [];
    const failing = database.transaction(async (queries) => {
      const asked = [put("c", 3), put("a", 1), put("d", 4)].map((text) => queries.run(text));
      for (const each of await Promise.allSettled(asked)) ends.push(each.status);
    });
    await expect(failing).rejects.toThrow();
    expect(ends).toEqual(["fulfilled", "rejected", "rejected"]);
    expect((await all(database)).map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("what is asked after the end of a transaction is not done, and spoils no other one", async () => {
    const database = await table();
    const put = (name: string) => `INSERT INTO {schema}things (name) VALUES ('${name}')`;
    const late: Promise<unknown>[] = [];
    const failing = database.transaction((queries) => {
      const waited = new Promise<void>((go) => setTimeout(go, 50)).then(() => queries.run(put("late")));
      late.push(waited.catch((error: unknown) => error));
      return Promise.all([waited, queries.run("INSERT INTO {schema}things (name, nowhere) VALUES ('a', 1)")]);
    });
    expect(await wordsOf(failing)).toContain("nowhere");
    await database.transaction(async (queries) => {
      await queries.run(put("b"));
      await Promise.all(late);
    });
    expect((await all(database)).map(({ name }) => name)).toEqual(["b"]);
    const inTime = await database.transaction((queries) => Promise.resolve(queries));
    await expect(inTime.run(put("c"))).rejects.toThrow("a transaction that has ended");
    expect(await all(database)).toHaveLength(1);
  });

  test("of a transaction that is given up the failure is told, and not what stands behind it", async () => {
    const database = await table();
    const failing = database.transaction(async (queries) => {
      await queries.run("UPDATE {schema}elsewhere SET a = 1").catch(() => undefined);
      await queries.run("INSERT INTO {schema}things (name) VALUES ('behind')");
    });
    expect(await wordsOf(failing)).toContain("elsewhere");
    expect(await all(database)).toEqual([]);
  });
});
