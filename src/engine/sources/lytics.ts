import type { EventsAsked } from "../../lytics/read-events.ts";
import { readEvents } from "../../lytics/read-events.ts";
import type { Lytics } from "../../lytics/lytics.ts";
import type { Job } from "../../runs/job/job.ts";
import type { JobEvent } from "../../runs/job/read-job.ts";
import { keysKept } from "../../adobe/journal/cursor.ts";
import type { Batch, Candidate, Source } from "./source.ts";

/** Which events of Lytics are read, and in which form they are handed on. */
export interface LyticsReading<T> {
  readonly lytics: Lytics;
  readonly asked: Omit<EventsAsked, "from" | "to">;
  /** Epoch ms; `now` begins with what happens after the reading has begun, by Lytics' own clock. */
  readonly from: number | "now";
  /** Epoch ms; Infinity where the reading ends with what there is. */
  readonly to: number;
  /** Goes on asking. */
  readonly follow: boolean;
  readonly keep: (job: Job) => boolean;
  readonly encode: (job: Job) => T;
}

/** So long before the newest event the next question begins: what comes in late is still seen, and known by its id otherwise. */
const overlapMs = 60_000;
/** How often Lytics is asked where it is followed; the demo's goes faster. */
const pollMs = 10_000;
const demoPollMs = 2_000;

/**
 * The events of a window of Lytics, oldest first, to its end or for ever. Its marks are questions: whoever asks one again has every
 * event that came after it, and some before it once more, which are known by their keys.
 */
export function lyticsSource<T>({ lytics, asked, to, follow, keep, encode, ...begin }: LyticsReading<T>): Source<T> {
  const { host, signal } = lytics;
  return {
    async *read() {
      let from = begin.from === "now" ? host.now() - overlapMs : begin.from;
      let isFirst = begin.from === "now";
      for (;;) {
        let newest = from;
        for await (const { events, rejects, servedAt } of readEvents(lytics, { ...asked, from, to })) {
          // Its own clock says what is new; events of the last minute may still come in.
          const wanted = isFirst ? events.filter(({ at }) => at !== null && at >= servedAt) : events;
          if (isFirst) newest = Math.max(newest, servedAt);
          for (const { at } of events) if (at !== null && at > newest) newest = at;
          const next = placeBefore(newest, wanted);
          const candidates = wanted.flatMap(({ key, job }): readonly Candidate<T>[] =>
            keep(job)
              ? [{ key, position: key, runId: job.subjectId ?? key, status: job.status ?? "", encoded: encode(job) }]
              : [],
          );
          yield {
            candidates,
            runs: wanted.length,
            rejects: rejects.map((reason) => ({ position: "", reason })),
            withoutRaw: [],
            waitMs: 0,
            mark: {
              next: placeUrl(lytics, next),
              last: wanted.at(-1)?.key ?? null,
              atEnd: true,
              recordedAt: newest,
              count: events.length,
            },
            nextAfter: (key) => placeUrl(lytics, placeAfter(wanted, key) ?? from),
          } satisfies Batch<T>;
        }
        isFirst = false;
        if (!follow) return;
        from = Math.max(from, newest - overlapMs);
        await host.sleep(lytics.profile === "demo" ? demoPollMs : pollMs, signal);
        signal.throwIfAborted();
      }
    },
    describe: () => "an event of Lytics",
  };
}

/** A minute before an instant; later where more events came since than a place can know again. */
function placeBefore(newest: number, events: readonly JobEvent[]): number {
  const since = events.flatMap(({ at }) => (at !== null && at >= newest - overlapMs ? [at] : []));
  return since.length <= keysKept ? newest - overlapMs : (since.at(-keysKept) ?? newest);
}

/** Where to go on after an event of these; `null` for one that is none of them, or tells no time. */
function placeAfter(events: readonly JobEvent[], key: string | null): number | null {
  const index = events.findIndex((event) => event.key === key);
  const at = events[index]?.at ?? null;
  return at === null ? null : placeBefore(at, events.slice(0, index + 1));
}

/** The question that goes on after an instant (epoch ms). Pure. */
export function placeUrl({ url }: Pick<Lytics, "url">, at: number): string {
  return `${url}/v2/event?after=${new Date(at).toISOString()}`;
}

/** The instant that such a question goes on after, epoch ms; `null` for another. Pure. */
export function placeIn(next: string): number | null {
  const at = URL.canParse(next) ? Date.parse(new URL(next).searchParams.get("after") ?? "") : NaN;
  return Number.isNaN(at) ? null : at;
}
