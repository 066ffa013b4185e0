import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Queries } from "./database.ts";
import { columnsToReadBack, readBack } from "./read-back.ts";
import { placesOf } from "./fill-text.ts";
import { idOf } from "./run-row.ts";

/** Names that one question asks for. */
const namesAtOnce = 200;

/** Notifications that one question is answered with. */
const mostSuccessors = 2000;

/** The notifications of the runs that came of what has one of these names, a run's id or a batch's, in the order of time. */
export async function findSuccessors(
  queries: Queries,
  journal: string,
  names: readonly string[],
): Promise<readonly FlowRun[]> {
  const found: FlowRun[] = [];
  for (let at = 0; at < names.length; at += namesAtOnce) {
    const some = names.slice(at, at + namesAtOnce).map(idOf);
    const places = placesOf(some.length, 2);
    const rows = await queries.all(
      `SELECT ${columnsToReadBack({ raw: false })} FROM {schema}runs AS runs WHERE runs.journal = $1 AND event_key IN
        (SELECT event_key FROM {schema}origins WHERE name IN (${places}) AND journal = $1)
      ORDER BY updated_at, seq LIMIT ${mostSuccessors}`,
      [journal, ...some],
    );
    for (const { record } of await readBack(queries, rows)) if (typeof record !== "string") found.push(record);
  }
  return found;
}
