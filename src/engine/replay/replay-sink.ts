import { FlowrunError } from "../../errors.ts";
import { createSeen } from "../../runs/events/seen.ts";
import type { ReplayLedger } from "../../state/replay-ledger.ts";
import type { Sink } from "../sinks/sink.ts";
import type { Deliverer } from "./deliverer.ts";
import { isHadAlready } from "./known-ids.ts";
import { isSameEvent, type replayEvent, type ReplayEvent } from "./replay-event.ts";

/** Which of the events that were asked for are sent. */
export interface ReplayChoice {
  /** Knows what the endpoint has accepted before; `null` where that is sent again. */
  readonly ledger: Pick<ReplayLedger, "has"> | null;
  /** Ids of events and runs that somebody has already. */
  readonly known: ReadonlySet<string>;
  /** So many at most; Infinity for all. */
  readonly max: number;
}

/** The counts of what has been looked at so far. */
export interface ChoiceCounts {
  /** Events that were asked for, each once, and their runs. */
  events: number;
  runs: number;
  leftOut: number;
  /** Runs whose event is not known. */
  withoutEvent: number;
  /** Events that were handed on to be sent, and their bytes. */
  chosen: number;
  bytes: number;
  /** When the first of them was updated, and the last: RFC 3339. */
  first: string | null;
  last: string | null;
}

/** Where the events of a reading end up that are to be sent again. */
export interface ReplaySink extends Sink<ReturnType<typeof replayEvent>> {
  readonly counts: Readonly<ChoiceCounts>;
  /** The ids of all events that were asked for, as far as they have been read. */
  readonly ids: ReadonlySet<string>;
  /** The reading fails with this when so many as are wanted have been sent. */
  readonly full: FlowrunError;
}

/** Events that come again in one replay are known by this many ids. */
const idsRemembered = 200_000;

/**
 * Hands the events of a reading on to be delivered, in its order, each once.
 * @param wanted the ids that are looked for; of these alone it is remembered which have come.
 */
export function replaySink(
  { ledger, known, max }: ReplayChoice,
  deliverer: Deliverer,
  wanted: ReadonlySet<string> = new Set(),
): ReplaySink {
  const counts: ChoiceCounts = {
    ...{ events: 0, runs: 0, leftOut: 0, withoutEvent: 0 },
    ...{ chosen: 0, bytes: 0, first: null, last: null },
  };
  const seen = createSeen(idsRemembered);
  const ids = new Set<string>();
  const full = new FlowrunError("aborted", "as many events as were wanted have been sent");
  const offer = async (event: ReplayEvent): Promise<void> => {
    for (const id of [event.id, ...event.runs.map(({ eventId }) => eventId)]) {
      if (id !== null && wanted.has(id)) ids.add(id);
    }
    counts.events += 1;
    counts.runs += event.runs.length;
    if (isHadAlready(event, known) || ledger?.has(event.id) === true) {
      counts.leftOut += 1;
      return;
    }
    counts.chosen += 1;
    counts.bytes += event.body.length;
    counts.first ??= event.runs[0]?.updatedAt ?? null;
    counts.last = event.runs.at(-1)?.updatedAt ?? counts.last;
    await deliverer.deliver(event);
    if (counts.chosen >= max) throw full;
  };
  return {
    counts,
    ids,
    full,
    take: async (batch) => {
      const found = batch.map(({ encoded }) => encoded);
      const events = found.flatMap((one) => ("lost" in one ? [] : [one]));
      counts.withoutEvent += found.length - events.length;
      for (const event of wholeEvents(events)) if (seen.add(event.id)) await offer(event);
    },
    close: () => deliverer.end(),
  };
}

/** Runs of one event that follow one another, joined. Pure. */
function wholeEvents(events: readonly ReplayEvent[]): readonly ReplayEvent[] {
  const whole: ReplayEvent[] = [];
  for (const event of events) {
    const before = whole.at(-1);
    if (before === undefined || !isSameEvent(before, event)) whole.push(event);
    else whole[whole.length - 1] = { ...before, runs: [...before.runs, ...event.runs] };
  }
  return whole;
}
