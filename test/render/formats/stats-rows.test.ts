import { expect, test } from "vitest";
import { resolveOrder } from "../../../src/render/formats/sort-rows.ts";
import { statsColumns } from "../../../src/render/formats/stats-columns.ts";
import { sortGroups, statsRows } from "../../../src/render/formats/stats-rows.ts";
import { countCompared } from "../../../src/runs/figures/compare.ts";
import { countStats } from "../../../src/runs/figures/stats.ts";
import { failure, sampleNow, sampleRun } from "../sample-runs.ts";

const day = 86_400_000;
const from = sampleNow - day;

/** Flow a has three runs in this window, b two of which one failed, c one; in the one before c and d have five each. */
const runs = [
  ...["c", "c", "c", "c", "c", "d", "d", "d", "d", "d"].map((flowId) => ({ flowId, at: from - 1000, more: {} })),
  ...["a", "a", "a", "b", "c"].map((flowId) => ({ flowId, at: from + 1000, more: {} })),
  { flowId: "b", at: from + 2000, more: failure("X") },
].map(({ flowId, at, more }) => sampleRun({ flowId, updatedAt: new Date(at).toISOString(), ...more }));

function keysBy(words: string, isBoth: boolean): readonly (string | null)[][] {
  const plan = { from, to: sampleNow, by: "flow" } as const;
  const both = countCompared(plan);
  const one = countStats({ ...plan, bucketMs: null });
  const add = both.lane();
  for (const run of runs) {
    add(run);
    if (Date.parse(run.updatedAt ?? "") >= from) one.add(run);
  }
  const stats = isBoth ? both.read(0) : one.read();
  const sorted = sortGroups(stats, resolveOrder(statsColumns({ from: "", to: "" }, isBoth), words));
  const rows = statsRows(sorted).flatMap((row) => (row.row === "group" ? [row.key] : []));
  return [rows, sorted.groups.map(({ key }) => key), sorted.changes?.groups.map(({ key }) => key) ?? []];
}

test.each([
  ["-failed", ["b", "a", "c"]],
  ["runs", ["c", "b", "a"]],
  ["-key", ["c", "b", "a"]],
])("groups by %s, in rows as in the document", (words, keys) => {
  expect(keysBy(words, false)).toEqual([keys, keys, []]);
});

test.each([
  ["difference.runs", ["d", "c", "b", "a"]],
  ["-previous.runs", ["d", "c", "b", "a"]],
  ["-failed", ["b", "d", "c", "a"]],
])("by %s with those of the window before", (words, keys) => {
  const [rows, groups, changes] = keysBy(words, true);
  // Equal ones stay as they are.
  expect(rows?.slice(0, 1)).toEqual(keys.slice(0, 1));
  expect([...(rows ?? [])].sort()).toEqual([...keys].sort());
  expect(changes).toEqual(rows);
  expect(groups).toEqual(rows?.filter((key) => key !== "d"));
});
