import { FlowrunError } from "../../errors.ts";
import type { Database } from "../archive/database.ts";
import { lostTo } from "../archive/lease.ts";
import { postgresCode } from "../archive/postgres/failure.ts";
import type { Delivered, Kind, Means, OpenDestination } from "./destination.ts";
import { Away } from "./refused.ts";
import { connectTable } from "./table/connect.ts";
import { rowsOf, tableFormOf } from "./table/form.ts";
import type { Layout } from "./table/layout.ts";
import {
  batchName,
  enterBatch,
  Fenced,
  findPlaceAgain,
  hasMoved,
  leaseBelow,
  Moved,
  movedPlace,
  openTablePlace,
  type BatchMove,
  type TablePlace,
} from "./table/place.ts";
import { isOfContent, writeAndFind, writeRows } from "./table/write.ts";

/** A table of somebody's own on a PostgreSQL server: rows, and the place that goes with them, in one transaction. */
export const table: Kind = {
  check: (address, env, brings) => {
    tableFormOf(address, env, brings?.of ?? "runs");
  },
  takes: (address, of) => [rowsOf(address, of).record],
  open: async (address, means) => {
    const { database, layout } = await connectTable(address, means);
    try {
      const opening = { table: layout.name, now: means.host.now() };
      const place = means.isKept ? await openTablePlace(database, means.reading, opening) : null;
      if (place === null || means.lease !== undefined || means.authority === undefined) {
        return writer({ database, layout, means, lease: means.lease ?? null }, place);
      }
      const lease = await leaseBelow(means.authority, database, place);
      // Read once nobody else can move it.
      return writer({ database, layout, means, lease }, await findPlaceAgain(database, place));
    } catch (error) {
      await database.close();
      throw error;
    }
  },
};

/**
 * The place at which each delivery was left. A server that was away may come back as a copy that lacks rows: the place that
 * it has then is no place to go on from, for what came after it is not read again.
 */
const leftAt = new WeakMap<Means, TablePlace>();

/** All that the writing needs to know. */
interface Writing {
  readonly database: Database;
  readonly layout: Layout;
  readonly means: Means;
  /** By its epoch rows are written, where there is one: it is of the same schema. */
  readonly lease: NonNullable<Means["lease"]> | null;
}

/** @param opened where the place stands; `null` where none is kept. */
function writer(writing: Writing, opened: TablePlace | null): OpenDestination {
  const { database, layout, means } = writing;
  let standing = leftAt.get(means) ?? opened;
  const by = `by ${layout.key.join(", ")}`;
  return {
    ...(opened === null ? { guarantee: `once ${by}; no place is kept` } : {}),
    found: `table ${layout.name} ${by}, into ${layout.columns.map(({ name }) => name).join(", ")}`,
    ...(opened === null
      ? {}
      : {
          findPlace: async () => {
            standing = await findPlaceAgain(database, opened);
            return standing.place;
          },
        }),
    deliver: async (records, place) => {
      const ids = records.map(({ id }) => id);
      const move = standing === null || place === null ? null : { from: standing, place, batch: batchName(ids, place) };
      // Its answer was lost, and another connection has found it done.
      if (move !== null && move.from.batch === move.batch) return;
      if (move === null && records.length === 0) return;
      await deliver(writing, records, move);
      if (move === null) return;
      standing = movedPlace(move);
      leftAt.set(means, standing);
    },
    close: () => database.close().catch(() => undefined),
  };
}

/** A process that stands still with rows in hand must not keep others from them for longer. */
const heldMs = 60_000;

async function deliver(writing: Writing, records: readonly Delivered[], move: BatchMove | null): Promise<void> {
  const { database, layout, lease, means } = writing;
  const attempt = (write: typeof writeRows): Promise<void> =>
    database.transaction(
      async (queries) => {
        await enterBatch(queries, lease, move, { runs: records.length, now: means.host.now() });
        await write(queries, layout, records);
      },
      { heldMs: lease?.lifeMs ?? heldMs },
    );
  try {
    await attempt(writeRows).catch((error: unknown) => {
      if (records.length === 0 || !isOfContent(error)) throw error;
      return attempt(writeAndFind);
    });
  } catch (error) {
    if (error instanceof Fenced && lease !== null) throw await fenced(writing, lease);
    if (!(error instanceof Moved)) throw changed(error, layout);
    // It may have been this very batch, whose answer was lost.
    if (move !== null && (await hasMoved(database, move))) return;
    throw movedBySomebody(writing);
  }
}

/** Whose lease is kept elsewhere is to ask there before it is written again: it may be the right one still. */
async function fenced({ database, means, layout }: Writing, { name }: NonNullable<Writing["lease"]>) {
  const lost = await lostTo(database, name);
  if (means.lease !== undefined) return lost;
  return new Away(`another process delivers to ${layout.name} by the cursor '${means.reading.cursor}'`, {
    why: lost.why ?? "",
    hint: "nothing was doubled; where it goes on, give one of the two a cursor of its own: --cursor <name>",
  });
}

function movedBySomebody({ layout, database, means }: Writing): FlowrunError {
  return new FlowrunError(
    "usage",
    `another process delivers to ${layout.name} by the cursor '${means.reading.cursor}'`,
    {
      why: `the place at ${database.place} is not as left: another process moved it, or the database came back as an earlier copy`,
      hint: "nothing was doubled; end one of the two, or give it a cursor of its own: --cursor <name>",
    },
  );
}

/** A table that is no longer what it was when it was opened is nothing that waiting helps. */
function changed(error: unknown, { name }: Layout): unknown {
  if (!(error instanceof FlowrunError) || !/^42(?:P01|703|P10|804)$/.test(postgresCode(error))) return error;
  return new FlowrunError("settings", `${name} was changed while rows went into it`, {
    why: error.why ?? "",
    hint: "start it again: it looks at the table anew, and goes on where it stood",
    cause: error,
  });
}
