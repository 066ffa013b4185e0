import { FlowrunError } from "../../errors.ts";
import type { Queries } from "./database.ts";
import { readTheseBack, readInOrder, readLastSeq } from "./read-archived.ts";
import type { ReadBack, ReadingBack } from "./read-back.ts";

/**
 * All runs in the order in which they were archived. Where some of them cannot be read at once, since a page of the file
 * is damaged, they are read one by one, and each that is not to be had says so in place of its record.
 * @throws FlowrunError where not even the last number can be read.
 */
export async function* salvageInOrder(
  queries: Queries,
  journal: string,
  how: ReadingBack,
): AsyncGenerator<readonly ReadBack[], void, undefined> {
  let after = -1;
  for (;;) {
    try {
      for await (const rows of readInOrder(queries, journal, how, after)) {
        yield rows;
        after = rows.at(-1)?.seq ?? after;
      }
      return;
    } catch (error) {
      if (!isDamage(error)) throw error;
      const last = await readLastSeq(queries);
      // Every number that was given out has been tried.
      if (after >= last) return;
      const upTo = Math.min(after + atOnce, last);
      const rows = await oneByOne(queries, journal, how, { after, upTo });
      if (rows.length > 0) yield rows;
      after = upTo;
    }
  }
}

const atOnce = 500;

function isDamage(error: unknown): boolean {
  return error instanceof FlowrunError && error.kind === "settings";
}

async function oneByOne(
  queries: Queries,
  journal: string,
  how: ReadingBack,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): Promise<readonly ReadBack[]> {
  const rows: ReadBack[] = [];
  for (let seq = after + 1; seq <= upTo; seq += 1) {
    try {
      for await (const found of readTheseBack(queries, journal, how, [seq])) rows.push(...found);
    } catch (error) {
      if (!isDamage(error)) throw error;
      rows.push({ seq, recordedAt: 0, eventKey: "", record: "lies in a part of the file that is damaged" });
    }
  }
  return rows;
}
