import { expect, test } from "vitest";
import type { Database } from "../../../src/engine/archive/database.ts";
import { countJobs } from "../../../src/engine/archive/jobs.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { parseAddress } from "../../../src/engine/destinations/address.ts";
import { jobsArchive } from "../../../src/engine/destinations/jobs-archive.ts";
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
