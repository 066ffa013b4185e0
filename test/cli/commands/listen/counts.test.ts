import { expect, test } from "vitest";
import { liveWords, noListenCounts, type ListenCounts } from "../../../../src/cli/commands/listen/counts.ts";

const many: ListenCounts = {
  ...{ deliveries: 12_340, known: 12, runs: 12_345, failed: 123, recovered: 12, jobs: 1234, failedJobs: 12 },
};
const both = { did: "delivered", isCompared: true, hasRuns: true, hasJobs: true };
const runsAlone = { ...both, hasJobs: false };
const where = "http://127.0.0.1:8787/";

/** What a terminal shows of them: a sign less than it is wide, or the cursor would stand in the next line. */
const shown = (width: number, counts: ListenCounts, wording: typeof both): string =>
  liveWords(where, counts, wording).find(({ length }) => length < width) ?? "none fits";

test.each([
  [80, many, both, "12,345 runs, 123 failed, 12 only in the journal · 1,234 of Lytics, 12 failed"],
  [
    120,
    many,
    both,
    "listening · 12,345 runs, 123 failed, 12 only in the journal · 12,352 deliveries · 1,234 of Lytics, 12 failed",
  ],
  [
    80,
    { ...many, jobs: 0 },
    runsAlone,
    "listening · 12,345 runs, 123 failed, 12 only in the journal · 12,352 deliveries",
  ],
  [80, noListenCounts(), both, "listening · 0 runs, 0 failed · 0 deliveries · 0 of Lytics, 0 failed"],
  [80, noListenCounts(), { ...both, hasRuns: false }, `listening on ${where} · 0 events of Lytics delivered, 0 failed`],
  [
    120,
    noListenCounts(),
    runsAlone,
    `listening on ${where} · 0 runs delivered, 0 failed, none of them only the journal had · 0 deliveries`,
  ],
])("in %d columns the live line fits", (width, counts, wording, text) => {
  expect(shown(width, counts, wording)).toBe(text);
});
