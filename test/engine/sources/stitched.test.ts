import { expect, test } from "vitest";
import { lateMs } from "../../../src/adobe/journal/read-until.ts";
import { retentionMs } from "../../../src/adobe/journal/retention.ts";
import { findCursor } from "../../../src/engine/archive/cursors.ts";
import type { Database } from "../../../src/engine/archive/database.ts";
import { eventKey, type WholeRun } from "../../../src/engine/archive/run-row.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import { archiveSink } from "../../../src/engine/sinks/archive.ts";
import { forArchive } from "../../../src/engine/sources/for-archive.ts";
import type { JournalStart } from "../../../src/engine/sources/journal.ts";
import type { Batch, Mark, Source } from "../../../src/engine/sources/source.ts";
import { stitchedSource } from "../../../src/engine/sources/window.ts";
import { resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { archived, journal, takeOver } from "../../support/archived.ts";
import { describeEngines } from "../../support/engines.ts";
import { fakeHost, noon } from "../../support/host.ts";
import { luckOf, type Luck } from "../../support/luck.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** An event of a made-up journal: a run, when it was recorded, and where. */
interface Recorded {
  readonly run: WholeRun;
  readonly at: number;
}

const timeOf = ({ run }: FlowRunOf): number => Date.parse(run.updatedAt ?? "");
type FlowRunOf = Pick<WholeRun, "run">;

/** Three weeks of events: in bursts, late by up to nine minutes and so out of order, some delivered again hours later. */
function makeJournal({ below, isTrue }: Luck): readonly Recorded[] {
  const events: Recorded[] = [];
  let at = noon - 21 * day;
  for (let n = 0; at < noon; n++) {
    at += isTrue(0.7) ? below(20 * minute) : below(30 * 60 * minute);
    const again = isTrue(0.1) ? events[events.length - 1 - below(6)] : undefined;
    const late = isTrue(0.3) ? below(9 * minute) : below(2000);
    // Positions are shared now and then.
    const position = `p${String(isTrue(0.1) ? n - 1 : n)}`;
    events.push({ at, run: again?.run ?? archived(n, { updatedAt: at - late }, { position }) });
  }
  return events.filter((event) => event.at < noon);
}

/** The pages of a journal from an event on, to before another: what a journal's source hands on. */
async function* pagesFrom<T>(
  events: readonly Recorded[],
  { from, to, now, size, begins, encode, keep }: Pages<T>,
): AsyncGenerator<Batch<T>, void, undefined> {
  for (let at = from; at < to; at += size) {
    const page = events.slice(at, Math.min(to, at + size));
    const kept = page.filter(({ run }) => keep(run.run));
    const [first, last] = [page[0], page.at(-1)];
    yield await Promise.resolve({
      ...empty,
      runs: page.length,
      candidates: kept.map(({ run: { key, run } }) => ({
        key,
        position: run.position,
        runId: run.runId,
        status: run.status,
        encoded: encode(run),
      })),
      mark: {
        begins: at === from ? begins : null,
        askedAt: now,
        next: urlOf(Math.min(to, at + size)),
        last: last?.run.run.position ?? null,
        atEnd: false,
        recordedFrom: toldBy(first, now),
        recordedAt: toldBy(last, now),
        count: page.length,
      },
    });
  }
}

/** What an event itself tells, where that can be. */
function toldBy(event: Recorded | undefined, now: number): number | null {
  const time = event === undefined ? NaN : timeOf(event.run);
  return time >= now - retentionMs && time <= now ? time : null;
}

interface Pages<T> {
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly size: number;
  readonly begins: NonNullable<Mark["begins"]> | null;
  readonly encode: (run: FlowRun) => T;
  readonly keep: (run: FlowRun) => boolean;
}

const empty = { rejects: [], withoutRaw: [], waitMs: 0, nextAfter: () => "" };

function urlOf(index: number): string {
  return `https://j.test/?since=${String(index)}`;
}

function firstAt(events: readonly Recorded[], time: number): number {
  const found = events.findIndex(({ at }) => at >= time);
  return found === -1 ? events.length : found;
}

/** What an archive has been told of a journal, and by whom. */
interface Filled {
  /** Events that it has from the journal, or by an import. */
  readonly has: ReadonlySet<string>;
}

/** Syncs an archive at some moments: to the end or not, and anew where its place had expired. */
async function fill(database: Database, events: readonly Recorded[], { below, isTrue }: Luck): Promise<Filled> {
  const has = new Set<string>();
  let now = noon - 20 * day;
  for (;;) {
    now += below((isTrue(0.2) ? 12 : 3) * day);
    if (now >= noon) break;
    const host = fakeHost({ now });
    const lease = await takeOver(database);
    const sink = archiveSink({
      ...{ database, journal, lease, cursor: "archive", beginsBy: "start", host, signal: host.signal },
      ...{
        toSaved: (url) => url,
        fromSaved: (text) => text,
        patience: { retries: 1, maxWaitMs: 0 },
        notify: () => undefined,
      },
    });
    const saved = await findCursor(database, journal, "archive");
    const oldest = firstAt(events, now - retentionMs);
    const place = saved === null ? -1 : Number(new URL(saved.next).searchParams.get("since"));
    const isGone = place < oldest;
    // Where the place is gone it is read from the oldest event on, or from a moment.
    const from = !isGone ? place : saved !== null && isTrue() ? firstAt(events, now - day) : oldest;
    const begins = isGone
      ? ({ from: from === oldest ? null : now - day, why: saved === null ? "start" : "expired" } as const)
      : null;
    const end = firstAt(events, now);
    const to = isTrue(0.7) ? end : from + below(end - from + 1);
    const size = 1 + below(40);
    let isBegun = false;
    const read = () => pagesFrom(events, { from, to, now, size, begins, encode: (run) => run, keep: () => true });
    const pages = forArchive({ read, describe: ({ position }) => position }, () => now);
    for await (const { candidates, mark } of pages.read()) {
      await sink.take(candidates, mark);
      isBegun = true;
    }
    const last: Mark = {
      begins: isBegun ? null : begins,
      askedAt: now,
      next: urlOf(to),
      last: null,
      atEnd: true,
      recordedFrom: null,
      recordedAt: null,
      count: 0,
    };
    if (to === end) await sink.take([], last);
    // One that is delivered again is archived as of then, and belongs to a window of then.
    for (const { run, at } of events.slice(from, to)) if (at - timeOf(run) < lateMs) has.add(run.key);
  }
  const imported = events.filter(() => isTrue(0.02)).map(({ run }) => run);
  await addRuns(database, journal, imported);
  for (const { key } of imported) has.add(key);
  return { has };
}

describeEngines(
  "archive and journal as one window",
  ({ place }) => {
    test("each run once, all that anybody has, and what nobody has is named", async () => {
      const database = await (await place()).open();
      await setUpSchema(database);
      for (let seed = 0; seed < 120; seed++) {
        await database.exclusively(async (queries) => {
          for (const table of ["runs", "run_errors", "firsts", "cursors", "coverage"])
            await queries.run(`DELETE FROM {schema}${table}`);
        });
        const luck = luckOf(seed);
        const events = makeJournal(luck);
        const { has } = await fill(database, events, luck);
        for (let time = 0; time < 4; time++)
          await checkWindow(database, events, has, luck, `seed ${seed}, window ${time}`);
      }
    });
  },
  ["memory"],
);

async function checkWindow(
  database: Database,
  events: readonly Recorded[],
  has: ReadonlySet<string>,
  { below, isTrue }: Luck,
  about: string,
): Promise<void> {
  const now = noon;
  const from = isTrue(0.1) ? -Infinity : now - below(22 * day);
  const until = isTrue() ? null : Math.max(from, now - 22 * day) + below(now - Math.max(from, now - 22 * day));
  const hasJournal = isTrue(0.8);
  const keep = ({ updatedAt }: FlowRun): boolean => until === null || Date.parse(updatedAt ?? "") <= until;
  const encode = (run: FlowRun): string => run.runId;
  const size = 1 + below(30);
  const kept = firstAt(events, now - retentionMs);
  const read = (start: JournalStart, end: number | null): Source<string> => {
    const at =
      start.kind === "next"
        ? Number(new URL(start.url).searchParams.get("since"))
        : start.kind === "time"
          ? firstAt(events, start.at)
          : 0;
    // A page is not cut where a window ends.
    const to = end === null ? events.length : Math.min(events.length, firstAt(events, end + lateMs) + below(3));
    const begins = { from: null, why: "start" } as const;
    return {
      read: () => pagesFrom(events, { from: Math.max(kept, at), to, now, size, begins, encode, keep }),
      describe: ({ position }) => position,
    };
  };
  const { source, missing, endsAt } = await stitchedSource<string>({
    archive: { database, journal },
    from,
    until,
    now,
    extent: isTrue() ? "all" : { starts: isTrue(), organisations: false },
    digesting: { events: resolveEventSelection(["runs"]), raw: false, keep, encode },
    journal: hasJournal ? { read, fromSaved: (text) => text } : null,
  });
  // The key of one that was archived is short, and of figures there is no more.
  const given = new Map<string, number>();
  for await (const { candidates } of source.read())
    for (const { key } of candidates) given.set(eventKey(key), (given.get(eventKey(key)) ?? 0) + 1);
  // What the journal delivers again, or two of its parts hold, whoever reads them tells; of what is archived nobody has to.
  const rows = await database.all("SELECT event_key FROM {schema}runs WHERE recorded_at >= $1", [Math.max(from, 0)]);
  for (const { event_key: key } of rows) expect(given.get(String(key)) ?? 0, about).toBeLessThanOrEqual(1);

  const last = endsAt ?? now;
  const lastAt = new Map(events.map(({ run: { key }, at }) => [key, at]));
  for (const { run, at } of events) {
    const { key } = run;
    const isWanted = timeOf(run) >= from && timeOf(run) <= (until ?? now) && keep(run.run);
    const isHad = has.has(key) || (hasJournal && at >= now - retentionMs && at - timeOf(run) < lateMs);
    const isGiven = given.has(eventKey(key));
    const isNamed = missing.some((part) => at >= part.from - lateMs && timeOf(run) <= part.to + lateMs);
    if (isWanted && isHad && timeOf(run) <= last) expect(isGiven, `${about}: ${key} at ${at} is given`).toBe(true);
    if (isWanted && !isGiven && from !== -Infinity && at >= from && at < last)
      expect(isNamed, `${about}: ${key} at ${new Date(at).toISOString()} is named as missing`).toBe(true);
    if (isGiven)
      expect(keep(run.run) && (lastAt.get(key) ?? 0) >= from - lateMs, `${about}: ${key} is wanted`).toBe(true);
  }
  // Nothing is named that the journal keeps, or that lies outside of the window.
  for (const part of missing) {
    expect(part.from, about).toBeLessThan(part.to);
    expect(part.from, about).toBeGreaterThanOrEqual(from);
    expect(part.to, about).toBeLessThanOrEqual(Math.min(hasJournal ? now - retentionMs : now, until ?? now));
  }
}
