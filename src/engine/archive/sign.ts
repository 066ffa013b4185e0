import type { Database } from "./database.ts";
import { claimLease, findLease } from "./lease.ts";
import { nameOfPage } from "./write-page.ts";

/** A text that stands in no database yet: one in which it is met later is the one that it was put into, or a copy of that. */
export function newSign(): string {
  return nameOfPage();
}

/** The sign that is put into a database for one purpose; `null` where there is none. @throws FlowrunError of the database. */
export async function findSign(database: Database, purpose: string): Promise<string | null> {
  return (await findLease(database, nameOf(purpose)))?.holder ?? null;
}

/**
 * Puts a sign into a database, over the one that was there for the same purpose, and takes out those that are forgotten
 * there. @throws FlowrunError of the database.
 */
export async function putSign(database: Database, purpose: string, sign: string): Promise<void> {
  await claimLease(database, { name: nameOf(purpose), holder: sign, lifeMs });
  const text = `DELETE FROM {schema}leases WHERE name LIKE '${prefix}%' AND expires_at <= {now}`;
  // Whoever comes next takes them out as well.
  await database.run(text).catch(() => undefined);
}

/** A sign is a lease by which nothing is written. */
function nameOf(purpose: string): string {
  return `${prefix} ${purpose}`;
}

const prefix = "which database";

/** A process that was killed leaves its signs behind, and a line that is begun each minute leaves many. */
const lifeMs = 24 * 60 * 60 * 1000;
