import { retentionMs } from "../../../adobe/journal/retention.ts";
import type { Health } from "../../../engine/receive/admin.ts";
import { createMetrics } from "../../../engine/receive/meter.ts";
import { meterRuns } from "../../../engine/receive/run-metrics.ts";
import type { Notice } from "../../../notices.ts";
import { mask } from "../../../mask.ts";
import { createSeen } from "../../../runs/events/seen.ts";
import type { HostPort } from "../../options/flags.ts";
import { openAdmin } from "../admin.ts";
import type { Sessions } from "./session.ts";
import type { Watch, WatchedDisk, WatchedProfile } from "./watch.ts";

/** Runs that several destinations have read, each at its own time, are told apart by so many keys. */
const keysRemembered = 200_000;

/** Up to which moment a reading has the journal, epoch milliseconds; `null` where nobody knows. */
interface Place {
  until: number | null;
}

/**
 * Watches a reading, and tells there how it is.
 * @param signal ends the reading.
 * @throws FlowrunError `usage` where the port cannot be had.
 */
export async function watchReading(
  at: HostPort,
  { host, reporter }: Pick<Sessions, "host" | "reporter">,
  signal: AbortSignal,
): Promise<Watch> {
  const { notify } = reporter;
  const meter = createMetrics();
  const places = new Set<Place>();
  const meterRun = meterRuns(meter, () => ageOfHindmost(places, host.now()));
  /** Why disks fail, by what lies on them. */
  const failing = new Map<string, string>();
  let isWaiting = false;

  const health = (): Health => {
    const role = isWaiting ? { role: "standby" } : {};
    if (signal.aborted) return { ...role, state: "draining" };
    const [why] = failing.values();
    return { ...role, ...(why === undefined ? { state: "ready" } : { state: "failing", why }) };
  };
  const profile = ({ kind }: Parameters<Watch["profile"]>[0]): WatchedProfile => {
    const seen = createSeen(keysRemembered);
    return {
      begin: (from) => {
        const place: Place = { until: from };
        if (kind === "journal") places.add(place);
        return {
          found: (until) => {
            place.until = until;
          },
          took: (runs, { atEnd, recordedAt }) => {
            for (const { key, run } of runs) if (seen.add(key)) meterRun(run);
            place.until = atEnd ? host.now() : (recordedAt ?? place.until);
          },
        };
      },
    };
  };
  const disk = (shown: string): WatchedDisk => ({
    hear: (told) => (notice) => {
      if (notice.kind === "retrying") failing.set(shown, mask(wordsOf(notice)));
      told(notice);
    },
    over: (sink) => ({
      ...sink,
      take: async (batch, mark) => {
        await sink.take(batch, mark);
        failing.delete(shown);
      },
    }),
  });

  const admin = await openAdmin(at, { role: "tail", health, meter, notify });
  return {
    profile,
    standsBy: (waits) => {
      isWaiting = waits;
    },
    disk,
    close: () => admin.close(),
  };
}

/** In seconds. The journal keeps nothing that is older than seven days, read or not. */
function ageOfHindmost(places: ReadonlySet<Place>, now: number): number | null {
  if (places.size === 0) return null;
  const ages = Array.from(places, ({ until }) => (until === null ? retentionMs : now - until));
  return Math.min(Math.max(0, ...ages), retentionMs) / 1000;
}

function wordsOf({ what, why }: Extract<Notice, { kind: "retrying" }>): string {
  return why === null ? what : `${what}: ${why}`;
}
