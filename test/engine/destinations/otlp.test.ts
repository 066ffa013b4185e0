import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createTransport } from "../../../src/adobe/http/transport.ts";
import { parseAddress } from "../../../src/engine/destinations/address.ts";
import type { DeliveredRun, Means, OpenDestination, Subject } from "../../../src/engine/destinations/destination.ts";
import { otlp } from "../../../src/engine/destinations/otlp.ts";
import { FlowrunError } from "../../../src/errors.ts";
import type { Notice } from "../../../src/notices.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { absence } from "../../support/absences.ts";
import { buildProgram, type BuiltProgram } from "../../support/built.ts";
import { archived } from "../../support/archived.ts";
import { destinationContract, type OtherSide } from "../../support/destination-contract.ts";
import { launch } from "../../support/flowrun.ts";
import { fakeHost, noon, realSleep } from "../../support/host.ts";
import { deliveredJob, failedJob, jobsIn } from "../../support/jobs.ts";
import type { RunParts } from "../../support/journal.ts";
import {
  attributesOf,
  inside,
  openReceiver,
  services,
  type Decoded,
  type OtlpReceiver,
  type Received,
  type Reply,
} from "../../support/otlp-receiver.ts";
import { hasOpenssl, makeCertificate } from "../../support/tls.ts";

/** `run-<n>`, which ended n minutes after noon, less a second. */
function delivered(n: number, parts: RunParts = {}, change: Partial<FlowRun> = {}): DeliveredRun {
  const { run } = archived(n, parts, change);
  return { id: run.runId, run };
}

function runsOf(count: number): readonly DeliveredRun[] {
  return Array.from({ length: count }, (_, n) => delivered(n));
}

interface MeansOptions {
  readonly now?: () => number;
  readonly signal?: AbortSignal;
  readonly organisation?: string | null;
  readonly of?: Subject;
  readonly withJobs?: boolean;
}

/** The real network and clock, and an ear for notices. */
function meansWith(
  env: Means["host"]["env"] = {},
  {
    now = () => noon,
    signal = new AbortController().signal,
    organisation = "org-1",
    of = "runs",
    withJobs = false,
  }: MeansOptions = {},
): Means & { readonly notices: Notice[] } {
  const transport = createTransport({ env: {}, stallMs: 20_000, sleep: realSleep });
  onTestFinished(() => transport.close());
  const notices: Notice[] = [];
  return {
    host: { ...fakeHost({ env, send: transport.send }), now, sleep: realSleep },
    signal,
    notify: (notice) => void notices.push(notice),
    reading: { of, withJobs, profile: "p", journal: "https://journal.test/1", organisation, cursor: "default" },
    isKept: true,
    notices,
  };
}

async function receive(tls?: Parameters<typeof openReceiver>[0]): Promise<OtlpReceiver> {
  const receiver = await openReceiver(tls);
  onTestFinished(() => receiver.end());
  return receiver;
}

/** Opens it at an address in which PORT is the receiver's. */
async function openAt(
  receiver: OtlpReceiver,
  means: Means = meansWith(),
  address = "otlp+http://127.0.0.1:PORT",
): Promise<OpenDestination> {
  const { env } = means.host;
  const parsed = parseAddress(address.replaceAll("PORT", String(receiver.port)), env);
  otlp.check(parsed, env, means.reading);
  const to = await otlp.open(parsed, means);
  onTestFinished(() => to.close());
  return to;
}

async function failureOf(work: Promise<unknown>): Promise<FlowrunError> {
  const failure: unknown = await work.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );
  if (failure instanceof FlowrunError) return failure;
  throw failure;
}

/** Three lines, each with something in it. */
function linesOf({ message, why, hint }: FlowrunError): string {
  expect([message, why, hint]).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/\S/) as string));
  return [message, why, hint].join("\n");
}

function warningsIn(notices: readonly Notice[]): readonly string[] {
  return notices.flatMap((notice) => (notice.kind === "warning" ? [notice.text] : []));
}

const ignoreSent = (): void => undefined;

/** A refusal of what comes with data: the empty request of an opening is answered. */
const withData =
  (reply: Reply, signal: Received["signal"] = "traces") =>
  (request: Received): Reply | null =>
    request.signal === signal && request.hasData ? reply : null;

for (const protocol of ["http/protobuf", "http/json"]) {
  destinationContract(
    `otlp, ${protocol}`,
    otlp,
    async (): Promise<OtherSide> => {
      const receiver = await openReceiver();
      return {
        address: `otlp+http://127.0.0.1:${receiver.port}`,
        env: { OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
        delivered: async () => receiver.spans().map((span) => String(attributesOf(span)["aep.run.id"])),
        deliveredJobs: async () =>
          jobsIn(receiver.logs().map((one) => String(attributesOf(one)["flowrun.job.subject.id"]))),
        goDown: receiver.goDown,
        comeBack: receiver.comeBack,
        beSlow: async () => {
          receiver.reply(() => ({ waitMs: 300 }));
        },
        refuse: async (isRefusing) => {
          receiver.reply(() => (isRefusing ? { status: 400, body: "no" } : null));
        },
        end: receiver.end,
      };
    },
    {
      guarantee: { repeats: "batch", keepsPlace: false },
      means: ({ env = {} }) => {
        const transport = createTransport({ env: {}, stallMs: 20_000, sleep: realSleep });
        return {
          host: { ...fakeHost({ env, send: transport.send }), sleep: realSleep },
          signal: new AbortController().signal,
          notify: ignoreSent,
          reading: { of: "runs", profile: "p", journal: "j", organisation: "org-1", cursor: "default" },
          isKept: true,
        };
      },
      run: (n) => delivered(n),
    },
  );
}

describe.each(["http/protobuf", "http/json"])("a run over %s", (protocol) => {
  const env = { OTEL_EXPORTER_OTLP_PROTOCOL: protocol };

  it("that failed is a trace: the run, its activities, its errors, and the runs that it came of", async () => {
    const receiver = await receive();
    const means = meansWith(env);
    const to = await openAt(receiver, means);
    await to.deliver([failedRun()], null, ignoreSent);
    expect(receiver.taken.at(-2)?.headers).toMatchObject({
      "content-type": protocol === "http/json" ? "application/json" : "application/x-protobuf",
      "content-encoding": "gzip",
      "user-agent": expect.stringMatching(/^flowrun\/\d/) as string,
    });
    const [resource] = inside(receiver.taken.at(-2)?.message, "resourceSpans");
    expect(attributesOf(resource?.["resource"] as Decoded)).toEqual({
      "service.name": "flowrun",
      "service.instance.id": expect.stringMatching(/^[\da-f]{32}$/) as string,
    });
    expect(inside(resource, "scopeSpans")[0]?.["scope"]).toMatchObject({ name: "flowrun" });
    const [root, copy, ...more] = receiver.spans();
    expect(more).toEqual([]);
    const at = noon + 60_000;
    expect(root).toMatchObject({
      // The first 24 bytes of: printf '["org-1","run-1"]' | sha256sum
      traceId: "baec9d9365c2ce5157f841e8266fe7c0",
      spanId: "e139ae7147140f7c",
      name: "Orders",
      kind: 1,
      startTimeUnixNano: `${at - 60_000}000000`,
      endTimeUnixNano: `${at - 1000}000000`,
      status: { code: 2, message: "E-2: it is full" },
      links: [{ spanId: expect.stringMatching(/^[\da-f]{16}$/) as string }],
    });
    expect(root).not.toHaveProperty("parentSpanId");
    expect(attributesOf(root)).toEqual({
      "aep.run.id": "run-1",
      "aep.flow.id": "flow-1",
      "aep.flow.name": "Orders",
      "aep.status": "failed",
      "aep.service": "sources",
      "aep.sandbox.id": "sandbox-prod",
      "aep.sandbox.name": "prod",
      "aep.organisation.id": "9C0DE5A1B2@AdobeOrg",
      "aep.event.id": "event-1",
      "aep.records.input": 7,
      "aep.records.failed": 7,
      "aep.records.output": 0,
      "aep.bytes.input": 2049,
      "aep.bytes.output": 0.5,
      "aep.batch.ids": ["b-1", "b-2"],
      "aep.root_cause.code": "E-2",
      "aep.root_cause.message": "it is full",
      "aep.root_cause.new": true,
      "error.type": "E-2",
    });
    const [exception] = inside(root, "events");
    expect(exception).toMatchObject({ name: "exception", timeUnixNano: `${at - 1000}000000` });
    expect(attributesOf(exception)).toEqual({
      "exception.type": "E-1",
      "exception.message": "it failed",
      "exception.stacktrace": "E-1: it failed\n  caused by E-1a: further in\n    caused by E-2: it is full",
      "aep.error.severity": "error",
      "aep.error.side": "sink",
      "aep.error.activity": "copyActivity",
      "aep.error.count": 7,
    });
    expect(copy).toMatchObject({
      traceId: root?.["traceId"],
      parentSpanId: root?.["spanId"],
      name: "Copy",
      startTimeUnixNano: `${at - 50_000}000000`,
      endTimeUnixNano: `${at - 20_000}000000`,
      status: { code: 2, message: "E-1: it failed" },
    });
    expect(attributesOf(copy)).toMatchObject({
      "aep.activity.id": "copyActivity",
      "aep.activity.kind": "copy",
      "aep.status": "failed",
      "error.type": "E-1",
    });
    expect(copy?.["spanId"]).not.toBe(root?.["spanId"]);
  });

  it("that comes again has the same ids, and so has the one that another came of", async () => {
    const receiver = await receive();
    const to = await openAt(receiver, meansWith(env));
    const after = delivered(2, {}, { predecessors: [{ runId: "run-1", flowId: null }] });
    for (const batch of [[failedRun()], [failedRun(), after]]) await to.deliver(batch, null, ignoreSent);
    const [first, again, follower] = receiver.spans().filter((span) => !("parentSpanId" in span));
    expect(again).toEqual(first);
    expect(follower?.["links"]).toEqual([{ traceId: first?.["traceId"], spanId: first?.["spanId"] }]);
    expect(follower?.["traceId"]).not.toBe(first?.["traceId"]);
  });

  it("is missing by flow until it is back, in metrics alone", async () => {
    const receiver = await receive();
    const to = await openAt(receiver, meansWith(env));
    await to.deliver([absence("absent"), absence("late", { flowId: "flow-2", missing: 1 })], null, ignoreSent);
    await to.deliver([absence("ok", { missing: 0 })], null, ignoreSent);
    const points = receiver
      .metrics()
      .filter(({ name }) => name === "flowrun.runs.missing")
      .map(({ gauge }) =>
        inside(gauge, "dataPoints").map((point) => [attributesOf(point)["aep.flow.id"], point["asDouble"]]),
      );
    expect(points).toEqual([
      [
        ["flow-1", 3],
        ["flow-2", 1],
      ],
      [["flow-1", 0]],
    ]);
    expect(receiver.spans()).toEqual([]);
  });

  it("is counted by flow, and goes on being counted", async () => {
    const receiver = await receive();
    const to = await openAt(receiver, meansWith(env));
    await to.deliver(
      [delivered(0, {}, { durationMs: 4000 }), delivered(3, {}, { durationMs: 61_000 })],
      null,
      ignoreSent,
    );
    await to.deliver([delivered(6, { status: "failed", errors: ["E-9"] }, { durationMs: 61_000 })], null, ignoreSent);
    await to.deliver([delivered(9, { status: "inProgress" })], null, ignoreSent);
    const of = { "aep.flow.id": "flow-0", "aep.sandbox.name": "prod" };
    const [first, second] = receiver.taken
      .filter(({ signal, hasData }) => signal === "metrics" && hasData)
      .map(
        ({ message }) =>
          new Map(inside(message, "resourceMetrics", "scopeMetrics", "metrics").map((one) => [one["name"], one])),
      );
    expect([...(first?.keys() ?? [])]).toEqual([
      "flowrun.runs",
      "flowrun.records",
      "flowrun.bytes",
      "flowrun.run.duration",
      "flowrun.last_success",
    ]);
    expect(first?.get("flowrun.runs")).toMatchObject({
      unit: "{run}",
      sum: { aggregationTemporality: 2, isMonotonic: true },
    });
    expect(sumsOf(first?.get("flowrun.runs"))).toEqual([[{ ...of, "aep.status": "success" }, "2"]]);
    expect(sumsOf(second?.get("flowrun.runs"))).toEqual([
      [{ ...of, "aep.status": "success" }, "2"],
      [{ ...of, "aep.status": "failed" }, "1"],
    ]);
    expect(sumsOf(second?.get("flowrun.runs.failed"))).toEqual([[{ ...of, "aep.root_cause.code": "E-9" }, "1"]]);
    expect(sumsOf(second?.get("flowrun.records"))).toEqual([
      [{ ...of, "aep.fate": "input" }, "9"],
      [{ ...of, "aep.fate": "output" }, "9"],
      [{ ...of, "aep.fate": "failed" }, "0"],
    ]);
    expect(sumsOf(second?.get("flowrun.bytes"))).toEqual([
      [{ ...of, "aep.fate": "input" }, String(3 * 2048 + 9)],
      [{ ...of, "aep.fate": "output" }, String(3 * 1024 + 9)],
    ]);
    const [spread] = inside(second?.get("flowrun.run.duration")?.["histogram"], "dataPoints");
    expect(spread).toMatchObject({
      count: "3",
      sum: 126,
      min: 4,
      max: 61,
      explicitBounds: [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400],
      bucketCounts: ["0", "1", "0", "0", "0", "2", ...Array.from({ length: 9 }, () => "0")],
      startTimeUnixNano: `${noon}000000`,
    });
    expect(attributesOf(spread)).toEqual(of);
    const [success] = inside(second?.get("flowrun.last_success")?.["gauge"], "dataPoints");
    expect(success).toMatchObject({ asDouble: (noon + 3 * 60_000 - 1000) / 1000 });
    const times = [first, second].map(
      (all) => inside(all?.get("flowrun.runs")?.["sum"], "dataPoints")[0]?.["timeUnixNano"],
    );
    expect(times).toEqual([`${noon + 1}000000`, `${noon + 2}000000`]);
    expect(receiver.taken.filter(({ hasData }) => hasData)).toHaveLength(4);
  });
});

function sumsOf(metric: Decoded | undefined): readonly (readonly [Decoded, unknown])[] {
  return inside(metric?.["sum"], "dataPoints").map((point) => [attributesOf(point), point["asInt"] ?? "0"]);
}

/** `run-1` of `flow-1`, with something in every place that becomes part of a trace. */
function failedRun(): DeliveredRun {
  const at = noon + 60_000;
  const none = { input: null, output: null, skipped: null, failed: null };
  const records = {
    ...none,
    input: 7,
    output: 0,
    failed: 7,
    created: null,
    updated: null,
    deleted: null,
    warning: null,
  };
  const error = {
    code: "E-1",
    message: "it failed",
    activity: "copyActivity",
    count: 7,
    severity: "error",
    side: "sink",
    causes: [
      { code: "E-1a", message: "further in", depth: 1, kind: "summary", count: null },
      { code: "E-2", message: "it is full", depth: 2, kind: "cause", count: null },
    ],
  } as const;
  return delivered(
    1,
    { status: "failed", flowName: "Orders" },
    {
      records,
      bytes: { ...none, input: 2049, output: 0.5 },
      errors: [error],
      rootCause: { code: "E-2", message: "it is full" },
      new: true,
      batchIds: ["b-1", "b-2"],
      predecessors: [{ runId: "run-0", flowId: null }],
      activities: [
        {
          id: "copyActivity",
          name: "Copy",
          kind: "copy",
          status: "failed",
          startedAt: new Date(at - 50_000).toISOString(),
          completedAt: null,
          durationMs: 30_000,
          records,
          bytes: none,
          files: none,
          errors: [{ ...error, causes: [] }],
        },
      ],
    },
  );
}

describe.each(["http/protobuf", "http/json"])("an event of Lytics over %s", (protocol) => {
  const env = { OTEL_EXPORTER_OTLP_PROTOCOL: protocol };

  it("is a log record, an error where a work failed, and is counted by what it is", async () => {
    const receiver = await receive();
    const to = await openAt(receiver, meansWith(env, { now: () => noon + 3_600_000, of: "jobs" }));
    expect(receiver.asked.map(({ path }) => path)).toEqual(["/v1/metrics", "/v1/logs"]);
    const done = deliveredJob(2, { verb: "completed", status: "success", notes: null, related: [], context: {} });
    await to.deliver([failedJob(1), done, failedJob(3)], null, ignoreSent);
    const [failed, completed, ...more] = receiver.logs();
    expect(more).toHaveLength(1);
    expect(failed).toEqual({
      timeUnixNano: `${noon + 60_000}000000`,
      observedTimeUnixNano: `${noon + 3_600_000}000000`,
      severityNumber: 17,
      severityText: "ERROR",
      eventName: "flowrun.job",
      body: { stringValue: "work Orders work-1 failed: a note" },
      attributes: expect.any(Array) as unknown[],
    });
    expect(attributesOf(failed)).toEqual({
      "flowrun.job.event.id": "job-1",
      "flowrun.job.subject.type": "work",
      "flowrun.job.subject.id": "work-1",
      "flowrun.job.verb": "failed",
      "flowrun.job.status": "failed",
      "flowrun.job.name": "Orders work-1",
      "flowrun.job.workflow": "csv_import",
      "flowrun.job.notes": "a note",
      "flowrun.job.account.id": "4711",
      "flowrun.job.related": ["segment segment-1"],
      "flowrun.job.context": JSON.stringify({ workflow: "csv_import", name: "Orders work-1" }),
    });
    expect(completed).toMatchObject({ severityNumber: 9, severityText: "INFO" });
    expect(completed).toMatchObject({ body: { stringValue: "work Orders work-2 completed" } });
    for (const absent of ["notes", "related", "context"]) {
      expect(attributesOf(completed)).not.toHaveProperty(`flowrun.job.${absent}`);
    }
    expect(pointsIn(receiver, "flowrun.job.events")).toEqual([
      [{ "flowrun.job.subject.type": "work", "flowrun.job.verb": "failed", "flowrun.job.status": "failed" }, "2"],
      [{ "flowrun.job.subject.type": "work", "flowrun.job.verb": "completed", "flowrun.job.status": "success" }, "1"],
    ]);
    const work = { "flowrun.job.subject.type": "work", "flowrun.job.subject.id": "work-2" };
    expect(pointsIn(receiver, "flowrun.job.last_success")).toEqual([
      [{ ...work, "flowrun.job.name": "Orders work-2" }, (noon + 120_000) / 1000],
    ]);
  });

  it("is named where it is refused among others, which are taken", async () => {
    const receiver = await receive();
    const to = await openAt(receiver, meansWith(env, { of: "jobs" }));
    receiver.reply(({ signal, bytes }) =>
      signal === "logs" && Buffer.from(bytes).includes("work-1") ? { status: 400, body: "no" } : null,
    );
    const sent: number[] = [];
    const failure = await failureOf(
      to.deliver([deliveredJob(0), deliveredJob(1), deliveredJob(2)], null, (count) => sent.push(count)),
    );
    expect(failure).toMatchObject({ ids: ["job-1"] });
    expect(linesOf(failure)).toMatch(/refuses these logs/);
    expect(jobsIn(receiver.logs().map((one) => JSON.stringify(one)))).toEqual(["job-0"]);
    expect(sent).toEqual([1]);
  });

  it("that the receiver left out is told of, and not sent again", async () => {
    const receiver = await receive();
    const means = meansWith(env, { of: "jobs" });
    const to = await openAt(receiver, means);
    const partialSuccess = { rejectedLogRecords: 2, errorMessage: "too old" };
    const { response } = services.logs;
    const body =
      protocol === "http/json"
        ? JSON.stringify({ partialSuccess: { ...partialSuccess, rejectedLogRecords: "2" } })
        : response.encode(response.fromObject({ partialSuccess })).finish();
    receiver.reply(({ signal }) => (signal === "logs" ? { body } : null));
    await to.deliver([deliveredJob(0), deliveredJob(1)], null, ignoreSent);
    expect(warningsIn(means.notices)).toEqual([expect.stringContaining("left out 2 of the logs for good: too old")]);
    expect(receiver.logs()).toHaveLength(2);
  });
});

/** The points of a metric that were taken, each by its attributes. */
function pointsIn(receiver: OtlpReceiver, name: string): readonly unknown[] {
  return receiver
    .metrics()
    .filter((metric) => metric["name"] === name)
    .flatMap(({ sum, gauge }) => inside(sum ?? gauge, "dataPoints"))
    .map((point) => [attributesOf(point), point["asInt"] ?? point["asDouble"]]);
}

describe("the signals of a reading", () => {
  it("of runs asks no receiver of logs, whatever the variables for it say, until there is an event", async () => {
    const receiver = await receive();
    const env = { OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE: "ca.pem" };
    const means = meansWith(env);
    const to = await openAt(receiver, means);
    await to.deliver([delivered(1)], null, ignoreSent);
    expect([...new Set(receiver.asked.map(({ signal }) => signal))]).toEqual(["traces", "metrics"]);
    expect(warningsIn(means.notices)).toEqual([]);
    expect(linesOf(await failureOf(to.deliver([deliveredJob(1)], null, ignoreSent)))).toContain(
      "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL",
    );
  });

  it("of runs, with events of Lytics among them, sends each to where it belongs", async () => {
    const receiver = await receive();
    const to = await openAt(receiver);
    await to.deliver([delivered(1), deliveredJob(2), delivered(3)], null, ignoreSent);
    expect(receiver.spans().filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(2);
    expect(jobsIn(receiver.logs().map((one) => JSON.stringify(one)))).toEqual(["job-2"]);
  });

  it("of runs, where events of Lytics may come among them, has the receiver of logs looked at from the start", async () => {
    const receiver = await receive();
    const means = meansWith({}, { withJobs: true });
    await openAt(receiver, means);
    expect(receiver.asked.map(({ signal }) => signal)).toEqual(["traces", "metrics", "logs"]);
    receiver.reply(({ signal }) => (signal === "logs" ? { status: 404 } : null));
    expect(linesOf(await failureOf(openAt(receiver, means)))).toMatch(/takes no logs there[^]*signals=traces,metrics/);
    await openAt(receiver, means, "otlp+http://127.0.0.1:PORT?signals=traces,metrics");
    const env = { OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "grpc" };
    expect(() => {
      otlp.check(parseAddress("otlp+http://h:4318", {}), env, means.reading);
    }).toThrow(expect.objectContaining({ kind: "usage" }));
  });

  it("of events of Lytics goes where the variables of logs say, with their headers", async () => {
    const receiver = await receive();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}/usual`,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `http://127.0.0.1:${receiver.port}/own/v1/logs`,
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: "x-key=of-logs",
    };
    const to = await openAt(receiver, meansWith(env, { of: "jobs" }), "otlp");
    await to.deliver([deliveredJob(1)], null, ignoreSent);
    expect(receiver.taken.map(({ path, headers, hasData }) => [path, headers["x-key"], hasData])).toEqual([
      ["/usual/v1/metrics", undefined, false],
      ["/own/v1/logs", "of-logs", false],
      ["/own/v1/logs", "of-logs", true],
      ["/usual/v1/metrics", undefined, true],
    ]);
  });

  it.each([
    ["", ["flowrun.run", "flowrun.absent", "flowrun.job"]],
    ["?signals=traces", ["flowrun.run"]],
    ["?signals=metrics", ["flowrun.run", "flowrun.absent", "flowrun.job"]],
    ["?signals=logs", ["flowrun.job"]],
    ["?signals=logs,traces", ["flowrun.run", "flowrun.job"]],
  ])("decide which records are taken: %s", (query, records) => {
    expect(otlp.takes(parseAddress(`otlp+http://h:4318${query}`, {}), "runs")).toEqual(records);
  });

  it("that are all of runs are refused for events of Lytics", () => {
    const address = parseAddress("otlp+http://h:4318?signals=traces", {});
    otlp.check(address, {}, { of: "runs" });
    expect(() => {
      otlp.check(address, {}, { of: "jobs" });
    }).toThrow(expect.objectContaining({ kind: "usage", hint: expect.stringContaining("?signals=logs") as string }));
  });

  it("may leave out logs, where their receiver takes none", async () => {
    const receiver = await receive();
    receiver.reply(({ signal }) => (signal === "logs" ? { status: 404 } : null));
    const means = meansWith({}, { of: "jobs" });
    expect(linesOf(await failureOf(openAt(receiver, means)))).toMatch(/takes no logs there[^]*\?signals=metrics/);
    const to = await openAt(receiver, means, "otlp+http://127.0.0.1:PORT?signals=metrics");
    await to.deliver([deliveredJob(1)], null, ignoreSent);
    expect(pointsIn(receiver, "flowrun.job.events")).toHaveLength(1);
  });
});

describe("what is delivered", () => {
  it("counts events of Lytics as other beyond a thousand kinds, and keeps no more works", async () => {
    const receiver = await receive();
    const to = await openAt(receiver, meansWith({}, { of: "jobs" }), "otlp+http://127.0.0.1:PORT?signals=metrics");
    const jobs = Array.from({ length: 1010 }, (_, n) => deliveredJob(n, { verb: `verb-${n}`, status: "success" }));
    await to.deliver(jobs, null, ignoreSent);
    const counted = pointsIn(receiver, "flowrun.job.events") as [Record<string, string>, string][];
    expect(counted.filter(([by]) => by["flowrun.job.subject.type"] === "other").at(-1)?.[1]).toBe("10");
    expect(new Set(counted.map(([by]) => JSON.stringify(by))).size).toBe(1001);
    const works = pointsIn(receiver, "flowrun.job.last_success") as [Record<string, string>, number][];
    expect(new Set(works.map(([by]) => by["flowrun.job.subject.id"])).size).toBe(1000);
  });

  it("is only what has ended, and of it what tells a time", async () => {
    const receiver = await receive();
    const means = meansWith();
    const to = await openAt(receiver, means);
    const timeless = { startedAt: null, completedAt: null, updatedAt: null, createdAt: null, durationMs: null };
    const sent: number[] = [];
    await to.deliver(
      [delivered(0, { status: "inProgress" }), delivered(1, {}, timeless), delivered(2, {}, timeless)],
      null,
      (count) => void sent.push(count),
    );
    expect(receiver.spans()).toEqual([]);
    expect(sent).toEqual([3]);
    expect(warningsIn(means.notices)).toEqual([
      `otlp+http://127.0.0.1:${receiver.port}: run run-1 tells no time, so that there is no trace of it`,
    ]);
  });

  it.each([
    ["an update alone", { startedAt: null, completedAt: null, durationMs: null, createdAt: null }, [60_000, 60_000]],
    ["a start and a length", { completedAt: null, durationMs: 5000 }, [0, 5000]],
    ["an end and a length", { startedAt: null, durationMs: 5000 }, [54_000, 59_000]],
    ["an end before the start", { completedAt: new Date(noon - 5000).toISOString() }, [0, 0]],
    ["a creation", { startedAt: null, completedAt: null, durationMs: null }, [0, 60_000]],
    ["an end in the year 9999", { completedAt: "9999-12-31T23:59:59.999Z", durationMs: null }, [0, 60_000]],
  ] as const)("has the times that follow from %s", async (_, change, [start, end]) => {
    const receiver = await receive();
    const to = await openAt(receiver, meansWith(), "otlp+http://127.0.0.1:PORT?signals=traces");
    await to.deliver([delivered(1, {}, change)], null, ignoreSent);
    expect(receiver.spans()[0]).toMatchObject({
      startTimeUnixNano: `${noon + start}000000`,
      endTimeUnixNano: `${noon + end}000000`,
    });
  });

  it("is warned of once where it is older than an hour", async () => {
    const receiver = await receive();
    const means = meansWith({}, { now: () => noon + 2 * 3_600_000 });
    const to = await openAt(receiver, means);
    for (const n of [0, 1]) await to.deliver([delivered(n)], null, ignoreSent);
    expect(warningsIn(means.notices)).toEqual([expect.stringContaining("ended more than an hour ago") as string]);
    expect(receiver.spans()).toHaveLength(2);
  });

  it("goes in requests of 200 runs, and of four million bytes, and is told of as each is safe", async () => {
    const receiver = await receive();
    const to = await openAt(receiver);
    const sent: number[] = [];
    await to.deliver(runsOf(401), null, (count) => void sent.push(count));
    expect(sent).toEqual([200, 400, 401]);
    expect(receiver.spans().map((span) => attributesOf(span)["aep.run.id"])).toEqual(
      runsOf(401).map(({ run }) => run.runId),
    );
    const [error] = failedRun().run.errors;
    const errors = Array.from({ length: 200 }, () => ({ ...error!, message: "m".repeat(5000), causes: [] }));
    const large = Array.from({ length: 10 }, (_, n) => delivered(n, {}, { errors }));
    sent.length = 0;
    await to.deliver(large, null, (count) => void sent.push(count));
    expect(sent).toEqual([5, 10]);
    const sizes = receiver.taken.map(({ bytes }) => bytes.length);
    expect(Math.max(...sizes)).toBeLessThan(4_000_000);
    const last = receiver.spans().at(-1);
    expect(inside(last, "events")).toHaveLength(128);
    expect(last).toMatchObject({ droppedEventsCount: 72 });
    expect(attributesOf(inside(last, "events")[0])["exception.message"]).toBe(`${"m".repeat(4095)}…`);
  });

  it("is counted as other beyond a thousand flows", async () => {
    const receiver = await receive();
    const to = await openAt(receiver, meansWith(), "otlp+http://127.0.0.1:PORT?signals=metrics");
    const runs = Array.from({ length: 1003 }, (_, n) => delivered(n, {}, { flowId: `f-${n}` }));
    await to.deliver([...runs, ...runs.slice(0, 1)], null, ignoreSent);
    const counted = receiver
      .metrics()
      .filter(({ name }) => name === "flowrun.runs")
      .flatMap((metric) => sumsOf(metric));
    const byFlow = new Map(counted.map(([attributes, value]) => [attributes["aep.flow.id"], value]));
    expect(byFlow.size).toBe(1001);
    expect([byFlow.get("other"), byFlow.get("f-0"), byFlow.get("f-999")]).toEqual(["3", "2", "1"]);
    expect(receiver.taken.filter(({ signal }) => signal === "traces")).toEqual([]);
  });
});

describe("the address and the environment", () => {
  const key = "sesame-open-4711";
  it.each([
    ["otlp+http://127.0.0.1:PORT", {}, ["/v1/traces", "/v1/metrics"], {}],
    ["otlp+http://127.0.0.1:PORT/", {}, ["/v1/traces", "/v1/metrics"], {}],
    ["otlp+http://127.0.0.1:PORT/api/otlp/", {}, ["/api/otlp/v1/traces", "/api/otlp/v1/metrics"], {}],
    ["otlp+http://127.0.0.1:PORT?signals=metrics", {}, ["/v1/metrics"], {}],
    ["otlp+http://127.0.0.1:PORT?signals=metrics,traces", {}, ["/v1/traces", "/v1/metrics"], {}],
    [
      "otlp+http://user:env:OTLP_KEY@127.0.0.1:PORT",
      { OTLP_KEY: key },
      ["/v1/traces", "/v1/metrics"],
      { authorization: `Basic ${Buffer.from(`user:${key}`).toString("base64")}` },
    ],
    ["otlp", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:PORT/p" }, ["/p/v1/traces", "/p/v1/metrics"], {}],
    ["otlp:?signals=traces", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:PORT" }, ["/v1/traces"], {}],
    [
      "otlp",
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:PORT/p/",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:PORT/own/v1/traces?a=b",
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: " ",
      },
      ["/own/v1/traces?a=b", "/p/v1/metrics"],
      {},
    ],
    [
      "otlp+http://127.0.0.1:PORT?signals=traces",
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://elsewhere.test",
        OTEL_EXPORTER_OTLP_HEADERS: `Api-Key=${key}, x-a=b%2Cc%3D`,
      },
      ["/v1/traces"],
      { "api-key": key, "x-a": "b,c=" },
    ],
    [
      "otlp+http://127.0.0.1:PORT?signals=traces",
      { OTEL_EXPORTER_OTLP_HEADERS: "x=1", OTEL_EXPORTER_OTLP_TRACES_HEADERS: `authorization=Bearer%20${key}==` },
      ["/v1/traces"],
      { authorization: `Bearer ${key}==`, x: undefined },
    ],
    [
      "otlp+http://127.0.0.1:PORT?signals=traces",
      { OTEL_EXPORTER_OTLP_HEADERS: "content-type=text/plain,host=x.test" },
      ["/v1/traces"],
      { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
    ],
    [
      "otlp+http://127.0.0.1:PORT?signals=traces",
      { OTEL_EXPORTER_OTLP_COMPRESSION: "none", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "HTTP/JSON" },
      ["/v1/traces"],
      { "content-type": "application/json", "content-encoding": undefined },
    ],
  ] as const)("%s %o", async (address, env, paths, headers) => {
    const receiver = await openReceiver();
    onTestFinished(() => receiver.end());
    receiver.reply(() => ({ status: 200 }));
    const there = (text: string): string => text.replaceAll("PORT", String(receiver.port));
    const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, there(value)]));
    const to = await openAt(receiver, meansWith(own), address);
    expect(receiver.asked.map(({ path }) => path)).toEqual(paths);
    expect(receiver.asked[0]?.headers).toEqual(expect.objectContaining(withoutGone(headers)));
    for (const [name, value] of Object.entries(headers)) {
      expect(receiver.asked[0]?.headers[name]).toBe(value);
    }
    expect(to.found).not.toContain(key);
    expect(to.found).toContain(`http://127.0.0.1:${receiver.port}/`);
  });

  it("names the resource as OpenTelemetry's variables do", async () => {
    const receiver = await receive();
    const env = {
      OTEL_SERVICE_NAME: "flows",
      OTEL_RESOURCE_ATTRIBUTES: "service.name=other,deployment.environment=prod%20eu,service.instance.id=a",
    };
    const to = await openAt(receiver, meansWith(env));
    await to.deliver([delivered(0)], null, ignoreSent);
    const resources = receiver.taken
      .flatMap(({ message }) => [...inside(message, "resourceSpans"), ...inside(message, "resourceMetrics")])
      .map(({ resource }) => attributesOf(resource as Decoded));
    const named = { "service.name": "flows", "deployment.environment": "prod eu", "service.instance.id": "a" };
    expect(resources).toEqual([named, named]);
  });

  it.each([
    ["otlp", { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /OTEL_EXPORTER_OTLP_PROTOCOL[^]*not over gRPC[^]*http\/protobuf/],
    ["otlp", { OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "x" }, /OTEL_EXPORTER_OTLP_METRICS_PROTOCOL[^]*"x"/],
    ["otlp", { OTEL_EXPORTER_OTLP_COMPRESSION: "zstd" }, /OTEL_EXPORTER_OTLP_COMPRESSION[^]*gzip/],
    ["otlp", { OTEL_EXPORTER_OTLP_TIMEOUT: "10s" }, /OTEL_EXPORTER_OTLP_TIMEOUT[^]*milliseconds/],
    ["otlp", { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, /OTEL_EXPORTER_OTLP_ENDPOINT is not a URL/],
    ["otlp", { OTEL_EXPORTER_OTLP_HEADERS: key }, /OTEL_EXPORTER_OTLP_HEADERS cannot be understood/],
    ["otlp", { OTEL_EXPORTER_OTLP_HEADERS: `a b=${key}` }, /OTEL_EXPORTER_OTLP_HEADERS cannot be understood/],
    ["otlp", { OTEL_EXPORTER_OTLP_HEADERS: `a=${key}%0Ax` }, /OTEL_EXPORTER_OTLP_HEADERS cannot be understood/],
    ["otlp", { OTEL_RESOURCE_ATTRIBUTES: "a" }, /OTEL_RESOURCE_ATTRIBUTES cannot be understood/],
    ["otlp://host:4318", {}, /otlp\+http:\/\/host:4318/],
    ["otlp+http:host", {}, /is not a URL/],
    ["otlp+http://host:4318/v1/traces", {}, /names the path of one signal[^]*leave it away/],
    ["otlp+http://host:4318?signal=traces", {}, /does not know \?signal=/],
    ["otlp+http://host:4318?signals=profiles", {}, /does not know the signal "profiles"/],
  ] as const)("%s %o is told before anything is asked for", (address, env, words) => {
    const check = (): void => {
      otlp.check(parseAddress(address, env), env);
    };
    expect(check).toThrow(FlowrunError);
    try {
      check();
    } catch (error) {
      const lines = linesOf(error as FlowrunError);
      expect(error).toMatchObject({ kind: "usage" });
      expect(lines).toMatch(words);
      expect(lines).not.toContain(key);
    }
  });

  it("warns of what has no effect, and of a key that goes unencrypted", async () => {
    const receiver = await receive();
    const means = meansWith({
      OTEL_EXPORTER_OTLP_CERTIFICATE: "/ca.pem",
      OTEL_EXPORTER_OTLP_CLIENT_KEY: "/key.pem",
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "Delta",
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://collector.test:4318/v1/metrics",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${receiver.port}/v1/traces`,
      OTEL_EXPORTER_OTLP_HEADERS: `api-key=${key}`,
    });
    const { send } = means.host;
    const here = means.host.env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] ?? "";
    // Nobody is asked who is not on this machine.
    const host = {
      ...means.host,
      send: (ask: Parameters<typeof send>[0], signal: AbortSignal) => send({ ...ask, url: here }, signal),
    };
    await openAt(receiver, { ...means, host }, "otlp");
    expect(warningsIn(means.notices)).toEqual([
      "otlp: OTEL_EXPORTER_OTLP_CERTIFICATE has no effect: export NODE_EXTRA_CA_CERTS=/ca.pem",
      "otlp: OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE has no effect: flowrun shows no certificate of its own",
      "otlp: metrics are cumulative, and not delta as OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE asks",
      "otlp: the headers for metrics go to http://collector.test:4318/v1/metrics unencrypted: whoever is on the way can read them",
    ]);
  });
});

function withoutGone(headers: object): object {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}

describe("a receiver that does not take it", () => {
  const key = "api-key-of-the-vendor-4711";
  const env = { OTEL_EXPORTER_OTLP_HEADERS: `api-key=${key}` };

  it.each([
    [401, "auth", /OTEL_EXPORTER_OTLP_HEADERS/],
    [403, "forbidden", /OTEL_EXPORTER_OTLP_HEADERS/],
    [404, "settings", /\/v1\/traces is put behind the address/],
    [405, "settings", /\/v1\/traces is put behind the address/],
    [
      415,
      "settings",
      /does not take http\/protobuf[^]*export OTEL_EXPORTER_OTLP_PROTOCOL=http\/json[^]*COMPRESSION=none/,
    ],
    [400, "settings", /refuses even a request without traces/],
    [302, "settings", /is somewhere else[^]*https:\/\/other\.test/],
    [500, "protocol", /no other try will help/],
    [501, "protocol", /no other try will help/],
    [429, "unavailable", /answered 429/],
    [502, "unavailable", /answered 502/],
    [503, "unavailable", /answered 503/],
    [504, "unavailable", /answered 504/],
  ] as const)("answers %i at the start: %s", async (status, kind, words) => {
    const receiver = await receive();
    receiver.reply(({ headers }) => ({
      status,
      headers: { "content-type": "text/plain", location: "https://other.test" },
      body: `no, ${String(headers["api-key"])}`,
    }));
    const failure = await failureOf(openAt(receiver, meansWith(env)));
    const lines = linesOf(failure);
    expect(failure.kind).toBe(kind);
    expect(lines).toMatch(words);
    expect(lines).toContain(`otlp+http://127.0.0.1:${receiver.port}`);
    expect(lines).toContain("no, [secret]");
    expect(lines).not.toContain(key);
    expect(receiver.asked).toHaveLength(1);
  });

  it("answers 415 to JSON, and the remedy is protobuf", async () => {
    const receiver = await receive();
    receiver.reply(() => ({ status: 415 }));
    const failure = await failureOf(openAt(receiver, meansWith({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" })));
    expect(linesOf(failure)).toMatch(/does not take http\/json[^]*PROTOCOL=http\/protobuf/);
  });

  it("knows no metrics, and the remedy is to do without", async () => {
    const receiver = await receive();
    receiver.reply(({ signal }) => (signal === "metrics" ? { status: 404 } : null));
    expect(linesOf(await failureOf(openAt(receiver)))).toMatch(/takes no metrics there[^]*\?signals=traces/);
    await openAt(receiver, meansWith(), "otlp+http://127.0.0.1:PORT?signals=traces");
  });

  it("answers 200 with a page for people", async () => {
    const receiver = await receive();
    receiver.reply(() => ({ status: 200, headers: { "content-type": "text/html" }, body: "<title>Sign in</title>" }));
    const failure = await failureOf(openAt(receiver));
    expect(failure.kind).toBe("settings");
    expect(linesOf(failure)).toMatch(/is no OTLP receiver[^]*Sign in/);
  });

  it("says in protobuf why", async () => {
    const receiver = await receive();
    // google.rpc.Status: code 3, message.
    const words = Buffer.from("tenant is \u001b[31mclosed");
    const body = Buffer.concat([Buffer.of(0x08, 3, 0x12, words.length), words]);
    receiver.reply(() => ({ status: 403, headers: { "content-type": "application/x-protobuf" }, body }));
    expect(linesOf(await failureOf(openAt(receiver)))).toContain("answered 403: tenant is [31mclosed");
  });

  it.each([
    ["7", 7000],
    ["3600", 3_600_000],
    [undefined, null],
  ] as const)("asks for fewer requests, Retry-After %s", async (wait, waitMs) => {
    const receiver = await receive();
    const to = await openAt(receiver);
    receiver.reply(withData({ status: 429, headers: wait === undefined ? {} : { "retry-after": wait } }));
    const failure = await failureOf(to.deliver([delivered(0)], null, ignoreSent));
    expect(failure).toMatchObject({ kind: "unavailable", waitMs });
    expect(receiver.asked.filter(({ hasData }) => hasData)).toHaveLength(1);
    receiver.reply(() => null);
    await to.deliver([delivered(0)], null, ignoreSent);
    expect(receiver.spans()).toHaveLength(1);
  });

  it.each([
    ["application/x-protobuf", services.traces.response.encode(partial()).finish(), 2],
    ["application/json", JSON.stringify({ partialSuccess: { rejectedSpans: "2", errorMessage: "too old" } }), 2],
    ["application/json", JSON.stringify({ partialSuccess: { errorMessage: "too old" } }), 0],
  ] as const)("takes a part of it, told as %s: the rest is never sent again", async (type, body, rejected) => {
    const receiver = await receive();
    const means = meansWith();
    const to = await openAt(receiver, means);
    receiver.reply(withData({ status: 200, headers: { "content-type": type }, body }));
    const sent: number[] = [];
    for (const n of [0, 2]) {
      await to.deliver([delivered(n), delivered(n + 1)], null, (count) => void sent.push(count));
    }
    expect(sent).toEqual([2, 2]);
    expect(receiver.spans()).toHaveLength(4);
    const words = rejected === 0 ? "it says of traces: too old" : "it left out 2 of the traces for good: too old";
    expect(warningsIn(means.notices)).toEqual([`otlp+http://127.0.0.1:${receiver.port}: ${words}`]);
  });

  it.each([
    ["nothing", ""],
    ["what is no protobuf", Buffer.of(0x0a, 0xff, 0xff)],
    ["a count without end", Buffer.from([0x0a, 11, 0x08, ...Array.from({ length: 10 }, () => 0xff)])],
  ])("says in its success %s, and all was taken", async (_, body) => {
    const receiver = await receive();
    const means = meansWith();
    const to = await openAt(receiver, means);
    receiver.reply(withData({ status: 200, body }));
    await to.deliver([delivered(0)], null, ignoreSent);
    expect(warningsIn(means.notices)).toEqual([]);
  });

  it("refuses one run among many: the others are taken, and it is named", async () => {
    const receiver = await receive();
    const to = await openAt(receiver);
    receiver.reply(({ signal, bytes }) =>
      signal === "traces" && Buffer.from(bytes).includes("run-5") ? { status: 400, body: "bad span" } : null,
    );
    const sent: number[] = [];
    const runs = runsOf(8);
    const failure = await failureOf(to.deliver(runs, null, (count) => void sent.push(count)));
    expect(failure).toMatchObject({ kind: "protocol", ids: [runs[5]?.id] });
    expect(linesOf(failure)).toMatch(/refuses these traces[^]*bad span[^]*--on-refused skip/);
    expect(sent.at(-1)).toBe(5);
    await to.deliver(runs.slice(6), null, ignoreSent);
    expect(receiver.spans().map((span) => attributesOf(span)["aep.run.id"])).toEqual(
      runs.flatMap(({ run }) => (run.runId === "run-5" ? [] : [run.runId])),
    );
  });

  it("finds a request too large: it gets it in parts, and a run that is too large alone is refused", async () => {
    const receiver = await receive();
    const to = await openAt(receiver);
    receiver.reply(({ bytes }) => (bytes.length > 3000 ? { status: 413 } : null));
    const runs = runsOf(20);
    await to.deliver(runs, null, ignoreSent);
    expect(receiver.spans().map((span) => attributesOf(span)["aep.run.id"])).toEqual(runs.map(({ run }) => run.runId));
    const large = delivered(1, {}, { errors: [{ ...failedRun().run.errors[0]!, message: "m".repeat(4000) }] });
    const failure = await failureOf(to.deliver([large], null, ignoreSent));
    expect(failure).toMatchObject({ kind: "protocol", ids: [large.id] });
    expect(linesOf(failure)).toContain("client_max_body_size");
  });

  it("refuses metrics as they are: the traces arrive, and it is told once", async () => {
    const receiver = await receive();
    const means = meansWith();
    const to = await openAt(receiver, means);
    receiver.reply(withData({ status: 400, body: "out of order" }, "metrics"));
    const sent: number[] = [];
    for (const n of [0, 1]) await to.deliver([delivered(n)], null, (count) => void sent.push(count));
    expect([receiver.spans().length, sent]).toEqual([2, [1, 1]]);
    expect(warningsIn(means.notices)).toEqual([
      expect.stringMatching(/refuses metrics: .* answered 400: out of order/),
    ]);
  });

  it("has taken the traces, and is away for the metrics: nothing of it is said to be safe", async () => {
    const receiver = await receive();
    const to = await openAt(receiver);
    receiver.reply(withData({ status: 503 }, "metrics"));
    const sent: number[] = [];
    const failure = await failureOf(to.deliver([delivered(0)], null, (count) => void sent.push(count)));
    expect([failure.kind, sent]).toEqual(["unavailable", []]);
    receiver.reply(() => null);
    const again = await openAt(receiver);
    await again.deliver([delivered(0)], null, (count) => void sent.push(count));
    expect(sent).toEqual([1]);
    expect(sumsOf(receiver.metrics().find(({ name }) => name === "flowrun.runs"))[0]?.[1]).toBe("1");
  });

  it("cuts the connection, or is slower than it may be: away", async () => {
    const receiver = await receive();
    const to = await openAt(receiver, meansWith({ OTEL_EXPORTER_OTLP_TIMEOUT: "400" }));
    receiver.reply(withData({ isCut: true }));
    const cut = await failureOf(to.deliver([delivered(0)], null, ignoreSent));
    expect(cut.kind).toBe("unavailable");
    expect(linesOf(cut)).toContain("could not be reached");
    for (const slowness of [{ waitMs: 5000 }, { isStalled: true }]) {
      receiver.reply(withData(slowness));
      const late = await failureOf(to.deliver([delivered(0)], null, ignoreSent));
      expect(late.kind).toBe("unavailable");
      expect(linesOf(late)).toMatch(/no answer came within 400 ms/);
    }
  });

  it("is not there; at gRPC's port the hint says which one it may be", async () => {
    const receiver = await receive();
    await receiver.goDown();
    const failure = await failureOf(openAt(receiver));
    expect(failure.kind).toBe("unavailable");
    expect(linesOf(failure)).toMatch(/could not be reached[^]*refused/);
    const means = meansWith();
    const host = { ...means.host, send: () => Promise.reject(new Error("Parse Error: Expected HTTP/")) };
    const atGrpc = await failureOf(openAt(receiver, { ...means, host }, "otlp+http://127.0.0.1:4317"));
    expect(linesOf(atGrpc)).toContain("4318");
  });

  it.each(["close", "signal"])("hangs, and is let go of at once by %s", async (way) => {
    const receiver = await receive();
    const stopping = new AbortController();
    const to = await openAt(receiver, meansWith({}, { signal: stopping.signal }));
    const arrived = new Promise<void>((resolve) => {
      receiver.reply((request) => {
        if (request.hasData) resolve();
        return { waitMs: 30_000 };
      });
    });
    const delivering = to.deliver([delivered(0)], null, ignoreSent);
    const ended = delivering.then(
      () => "delivered",
      (error: unknown) => (error instanceof Error ? error.message : error),
    );
    await arrived;
    if (way === "close") await to.close();
    else stopping.abort(new Error("told to stop"));
    expect(await ended).toBe(way === "close" ? "the destination was closed" : "told to stop");
  });
});

function partial(): object {
  return services.traces.response.fromObject({ partialSuccess: { rejectedSpans: 2, errorMessage: "too old" } });
}

describe.skipIf(!hasOpenssl)(`behind TLS${hasOpenssl ? "" : " (openssl is missing)"}`, () => {
  async function secured() {
    const certificate = await makeCertificate();
    const [key, cert] = await Promise.all([readFile(certificate.key), readFile(certificate.cert)]);
    return { certificate, receiver: await receive({ key, cert }) };
  }

  it("a certificate that nobody vouches for is told, with the remedy", async () => {
    const { receiver } = await secured();
    const failure = await failureOf(openAt(receiver, meansWith(), "otlp+https://127.0.0.1:PORT"));
    expect(linesOf(failure)).toMatch(/certificate of 127\.0\.0\.1 is not trusted[^]*NODE_EXTRA_CA_CERTS/);
    expect(receiver.asked).toEqual([]);
  });

  it("http to a port of TLS, and https to one without", async () => {
    const { receiver } = await secured();
    expect((await failureOf(openAt(receiver))).kind).toBe("unavailable");
    const plain = await receive();
    const failure = await failureOf(openAt(plain, meansWith(), "otlp+https://127.0.0.1:PORT"));
    expect(linesOf(failure)).toContain("speaks no TLS");
  });

  let built: BuiltProgram;
  beforeAll(async () => {
    built = await buildProgram("otlp-process");
  });

  afterAll(() => built.remove());

  it("NODE_EXTRA_CA_CERTS vouches for a private one", async () => {
    const { certificate, receiver } = await secured();
    const run = launch(process.execPath, [built.path, `otlp+https://127.0.0.1:${receiver.port}`], {
      env: { NODE_EXTRA_CA_CERTS: certificate.cert },
    });
    const { stdout, stderr } = await run.finished;
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^traces at https:\/\/127\.0\.0\.1:\d+\/v1\/traces/), ""]);
    expect(receiver.asked.map(({ path }) => path)).toEqual(["/v1/traces", "/v1/metrics"]);
  });
});
