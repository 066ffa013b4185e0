import { expect, test } from "vitest";
import { addJobs } from "../../../src/engine/archive/jobs.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import { archived, journal } from "../../support/archived.ts";
import { blocksOf, docPages } from "../../support/docs.ts";
import { jobOf } from "../../support/lytics.ts";
import { describeEngines } from "../../support/engines.ts";

/** The queries of docs/archive.md, as they stand there; for a file with what that page says to write instead. */
const page = docPages.find(({ path }) => path === "docs/archive.md");
const queries = (page === undefined ? [] : blocksOf(page))
  .filter(({ language, text }) => language === "sql" && text.startsWith("SELECT"))
  .map(({ text }) => text.trim().replace(/;$/, ""));

function inAFile(query: string): string {
  return query
    .replaceAll("flowrun.", "")
    .replaceAll(/extract\(epoch FROM now\(\) - interval '(\d+ days?)'\) \* 1000/g, "(unixepoch('now', '-$1') * 1000)");
}

const day = 24 * 3_600_000;

describeEngines(
  "the SQL of the documents",
  ({ kind, place }) => {
    test("answers what it says", async () => {
      const { address, open } = await place();
      const database = await open();
      await setUpSchema(database);
      await database.run("INSERT INTO {schema}journals (journal, name, made_at) VALUES ($1, 'https://j.test', 0)", [
        journal,
      ]);
      const now = Date.now();
      const cause = { rootCause: { code: "AADSTS7000222", message: "expired" }, status: "failed" };
      await addRuns(database, journal, [
        archived(1, { updatedAt: now - 20 * day }),
        archived(2, { updatedAt: now - 2 * day }, cause),
        archived(3, { updatedAt: now - day / 2 }, cause),
        archived(4, { updatedAt: now - day / 2 }, { ...cause, rootCause: { code: "SftpTimeout", message: null } }),
      ]);
      const failed = { status: "failed", at: new Date(now - 2 * day).toISOString() } as const;
      await addJobs(database, "https://lytics.test/v2/event#p", [
        { key: "a", job: jobOf({ ...failed, subjectId: "w", jobName: "Nightly" }) },
        { key: "b", job: jobOf({ ...failed, subjectId: "w" }) },
        { key: "c", job: jobOf({ ...failed, subjectId: "v" }) },
        { key: "d", job: jobOf({ ...failed, subjectId: "v", at: new Date(now - 9 * day).toISOString() }) },
        { key: "e", job: jobOf({ ...failed, status: "success" }) },
      ]);
      const schema = /schema=(\w+)/.exec(address)?.[1] ?? "flowrun";
      const ask = (query: string) =>
        database.all(kind === "PostgreSQL" ? query.replaceAll("flowrun.", `${schema}.`) : inAFile(query));
      const [week, rates, fresh, works, ...more] = await Promise.all(queries.map(ask));
      expect(week?.map(({ root_code: code, runs }) => [code, runs])).toEqual([
        ["AADSTS7000222", 2],
        ["SftpTimeout", 1],
      ]);
      expect(rates?.reduce((sum, { runs }) => sum + Number(runs), 0)).toBe(4);
      expect(fresh?.map(({ root_code: code }) => code)).toEqual(["SftpTimeout"]);
      expect(works?.map(({ subject_id: id, name, failures }) => [id, name, failures])).toEqual([
        ["w", "Nightly", 2],
        ["v", null, 1],
      ]);
      expect(more).toEqual([]);
    });
  },
  ["a file", "PostgreSQL"],
);
