import type { Database } from "../archive/database.ts";
import { findSign, newSign, putSign } from "../archive/sign.ts";
import { twice } from "./refused.ts";

/** The databases of one line, each of which may be there once. */
export interface Apart {
  /** @param name for people, without a secret. Two of the same name are two. */
  readonly seat: (name: string) => Seat;
}

/**
 * Asked with each new connection to the database of one of the line, before anything is written.
 * @throws FlowrunError Twice where another one of the line is the same, or was; of this database, or of the one that leads.
 */
export type Seat = (database: Database) => Promise<void>;

/** The database that leads a line, and how one of the records is called that go on from there. */
export interface ApartFrom {
  readonly leader: Database;
  readonly called: string;
}

/**
 * Sees to it that no database is in a line twice, by whatever names: it would be fed from itself. Each is known by a sign
 * that the line puts into it, for itself alone, so that one is looked at for what it has, and the others need not be there:
 * they may be away, or have ended.
 */
export function createApart({ leader, called }: ApartFrom): Apart {
  // No other line writes over it, and one that ended before has left nothing that is met here.
  const line = newSign();
  const leading: Seated = { name: leader.place, known: null };
  const all = [leading];
  let turn = Promise.resolve();
  const admit = async (seated: Seated, database: Database): Promise<void> => {
    const found = await findSign(database, line);
    const holder = found === null ? undefined : all.find(({ known }) => known?.sign === found);
    if (holder?.known && holder !== seated && !(await isCopy(database, holder.known, `${line} doubt`))) {
      throw twice(holder.name, seated.name, called);
    }
    // A new one: the database that has the last one may be another one's by now.
    const sign = holder === seated && found !== null ? found : newSign();
    if (sign !== found) await putSign(database, line, sign);
    seated.known = { sign, database };
  };
  const join = async (seated: Seated, database: Database): Promise<void> => {
    // Again each time: it may have come back as an earlier copy of itself, which has no sign.
    await admit(leading, leader);
    await admit(seated, database);
  };
  return {
    seat: (name) => {
      const seated: Seated = { name, known: null };
      all.push(seated);
      // One after the other, so that of two that come at once one sees the other.
      return (database) => {
        const joined = turn.then(() => join(seated, database));
        turn = joined.catch(() => undefined);
        return joined;
      };
    },
  };
}

/** One of the line, and what is known of its database; `null` where it was never there. */
interface Seated {
  readonly name: string;
  known: Known | null;
}

interface Known {
  readonly sign: string;
  /** Its last connection, which may be closed. */
  readonly database: Database;
}

/**
 * Whether a database that has the sign of another one is a copy of that, made while the line was at work: then what is put
 * into the one is not seen in the other. Where the other one cannot be asked it is the same: copies are rare.
 */
async function isCopy(database: Database, { database: other }: Known, purpose: string): Promise<boolean> {
  const sign = newSign();
  await putSign(database, purpose, sign);
  return (await findSign(other, purpose).catch(() => sign)) !== sign;
}
