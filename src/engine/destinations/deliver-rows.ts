import { worstTold, type FlowrunError } from "../../errors.ts";
import type { Retrying } from "../../adobe/gateway/retrying.ts";
import { createSeen } from "../../runs/events/seen.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Archive } from "../archive/open.ts";
import type { Digesting } from "../digest.ts";
import type { Resumption } from "../sinks/sink.ts";
import { emptyTally, pump } from "../pump.ts";
import type { Arrivals } from "../arrivals.ts";
import { followInto, type ArchiveCopy } from "./archive-copy.ts";
import { rowsSource } from "./follow-archive.ts";
import { isOfOneAlone, type Member } from "./lanes.ts";

/** Destinations that are fed from an archive's rows, each at its own pace. */
export interface RowsDelivery {
  readonly archive: Archive;
  readonly members: readonly Member[];
  /** Further archives: they get every row, whatever the filters say. */
  readonly copies: readonly ArchiveCopy[];
  readonly digesting: Digesting<FlowRun>;
  readonly arrivals: Pick<Arrivals, "next">;
  /** Up to which moment (epoch milliseconds) the archive has all; `null` where it is behind. Left out where nobody asks. */
  readonly filledUntil?: (() => number | null) | undefined;
  /** The archive's last row when the command began: who is new begins behind it. */
  readonly begin: number;
  readonly retrying: Omit<Retrying, "blame">;
  /** Told of a member that is given up while the others go on. */
  readonly onLost: (member: Pick<Member, "name">, failure: FlowrunError) => void;
}

/**
 * Delivers what is in an archive, and what comes, until nothing more does. None waits for another, and nothing waits in
 * memory: who is away finds the rows where they are.
 * @returns the worst failure of those that were given up; `null` for none.
 * @throws what ends it for all: FlowrunError `lease`, `closed` where one has had enough, the signal's reason.
 */
export async function deliverRows(delivery: RowsDelivery): Promise<FlowrunError | null> {
  const { archive, members, copies, arrivals, onLost, retrying } = delivery;
  const over = new AbortController();
  const signal = AbortSignal.any([retrying.signal, over.signal]);
  const failures: FlowrunError[] = [];
  const until = { ...retrying, signal };
  const one = async (member: Pick<Member, "name">, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isOfOneAlone(error)) {
        over.abort(error);
        throw error;
      }
      failures.push(error);
      onLost(member, error);
    }
  };
  const ends = await Promise.allSettled([
    ...members.map((member) => one(member, () => deliverTo(member, { ...delivery, retrying: until }))),
    ...copies.map((copy) => one(copy, () => followInto(copy, { leader: archive, arrivals, retrying: until }))),
  ]);
  // The first that failed stopped the others.
  if (over.signal.aborted) throw over.signal.reason;
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return worstTold(failures);
}

async function deliverTo(
  member: Member,
  { archive, digesting, arrivals, filledUntil, begin, retrying }: RowsDelivery,
): Promise<void> {
  const { sink } = member;
  const past = await findPlace(member);
  const after = past === null ? begin : Number(past.next);
  const source = rowsSource({ ...digesting, archive, after, arrivals, filledUntil, retrying });
  await pump(
    {
      source,
      // Every row stands once.
      seen: createSeen(1),
      sink,
      isEnough: () => false,
      onBatch: () => undefined,
    },
    emptyTally(),
  );
}

async function findPlace({ name, sink }: Member): Promise<Resumption | null> {
  try {
    return (await sink.find?.(name)) ?? null;
  } catch (error) {
    await sink.close().catch(() => undefined);
    throw error;
  }
}
