import { describe, expect, test } from "vitest";
import { coverageOf, uncovered, type Chain, type Span } from "../../../src/engine/archive/coverage.ts";
import { luckOf } from "../../support/luck.ts";

function chain(from: number, to: number, more: Partial<Chain> = {}): Chain {
  return { from, to, isFromExact: true, isToExact: true, why: "start", ...more };
}

/** `0..5`, with a wave where an end is estimated. */
function told(chains: readonly Chain[]) {
  const { complete, gaps } = coverageOf(chains);
  const edge = ({ at, isExact }: { readonly at: number; readonly isExact: boolean }): string =>
    `${isExact ? "" : "≈"}${at}`;
  const stretch = ({ from, to }: (typeof complete)[number]): string => `${edge(from)}..${edge(to)}`;
  return [complete.map(stretch).join(" "), gaps.map((gap) => `${stretch(gap)} ${gap.why}`).join(" ")];
}

describe("coverage", () => {
  test.each<readonly [string, readonly Chain[], string, string]>([
    ["none", [], "", ""],
    ["one", [chain(0, 5)], "0..5", ""],
    ["two with a gap", [chain(9, 12, { why: "expired" }), chain(0, 5)], "0..5 9..12", "5..9 expired"],
    ["two that touch", [chain(0, 5), chain(5, 9, { why: "moved" })], "0..9", ""],
    ["two that overlap", [chain(0, 5), chain(3, 9, { isToExact: false })], "0..≈9", ""],
    ["one inside another", [chain(0, 9), chain(3, 5, { isToExact: false })], "0..9", ""],
    ["the same beginning", [chain(0, 5, { isToExact: false }), chain(0, 9)], "0..9", ""],
    ["one of no length", [chain(4, 4)], "4..4", ""],
    ["one whose end lies before its beginning, since events tell earlier times", [chain(4, 2)], "4..4", ""],
    [
      "estimated ends",
      [chain(0, 5, { isFromExact: false, isToExact: false }), chain(7, 8, { isFromExact: false, why: "purged" })],
      "≈0..≈5 ≈7..8",
      "≈5..≈7 purged",
    ],
    [
      "three",
      [chain(0, 1), chain(2, 3, { why: "purged" }), chain(4, 5, { why: "pruned" })],
      "0..1 2..3 4..5",
      "1..2 purged 3..4 pruned",
    ],
  ])("%s", (_, chains, complete, gaps) => {
    expect(told(chains)).toEqual([complete, gaps]);
    expect(told([...chains].reverse())).toEqual([complete, gaps]);
  });

  const some = coverageOf([chain(10, 20), chain(30, 40), chain(50, 60)]);
  test.each<readonly [string, Span, string]>([
    ["before all", { from: 0, to: 5 }, "0..5"],
    ["after all", { from: 70, to: 80 }, "70..80"],
    ["across all", { from: 0, to: 80 }, "0..10 20..30 40..50 60..80"],
    ["inside one", { from: 12, to: 18 }, ""],
    ["all of one", { from: 10, to: 20 }, ""],
    ["inside a gap", { from: 22, to: 28 }, "22..28"],
    ["over an edge", { from: 15, to: 25 }, "20..25"],
    ["of no length", { from: 25, to: 25 }, ""],
    ["the wrong way round", { from: 25, to: 15 }, ""],
    ["without a beginning", { from: -Infinity, to: 15 }, "-Infinity..10"],
    ["without an end", { from: 55, to: Infinity }, "60..Infinity"],
  ])("what is not covered: %s", (_, stretch, expected) => {
    expect(
      uncovered(some, stretch)
        .map(({ from, to }) => `${from}..${to}`)
        .join(" "),
    ).toBe(expected);
  });

  test("of whatever chains: what is covered and what is not make up any stretch, moment by moment", () => {
    for (let seed = 0; seed < 500; seed++) {
      const { below: whole, isTrue } = luckOf(seed);
      const chains = Array.from({ length: whole(7) }, () => {
        const from = whole(40);
        return chain(from, from + whole(12), {
          isFromExact: isTrue(),
          why: isTrue() ? "expired" : "start",
        });
      });
      const coverage = coverageOf(chains);
      const { complete, gaps } = coverage;
      const holds = (stretches: readonly Span[], moment: number): boolean =>
        stretches.some(({ from, to }) => from <= moment && moment < to);
      const plain = (stretches: typeof complete): readonly Span[] =>
        stretches.map(({ from, to }) => ({ from: from.at, to: to.at }));
      const stretch = { from: whole(50), to: whole(60) };
      const open = uncovered(coverage, stretch);
      const [first, last] = [complete[0]?.from.at ?? 0, complete.at(-1)?.to.at ?? 0];
      for (let moment = 0; moment < 60; moment++) {
        const isCovered = holds(chains, moment);
        expect(holds(plain(complete), moment)).toBe(isCovered);
        expect(holds(plain(gaps), moment)).toBe(!isCovered && moment >= first && moment < last);
        expect(holds(open, moment)).toBe(!isCovered && moment >= stretch.from && moment < stretch.to);
      }
      for (const list of [plain(complete), plain(gaps), open])
        expect(list.every(({ from, to }, n) => from <= to && (n === 0 || (list[n - 1]?.to ?? 0) <= from))).toBe(true);
    }
  });
});
