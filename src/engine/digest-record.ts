import { wants, wantsService } from "../runs/events/event-selection.ts";
import type { FlowRun } from "../runs/record/flow-run.ts";
import type { readRecord } from "../runs/record/read-record.ts";
import { guarded, type Digest, type Digesting } from "./digest.ts";
import type { Candidate, Fault } from "./sources/source.ts";

/** A record that was read, or the end of a sentence that says why it is none. */
interface ReadOne {
  readonly record: ReturnType<typeof readRecord>;
}

/**
 * The runs of records, as `digest` has those of events. All go into one digest, since of a hundred thousand one each
 * would be felt. Pure.
 * @param positionOf where one stands in its source.
 */
export function digestRecords<One extends ReadOne, T>(
  read: readonly One[],
  positionOf: (one: One) => string,
  { events, raw, keep, encode }: Digesting<T>,
): Digest<T> {
  const candidates: Candidate<T>[] = [];
  const rejects: Fault[] = [];
  let runs = 0;
  for (const one of read) {
    const { record } = one;
    const position = positionOf(one);
    if (typeof record === "string") {
      rejects.push({ position, reason: `it ${record}` });
      continue;
    }
    const { eventCode, service, key, runId, status } = record;
    if (!wants(events, eventCode) || !wantsService(events, eventCode, service)) continue;
    runs += 1;
    const run = withRaw(record, raw);
    guarded(
      (reason) => rejects.push({ position, reason }),
      () => {
        if (keep(run)) candidates.push({ key, position, runId, status, encoded: encode(run) });
      },
    );
  }
  return { candidates, rejects, runs, withoutRaw: [] };
}

/** Most records come without the event, and of a million a copy each would be felt. */
function withRaw(record: FlowRun, isWanted: boolean): FlowRun {
  if (!isWanted && !("raw" in record)) return record;
  const { raw = null, ...plain } = record;
  return isWanted ? { ...plain, raw } : plain;
}

/** Several digests, one after the other. Pure. */
export function joined<T>(digests: readonly Digest<T>[]): Digest<T> {
  return {
    candidates: digests.flatMap(({ candidates }) => candidates),
    runs: digests.reduce((sum, { runs }) => sum + runs, 0),
    rejects: digests.flatMap(({ rejects }) => rejects),
    withoutRaw: digests.flatMap(({ withoutRaw }) => withoutRaw),
  };
}

const nothing: Digest<never> = { candidates: [], runs: 0, rejects: [], withoutRaw: [] };

/** The digest of what cannot be read. Pure. */
export function rejected(fault: Fault): Digest<never> {
  return { ...nothing, rejects: [fault] };
}
