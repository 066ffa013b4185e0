import type { Database } from "./database.ts";
import { claimLease, findLease } from "./lease.ts";
import { nameOfPage } from "./write-page.ts";

/** A lease by which nothing is written; a database is known by who has it. */
const name = "which database";

/**
 * Whether two connections lead to one archive, however each of them is written: what is put into the one is seen in the
 * other. A copy of a database has its ids, and all else that could be compared.
 * @throws FlowrunError of either database.
 */
export async function isSameDatabase(one: Database, other: Database): Promise<boolean> {
  for (;;) {
    const holder = nameOfPage();
    await claimLease(one, { name, holder });
    if ((await findLease(other, name))?.holder === holder) return true;
    // Another process may have asked the same of it in between.
    if ((await findLease(one, name))?.holder === holder) return false;
  }
}
