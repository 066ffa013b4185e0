import { wants, wantsService } from "../runs/events/event-selection.ts";
import type { FlowRun } from "../runs/record/flow-run.ts";
import type { readRecord } from "../runs/record/read-record.ts";
import { guarded, type Digest, type Digesting } from "./digest.ts";
import type { Candidate, Fault } from "./sources/source.ts";

/** The run of a record, or of what is none (the end of a sentence about it), as `digest` has those of an event. Pure. */
export function digestRecord<T>(
  record: ReturnType<typeof readRecord>,
  position: string,
  { events, raw, keep, encode }: Digesting<T>,
): Digest<T> {
  if (typeof record === "string") return rejected({ position, reason: `it ${record}` });
  const { eventCode, service, key, runId, status } = record;
  if (!wants(events, eventCode) || !wantsService(events, eventCode, service)) return nothing;
  const run = withRaw(record, raw);
  const candidates: Candidate<T>[] = [];
  const rejects: Fault[] = [];
  guarded(
    (reason) => rejects.push({ position, reason }),
    () => {
      if (keep(run)) candidates.push({ key, position, runId, status, encoded: encode(run) });
    },
  );
  return { candidates, rejects, runs: 1, withoutRaw: [] };
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
