import { askLyticsClock, readEvents, type EventsAsked } from "../../lytics/read-events.ts";
import type { Lytics } from "../../lytics/lytics.ts";
import type { JobEvent } from "../../runs/job/read-job.ts";
import { writeFingerprint } from "../../text/fingerprint.ts";
import { keysKept } from "../../adobe/journal/cursor.ts";
import { jobCandidates, type JobsTaken } from "./job-candidate.ts";
import type { Batch, Source } from "./source.ts";

/** Which events of Lytics are read, and in which form they are handed on. */
export interface LyticsReading<T> extends JobsTaken<T> {
  readonly lytics: Lytics;
  readonly asked: Omit<EventsAsked, "from" | "to">;
  /** Epoch ms; `now` begins with what happens after the reading has begun, by Lytics' own clock. */
  readonly from: number | "now";
  /** Epoch ms; Infinity where the reading ends with what there is. */
  readonly to: number;
  /** Goes on asking. */
  readonly follow: boolean;
}

/** So long before the newest event the next question begins: what comes in late is still seen, and known by its id otherwise. */
const overlapMs = 60_000;
/** How often Lytics is asked where it is followed; the demo's goes faster. */
const pollMs = 10_000;
const demoPollMs = 2_000;

/**
 * The events of a window of Lytics, oldest first, to its end or for ever. Its marks are questions: whoever asks one again has every
 * event that came after it, and some before it once more, which are known by their keys. Two readings that stand at one mark have
 * given the same events.
 */
export function lyticsSource<T>(reading: LyticsReading<T>): Source<T> {
  const { lytics, asked, to, follow } = reading;
  const { host, signal } = lytics;
  const waitMs = lytics.profile === "demo" ? demoPollMs : pollMs;
  return {
    async *read() {
      // Ours may be minutes off either way, and would leave events out or bring in some from before.
      const begin = reading.from === "now" ? await askLyticsClock(lytics) : reading.from;
      let from = begin;
      let place: Place = { newest: from, recent: [] };
      let given: ReadonlySet<string> = new Set();
      for (;;) {
        const shown: JobEvent[] = [];
        const rejected: string[] = [];
        for await (const { events, rejects, servedAt, isLast } of readEvents(lytics, { ...asked, from, to })) {
          const fresh = events.filter(({ key }) => !given.has(key));
          const before = place;
          place = placeAfter(before, fresh, servedAt);
          const next = nextFrom(place, begin);
          yield {
            candidates: fresh.flatMap((event) => jobCandidates(event, event.key, reading)),
            runs: fresh.length,
            rejects: rejects.filter(({ key }) => !given.has(key)).map(({ reason }) => ({ position: "", reason })),
            withoutRaw: [],
            waitMs: follow && isLast ? waitMs : 0,
            mark: {
              next: placeUrl(lytics, place, next),
              last: fresh.at(-1)?.key ?? null,
              atEnd: isLast,
              recordedAt: Number.isFinite(place.newest) ? place.newest : null,
              count: fresh.length,
            },
            nextAfter: (key) => {
              const index = fresh.findIndex((event) => event.key === key);
              const there = placeAfter(before, fresh.slice(0, index + 1), servedAt);
              return placeUrl(lytics, there, nextFrom(there, begin));
            },
          } satisfies Batch<T>;
          // What will be shown again, and no more: a tail goes on for weeks.
          shown.push(...events.filter(({ at }) => at === null || at >= next));
          rejected.push(...rejects.map(({ key }) => key));
        }
        if (!follow) return;
        from = nextFrom(place, begin);
        given = new Set([...shown.filter(({ at }) => at === null || at >= from).map(({ key }) => key), ...rejected]);
        await host.sleep(waitMs, signal);
        signal.throwIfAborted();
      }
    },
    describe: () => "an event of Lytics",
  };
}

/** How far a reading has come: the newest event's moment, epoch ms, and the events of the minute before it. */
interface Place {
  readonly newest: number;
  /** By time. */
  readonly recent: readonly { readonly key: string; readonly at: number }[];
}

/** @param servedAt an event from the future, which a wrong clock makes, must not hide what happens until then. */
function placeAfter({ newest, recent }: Place, events: readonly JobEvent[], servedAt: number): Place {
  const more = events.map(({ key, at }) => ({ key, at: Math.min(at ?? newest, servedAt) }));
  const latest = more.reduce((one, { at }) => Math.max(one, at), newest);
  const still = [...recent, ...more].filter(({ at }) => at >= latest - overlapMs);
  return { newest: latest, recent: still.sort((one, other) => one.at - other.at) };
}

/** A minute before the newest event, and never before `begin`; later where more have come since than a cursor knows again. */
function nextFrom({ newest, recent }: Place, begin: number): number {
  const first = recent.length <= keysKept ? newest - overlapMs : (recent.at(-keysKept)?.at ?? newest);
  return Math.max(begin, first);
}

/**
 * The question that goes on after an instant (epoch ms); one for all there is, where that is not finite. Behind `#`, which is not
 * asked, it tells by a fingerprint what was given of its answer: an event may come late, and the question is the same. Pure.
 */
function placeUrl({ url }: Pick<Lytics, "url">, { recent }: Place, from: number): string {
  const question = Number.isFinite(from) ? `${url}/v2/event?after=${new Date(from).toISOString()}` : `${url}/v2/event`;
  const given = recent.filter(({ at }) => at >= from).map(({ key }) => key);
  return given.length === 0 ? question : `${question}#${writeFingerprint(given.sort().join("\n"))}`;
}

/** The instant that such a question goes on after, epoch ms; `null` for another. Pure. */
export function placeIn(next: string): number | null {
  const at = URL.canParse(next) ? Date.parse(new URL(next).searchParams.get("after") ?? "") : NaN;
  return Number.isNaN(at) ? null : at;
}

/** Whether a saved place (`next` of a cursor) is one in the events of Lytics, rather than in a journal. Pure. */
export function isInLytics(next: string): boolean {
  return URL.canParse(next) && new URL(next).pathname.endsWith("/v2/event");
}
