import { expect, onTestFinished, test } from "vitest";
import { endlessPatience } from "../../../src/adobe/access/connect.ts";
import { openToWrite, type Archive } from "../../../src/engine/archive/open.ts";
import type { Database } from "../../../src/engine/archive/database.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import { createArrivals } from "../../../src/engine/arrivals.ts";
import { createApart } from "../../../src/engine/destinations/apart.ts";
import { followInto, type ArchiveCopy } from "../../../src/engine/destinations/archive-copy.ts";
import { isOfOneAlone } from "../../../src/engine/destinations/lanes.ts";
import { FlowrunError } from "../../../src/errors.ts";
import type { Notice } from "../../../src/notices.ts";
import { archived, idsOf } from "../../support/archived.ts";
import { describeEngines } from "../../support/engines.ts";
import { scratch } from "../../support/flowrun.ts";
import { fakeHost, noon, realSleep } from "../../support/host.ts";
import { runIds } from "../../support/journal.ts";

const journalName = "https://journal.test/1";
const away = (): FlowrunError => new FlowrunError("unavailable", "no connection to there", { why: "w", hint: "h" });

describeEngines(
  "an archive that follows another one",
  ({ kind, place }) => {
    const openAt = async (address: string, connections?: Set<Database>): Promise<Archive> => {
      const host = { ...fakeHost({ env: { HOME: await scratch() } }), sleep: realSleep };
      const there =
        kind === "PostgreSQL"
          ? ({ kind: "postgres", url: address, isSet: true } as const)
          : ({ kind: "embedded", path: address, isSet: true } as const);
      const archive = await openToWrite(there, journalName, host);
      connections?.add(archive.database);
      onTestFinished(() => archive.database.close());
      return archive;
    };

    /** A leader with so many runs, and a copy that nobody has opened yet. */
    async function ready(runs: number) {
      const [one, other] = [await place(), await place()];
      const leader = await openAt(one.address);
      const add = (from: number, to: number) =>
        addRuns(
          leader.database,
          leader.journal,
          Array.from({ length: to - from }, (_, n) => archived(from + n)),
        );
      await add(0, runs);
      const arrivals = createArrivals();
      const notices: Notice[] = [];
      const stop = new AbortController();
      const told: string[] = [];
      let added = 0;
      const apart = createApart({ leader: leader.database, called: "run" });
      const copy: ArchiveCopy = {
        ...{ name: "postgres://copy", cursor: "archive", heldMs: 60_000 },
        now: () => noon,
        seat: apart.seat("postgres://copy"),
        open: () => openAt(other.address),
        onOpen: (shown) => told.push(shown),
        onCopied: (copied) => (added += copied.added),
      };
      const retrying = {
        host: { ...fakeHost(), sleep: (_: number, signal?: AbortSignal) => realSleep(1, signal) },
        signal: stop.signal,
        patience: endlessPatience,
        notify: (notice: Notice) => void notices.push(notice),
      };
      const follow = (change: Partial<ArchiveCopy> = {}) =>
        followInto({ ...copy, ...change }, { leader, arrivals, retrying });
      const there = async () => idsOf((await openAt(other.address)).database);
      return { leader, one, other, add, arrivals, notices, stop, told, follow, there, apart, count: () => added };
    }

    test("gets what is there, what comes, and ends when nothing more comes", async () => {
      const { add, arrivals, follow, there, told, count, other } = await ready(3);
      const following = follow();
      await expect.poll(there).toEqual(runIds(3));
      await add(3, 5);
      arrivals.tell();
      await expect.poll(there).toEqual(runIds(5));
      await add(5, 6);
      arrivals.end();
      await following;
      expect(await there()).toEqual(runIds(6));
      expect(count()).toBe(6);
      expect(told).toEqual([(await openAt(other.address)).database.place]);
    });

    test("is waited for while it is away, at the start and in the middle, opened anew each time, and has each once", async () => {
      const { add, arrivals, follow, there, notices, told, other } = await ready(3);
      let [refused, opened] = [3, 0];
      let breaks = 2;
      const open = async (): Promise<Archive> => {
        if (refused-- > 0) throw away();
        opened += 1;
        const archive = await openAt(other.address);
        const { database } = archive;
        const shaky: Database = {
          ...database,
          transaction: async (work, options) => {
            if (breaks-- > 0) throw away();
            const done = await database.transaction(work, options);
            // Its answer is lost.
            if (breaks === -1) throw away();
            return done;
          },
        };
        return { ...archive, database: shaky };
      };
      arrivals.end();
      await follow({ open });
      expect(await there()).toEqual(runIds(3));
      expect(opened).toBe(4);
      expect(told).toHaveLength(1);
      expect(JSON.stringify(notices)).toContain("no connection to there");
      await add(3, 4);
      await follow();
      expect(await there()).toEqual(runIds(4));
    });

    test("that refuses for good is told in its own words, and everything that was opened is closed", async () => {
      const { follow, other, arrivals } = await ready(2);
      arrivals.end();
      let closed = 0;
      const open = async (): Promise<Archive> => {
        const archive = await openAt(other.address);
        const refuses: Database = {
          ...archive.database,
          transaction: () => Promise.reject(new FlowrunError("forbidden", "it may not", { why: "w", hint: "h" })),
          close: async () => {
            closed += 1;
            await archive.database.close();
          },
        };
        return { ...archive, database: refuses };
      };
      await expect(follow({ open })).rejects.toMatchObject({ kind: "forbidden" });
      expect(closed).toBe(1);
    });

    test("is let go of when told to stop, also while it is away", async () => {
      const { follow, stop } = await ready(2);
      const following = follow({ open: () => Promise.reject(away()) });
      stop.abort(new FlowrunError("aborted", "told to stop"));
      await expect(following).rejects.toMatchObject({ kind: "aborted" });
    });

    test("is not the one that leads, by whatever connection, nor another one of the line, also at once", async () => {
      const { leader, one, other, follow, there, apart, arrivals } = await ready(2);
      // One that is taken for another one ends as well, and is not waited for.
      arrivals.end();
      await expect(follow({ open: () => openAt(one.address) })).rejects.toMatchObject({
        kind: "usage",
        message: `--to names ${leader.database.place} twice`,
        why: "postgres://copy is the same: every run would arrive there twice",
      });
      expect(await idsOf(leader.database)).toEqual(runIds(2));
      const ends = await Promise.allSettled(
        ["a", "b"].map((name) => follow({ name, seat: apart.seat(name), open: () => openAt(other.address) })),
      );
      const refused = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as FlowrunError] : []));
      expect(refused).toMatchObject([
        { kind: "usage", message: expect.stringMatching(/^--to names [ab] twice$/) as string },
      ]);
      expect(await there()).toEqual(runIds(2));
      // The line is wrong as a whole: nobody goes on with a part of it.
      expect(refused.map(isOfOneAlone)).toEqual([false]);
    });

    test("ends while another one of the line is opened, and that one goes on, unless it is the same", async () => {
      const { other, follow, there, apart, arrivals } = await ready(2);
      arrivals.end();
      const third = await place();
      const own = apart.seat("a");
      let first: Promise<void> | null = null;
      /** Another one: the first ends between the opening of this one and the answer to what this one is asked. */
      const late = (name: string, address: string) => {
        const open = async (): Promise<Archive> => {
          const archive = await openAt(address);
          const all: Database["all"] = async (text, values) => {
            await first;
            return archive.database.all(text, values);
          };
          return { ...archive, database: { ...archive.database, all } };
        };
        return follow({ name, seat: apart.seat(name), open });
      };
      await new Promise<void>((joined) => {
        first = follow({ name: "a", seat: (database) => own(database).then(joined) });
      });
      await late("b", third.address);
      expect(await idsOf((await openAt(third.address)).database)).toEqual(runIds(2));
      await expect(late("c", other.address)).rejects.toMatchObject({ message: "--to names a twice" });
      expect(await there()).toEqual(runIds(2));
    });
  },
  ["a file", "PostgreSQL"],
);
