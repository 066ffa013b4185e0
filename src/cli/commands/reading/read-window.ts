import { describeFaults } from "../../../engine/faults.ts";
import type { Batch } from "../../../engine/sources/source.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import type { Notify } from "../../../notices.ts";
import { pump, type Pumping } from "../../../engine/pump.ts";
import { clock, count, number, seconds } from "../../terminal/reporter.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { createSeen } from "../../../runs/events/seen.ts";
import type { Sink } from "../../../engine/sinks/sink.ts";
import { warnOfFirst } from "../../terminal/first-few.ts";
import { openSource, type SourceUse, type Window } from "./open-source.ts";
import type { Origin, Session } from "./session.ts";

/** Where the runs of a window go, and in which form. */
export interface Target<T> extends Pick<SourceUse<T>, "encode" | "jobs"> {
  readonly sink: Sink<T>;
}

/** Runs of one window are told apart by this many keys at most, so that a `tail` of weeks does not grow. */
const keysRemembered = 200_000;

/** Reads a window: each flow run that the options ask for goes to the target once, in the source's order. */
export async function readWindow<T>(session: Session, window: Window, target: Target<T>): Promise<void> {
  const { origin, reporter, tally, quota } = session;
  const { past, isLast } = window;
  const live = liveLine(session, window);
  const { sink, ...form } = target;
  const source = await openSource(session, window, { ...form, onShare: live.onShare });
  const poison = poisonTeller(origin, reporter.notify);
  let isTooMany = false;
  const pumping: Pumping<T> = {
    source,
    seen: createSeen(keysRemembered, past?.keys),
    sink: {
      ...sink,
      take: (batch, mark) => (isTooMany ? Promise.reject(quota.full) : sink.take(batch, mark)),
    },
    isEnough: (run) => {
      const claim = quota.claim();
      isTooMany = claim === "none";
      return isTooMany || isLast?.(run) === true || claim === "last";
    },
    onBatch: (batch) => {
      describeFaults(batch, source).forEach(poison);
      live.onBatch(batch);
    },
  };
  try {
    await pump(pumping, tally);
  } catch (error) {
    // Another reading had the last run that was wanted, while this one had one in its hand.
    if (error !== quota.full) throw error;
  }
  if (origin.kind === "file" && tally.unreadable > 0 && tally.unreadable === tally.events) {
    reporter.notify({ kind: "warning", text: noLineAtAll(origin.name) });
  }
}

/** A sink that hands each run over as it is: for commands that work on runs rather than print them. */
export function runTarget(take: (run: FlowRun) => void): Target<FlowRun> {
  const sink: Sink<FlowRun> = {
    take: (batch) => {
      for (const { encoded } of batch) take(encoded);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return { encode: (run) => run, sink };
}

function noLineAtAll(name: string): string {
  const file = name === "stdin" ? "" : ` ${name}`;
  return `no line of ${name} could be read; JSON that goes over many lines is read when each record is one: jq -c .${file} | flowrun since --from -`;
}

/** A poison event is reported, whatever the filters say; of a file that is none of ours only the first ones are. */
function poisonTeller({ kind }: Origin, notify: Notify): (text: string) => void {
  if (kind === "file") return warnOfFirst(notify, "more lines could not be read; the closing line counts them");
  return (text) => {
    notify({ kind: "warning", text });
  };
}

/** The live line after each page: how far a window is read, or that a tail has caught up. */
function liveLine({ began, origin, reporter, host, tally, options }: Session, { start, follow }: Window) {
  const windowStart = start.kind === "time" ? start.at : began - retentionMs;
  const windowEnd = Math.min(began, options.until ?? began);
  let share = 0;
  const onShare = (read: number): void => {
    share = Math.max(share, Math.min(1, read));
  };
  const onBatch = ({ mark: { atEnd, recordedAt }, waitMs }: Batch<unknown>): void => {
    const now = host.now();
    if (recordedAt !== null) onShare((recordedAt - windowStart) / Math.max(1, windowEnd - windowStart));
    const unit = origin.kind === "file" ? "line" : "event";
    const counts = `${count(tally.printed, "run")}, ${count(tally.events, unit)}`;
    // Whoever receives tells of it.
    if (origin.kind === "spool") return;
    if (atEnd) {
      const again = `caught up at ${clock(now)}, asking again in ${seconds(waitMs)}`;
      if (follow) reporter.live(`${again} · ${counts}`, true);
      return;
    }
    const reading = origin.kind === "file" || start.kind === "now" ? "reading" : `reading ${percent(share)}`;
    reporter.live(`${reading} · ${counts}${pace(tally.printed, share, now - began)}`);
  };
  return { onShare, onBatch };
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} % of the window`;
}

function pace(runs: number, share: number, elapsedMs: number): string {
  if (share < 0.02 || elapsedMs < 500) return "";
  const rate = number(Math.round((runs / elapsedMs) * 1000));
  return ` · ${rate} runs/s · about ${seconds((elapsedMs * (1 - share)) / share)} left`;
}
