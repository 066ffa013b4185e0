import { expect, test } from "vitest";
import type { Database } from "../../../src/engine/archive/database.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { createApart } from "../../../src/engine/destinations/apart.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { describeEngines, type Place } from "../../support/engines.ts";

describeEngines(
  "the databases of a line",
  ({ place }) => {
    /** A new connection to a place. */
    const openAt = async ({ open }: Place): Promise<Database> => {
      const database = await open();
      await setUpSchema(database);
      return database;
    };

    /** A line, with the place of the one that leads and two more. */
    async function ready() {
      const [one, other, third] = [await place(), await place(), await place()];
      const leader = await openAt(one);
      return { one, other, third, leader, ...createApart({ leader, called: "run" }) };
    }

    /** What a copy of the whole database would have as well. */
    async function copySigns(from: Database, to: Database): Promise<void> {
      const columns = "name, holder, backend_pid, backend_start, epoch, taken_at, expires_at";
      for (const row of await from.all(`SELECT ${columns} FROM {schema}leases`))
        await to.run(`INSERT INTO {schema}leases (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7)`, Object.values(row));
    }

    const signsIn = async (database: Database): Promise<readonly unknown[]> =>
      (await database.all("SELECT name FROM {schema}leases ORDER BY name")).map(({ name }) => name);

    const twice = (name: string, again: string) => ({
      kind: "usage",
      message: `--to names ${name} twice`,
      why: `${again} is the same: every run would arrive there twice`,
    });

    test("are told apart where one of them has ended, is away or hangs", async () => {
      const { other, third, seat } = await ready();
      const away = new FlowrunError("unavailable", "no connection");
      const answers = (answer: () => Promise<never>) => (first: Database) => {
        Object.assign(first, { all: answer, run: answer });
        return Promise.resolve();
      };
      const troubles: ((first: Database) => Promise<void>)[] = [
        (first) => first.close(),
        answers(() => Promise.reject(away)),
        answers(() => new Promise(() => undefined)),
      ];
      for (const trouble of troubles) {
        const first = { ...(await openAt(other)) };
        const one = createApart({ leader: await openAt(await place()), called: "run" });
        await one.seat("a")(first);
        await trouble(first);
        await one.seat("b")(await openAt(third));
      }
      await seat("a")(await openAt(other));
    });

    test("are not the same by two names, also where the first has ended, or another line came between", async () => {
      const { one, other, third, leader, seat } = await ready();
      const first = await openAt(other);
      await seat("a")(first);
      await first.close();
      const stranger = createApart({ leader: await openAt(await place()), called: "run" });
      await stranger.seat("of another line")(await openAt(other));
      await expect(seat("b")(await openAt(other))).rejects.toMatchObject(twice("a", "b"));
      await expect(seat("b")(await openAt(one))).rejects.toMatchObject(twice(leader.place, "b"));
      await seat("b")(await openAt(third));
      await expect(stranger.seat("again")(await openAt(other))).rejects.toMatchObject(
        twice("of another line", "again"),
      );
    });

    test("of which two come at once by the same name are one too many", async () => {
      const { other, seat } = await ready();
      const ends = await Promise.allSettled(
        [await openAt(other), await openAt(other)].map((database) => seat("a")(database)),
      );
      expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    });

    test("come back by new connections, as an earlier copy, and in another place; what they left may be another one's", async () => {
      const { one, other, third, leader, seat } = await ready();
      const [a, b] = [seat("a"), seat("b")];
      await a(await openAt(other));
      await a(await openAt(other));
      await (await openAt(other)).run("DELETE FROM {schema}leases");
      await a(await openAt(other));
      await expect(b(await openAt(other))).rejects.toMatchObject(twice("a", "b"));
      const elsewhere = await openAt(third);
      await a(elsewhere);
      await elsewhere.close();
      await b(await openAt(other));
      await expect(a(await openAt(other))).rejects.toMatchObject(twice("b", "a"));
      // So may the one that leads.
      await leader.run("DELETE FROM {schema}leases");
      await expect(b(await openAt(one))).rejects.toMatchObject(twice(leader.place, "b"));
    });

    test("may be copies of each other, made while the line is at work, as long as that can be seen", async () => {
      const { other, third, leader, seat } = await ready();
      const first = await openAt(other);
      await seat("a")(first);
      const copy = await openAt(third);
      await copySigns(first, copy);
      const b = seat("b");
      await b(copy);
      await b(await openAt(third));
      await expect(seat("c")(await openAt(third))).rejects.toMatchObject(twice("b", "c"));
      const ofLeader = await openAt(await place());
      await copySigns(leader, ofLeader);
      await seat("d")(ofLeader);
      const unseen = await openAt(await place());
      await copySigns(first, unseen);
      await first.close();
      await expect(seat("e")(unseen)).rejects.toMatchObject(twice("a", "e"));
    });

    test("are not joined before it is known what they are", async () => {
      const { one, leader, seat } = await ready();
      const away = new FlowrunError("unavailable", "no connection");
      const b = seat("b");
      const there = await openAt(one);
      for (const database of [there, leader]) {
        const kept = { ...database };
        let isAway = true;
        // What comes after is answered.
        database.all = (text, values) => {
          const answer = isAway ? Promise.reject(away) : kept.all(text, values);
          isAway = false;
          return answer;
        };
        await expect(b(there)).rejects.toBe(away);
      }
      await expect(b(there)).rejects.toMatchObject(twice(leader.place, "b"));
    });

    test("do not keep for ever what lines have put into them, and lose nothing else by that", async () => {
      const { other, seat } = await ready();
      const first = await openAt(other);
      const line = async () => createApart({ leader: await openAt(await place()), called: "run" });
      await (await line()).seat("a")(first);
      await (await line()).seat("a")(first);
      expect(await signsIn(first)).toHaveLength(2);
      await first.run("UPDATE {schema}leases SET expires_at = {now} - 1");
      await first.run(`INSERT INTO {schema}leases SELECT 'journal cursor', holder, backend_pid, backend_start, epoch,
        taken_at, expires_at FROM {schema}leases LIMIT 1`);
      await seat("a")(first);
      expect(await signsIn(first)).toEqual(["journal cursor", expect.stringMatching(/^which database /)]);
      // Whoever may not take them out is no worse off.
      const run: Database["run"] = () => Promise.reject(new FlowrunError("forbidden", "it may not"));
      await (await line()).seat("a")({ ...first, run });
    });
  },
  ["a file", "PostgreSQL"],
);
