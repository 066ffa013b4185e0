import type { DeliveredRecord, RecordType } from "../../../engine/destinations/destination.ts";
import type { Member } from "../../../engine/destinations/lanes.ts";
import type { Notify } from "../../../notices.ts";
import { count, number } from "../../terminal/reporter.ts";

/** How many runs, or other records, became of what at a destination. */
export interface DeliveryCounts {
  delivered: number;
  /** Refused, and passed by. */
  passedBy: number;
}

/** A destination by its name, and what it has got. */
export interface Counted extends Pick<Member, "name"> {
  readonly counts: Readonly<DeliveryCounts>;
}

/** A member of a delivery that counts. */
export interface CountedMember extends Member<DeliveredRecord>, Counted {
  /** The records that it has a form for. */
  readonly takes: readonly RecordType[];
}

/** Counts that have not begun. Pure. */
export function noCounts(): DeliveryCounts {
  return { delivered: 0, passedBy: 0 };
}

/**
 * Says how many records each destination has got, where the closing line does not say it for all of them.
 * @param told how many of them that line tells of; `null` where it tells of something else, or there is none.
 * @param called how one of them is called.
 */
export function tellCounts(members: readonly Counted[], told: number | null, notify: Notify, called = "run"): void {
  const isToldOf = members.length === 1 && told === members[0]?.counts.delivered;
  const isAnyPassedBy = members.some(({ counts }) => counts.passedBy > 0);
  if (isToldOf && !isAnyPassedBy) return;
  for (const { name, counts } of members) {
    const passedBy = counts.passedBy === 0 ? "" : `, ${number(counts.passedBy)} refused and passed by`;
    notify({ kind: "remark", text: `to ${name}: ${count(counts.delivered, called)}${passedBy}` });
  }
}
