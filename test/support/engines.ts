import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished } from "vitest";
import type { Database, Queries } from "../../src/engine/archive/database.ts";
import { openEmbedded } from "../../src/engine/archive/embedded.ts";
import { openPostgres } from "../../src/engine/archive/postgres.ts";
import { scratch } from "./flowrun.ts";
import { realSleep } from "./host.ts";
import { watched } from "./plans.ts";
import { hasPostgres, startCluster, whyNoPostgres, type Cluster } from "./postgres.ts";

/** A place for an archive that nobody has used yet. */
export interface Place {
  /** As a setting names it. */
  readonly address: string;
  /** A connection of its own, until the test ends. In memory all share one. */
  readonly open: () => Promise<Database>;
}

/** A kind of database that archives live in. */
export interface Engine {
  readonly kind: "a file" | "memory" | "PostgreSQL";
  readonly place: () => Promise<Place>;
  /** The cluster, where there is one. */
  readonly cluster: () => Cluster;
}

/** The same tests on each kind of database; PostgreSQL's on a server of this file's own, each in a schema of its own. */
export function describeEngines(
  about: string,
  tests: (engine: Engine) => void,
  kinds: readonly Engine["kind"][] = everyKind,
): void {
  const none = (): never => {
    throw new Error("there is no cluster");
  };
  if (kinds.includes("a file"))
    describe(`${about}, in a file`, () => {
      tests({
        kind: "a file",
        cluster: none,
        place: async () => {
          const address = join(await scratch(), "archive.db");
          return { address, open: async () => watchedToTheEnd(await openEmbedded(address, opening)) };
        },
      });
    });
  if (kinds.includes("memory"))
    describe(`${about}, in memory`, () => {
      const address = ":memory:";
      const open = async () => watchedToTheEnd(await openEmbedded(address, opening));
      tests({ kind: "memory", cluster: none, place: () => Promise.resolve({ address, open }) });
    });
  if (!kinds.includes("PostgreSQL")) return;
  describe.skipIf(!hasPostgres)(`${about}, on PostgreSQL${whyNoPostgres}`, () => {
    let cluster: Cluster | null = null;
    let base = "";
    let schemas = 0;
    beforeAll(async () => {
      cluster = await startCluster();
      base = await cluster.database();
    });
    afterAll(() => cluster?.remove());
    tests({
      kind: "PostgreSQL",
      cluster: () => cluster ?? none(),
      place: async () => {
        schemas += 1;
        const address = `${base}&schema=archive${String(schemas)}`;
        const env = { HOME: await scratch() };
        return { address, open: async () => untilTheEnd(await openPostgres(address, { env, sleep: realSleep })) };
      },
    });
  });
}

const everyKind: readonly Engine["kind"][] = ["a file", "memory", "PostgreSQL"];

const opening = { mode: "create", host: { sleep: realSleep } } as const;

/** Each question that a file or memory is asked in a test is one that a million rows do not slow down. */
function watchedToTheEnd(opened: Database): Database {
  const { database, slow } = watched(opened);
  onTestFinished(async () => {
    const found = await slow();
    await opened.close();
    expect(found).toEqual([]);
  });
  return database;
}

function untilTheEnd(database: Database): Database {
  onTestFinished(() => database.close());
  return database;
}

/** Works with a database until its process dies, if it does. */
export type Killed = (database: Database, work: (dying: Database) => Promise<unknown>) => Promise<void>;

/**
 * Rounds in which a process is killed: in the first at its first step, in the next a step later (or `stride` steps), and
 * so on to the round in which it lived to its end. Returns the step at which that one would have died.
 */
export async function killedAtEachStep(
  moment: "before" | "after",
  round: (killed: Killed) => Promise<void>,
  stride = 1,
): Promise<number> {
  for (let at = 0; ; at += stride) {
    const deaths: number[] = [];
    await round(async (database, work) => {
      const onDeath = (): unknown => deaths.push(at);
      await work(dying(database, { at, moment, onDeath })).catch((error: unknown) => {
        if (!(error instanceof Death)) throw error;
      });
    });
    if (deaths.length === 0) return at;
  }
}

interface Dying {
  readonly at: number;
  readonly moment: "before" | "after";
  /** Told of the death, also where what works with the database keeps it to itself. */
  readonly onDeath: () => unknown;
}

/** That a process is gone; nothing of its comes after. */
class Death extends Error {}

/**
 * A database whose process dies at its nth step (a question, a transaction's beginning, its end), before it is done or
 * after. What was not committed is undone, as by the database of a process that is gone.
 */
function dying(database: Database, { at, moment, onDeath }: Dying): Database {
  let step = 0;
  let isDead = false;
  const killed = (): Death => {
    onDeath();
    return new Death("killed");
  };
  const take = async <R>(work: () => Promise<R>): Promise<R> => {
    if (isDead) throw new Death("this process is dead");
    const isLast = step++ === at;
    if (isLast && moment === "before") isDead = true;
    if (isDead) throw killed();
    const done = await work();
    isDead ||= isLast;
    if (isDead) throw killed();
    return done;
  };
  const within = (queries: Queries): Queries => ({
    all: (text, values) => take(() => queries.all(text, values)),
    run: (text, values) => take(() => queries.run(text, values)),
    insert: (into, rows) => take(() => queries.insert(into, rows)),
  });
  return {
    ...database,
    ...within(database),
    transaction: (work, options) => take(() => database.transaction((queries) => work(within(queries)), options)),
    exclusively: (work) => take(() => database.exclusively((queries) => work(within(queries)))),
  };
}
