import type { Queries } from "../database.ts";
import { tooLate } from "../too-late.ts";
import type { Sqlite } from "./sqlite.ts";

/** Does one step on a connection, and tells its failure in words. */
export type ExplainedStep = <R>(action: () => R) => Promise<R>;

/**
 * All of the work, or nothing. As on a server, it is over with its first failing question, whatever the work does about
 * that: SQLite itself may have undone it by then, and what came after would be saved by itself.
 */
export async function inTransaction<R>(
  connection: Sqlite,
  step: ExplainedStep,
  work: (queries: Queries) => Promise<R>,
): Promise<R> {
  await step(() => {
    connection.exec("BEGIN IMMEDIATE");
  });
  let isOver = false;
  const failed: unknown[] = [];
  const inTurn = async <R>(action: () => R): Promise<R> => {
    if (failed.length > 0) throw failed[0];
    if (isOver) throw tooLate();
    return step(action).catch((error: unknown) => {
      failed.push(error);
      throw error;
    });
  };
  // One after the other: a step that finds the file busy has another try, and those behind it wait.
  let last: Promise<unknown> = Promise.resolve();
  const ask: ExplainedStep = (action) => {
    const mine = last.then(() => inTurn(action));
    last = mine.catch(() => undefined);
    return mine;
  };
  try {
    const result = await work({
      all: (text, values) => ask(() => connection.all(text, values)),
      run: (text, values) => ask(() => connection.run(text, values)),
      insert: (into, rows) => ask(() => connection.insert(into, rows)),
    });
    await ask(() => {
      connection.exec("COMMIT");
    });
    return result;
  } catch (error) {
    // One that has another try must not have it after the end.
    await last;
    undo(connection);
    throw error;
  } finally {
    isOver = true;
  }
}

function undo(connection: Sqlite): void {
  try {
    connection.exec("ROLLBACK");
  } catch {
    // It was undone already, by what failed.
  }
}
