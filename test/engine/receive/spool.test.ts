import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSpool, readPlace, writePlace, type Spool } from "../../../src/engine/receive/spool.ts";
import { resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import { spoolSource } from "../../../src/engine/sources/spool.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { scratch } from "../../support/flowrun.ts";
import { noon } from "../../support/host.ts";

const runOf = (n: number): object => ({
  ...{ id: `run-${String(n)}`, flowId: "flow-1", metrics: { statusSummary: { status: "success" } } },
});

function eventOf(n: number, more: object = {}): object {
  return {
    event_id: `event-${String(n)}`,
    event: { ...runOf(n), ...more },
    recipient_client_id: "client",
  };
}

const deliveryOf = (...events: readonly object[]) => ({
  headers: { "x-adobe-event-id": "first" },
  body: new TextEncoder().encode(JSON.stringify(events.length === 1 ? events[0] : events)),
});

interface Opened {
  readonly spool: Spool;
  readonly put: (...events: readonly object[]) => Promise<number | "full">;
}

async function opened(home: string, now = noon): Promise<Opened> {
  const spool = await openSpool({
    folder: { home, below: ["spools", "acme"] },
    host: { now: () => now, random: () => 0.5 },
    notify: ({ kind, ...more }) => {
      throw new Error(`${kind} ${JSON.stringify(more)}`);
    },
  });
  return { spool, put: (...events) => spool.put(deliveryOf(...events), events) };
}

const reading = (spool: Spool) => ({
  ...{ spool, signal: new AbortController().signal, raw: false, profile: "acme" },
  events: resolveEventSelection(undefined),
  keep: () => true,
  encode: (run: FlowRun) => run,
});

/** All that is there from a place on. */
async function runsIn(spool: Spool, from: string | null = "0:0"): Promise<readonly FlowRun[]> {
  const source = spoolSource<FlowRun>({ ...reading(spool), from });
  const runs: FlowRun[] = [];
  const end = writePlace(spool.end());
  if (end === from) return [];
  for await (const { candidates, mark } of source.read()) {
    runs.push(...candidates.map(({ encoded }) => encoded));
    if (mark.next === end) break;
  }
  return runs;
}

const idsIn = async (spool: Spool, from?: string | null) => (await runsIn(spool, from)).map(({ runId }) => runId);

describe("a spool", () => {
  it("has each event once, whichever way it comes, and says which", async () => {
    const { spool, put } = await opened(await scratch());
    expect(await put(eventOf(1))).toBe(1);
    expect(await put(eventOf(1))).toBe(0);
    expect(await put(eventOf(1), eventOf(2), eventOf(2))).toBe(1);
    const entries = [1, 2, 3].map((n) => ({ position: `p${String(n)}`, event: eventOf(n) }));
    expect(await spool.putRecovered(entries)).toBe(1);
    expect(await spool.putRecovered(entries)).toBe(0);
    expect(await put(eventOf(3))).toBe(0);
    expect((await runsIn(spool)).map(({ runId, via, position }) => [runId, via, position])).toEqual([
      ["run-1", "webhook", ""],
      ["run-2", "webhook", ""],
      ["run-3", "journal", "p3"],
    ]);
    await spool.close();
  });

  it("keeps one of two that come at the same time, and says 'known' of the other when the first is safe", async () => {
    const { spool, put } = await opened(await scratch());
    const outcomes = await Promise.all([put(eventOf(1)), put(eventOf(1)), put(eventOf(1))]);
    expect(outcomes).toEqual([1, 0, 0]);
    expect(await idsIn(spool)).toEqual(["run-1"]);
    await spool.close();
  });

  it("knows after a restart what it had, and what it has let go", async () => {
    const home = await scratch();
    const first = await opened(home);
    first.spool.readBy(["stdout"]);
    // Enough for some files.
    const long = { note: "x".repeat(2 ** 20) };
    for (let n = 0; n < 30; n += 1) await first.put(eventOf(n, long));
    await first.spool.move({ stdout: first.spool.end() });
    expect(first.spool.backlog()).toEqual({ events: 0, bytes: 0 });
    await first.spool.close();
    const names = await readdir(join(home, "spools", "acme"));
    expect(names.filter((name) => name.endsWith(".keys")).length).toBeGreaterThan(1);
    const again = await opened(home);
    for (let n = 0; n < 30; n += 1) expect(await again.put(eventOf(n, long))).toBe(0);
    expect(await again.put(eventOf(30))).toBe(1);
    const place = again.spool.placeOf("stdout");
    expect(await idsIn(again.spool, place === null ? null : writePlace(place))).toEqual(["run-30"]);
    await again.spool.close();
  });

  it("hands everything on again to whom nothing was saved, and waits for all who read", async () => {
    const home = await scratch();
    const { spool, put } = await opened(home);
    spool.readBy(["stdout", "slack"]);
    for (let n = 0; n < 3; n += 1) await put(eventOf(n));
    await spool.move({ stdout: spool.end() });
    expect(spool.backlog().events).toBe(3);
    await spool.move({ slack: spool.end() });
    expect(spool.backlog()).toEqual({ events: 0, bytes: 0 });
    await put(eventOf(3));
    await spool.close();
    const again = await opened(home);
    expect(again.spool.backlog().events).toBe(1);
    again.spool.readBy(["stdout", "new"]);
    expect(await idsIn(again.spool)).toEqual(["run-0", "run-1", "run-2", "run-3"]);
    await again.spool.close();
  });

  it("takes the longest delivery that --max-body allows, though others wait", async () => {
    const { spool, put } = await opened(await scratch());
    spool.readBy(["stdout"]);
    expect(await put(eventOf(0, { text: "x".repeat(3_000_000) }))).toBe(1);
    const [{ body, headers }, longest] = [deliveryOf(eventOf(1)), Buffer.alloc(64_000_000, " ")];
    longest.set(body);
    expect(await spool.put({ headers, body: longest }, [eventOf(1)])).toBe(1);
    expect(await put(eventOf(2, { text: "x".repeat(3_000_000) }))).toBe("full");
    await spool.close();
  });

  it("takes no more than ten thousand events that nobody has had, and then again", async () => {
    const { spool, put } = await opened(await scratch());
    spool.readBy(["stdout"]);
    const batch = (from: number): readonly object[] => Array.from({ length: 2500 }, (_, n) => eventOf(from + n));
    for (let from = 0; from < 10_000; from += 2500) expect(await put(...batch(from))).toBe(2500);
    expect(await put(eventOf(10_000))).toBe("full");
    // What is known already needs no room.
    expect(await put(eventOf(1))).toBe(0);
    let isRecovered = false;
    const recovering = spool.putRecovered([{ position: "p", event: eventOf(10_001) }]).then((count) => {
      isRecovered = true;
      return count;
    });
    await spool.move({ stdout: { file: 1, offset: 0 } });
    expect(isRecovered).toBe(false);
    await spool.move({ stdout: spool.end() });
    expect(await recovering).toBe(1);
    expect(await put(eventOf(10_000))).toBe(1);
    await spool.close();
  });

  it("loses no event of a batch whose keys begin as another's do", async () => {
    const { spool, put } = await opened(await scratch());
    const twoRuns = { ...eventOf(1), event: { messages: [1, 2].map((n) => ({ value: { ...runOf(n) } })) } };
    expect(await put(eventOf(1), twoRuns)).toBe(2);
    expect([...new Set(await idsIn(spool))].sort()).toEqual(["run-1", "run-2"]);
    await spool.close();
  });

  it("can be left behind any event, also inside a batch, and be read on from there", async () => {
    const { spool, put } = await opened(await scratch());
    await put(eventOf(0));
    await put(eventOf(1), eventOf(2), eventOf(3));
    await put(eventOf(4));
    const all = ["run-0", "run-1", "run-2", "run-3", "run-4"];
    const source = spoolSource<FlowRun>({ ...reading(spool), from: "0:0" });
    for await (const { candidates, nextAfter } of source.read()) {
      for (const [n, { position }] of candidates.entries())
        expect(await idsIn(spool, nextAfter(position))).toEqual(all.slice(n + 1));
      expect(await idsIn(spool, nextAfter(null))).toEqual(all);
      break;
    }
    await spool.close();
  });

  it("does not wait for a reader that is given up, and keeps its place", async () => {
    const { spool, put } = await opened(await scratch());
    spool.readBy(["stdout", "lost"]);
    await spool.move({ stdout: spool.end(), lost: spool.end() });
    const { offset } = spool.end();
    await put(eventOf(0));
    await spool.move({ stdout: spool.end() });
    expect(spool.backlog().events).toBe(1);
    spool.giveUp("lost");
    await spool.move({});
    expect([spool.backlog().events, spool.placeOf("lost")?.offset]).toEqual([0, offset]);
    await spool.close();
  });

  it("tells of what the journal was only quicker with", async () => {
    const late: number[] = [];
    const spool = await openSpool({
      folder: { home: await scratch(), below: ["spools", "acme"] },
      host: { now: () => noon, random: () => 0.5 },
      notify: () => undefined,
      onLate: (events) => late.push(events),
    });
    await spool.putRecovered([1, 2].map((n) => ({ position: `p${String(n)}`, event: eventOf(n) })));
    expect(await spool.put(deliveryOf(eventOf(2)), [eventOf(2)])).toBe(0);
    expect(await spool.put(deliveryOf(eventOf(2)), [eventOf(2)])).toBe(0);
    expect(late).toEqual([1]);
    await spool.close();
  });

  it("knows by what it tells an event that the webhook and the journal call by two ids", async () => {
    const home = await scratch();
    const first = await opened(home);
    const called = (id: string, n: number, more: object = {}) => ({
      ...eventOf(n, { updatedAt: noon, ...more }),
      event_id: id,
    });
    const recover = (spool: Spool, ...events: readonly object[]) =>
      spool.putRecovered(events.map((event, at) => ({ position: `p${String(at)}`, event })));
    expect(await first.put(called("webhook-1", 1))).toBe(1);
    expect(await recover(first.spool, called("journal-1", 1), called("journal-2", 2))).toBe(1);
    await first.spool.close();
    const { spool, put } = await opened(home);
    expect(await put(called("webhook-2", 2))).toBe(0);
    expect(await recover(spool, called("journal-1", 1))).toBe(0);
    // A later word on the same run is another event, and so is one that Adobe itself tells twice.
    expect(await recover(spool, called("journal-3", 1, { updatedAt: noon + 1 }))).toBe(1);
    expect(await put(called("webhook-3", 3))).toBe(1);
    expect(await put(called("webhook-4", 3))).toBe(1);
    expect(await idsIn(spool)).toEqual(["run-1", "run-2", "run-1", "run-3", "run-3"]);
    await spool.close();
  });

  it("takes each sample that is sent to try a webhook, also after the journal has brought one", async () => {
    const { spool, put } = await opened(await scratch());
    const sample = (id: string) => ({ ...eventOf(1, { updatedAt: Date.UTC(2025, 0, 1) }), event_id: id });
    expect(await spool.putRecovered([{ position: "p", event: sample("first") }])).toBe(1);
    expect(await put(sample("second"))).toBe(1);
    await spool.close();
  });

  it("goes on where its folder was emptied", async () => {
    const home = await scratch();
    const first = await opened(home);
    for (let n = 0; n < 3; n += 1) await first.put(eventOf(n));
    await first.spool.move({ stdout: first.spool.end() });
    await first.spool.close();
    for (const name of await readdir(join(home, "spools", "acme")))
      if (name.endsWith(".spool")) await rm(join(home, "spools", "acme", name));
    const { spool, put } = await opened(home);
    await put(eventOf(9));
    const place = spool.placeOf("stdout");
    expect(await idsIn(spool, place === null ? null : writePlace(place))).toEqual(["run-9"]);
    await spool.close();
  });

  it("has places as text", () => {
    expect(readPlace(writePlace({ file: 3, offset: 4711 }))).toEqual({ file: 3, offset: 4711 });
    for (const text of ["", "3", "3:", ":4", "-1:2", "a:b", null, 3]) expect(readPlace(text)).toBe(null);
  });
});
