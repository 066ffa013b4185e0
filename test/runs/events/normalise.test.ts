import { describe, expect, it } from "vitest";
import { resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import { normalise } from "../../../src/runs/events/normalise.ts";
import type { Via } from "../../../src/runs/record/flow-run.ts";
import { bareRun, fixture, onlyRun, verdictOn } from "../events.ts";

const keysOf = (event: unknown, words?: readonly string[]) => verdictOn(event, words).runs.map(({ key }) => key);

describe("normalise, every shape an event comes in", () => {
  const id = (n: string) => `a00000${n}-0000-4000-8000-0000000000${n}`;
  it.each([
    ["success-event-envelope", [id("01")], ["success"], "sources_flow_run_success"],
    ["failed-copy-messages", [id("02")], ["failed"], "sources_flow_run_failed"],
    ["failed-promotion-list", [id("03")], ["failed"], "sources_flow_run_failed"],
    ["start-bare", [id("04")], ["inProgress"], "source_flow_run_info"],
    ["failed-sftp-bare", [id("05")], ["failed"], "source_flow_run_error"],
    ["partial-streaming-no-header", [id("06")], ["partialSuccess"], null],
    ["success-with-errors", [id("07")], ["success"], "source_flow_run_info"],
    ["cloudevent-object", [id("10")], ["success"], "sources_flow_run_success"],
    ["cloudevent-text", [id("11")], ["success"], "sources_flow_run_success"],
    ["header-body", [id("12")], ["success"], "source_flow_run_info"],
    ["journal-entry-sibling-body", [id("13")], ["success"], "source_flow_run_info"],
    ["hybrid-single", [id("14")], ["success"], "sources_flow_run_success"],
    ["hybrid-batch", [id("15"), id("16")], ["success", "success"], "sources_flow_run_success"],
    ["messages-of-two-runs", [id("17"), id("18")], ["success", "failed"], "sources_flow_run_success"],
  ])("%s", (name, ids, statuses, code) => {
    const { runs, rejects } = verdictOn(fixture(name));
    expect(runs.map(({ run }) => run.runId)).toEqual(ids);
    expect(runs.map(({ run }) => run.status)).toEqual(statuses);
    expect(runs[0]?.run.eventCode).toBe(code);
    expect(rejects).toEqual([]);
  });

  it.each(["alert-firing", "alert-resolved-no-header", "ingestion-event", "foreign-cloudevent-text", "rest-list"])(
    "%s is not a run, and no reject either",
    (name) => {
      expect(verdictOn(fixture(name))).toEqual({ runs: [], rejects: [] });
      expect(verdictOn(fixture(name), ["runs"])).toEqual({ runs: [], rejects: [] });
    },
  );

  it.each([null, undefined, 7, true, "", "text", "{", [], {}, [[]], { event: null }, { messages: [null, 1, {}] }])(
    "nothing in %j",
    (event) => {
      expect(verdictOn(event, ["runs"])).toEqual({ runs: [], rejects: [] });
    },
  );
});

describe("normalise, the record", () => {
  it("is whole, with null for what nobody said", () => {
    const { activities, ...run } = onlyRun(fixture("success-event-envelope"));
    expect(run).toEqual({
      type: "flowrun.run",
      schemaVersion: 1,
      position: "position-1",
      eventId: "11111111-aaaa-4bbb-8ccc-000000000001",
      eventCode: "sources_flow_run_success",
      runId: "a0000001-0000-4000-8000-000000000001",
      flowId: "f0000001-0000-4000-8000-000000000001",
      flowName: null,
      status: "success",
      sandbox: { id: "5d0c0c5e-0001-4c1e-9f00-aaaaaaaaaaaa", name: "prod" },
      imsOrgId: "0A1B2C3D4E5F6A7B0A495FFF@AdobeOrg",
      createdAt: "2026-10-26T07:33:20.000Z",
      updatedAt: "2026-10-26T07:38:20.000Z",
      // Delivered in seconds, beside times in milliseconds.
      startedAt: "2026-10-26T07:33:30.000Z",
      completedAt: "2026-10-26T07:34:30.000Z",
      durationMs: 60_000,
      records: {
        input: 250,
        output: 180,
        created: null,
        updated: null,
        deleted: null,
        skipped: null,
        failed: null,
        warning: null,
      },
      bytes: { input: 4096, output: 2048, skipped: null, failed: null },
      files: { input: 3, output: 2, skipped: null, failed: null },
      errors: [],
      rootCause: null,
      sources: [{ id: "source-connection-crm", type: "SourceConnection", reference: { type: "AdfRunId", ids: [] } }],
      targets: [{ id: "target-connection-lake", type: "TargetConnection", reference: { type: "batch", ids: [] } }],
      batchIds: ["batch-one", "01JBATCHAAAAAAAAAAAAAAAAAA"],
      providerRefId: "M-f0000001-0000-4000-8000-000000000001-incremental-0:7f1c2d3e-0000-4000-8000-000000000001",
      service: "sources",
      key: "11111111-aaaa-4bbb-8ccc-000000000001#0",
      profile: null,
      via: null,
      new: null,
      predecessors: [],
    });
    expect(activities.map(({ id, kind, status, durationMs }) => [id, kind, status, durationMs])).toEqual([
      ["copyActivity", "copy", "success", 30_000],
      ["promotionActivity", "promotion", "success", null],
    ]);
  });

  it.each([
    [{ id: "4f008a00-3a04-11eb-adc1-0242ac120002", name: "Promotion of nothing" }, "copy"],
    [{ id: "37b34f84-1ada-11eb-adc1-0242ac120002" }, "promotion"],
    [{ id: "another", name: "Maria DB Copy Activity" }, "copy"],
    [{ name: "Promotion Activity" }, "promotion"],
    [{ id: "8816f6a2-2533-4dff-9026-c23a27b38691", name: "Query Activity" }, null],
    [{}, null],
  ])("the kind of the activity %j is %s", (activity, kind) => {
    expect(onlyRun(bareRun({ activities: [activity] })).activities[0]?.kind).toBe(kind);
  });

  it("reads activities under the name that the specification misspells", () => {
    expect(onlyRun(bareRun({ activites: [{ id: "copyActivity" }] })).activities).toHaveLength(1);
  });

  it("says whose journal it was read from, where it was read from one", () => {
    const events = resolveEventSelection(undefined);
    const event = { event_id: "e-1", event: bareRun() };
    expect(normalise("p", event, { events, raw: false, profile: "acme" }).runs[0]?.run.profile).toBe("acme");
    expect(normalise("p", event, { events, raw: false }).runs[0]?.run.profile).toBeNull();
  });

  it("says how it came, where that is told; and never by itself whether its root cause is new", () => {
    const events = resolveEventSelection(undefined);
    const event = { event_id: "e-1", event: bareRun() };
    const read = (via?: Via) => normalise("p", event, { events, raw: false, ...(via ? { via } : {}) }).runs[0]?.run;
    expect([read("webhook"), read()]).toMatchObject([
      { via: "webhook", new: null },
      { via: null, new: null },
    ]);
  });

  it("has the event as delivered only where it was asked for", () => {
    const event = { event_id: "e-1", event: bareRun() };
    const read = (raw: boolean) => normalise("p", event, { events: resolveEventSelection(undefined), raw });
    expect(read(true).runs[0]?.run.raw).toBe(event);
    expect(read(false).runs[0]?.run).not.toHaveProperty("raw");
  });

  it("takes the organisation from the envelope where the run does not name it", () => {
    expect(onlyRun({ messages: [{ imsOrgId: "org@AdobeOrg", value: bareRun() }] }).imsOrgId).toBe("org@AdobeOrg");
    expect(onlyRun({ messages: [{ imsOrgId: "org@AdobeOrg", value: bareRun({ imsOrgId: "own" }) }] }).imsOrgId).toBe(
      "own",
    );
  });
});

describe("normalise, the status", () => {
  const withStatus = (status: unknown, eventCode?: string) =>
    onlyRun(bareRun({ metrics: { statusSummary: { status } }, header: { _adobeio: { eventCode } } })).status;

  it.each([
    ["success", "sources_flow_run_failed", "success"],
    ["failed", "sources_flow_run_success", "failed"],
    ["Failed", undefined, "failed"],
    ["PARTIALSUCCESS", undefined, "partialSuccess"],
    ["inprogress", undefined, "inProgress"],
    ["Waiting", "sources_flow_run_success", "Waiting"],
    [undefined, "sources_flow_run_success", "success"],
    [undefined, "sources_flow_run_failed", "failed"],
    ["", "sources_flow_run_failure", "failed"],
    [null, "destination_flow_run_info", "unknown"],
    [undefined, "source_flow_run_error", "unknown"],
    [{}, undefined, "unknown"],
  ])("%j under %s is %s", (status, code, expected) => {
    expect(withStatus(status, code)).toBe(expected);
  });

  it("comes from the code where the run has no metrics at all", () => {
    const { runs } = verdictOn({
      specversion: "1.0",
      type: "sources_flow_run_failure",
      id: "1",
      data: { id: "r", flowId: "f" },
    });
    expect(runs[0]?.run.status).toBe("failed");
  });
});

describe("normalise, the key", () => {
  it.each([
    ["success-event-envelope", ["11111111-aaaa-4bbb-8ccc-000000000001#0"]],
    ["cloudevent-object", ["55555555-aaaa-4bbb-8ccc-000000000010#0"]],
    [
      "cloudevent-text",
      ["urn:aio_provider_metadata:aep_observability_catalog_events 44444444-aaaa-4bbb-8ccc-000000000011#0"],
    ],
    ["header-body", ["msg-12#0"]],
    ["journal-entry-sibling-body", ["msg-13#0"]],
    ["hybrid-single", ["66666666-aaaa-4bbb-8ccc-000000000014#0"]],
    ["hybrid-batch", ["66666666-aaaa-4bbb-8ccc-000000000015#0", "66666666-aaaa-4bbb-8ccc-000000000016#0"]],
    ["messages-of-two-runs", ["77777777-aaaa-4bbb-8ccc-000000000017#0", "77777777-aaaa-4bbb-8ccc-000000000017#1"]],
    ["start-bare", ["a0000004-0000-4000-8000-000000000004 inProgress 2026-10-26T07:38:20.000Z"]],
  ])("of %s", (name, keys) => {
    expect(keysOf(fixture(name))).toEqual(keys);
  });

  it("differs for one CloudEvents id from two sources", () => {
    const from = (source: string) => ({
      specversion: "1.0",
      type: "source_flow_run_info",
      id: "1",
      source,
      data: bareRun(),
    });
    expect(keysOf([from("urn:a"), from("urn:b"), from("urn:a")])).toEqual(["urn:a 1#0", "urn:b 1#0", "urn:a 1#0"]);
  });

  it("prefers eventid to event_id, and both to every other id, however deep", () => {
    const cloud = { specversion: "1.0", source: "s", id: "c", data: bareRun() };
    expect(keysOf({ ...cloud, eventid: "new", event_id: "old" }, ["runs"])).toEqual(["new#0"]);
    expect(keysOf({ event_id: "outer", event: cloud }, ["runs"])).toEqual(["outer#0"]);
    expect(keysOf({ header: { msgId: "m" }, body: { event_id: "inner", event: bareRun() } })).toEqual(["inner#0"]);
    expect(
      keysOf({ specversion: "1.0", source: "s", id: "c", data: { ...bareRun(), header: { msgId: "m" } } }),
    ).toEqual(["s c#0"]);
  });

  it("stays the same whichever events are asked for", () => {
    const message = (type: string, value: unknown) => ({ _eventNotificationMeta: { type }, value });
    const event = {
      event_id: "e",
      event: { messages: [message("other_code", bareRun()), message("source_flow_run_info", bareRun())] },
    };
    expect(keysOf(event, ["runs"])).toEqual(["e#0", "e#1"]);
    expect(keysOf(event)).toEqual(["e#1"]);
  });

  it("without an event id tells a run's start from its end", () => {
    const at = (status: string, updatedAt: number) =>
      keysOf(bareRun({ updatedAt, metrics: { statusSummary: { status } } }))[0];
    expect(
      new Set([at("inProgress", 1793000000000), at("success", 1793000000000), at("success", 1793000000001)]).size,
    ).toBe(3);
    expect(at("success", 1793000000000)).toBe(at("success", 1793000000000));
  });
});

describe("normalise, what should be a run and cannot be read", () => {
  const cloud = (type: string, data: unknown) => ({ specversion: "1.0", type, source: "s", id: "1", data });

  it.each([
    ["text that is no JSON", cloud("source_flow_run_info", "not JSON"), "text that is not JSON"],
    ["JSON cut short", cloud("sources_flow_run_failed", '{"id":"r","flowId":'), "text that is not JSON"],
    ["no object", cloud("source_flow_run_error", 7), "holds no object"],
    ["no data", cloud("sources_flow_run_success", undefined), "holds none"],
    ["an unknown object", cloud("sources_flow_run_success", { hello: "world" }), "holds none"],
    ["no run id", bareRun({ id: undefined }), "has no id"],
    ["a blank run id", bareRun({ id: " " }), "has no id"],
    ["no flow id", bareRun({ flowId: undefined }), "no flow id"],
    ["a flow id that is no text", bareRun({ flowId: {} }), "no flow id"],
  ])("%s", (_, event, reason) => {
    const { runs, rejects } = verdictOn(event);
    expect(runs).toEqual([]);
    expect(rejects).toHaveLength(1);
    expect(rejects[0]).toContain(reason);
  });

  it("never repeats text from the event", () => {
    expect(verdictOn(cloud("source_flow_run_info", "\u001b[31mhunter2")).rejects.join()).not.toContain("hunter2");
  });

  it("is of no interest under a code that nobody asked for, and is under one that somebody did", () => {
    const event = cloud("my_code", "not JSON");
    expect(verdictOn(event, ["runs"]).rejects).toEqual([]);
    expect(verdictOn(event, ["other_code"]).rejects).toEqual([]);
    expect(verdictOn(event, ["my_code"]).rejects).toHaveLength(1);
  });

  it("does not keep the event's other runs from being read", () => {
    const { runs, rejects } = verdictOn([bareRun({ id: "r1" }), bareRun({ id: null }), bareRun({ id: "r2" })]);
    expect(runs.map(({ run }) => run.runId)).toEqual(["r1", "r2"]);
    expect(rejects).toHaveLength(1);
  });

  it.each([
    ["metrics: 7", bareRun({ metrics: 7 })],
    ["metrics: []", bareRun({ metrics: [] })],
    ["activities of rubbish", bareRun({ activities: [null, 7, "x", [], { durationSummary: 7, statusSummary: [] }] })],
    [
      "errors of rubbish",
      bareRun({ metrics: { statusSummary: { errors: [null, {}, { code: {} }, "x"], extensions: 7 } } }),
    ],
    [
      "times out of this world",
      bareRun({ createdAt: 1e300, updatedAt: -1e300, metrics: { durationSummary: { startedAtUTC: NaN } } }),
    ],
    [
      "connections of rubbish",
      bareRun({ activities: [{ sourceInfo: [{ reference: { ids: [null, {}] } }], targetInfo: {} }] }),
    ],
  ])("%s is a run all the same", (_, event) => {
    expect(onlyRun(event)).toMatchObject({ runId: "run-1", errors: [], createdAt: null, updatedAt: null });
  });
});

describe("beyond what is looked at", () => {
  const many = Array.from({ length: 20_000 }, (_, n) => bareRun({ id: `run-${n}` }));
  it("runs are missed, and it is said that some may be", () => {
    const { runs, rejects } = verdictOn(many, ["runs"]);
    expect(runs.length).toBeGreaterThan(9000);
    expect(rejects).toEqual(["it holds more than 10000 bodies"]);
  });

  it("so it is of envelopes without end", () => {
    let deep: unknown = bareRun();
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    expect(verdictOn(deep)).toEqual({ runs: [], rejects: ["it is nested without end"] });
  });
});
