import { expect, test } from "vitest";
import type { Database } from "../../../src/engine/archive/database.ts";
import { findEarlierFailure, readCodeHistory, readNovelty } from "../../../src/engine/archive/history.ts";
import { prune } from "../../../src/engine/archive/prune.ts";
import { journalKey, type WholeRun } from "../../../src/engine/archive/run-row.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { archived, journal } from "../../support/archived.ts";
import { describeEngines } from "../../support/engines.ts";
import { noon } from "../../support/host.ts";

const day = 24 * 3_600_000;

/** Runs told in words: `b3! E F` is a run of the flow b that failed 3 days after noon, with the errors E and F. */
function told(...words: readonly string[]): readonly WholeRun[] {
  return words.map((word, n) => {
    const [head = "", ...errors] = word.split(" ");
    const [, flow = "", days = "", end] = /^([a-z])(-?[\d.]+)(!?)$/.exec(head) ?? [];
    const isFailed = end === "!";
    const parts = { status: isFailed ? "failed" : "success", errors, updatedAt: noon + Number(days) * day };
    return archived(n, parts, { flowId: flow, flowName: flow.toUpperCase() });
  });
}

function runOf(word: string): FlowRun {
  const [first] = told(word);
  if (first === undefined) throw new Error("none");
  return { ...first.run, runId: "this one" };
}

describeEngines("history", ({ place }) => {
  const holding = async (...words: readonly string[]): Promise<Database> => {
    const database = await (await place()).open();
    await setUpSchema(database);
    await addRuns(database, journal, told(...words));
    // Another journal's are no matter.
    await addRuns(database, journalKey("other"), told("a0", "a1! E", "a2", "b3! E"));
    return database;
  };

  test("of a code: first, last, how often, which flows, how long until the flow succeeded again", async () => {
    const database = await holding("a-80! E", "a-79", "a-20! E", "a-18", "b-5! E F", "b-4! F", "b-1! E", "c0");
    expect(await readCodeHistory(database, journal, "E", noon)).toEqual({
      firstSeenAt: noon - 80 * day,
      lastSeenAt: noon - day,
      last7Days: 2,
      last30Days: 3,
      last90Days: 4,
      flows: [
        { id: "a", name: "A", runs: 2 },
        { id: "b", name: "B", runs: 2 },
      ],
      medianRecoveryMs: day,
    });
    expect(await readCodeHistory(database, journal, "F", noon)).toMatchObject({ last7Days: 2, medianRecoveryMs: null });
    expect(await readCodeHistory(database, journal, "G", noon)).toBeNull();
    expect(await readCodeHistory(database, journal, "x".repeat(5000), noon)).toBeNull();
  });

  test("of a code that a run has several times, and tells of several times: it counts once", async () => {
    const database = await holding("a-3! E E");
    await addRuns(database, journal, [
      archived(0, { eventId: "again", status: "failed", errors: ["E"], updatedAt: noon - 2 * day }, { flowId: "a" }),
    ]);
    expect(await readCodeHistory(database, journal, "E", noon)).toMatchObject({
      last7Days: 1,
      flows: [{ id: "a", runs: 1 }],
    });
  });

  test.each<readonly [string, readonly string[], string, unknown]>([
    ["never before", ["a0", "a1! F", "b2! E"], "a5! E", null],
    ["once, and it recovered", ["a0! E", "a1", "a2"], "a5! E", { failedAt: 0, count: 1, recoveredAt: 1 }],
    [
      "twice, and it has not recovered since",
      ["a0! E", "a1", "a2! E"],
      "a5! E",
      { failedAt: 2, count: 2, recoveredAt: null },
    ],
    ["later only", ["a6! E"], "a5! E", null],
    ["another flow's success is none of its", ["a0! E", "b1"], "a5! E", { failedAt: 0, count: 1, recoveredAt: null }],
    ["a run that did not fail", ["a0! E"], "a5", null],
  ])("of a failure: %s", async (_, words, word, expected) => {
    const database = await holding(...words);
    const found = await findEarlierFailure(database, journal, runOf(word));
    const days = (at: number | null): number | null => (at === null ? null : (at - noon) / day);
    expect(
      found === null
        ? null
        : { failedAt: days(found.failedAt), count: found.count, recoveredAt: days(found.recoveredAt) },
    ).toEqual(expected);
  });

  test("of a failure without a time nothing is known", async () => {
    const database = await holding("a0! E");
    expect(await findEarlierFailure(database, journal, { ...runOf("a5! E"), updatedAt: null })).toBeNull();
  });

  test.each<readonly [string, readonly string[], string, boolean | null]>([
    ["a cause that the flow had before", ["a0! E"], "a5! E", false],
    ["a cause that the flow never had", ["a0! F"], "a7! E", true],
    ["a cause of a flow that has not been known for a week", ["a0! F"], "a6! E", null],
    ["a cause that only another flow had", ["a0", "b0! E"], "a9! E", true],
    ["a flow that nobody knows", ["b0"], "a5! E", null],
    ["a flow that begins with it", ["a5! E", "a6"], "a5! E", null],
    ["a run without a cause", ["a0"], "a5", null],
  ])("news: %s", async (_, words, word, expected) => {
    const isNew = await readNovelty(await holding(...words), journal);
    expect(isNew(runOf(word))).toBe(expected);
  });

  test("news are learnt from on the way, and kept when the runs are gone", async () => {
    const database = await holding("a0! E");
    await prune(database, journal, noon + day, () => undefined);
    const isNew = await readNovelty(database, journal);
    expect(isNew(runOf("a2! E"))).toBe(false);
    expect(isNew(runOf("a8! F"))).toBe(true);
    expect(isNew(runOf("a9! F"))).toBe(false);
    expect(isNew({ ...runOf("a4! G"), updatedAt: null })).toBeNull();
    // Ids are told apart wherever they could run into one another.
    expect(isNew({ ...runOf("a5! E"), flowId: "a\tE", rootCause: { code: "x", message: null } })).toBeNull();
  });

  test("whatever comes first is the first, in whatever order it is archived", async () => {
    const database = await holding("a5! E", "a9");
    await addRuns(
      database,
      journal,
      told("a1", "a2! E").map((one) => ({ ...one, key: `late ${one.key}` })),
    );
    const rows = await database.all(
      "SELECT root_code, first_at FROM {schema}firsts WHERE journal = $1 ORDER BY root_code",
      [journal],
    );
    expect(rows).toEqual([
      { root_code: "", first_at: noon + day },
      { root_code: "E", first_at: noon + 2 * day },
    ]);
  });
});
