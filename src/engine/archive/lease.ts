import { FlowrunError, reasonOf } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Backend, Database, Queries, Row } from "./database.ts";
import { numberIn, textIn } from "./row-values.ts";

/** The right to be the one process that moves a cursor of an archive. */
export interface Lease {
  readonly name: string;
  /** Goes up each time another process takes it over; what an older one writes is refused. */
  readonly epoch: number;
  readonly lifeMs: number;
  /** Aborts with a FlowrunError `lease` once another process has taken it over. */
  readonly lost: AbortSignal;
  /** Lets another process have it at once. */
  release(): Promise<void>;
}

/** A lease as the archive holds it. */
export interface HeldLease {
  /** The process, by its host and number. */
  readonly holder: string;
  readonly epoch: number;
  /** Epoch milliseconds, by the database's clock. */
  readonly takenAt: number;
  readonly expiresAt: number;
  /** By the same clock, when it was asked. */
  readonly now: number;
}

/** The lease that is wanted, and by whom. */
export interface LeaseWish {
  /** Of the cursor, inside its journal. */
  readonly name: string;
  /** This process, in words. */
  readonly holder: string;
  readonly host: Pick<Host, "sleep">;
  readonly signal: AbortSignal;
  /** How long it lasts unless it is renewed, in milliseconds. */
  readonly lifeMs?: number;
  /** Waits for a holder that lives until it is gone, rather than fail. */
  readonly standby?: Standby;
  /** How a holder that lives is told, where it does not fill an archive. */
  readonly held?: HeldWords;
}

/** A holder that lives: what it does, as a sentence without its name, and what helps. */
export interface HeldWords {
  readonly message: string;
  readonly hint: string;
}

/** A process that stands by until the lease is free. */
export interface Standby {
  /** Told who holds it: at first, and whenever that is somebody else. */
  readonly onWait: (holder: HeldLease) => void;
  /** Told when it is had after such a wait: whose it was, and the epoch that begins. */
  readonly onTaken: (from: HeldLease, epoch: number) => void;
  /** The database as one that is waited for while it is away. */
  readonly patiently: (database: Database) => Database;
}

/** Long enough for a process that is busy, and short enough for whoever waits for one that has died. */
const usualLifeMs = 5000;

/**
 * Takes a lease, and renews it until it is released. One whose holder is known to be gone is free at once; of one that
 * nobody knows about the life is waited out, and a holder that renews it in the meantime lives: whoever stands by goes on
 * waiting then, and anybody else fails.
 * @throws FlowrunError `usage` that names a holder that lives; `aborted` when told to stop.
 */
export async function takeLease(database: Database, wish: LeaseWish): Promise<Lease> {
  const { name, holder, host, signal, lifeMs = usualLifeMs, standby } = wish;
  const asked = standby?.patiently(database) ?? database;
  const self = await asked.self();
  for (;;) {
    const { found, before } = await untilFree(asked, wish);
    signal.throwIfAborted();
    const raising = { name, holder, self, lifeMs, found };
    // One that is frozen in it must not keep the row from others.
    const epoch = await asked.transaction((queries) => raise(queries, raising), { heldMs: lifeMs });
    if (epoch !== null) {
      if (before !== null) standby?.onTaken(before, epoch);
      return keep(database, { name, epoch, lifeMs, host });
    }
    // Another one was quicker.
    if (standby !== undefined) continue;
    const rival = await findLease(database, name);
    throw heldBy(database, rival ?? { holder: "another process" }, wish.held);
  }
}

/** Does work by a lease, and lets go of it in the end. @throws as `takeLease`; what the work throws. */
export async function holdingLease<R>(
  database: Database,
  wish: LeaseWish,
  work: (lease: Lease) => Promise<R>,
): Promise<R> {
  const lease = await takeLease(database, wish);
  try {
    return await work(lease);
  } finally {
    await lease.release();
  }
}

/** A lease that nobody holds; `null` where nobody has ever had it. */
interface FreeLease {
  readonly found: HeldLease | null;
  /** Who held it last of those that were waited for; `null` where nobody was. */
  readonly before: HeldLease | null;
}

async function untilFree(
  database: Database,
  { name, host, signal, standby, held: words }: LeaseWish,
): Promise<FreeLease> {
  let before: HeldLease | null = null;
  const first = await findLease(database, name);
  for (let held = first; ; held = await findLease(database, name)) {
    if (held === null || held.expiresAt <= held.now) return { found: held, before };
    if (standby === undefined && (held.expiresAt !== first?.expiresAt || held.epoch !== first.epoch)) {
      throw heldBy(database, held, words);
    }
    if (await database.isGone(held.backend)) return { found: held, before };
    signal.throwIfAborted();
    if (held.epoch !== before?.epoch) standby?.onWait(held);
    before = held;
    await host.sleep(Math.min(held.expiresAt - held.now, lookAgainMs), signal);
  }
}

const lookAgainMs = 100;

/** The name of the lease on a cursor. Pure. */
export function leaseName(journal: string, cursor: string): string {
  return `${journal} ${cursor}`;
}

/** The lease of that name, and the process that it belongs to; `null` where nobody has ever had it. */
export async function findLease(
  database: Queries,
  name: string,
): Promise<(HeldLease & { readonly backend: Backend }) | null> {
  const [row] = await database.all(
    `SELECT holder, backend_pid, backend_start, epoch, taken_at, expires_at, {now} AS now FROM {schema}leases WHERE name = $1`,
    [name],
  );
  return row === undefined ? null : leaseOf(row);
}

function leaseOf(row: Row) {
  return {
    holder: textIn(row, "holder"),
    epoch: numberIn(row, "epoch"),
    takenAt: numberIn(row, "taken_at"),
    expiresAt: numberIn(row, "expires_at"),
    now: numberIn(row, "now"),
    backend: { pid: numberIn(row, "backend_pid"), start: textIn(row, "backend_start") },
  };
}

interface Raising {
  readonly name: string;
  readonly holder: string;
  readonly self: Backend;
  readonly lifeMs: number;
  /** As it was found free, or its holder gone. */
  readonly found: HeldLease | null;
}

/** @returns `null` where another process was quicker, or its holder has renewed it. */
async function raise(queries: Queries, { name, holder, self, lifeMs, found }: Raising): Promise<number | null> {
  const values = [name, holder, self.pid, self.start, lifeMs];
  if (found === null) {
    const made = await queries.run(
      `INSERT INTO {schema}leases (name, holder, backend_pid, backend_start, epoch, taken_at, expires_at)
      VALUES ($1, $2, $3, $4, 1, {now}, {now} + $5) ON CONFLICT (name) DO NOTHING`,
      values,
    );
    return made === 1 ? 1 : null;
  }
  const taken = await queries.run(
    `UPDATE {schema}leases SET holder = $2, backend_pid = $3, backend_start = $4, epoch = epoch + 1, taken_at = {now},
      expires_at = {now} + $5 WHERE name = $1 AND epoch = $6 AND expires_at = $7`,
    [...values, found.epoch, found.expiresAt],
  );
  return taken === 1 ? found.epoch + 1 : null;
}

/** Renewed in its thirds, also while the holder waits for the journal. */
function keep(
  database: Database,
  { name, epoch, lifeMs, host }: Pick<Lease, "name" | "epoch" | "lifeMs"> & Pick<LeaseWish, "host">,
): Lease {
  const lost = new AbortController();
  const over = new AbortController();
  const renew = async (): Promise<void> => {
    for (;;) {
      await host.sleep(lifeMs / 3, over.signal);
      if (over.signal.aborted || lost.signal.aborted) return;
      try {
        if (!(await keepAlive(database, { name, epoch, lifeMs }))) lost.abort(await lostTo(database, name));
      } catch {
        // A database that is away for a while: the next page finds out whose the lease is then.
      }
    }
  };
  const renewing = renew();
  return {
    name,
    epoch,
    lifeMs,
    lost: lost.signal,
    release: async () => {
      over.abort();
      await renewing;
      try {
        await database.run(`UPDATE {schema}leases SET expires_at = 0 WHERE name = $1 AND epoch = $2`, [name, epoch]);
      } catch {
        // It runs out by itself.
      }
    },
  };
}

/** Renews a lease, and says by which connection its holder is known now: the one before may have been lost. */
async function keepAlive(database: Database, { name, epoch, lifeMs }: Pick<Lease, "name" | "epoch" | "lifeMs">) {
  const { pid, start } = await database.self();
  const text = `UPDATE {schema}leases SET expires_at = {now} + $3, backend_pid = $4, backend_start = $5
    WHERE name = $1 AND epoch = $2`;
  return (await database.run(text, [name, epoch, lifeMs, pid, start])) === 1;
}

/** The step of a transaction that keeps a process out which has lost its lease. @returns false for such a one. */
export async function renewLease(
  queries: Queries,
  { name, epoch, lifeMs }: Pick<Lease, "name" | "epoch" | "lifeMs">,
): Promise<boolean> {
  const text = `UPDATE {schema}leases SET expires_at = {now} + $3 WHERE name = $1 AND epoch = $2`;
  return (await queries.run(text, [name, epoch, lifeMs])) === 1;
}

/** @throws FlowrunError `lease` where another process has taken it over; of the database. */
export async function confirmLease(database: Database, lease: Pick<Lease, "name" | "epoch" | "lifeMs">): Promise<void> {
  if (!(await renewLease(database, lease))) throw await lostTo(database, lease.name);
}

/**
 * Takes a lease from whoever has it, for a process that holds another one, by which it alone is to write here. It is not
 * renewed but by what is written; whoever wrote by the epoch before is kept out from now on.
 */
export async function claimLease(
  database: Database,
  { name, holder, lifeMs = usualLifeMs }: Pick<LeaseWish, "name" | "holder" | "lifeMs">,
): Promise<Pick<Lease, "name" | "epoch" | "lifeMs">> {
  const { pid, start } = await database.self();
  const text = `INSERT INTO {schema}leases AS own (name, holder, backend_pid, backend_start, epoch, taken_at, expires_at)
    VALUES ($1, $2, $3, $4, 1, {now}, {now} + $5) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,
      backend_pid = excluded.backend_pid, backend_start = excluded.backend_start, epoch = own.epoch + 1,
      taken_at = excluded.taken_at, expires_at = excluded.expires_at RETURNING epoch`;
  const [row] = await database.all(text, [name, holder, pid, start, lifeMs]);
  if (row === undefined) throw new Error(`no row of the lease ${name} came back`);
  return { name, epoch: numberIn(row, "epoch"), lifeMs };
}

/** The failure of a process that wrote by an epoch of the past. */
export async function lostTo(database: Database, name: string): Promise<FlowrunError> {
  const now = await findLease(database, name).catch((error: unknown) => reasonOf(error));
  const who = now === null || typeof now === "string" ? "another process" : now.holder;
  return new FlowrunError("lease", "lost the lease: another process moves this cursor now", {
    why: `${who} took it over while this one stood still, and goes on from what was committed`,
    hint: "nothing was doubled and nothing is lost; start this one again to stand by: --standby",
  });
}

const usualHeld: HeldWords = {
  message: "another process fills this archive",
  hint: "wait until it has ended; what it reads is in the archive, too (tail can take over from it: --standby)",
};

function heldBy(
  database: Database,
  { holder }: Pick<HeldLease, "holder">,
  { message, hint } = usualHeld,
): FlowrunError {
  return new FlowrunError("usage", message, { why: `${holder} holds the lease at ${database.place}`, hint });
}
