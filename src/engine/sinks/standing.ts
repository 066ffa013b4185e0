import type { Candidate, Mark } from "../sources/source.ts";
import type { Resumption } from "./sink.ts";

/** So many of the last keys, by which a repeated run is known. */
const keysRemembered = 2000;

/** Where a reading stands after a batch of which these runs were taken, as it would be read on from there later. Pure. */
export function standingAfter(
  before: Resumption | null,
  taken: readonly Candidate<unknown>[],
  { next, atEnd, recordedAt }: Mark,
  now: number,
): Resumption {
  return {
    next,
    readUntil: atEnd ? now : (recordedAt ?? before?.readUntil ?? 0),
    movedAt: next === before?.next ? before.movedAt : now,
    keys: [...(before?.keys ?? []), ...taken.map(({ key }) => key)].slice(-keysRemembered),
  };
}
