import { FlowrunError } from "../../errors.ts";
import { coverageOf, uncovered, type Coverage, type Gap } from "./coverage.ts";
import { readCursors, readChains } from "./cursors.ts";
import type { Database } from "./database.ts";
import { ofJournal } from "./fill-text.ts";
import { numberIn } from "./row-values.ts";
import { salvageInOrder } from "./salvage.ts";

/** The findings of a look at all of an archive. */
export interface Verification {
  /** Notifications that are there, those of them that could not be read back, and those without the event as delivered. */
  readonly runs: number;
  readonly unreadable: number;
  readonly withoutEvent: number;
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
  const counts = { runs: 0, unreadable: 0, outside: 0, withoutEvent: 0 };
  let gaps: readonly Gap[] = [];
  try {
    const coverage = coverageOf(await readChains(database, journal));
    gaps = coverage.gaps;
    await countAll({ database, journal, coverage, counts, onRead });
    damages.push(...(await countMistakes(database, journal)));
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
  readonly coverage: Coverage;
  readonly counts: { runs: number; unreadable: number; outside: number; withoutEvent: number };
  readonly onRead: (soFar: number) => void;
}

async function countAll({ database, journal, coverage, counts, onRead }: ReadingBackAll): Promise<void> {
  for await (const rows of salvageInOrder(database, journal, { raw: true })) {
    for (const { record, recordedAt: at } of rows) {
      counts.runs += 1;
      if (typeof record === "string") counts.unreadable += 1;
      else {
        if (uncovered(coverage, { from: at, to: at + 1 }).length > 0) counts.outside += 1;
        if (record.raw === null) counts.withoutEvent += 1;
      }
    }
    onRead(counts.runs);
  }
}

/** Each counts what must not be there. */
const mistakes: readonly (readonly [query: string, sentence: (count: number) => string])[] = [
  [
    `SELECT count(*) AS n FROM {schema}run_errors AS errors WHERE journal = $1 AND NOT EXISTS
      (SELECT 1 FROM {schema}runs AS runs WHERE runs.journal = errors.journal AND runs.event_key = errors.event_key)`,
    (count) => `${things(count, "error")} without a run`,
  ],
  [
    `SELECT count(*) AS n FROM {schema}runs WHERE ${ofJournal} AND seq > (SELECT last_seq FROM {schema}meta)`,
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
