import { expect, test } from "vitest";
import type { Database } from "../../../src/engine/archive/database.ts";
import { addJobs, countJobs } from "../../../src/engine/archive/jobs.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { parseAddress } from "../../../src/engine/destinations/address.ts";
import { createApart } from "../../../src/engine/destinations/apart.ts";
import { jobsArchive, jobsCopy } from "../../../src/engine/destinations/jobs-archive.ts";
import { patientDestination } from "../../../src/engine/destinations/patient.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { meansOf, unheard } from "../../support/deliveries.ts";
import { describeEngines } from "../../support/engines.ts";
import { scratch } from "../../support/flowrun.ts";
import { deliveredJob } from "../../support/jobs.ts";

describeEngines(
  "an archive of Lytics' events that was away",
  ({ place }) => {
    /** One that has two events by two places, and whose connection may be lost about the next commit. */
    async function filled() {
      const database = await (await place()).open();
      await setUpSchema(database);
      let lost: "before" | "after" | null = null;
      const shaky: Database = {
        ...database,
        transaction: async (work, held) => {
          const moment = lost;
          lost = null;
          const away = new FlowrunError("unavailable", "no connection");
          if (moment === "before") throw away;
          const done = await database.transaction(work, held);
          if (moment === "after") throw away;
          return done;
        },
      };
      const means = meansOf({ dir: await scratch(), of: "jobs" });
      const to = patientDestination(jobsArchive(shaky), parseAddress("archive", {}), means, {
        patience: { retries: 3, maxWaitMs: 60_000 },
        onRefused: "stop",
        onOpen: unheard,
        onDelivered: unheard,
        onPassedBy: unheard,
        onEnded: unheard,
      });
      expect(await to.findPlace()).toBeNull();
      await to.deliver([deliveredJob(1)], "place 1");
      await to.deliver([deliveredJob(2)], "place 2");
      const count = () => countJobs(database, means.reading.journal);
      return { to, database, count, lose: (moment: "before" | "after") => void (lost = moment) };
    }

    test.each(["before", "after"] as const)("has each once where it was lost %s a commit", async (moment) => {
      const { to, count, lose } = await filled();
      lose(moment);
      await to.deliver([deliveredJob(3)], "place 3");
      await to.deliver([deliveredJob(4)], "place 4");
      expect(await count()).toMatchObject({ jobs: 4 });
      expect(await to.findPlace()).toBe("place 4");
    });

    test("is not gone on with past what a restored copy of it lacks", async () => {
      const { to, database, lose } = await filled();
      await database.run("DELETE FROM {schema}jobs WHERE subject_id = 'work-2'");
      await database.run("UPDATE {schema}cursors SET next = 'place 1', revision = 1, page_id = 'batch 1'");
      lose("before");
      await expect(to.deliver([deliveredJob(3)], "place 3")).rejects.toMatchObject({
        kind: "usage",
        why: /the database came back as an earlier copy/,
      });
      expect(await database.all("SELECT next FROM {schema}cursors")).toEqual([{ next: "place 1" }]);
    });
  },
  ["a file", "PostgreSQL"],
);

describeEngines(
  "a further archive of Lytics' events",
  ({ place }) => {
    async function ready() {
      const [one, other] = [await place(), await place()];
      const leader = await one.open();
      await setUpSchema(leader);
      const dir = await scratch();
      let isRight = true;
      const confirm = (): Promise<void> =>
        isRight ? Promise.resolve() : Promise.reject(new FlowrunError("lease", "lost the lease"));
      const openThere = async () => {
        const database = await other.open();
        await setUpSchema(database);
        return database;
      };
      /** As a process of its own. */
      const open = async (there = openThere) => {
        const apart = createApart({ leader, called: "event" });
        const means = { ...meansOf({ dir, of: "jobs", cursor: "lytics" }), authority: { confirm } };
        const kind = jobsCopy({ open: there, leader, seat: apart.seat("postgres://copy") });
        return { kind, means, to: await kind.open(parseAddress("archive", {}), means) };
      };
      const { reading } = meansOf({ dir, of: "jobs" });
      const count = async () => countJobs(await openThere(), reading.journal);
      return { one, leader, openThere, open, count, lose: () => void (isRight = false) };
    }

    test("keeps events and its own place, also where it leads in another line by the same cursor", async () => {
      const { open, openThere, count } = await ready();
      const { to, means } = await open();
      expect(await to.findPlace?.()).toBeNull();
      await to.deliver([deliveredJob(1), deliveredJob(2)], "place 1", unheard);
      const led = await jobsArchive(await openThere()).open(parseAddress("archive", {}), means);
      expect(await led.findPlace?.()).toBeNull();
      await led.deliver([deliveredJob(2), deliveredJob(3)], "place 7", unheard);
      await to.deliver([deliveredJob(3), deliveredJob(4)], "place 2", unheard);
      await to.close();
      expect(await count()).toMatchObject({ jobs: 4 });
      expect(await (await open()).to.findPlace?.()).toBe("place 2");
    });

    test("gets what the one that leads has from before, once, and begins at no place of its", async () => {
      const { open, leader, count } = await ready();
      const { means } = await open();
      const keyed = (n: number) => ({ key: deliveredJob(n).id, job: deliveredJob(n).job });
      await addJobs(
        leader,
        means.reading.journal,
        Array.from({ length: 700 }, (_, n) => keyed(n)),
      );
      const { to } = await open();
      expect(await count()).toMatchObject({ jobs: 700 });
      expect(await to.findPlace?.()).toBeNull();
      await to.deliver([deliveredJob(1), deliveredJob(700)], "place 1", unheard);
      expect(await count()).toMatchObject({ jobs: 701 });
      // From then on it is fed, and looks back no more.
      await addJobs(leader, means.reading.journal, [keyed(900)]);
      expect(await (await open()).to.findPlace?.()).toBe("place 1");
      expect(await count()).toMatchObject({ jobs: 701 });
    });

    test("is not given a part of what is damaged in the one that leads", async () => {
      const { open, leader } = await ready();
      const account = meansOf({ dir: "", of: "jobs" }).reading.journal;
      await addJobs(leader, account, [{ key: deliveredJob(1).id, job: deliveredJob(1).job }]);
      await leader.run("UPDATE {schema}jobs SET document = $1", [new Uint8Array([2, 3])]);
      await expect(open()).rejects.toMatchObject({ kind: "settings", why: "its row 1 cannot be unpacked" });
    });

    test("refuses whoever has lost the right to deliver, and says that it may be had again", async () => {
      const { open, lose, count } = await ready();
      const frozen = await open();
      await frozen.to.deliver([deliveredJob(1)], "place 1", unheard);
      const heir = await open();
      await heir.to.deliver([deliveredJob(2)], "place 2", unheard);
      await expect(frozen.to.deliver([deliveredJob(9)], "place 9", unheard)).rejects.toMatchObject({
        kind: "unavailable",
        message: expect.stringContaining("another process keeps these events in") as string,
      });
      lose();
      await frozen.to.close();
      await expect(frozen.kind.open(parseAddress("archive", {}), frozen.means)).rejects.toMatchObject({
        kind: "lease",
      });
      await heir.to.deliver([deliveredJob(3)], "place 3", unheard);
      expect(await count()).toMatchObject({ jobs: 3 });
    });

    test("goes on from where it was left when it is opened again, and is told from an earlier copy of itself", async () => {
      const { open, openThere } = await ready();
      const { kind, means, to } = await open();
      await to.deliver([deliveredJob(1)], "place 1", unheard);
      await to.close();
      const again = await kind.open(parseAddress("archive", {}), means);
      await again.deliver([deliveredJob(2)], "place 2", unheard);
      await again.close();
      const database = await openThere();
      await database.run("UPDATE {schema}cursors SET next = 'place 1', revision = 1, page_id = 'batch 1'");
      const restored = await kind.open(parseAddress("archive", {}), means);
      await expect(restored.deliver([deliveredJob(3)], "place 3", unheard)).rejects.toMatchObject({ kind: "usage" });
      await restored.close();
    });

    test("is not the one that leads", async () => {
      const { open, one } = await ready();
      await expect(open(() => one.open())).rejects.toMatchObject({
        kind: "usage",
        why: "postgres://copy is the same: every event would arrive there twice",
      });
    });
  },
  ["a file", "PostgreSQL"],
);
