import type { World } from "../../host.ts";
import { demoName, demoProfile } from "../../adobe/access/chosen-profile.ts";
import { readDemoMonth, type DemoPage } from "../../adobe/access/demo-month.ts";
import { resolveEventSelection } from "../../runs/events/event-selection.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { describeSelf } from "../../state/self.ts";
import { digest, type Digesting } from "../digest.ts";
import { archiveSink } from "../sinks/archive.ts";
import { forArchive } from "../sources/for-archive.ts";
import type { Candidate, Source } from "../sources/source.ts";
import { archiveCursor } from "./cursors.ts";
import type { Database } from "./database.ts";
import { openApart } from "./embedded.ts";
import { leaseName, takeLease } from "./lease.ts";
import { journalKey } from "./run-row.ts";
import { setUpSchema } from "./schema.ts";

type Means = Pick<World, "now" | "random" | "sleep">;

/**
 * Makes the demo's archive in memory: a month of its journal, decoded and written as any other journal's, with its cursor
 * some hours before the journal's end. Whoever changes it changes it for this opening alone.
 * @throws FlowrunError `settings` where there is no SQLite.
 */
export async function openBuiltIn(host: Means): Promise<Database> {
  const database = await openApart({ host });
  try {
    await setUpSchema(database);
    await fill(database, host);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function fill(database: Database, host: Means): Promise<void> {
  const pages = await readDemoMonth(host.now());
  const { signal } = new AbortController();
  const journal = journalKey(demoName);
  const name = leaseName(journal, archiveCursor);
  await database.run(`INSERT INTO {schema}journals (journal, name, made_at) VALUES ($1, $2, $3)`, [
    ...[journal, demoName, pages[0]?.from ?? host.now()],
  ]);
  const lease = await takeLease(database, { name, holder: describeSelf(), host, signal });
  try {
    const clock = { now: host.now() };
    const sink = archiveSink({
      ...{ database, journal, lease, signal, cursor: archiveCursor, beginsBy: "start" },
      // The pages name their places as a cursor keeps them.
      toSaved: (next) => next,
      fromSaved: (next) => next,
      host: { ...host, now: () => clock.now },
      patience: { retries: 0, maxWaitMs: 0 },
      notify: () => undefined,
    });
    const source = forArchive(sourceOf(pages), () => clock.now);
    for await (const { candidates, mark } of source.read()) {
      clock.now = mark.askedAt ?? clock.now;
      await sink.take(candidates, mark);
    }
  } finally {
    await lease.release();
  }
}

const events = resolveEventSelection(["runs"]);

const digesting: Digesting<FlowRun> = {
  ...{ events, raw: true, profile: demoProfile, via: "journal" },
  keep: () => true,
  encode: (run) => run,
};

/** The demo's pages without the runs that they tell of again: to leave these out of a pack takes as long as to write all others. */
function sourceOf(pages: readonly DemoPage[]): Source<FlowRun> {
  const seen = new Set<string>();
  const isNew = ({ key }: Candidate<FlowRun>): boolean => seen.size < seen.add(key).size;
  return {
    async *read() {
      for (const [index, page] of pages.entries()) {
        const { candidates, ...told } = digest(page, digesting);
        yield await Promise.resolve({
          ...told,
          candidates: candidates.filter(isNew),
          mark: markOf(page, index === 0),
          waitMs: 0,
          nextAfter: () => page.next,
        });
      }
    },
    describe: ({ position }) => position,
  };
}

function markOf({ entries, from, next, recordedFrom, recordedAt, askedAt, atEnd }: DemoPage, isFirst: boolean) {
  const begins = from === null ? null : ({ from, why: isFirst ? "start" : "expired" } as const);
  const last = entries.at(-1)?.position ?? null;
  return { begins, next, last, recordedFrom, recordedAt, askedAt, atEnd, count: entries.length };
}
