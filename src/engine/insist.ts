import { FlowrunError } from "../errors.ts";
import { persevere, type Retrying, type Trouble } from "../adobe/gateway/retrying.ts";
import type { Database, Queries } from "./archive/database.ts";
import { Away } from "./destinations/refused.ts";

/**
 * Tries again while something is away (a FlowrunError `unavailable`), and not before it says, where it does; everything
 * else fails at once. @throws as `persevere`.
 */
export function insist<R>(work: () => Promise<R>, retrying: Omit<Retrying, "blame">): Promise<R> {
  const attempt = async () => {
    try {
      return { value: await work() };
    } catch (error) {
      if (!(error instanceof FlowrunError) || error.kind !== "unavailable") throw error;
      return { trouble: troubleOf(error) };
    }
  };
  return persevere(attempt, retrying);
}

function troubleOf(error: FlowrunError): Trouble {
  const { message: what, kind, why, requestId, hint } = error;
  const waitMs = error instanceof Away ? error.waitMs : null;
  return { what, kind, why, requestId, waitMs, ...(hint === null ? {} : { hint }) };
}

/** A database that is waited for while it is away, whatever it is asked. */
export function insistentDatabase(database: Database, retrying: Omit<Retrying, "blame">): Database {
  return {
    ...database,
    ...insistentQueries(database, retrying),
    self: () => insist(() => database.self(), retrying),
    isGone: (backend) => insist(() => database.isGone(backend), retrying),
    transaction: (work, options) => insist(() => database.transaction(work, options), retrying),
  };
}

/** The questions of a database that is waited for while it is away. */
export function insistentQueries(queries: Queries, retrying: Omit<Retrying, "blame">): Queries {
  return {
    all: (text, values) => insist(() => queries.all(text, values), retrying),
    run: (text, values) => insist(() => queries.run(text, values), retrying),
    insert: (into, rows) => insist(() => queries.insert(into, rows), retrying),
  };
}
