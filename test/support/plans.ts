import type { Database, Queries, Value } from "../../src/engine/archive/database.ts";

/** A database whose questions are written down, and those of them that SQLite would answer by looking at too many rows. */
export interface Watched {
  readonly database: Database;
  /** Each as its text and its plan. */
  readonly slow: () => Promise<readonly string[]>;
}

/**
 * Watches the questions that a file is asked: SQLite, which is told nothing of how many rows there are of a kind, takes one
 * journal of a million rows for as good a choice as one run, and nobody notices before there are a million.
 */
export function watched(database: Database): Watched {
  const asked = new Map<string, readonly Value[]>();
  const watch = (queries: Queries): Queries => ({
    all: (text, values = []) => {
      asked.set(text, values);
      return queries.all(text, values);
    },
    run: (text, values = []) => {
      asked.set(text, values);
      return queries.run(text, values);
    },
    insert: (into, rows) => queries.insert(into, rows),
  });
  const planOf = async (text: string, values: readonly Value[]): Promise<readonly string[]> => {
    // A table that is gone, and a file that is damaged, have none.
    const rows = await database.all(`EXPLAIN QUERY PLAN ${text}`, values).catch(() => []);
    return rows.map(({ detail }) => String(detail));
  };
  return {
    database: {
      ...database,
      ...watch(database),
      transaction: (work, options) => database.transaction((queries) => work(watch(queries)), options),
    },
    slow: async () => {
      const found: string[] = [];
      const [old] = await database.all(oldView).catch(() => []);
      for (const [text, values] of asked) {
        if (!/^\s*(?:SELECT|UPDATE|DELETE|INSERT)\b/.test(text) || ofAll.test(text)) continue;
        const plan = await planOf(text, values);
        if (plan.some((step) => readsAll(step, old !== undefined)) || (sortsAll(plan) && isOfSome(text)))
          found.push(`${text}: ${plan.join("; ")}`);
      }
      return found;
    },
  };
}

/** One that is about all rows of a journal, once: what is known of it, `verify`, and its move to another name. */
const ofAll =
  /WHERE (?:\w+\.)?(?:journal|account) = \$1(?: ORDER BY \w+| AND (?:NOT EXISTS|root_code IS NOT NULL AND NOT EXISTS|at < \$2|event_key NOT IN)\b[^]*)?$/;

/** That of an archive which was made by an older program: its views stay as they are. */
const oldView = "SELECT 1 AS found FROM sqlite_master WHERE name = 'runs_latest' AND sql NOT LIKE '%later.journal ||%'";

function readsAll(step: string, hasOldView: boolean): boolean {
  if (hasOldView && step.startsWith("SEARCH later")) return false;
  return /^SEARCH (?:runs|run_errors|origins|jobs|errors|later|after) .*\((?:journal|account)=\?\)$/.test(step);
}

/** Whether rows are asked for as they are, some at a time. */
function isOfSome(text: string): boolean {
  return text.includes("LIMIT") && !/DISTINCT|GROUP BY|\{schema\}coverage/.test(text);
}

/** The few that are found by the beginnings of an id are sorted. */
function sortsAll(plan: readonly string[]): boolean {
  return plan.some((step) => /^USE TEMP B-TREE FOR .*ORDER BY/.test(step)) && !plan.includes("MULTI-INDEX OR");
}
