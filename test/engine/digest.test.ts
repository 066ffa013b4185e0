import { describe, expect, test } from "vitest";
import { digest, type Digesting } from "../../src/engine/digest.ts";
import type { Entry, Page } from "../../src/adobe/journal/page.ts";
import { resolveEventSelection } from "../../src/runs/events/event-selection.ts";
import { eventOfRuns, runEvent } from "../support/journal.ts";

function pageOf(...events: readonly unknown[]): Page {
  const entries = events.map((event, n): Entry => ({ position: `cat:${n}`, event }));
  return {
    url: "https://events-va6.adobe.io/j",
    askedAt: 0,
    begins: null,
    entries,
    unparsed: null,
    count: entries.length,
    last: entries.at(-1)?.position ?? null,
    recordedFrom: null,
    recordedAt: 7,
    next: "https://events-va6.adobe.io/j?since=cat:9",
    atEnd: false,
    validate: null,
    waitMs: 0,
  };
}

const digesting: Digesting<string> = {
  events: resolveEventSelection(undefined),
  raw: false,
  keep: () => true,
  encode: ({ runId }) => `<${runId}>`,
};

describe("digest", () => {
  test("takes the runs out of a page, encoded, in its order, with what else must be known of them", () => {
    const { candidates, runs } = digest(
      pageOf(runEvent(1), { type: "other" }, runEvent(2, { status: "failed" })),
      digesting,
    );
    expect(candidates).toEqual([
      { key: "event-1#0", position: "cat:0", runId: "run-1", status: "success", encoded: "<run-1>" },
      { key: "event-2#0", position: "cat:2", runId: "run-2", status: "failed", encoded: "<run-2>" },
    ]);
    expect(runs).toBe(2);
  });

  test("gives each run of one event its own key, at the same position", () => {
    const { candidates } = digest(pageOf(eventOfRuns("event-1", ["run-1", "run-2"])), digesting);
    expect(candidates.map(({ key, position }) => [key, position])).toEqual([
      ["event-1#0", "cat:0"],
      ["event-1#1", "cat:0"],
    ]);
  });

  test("counts runs that the filters drop, and never encodes them", () => {
    const encoded: string[] = [];
    const keep: Digesting<string>["keep"] = ({ status }) => status === "failed";
    const encode: Digesting<string>["encode"] = ({ runId }) => {
      encoded.push(runId);
      return runId;
    };
    const page = pageOf(runEvent(1), runEvent(2, { status: "failed" }), runEvent(3));
    expect(digest(page, { ...digesting, keep, encode })).toMatchObject({ runs: 3, candidates: [{ runId: "run-2" }] });
    expect(encoded).toEqual(["run-2"]);
  });

  test("says where a run cannot be read, and goes on", () => {
    const broken = {
      event_id: "x",
      event: { flowId: 7, metrics: {}, header: { _adobeio: { eventCode: "source_flow_run_info" } } },
    };
    const { rejects, candidates } = digest(pageOf(broken, runEvent(2)), digesting);
    expect(rejects).toEqual([{ position: "cat:0", reason: "its flow run has no id" }]);
    expect(candidates).toHaveLength(1);
  });
});

describe("an event that a step cannot cope with", () => {
  const failOn =
    (id: string, error: Error) =>
    ({ runId }: { readonly runId: string }): boolean => {
      if (runId === id) throw error;
      return true;
    };

  test("in a filter or in encoding is one reject, and the runs around it are told", () => {
    const page = pageOf(runEvent(1), eventOfRuns("event-2", ["run-2", "run-3"]), runEvent(4));
    const error = new RangeError("Maximum call stack size exceeded");
    const reject = { position: "cat:1", reason: "flowrun failed on it (Maximum call stack size exceeded)" };
    for (const step of ["keep", "encode"] as const) {
      const fails = failOn("run-2", error);
      const more = step === "keep" ? { keep: fails } : { encode: (run: { runId: string }) => String(fails(run)) };
      const { candidates, rejects } = digest(page, { ...digesting, ...more });
      expect(candidates.map(({ runId }) => runId)).toEqual(["run-1", "run-3", "run-4"]);
      expect(rejects).toEqual([reject]);
    }
  });

  test("is told without itself as delivered where it is nested too deeply, once and only if it is asked for", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 6000; level += 1) deep = [deep];
    const event = { ...eventOfRuns("event-1", ["run-1", "run-2"]), deep };
    const encode: Digesting<string>["encode"] = (run) => JSON.stringify(run);
    const { candidates, withoutRaw, rejects } = digest(pageOf(event), { ...digesting, raw: true, encode });
    expect(candidates.map(({ encoded }) => (JSON.parse(encoded) as { raw: unknown }).raw)).toEqual([null, null]);
    expect(withoutRaw).toEqual([{ position: "cat:0", reason: "it is nested more than 500 levels deep" }]);
    expect(rejects).toEqual([]);
    expect(digest(pageOf(event), { ...digesting, raw: true, keep: () => false }).withoutRaw).toEqual([]);
  });
});
