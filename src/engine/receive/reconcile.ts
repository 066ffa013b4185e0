import type { Journal } from "../../adobe/journal/ask-journal.ts";
import { readPages } from "../../adobe/journal/read-pages.ts";
import type { World } from "../../host.ts";
import { standingAfter } from "../sinks/standing.ts";
import type { JournalStart } from "../sources/journal.ts";
import type { MarkStore } from "../sinks/with-cursor-file.ts";
import type { Spool } from "./spool.ts";

/** The comparison of what was received with what the journal has. */
export interface Reconciling {
  readonly spool: Pick<Spool, "putRecovered">;
  readonly journal: Journal;
  /** The place in the journal up to which the two were compared. */
  readonly cursor: MarkStore;
  /** Where the first comparison begins. */
  readonly start: JournalStart;
  /** Between two comparisons, milliseconds. */
  readonly everyMs: number;
  readonly host: Pick<World, "now" | "sleep">;
  readonly signal: AbortSignal;
  /** Told when all that the journal has was compared. */
  readonly onDone: () => void;
}

/**
 * Reads the journal to its end now and every so often, and puts what the webhook has not brought to what it has. It never
 * gives up: what the journal has today it has for seven days.
 * @throws the signal's reason; FlowrunError where reading fails for good, or the spool's disk does.
 */
export async function reconcile(reconciling: Reconciling): Promise<never> {
  const { spool, journal, cursor, start, everyMs, host, signal, onDone } = reconciling;
  let past = await cursor.find();
  for (;;) {
    const from: JournalStart = past === null ? start : { kind: "next", url: past.next };
    const pages = readPages({ journal, start: from, limit: null, follow: false, onExpired: "oldest", past });
    for await (const { entries, next, begins, last, atEnd, recordedAt, count } of pages) {
      const mark = { next, begins, last, atEnd, recordedAt, count };
      if (entries.length > 0) await spool.putRecovered(entries);
      await cursor.move([], mark);
      past = standingAfter(past, [], mark, host.now());
    }
    signal.throwIfAborted();
    onDone();
    await host.sleep(everyMs, signal);
    signal.throwIfAborted();
  }
}
