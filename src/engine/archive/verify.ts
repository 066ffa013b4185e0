import { FlowrunError } from "../../errors.ts";
import { coverageOf, uncovered, type Gap } from "./coverage.ts";
import { readCursors, readChains } from "./cursors.ts";
import type { Database } from "./database.ts";
import { readInOrder } from "./read-archived.ts";
import { numberIn } from "./row-values.ts";

/** The findings of a look at all of an archive. */
export interface Verification {
  /** Notifications that were read back, and those that could not be. */
  readonly runs: number;
  readonly unreadable: number;
  /** Those that lie in no stretch that is covered: they were imported, or came by a webhook. */
  readonly outside: number;
  /** All that is wrong, each a sentence; nothing where all is well. */
  readonly damages: readonly string[];
  readonly gaps: readonly Gap[];
}

/** Reads an archive back, row by row: what the engine finds, the counts, and the coverage against the rows. */
export async function verify(
  database: Database,
  journal: string,
  onRead: (soFar: number) => void,
): Promise<Verification> {
  const damages = [...(await database.check())];
  const counts = { runs: 0, unreadable: 0, outside: 0 };
  let gaps: readonly Gap[] = [];
  try {
    gaps = await readBack({ database, journal, counts, damages, onRead });
  } catch (error) {
    // Where the engine has found its pages damaged, some of them cannot be read at all: that is told with the rest.
    if (damages.length === 0 || !(error instanceof FlowrunError) || error.kind !== "settings") throw error;
    damages.push(`not all of it can be read: ${error.why ?? error.message}`);
  }
  if (counts.unreadable > 0) damages.push(`${things(counts.unreadable, "record")} that cannot be read`);
  return { ...counts, damages, gaps };
}

interface ReadingBackAll {
  readonly database: Database;
  readonly journal: string;
  readonly counts: { runs: number; unreadable: number; outside: number };
  readonly damages: string[];
  readonly onRead: (soFar: number) => void;
}

async function readBack({ database, journal, counts, damages, onRead }: ReadingBackAll): Promise<readonly Gap[]> {
  damages.push(...(await countMistakes(database, journal)));
  const coverage = coverageOf(await readChains(database, journal));
  for await (const rows of readInOrder(database, journal, { raw: true })) {
    counts.runs += rows.length;
    counts.unreadable += rows.filter(({ record }) => typeof record === "string").length;
    counts.outside += rows.filter(
      ({ recordedAt: at }) => uncovered(coverage, { from: at, to: at + 1 }).length > 0,
    ).length;
    onRead(counts.runs);
  }
  return coverage.gaps;
}

/** Each counts what must not be there. */
const mistakes: readonly (readonly [query: string, sentence: (count: number) => string])[] = [
  [
    `SELECT count(*) AS n FROM {schema}run_errors AS errors WHERE journal = $1 AND NOT EXISTS
      (SELECT 1 FROM {schema}runs AS runs WHERE runs.journal = errors.journal AND runs.event_key = errors.event_key)`,
    (count) => `${things(count, "error")} without a run`,
  ],
  [
    `SELECT count(*) AS n FROM {schema}runs WHERE journal = $1 AND seq > (SELECT last_seq FROM {schema}meta)`,
    (count) => `${things(count, "run")} with a number that was never given out`,
  ],
  [
    `SELECT count(*) AS n FROM {schema}runs AS runs WHERE journal = $1 AND root_code IS NOT NULL AND NOT EXISTS
      (SELECT 1 FROM {schema}run_errors AS errors WHERE runs.journal = errors.journal AND runs.event_key = errors.event_key)`,
    (count) => `${things(count, "failed run")} without errors`,
  ],
];

function things(count: number, name: string): string {
  return `${String(count)} ${name}${count === 1 ? "" : "s"}`;
}

async function countMistakes(database: Database, journal: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [query, sentence] of mistakes) {
    const [row] = await database.all(query, [journal]);
    const count = row === undefined ? 0 : numberIn(row, "n");
    if (count > 0) found.push(sentence(count));
  }
  const chains = await readChains(database, journal);
  for (const { name, chain } of await readCursors(database, journal)) {
    if (chain === null || chains.some(({ from }) => from === chain)) continue;
    found.push(`the cursor '${name}' stands at the end of a chain of pages that is not there`);
  }
  return found;
}
