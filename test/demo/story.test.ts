import { describe, expect, test } from "vitest";
import { answerJournal, faithful } from "../../src/demo/journal.ts";
import { uuidFrom } from "../../src/demo/chance.ts";
import { firstWhere } from "../../src/demo/source.ts";
import { storySource } from "../../src/demo/story.ts";
import { calendarFlows, crm, downstreamFlows, sourceFlows } from "../../src/demo/week/cast.ts";
import { resolveEventSelection } from "../../src/runs/events/event-selection.ts";
import type { FlowRun } from "../../src/runs/record/flow-run.ts";
import { normalise } from "../../src/runs/events/normalise.ts";
import { call, hour, nextOf, now, numbersOf } from "./support.ts";

interface Told {
  readonly position: string;
  readonly event: unknown;
  readonly at: number;
  readonly runs: readonly { readonly key: string; readonly run: FlowRun }[];
  readonly rejects: readonly string[];
}

function tell(present: number, events: readonly string[] = ["runs"]): readonly Told[] {
  const source = storySource(present);
  const selection = { events: resolveEventSelection(events), raw: false };
  return Array.from({ length: source.length(present) }, (_, index) => {
    const { position, event } = JSON.parse(source.text(index)) as { position: string; event: unknown };
    return { position, event, at: source.writtenAt(index), ...normalise(position, event, selection) };
  });
}

const week = tell(now);
const sources = tell(now, ["sources"]);
const runs = sources.flatMap((told) => told.runs.map(({ run }) => run));
const ended = runs.filter(({ status }) => status !== "inProgress");

test("some 2,000 source runs in seven days, all of them readable", () => {
  const distinct = new Set(ended.map(({ runId }) => runId));
  expect(distinct.size).toBeGreaterThan(1_950);
  expect(distinct.size).toBeLessThan(2_150);
  expect(week.flatMap(({ rejects }) => rejects)).toEqual([]);
  expect(now - (week[0]?.at ?? 0)).toBeGreaterThan(6.9 * 24 * hour);
  expect(new Set(runs.map(({ flowId }) => flowId)).size).toBe(20);
  expect(new Set(runs.map(({ sandbox }) => sandbox.name))).toEqual(new Set(["prod", "stage", "dev"]));
  expect(runs.filter(({ flowName }) => flowName === null).length).toBeGreaterThan(50);
});

describe("every shape is in it", () => {
  type Keys = Readonly<Record<string, unknown>>;
  const isList = (event: unknown): event is readonly Keys[] => Array.isArray(event);
  const shapes: Readonly<Record<string, (event: Keys) => boolean>> = {
    "A, event_id and event": (event) => "event_id" in event && "event" in event,
    "B, messages": (event) => "messages" in event,
    "B with two runs": (event) => Array.isArray(event["messages"]) && event["messages"].length === 2,
    "C, a list of B": (event) => isList(event) && "messages" in (event[0] ?? {}),
    "D, bare": (event) => "metrics" in event && "header" in event,
    "D', without a header": (event) => "metrics" in event && !("header" in event),
    "CloudEvents, data an object": (event) => "specversion" in event && typeof event["data"] === "object",
    "CloudEvents, data a text": (event) => "specversion" in event && typeof event["data"] === "string",
    "header and body": (event) => "header" in event && "body" in event,
    hybrid: (event) => "eventid" in event && "body" in ((event["event"] ?? {}) as Keys),
    "a list of hybrids": (event) => isList(event) && event.length === 2 && "eventid" in (event[0] ?? {}),
  };
  test.each(Object.entries(shapes))("%s", (_, has) => {
    expect(sources.filter(({ event, runs: held }) => held.length > 0 && has(event as Keys)).length).toBeGreaterThan(3);
  });
  test("what is no flow run at all, or none of a source", () => {
    const texts = week.map(({ event }) => JSON.stringify(event));
    for (const mark of [
      '"status":"FIRING"',
      '"status":"INACTIVE"',
      '"ing_load_failure"',
      "audit_events_info",
      "pipelineMessage",
      "content_logs",
      "identity_ingestion_info",
      "profile_ingestion_error",
      "destination_flow_run_info",
    ]) {
      expect(texts.some((text) => text.includes(mark))).toBe(true);
    }
  });
  test("both spellings of the older failure", () => {
    const codes = new Set(runs.map(({ eventCode }) => eventCode));
    expect(codes).toContain("sources_flow_run_failed");
    expect(codes).toContain("sources_flow_run_failure");
  });
});

describe("every outcome is in it, in the last day too", () => {
  const lastDay = ended.filter(({ updatedAt }) => Date.parse(updatedAt ?? "") > now - 24 * hour);
  const codesOf = (run: FlowRun): readonly string[] =>
    run.errors.flatMap(({ code, causes }) => [code, ...causes.map((cause) => cause.code)]);
  const failed = (code: string) => (run: FlowRun) => run.status === "failed" && codesOf(run).includes(code);
  const outcomes: Readonly<Record<string, (run: FlowRun) => boolean>> = {
    success: (run) => run.status === "success" && run.errors.length === 0,
    partialSuccess: (run) => run.status === "partialSuccess" && (run.records.failed ?? 0) > 0,
    "success with failed records": (run) =>
      run.status === "success" && (run.records.failed ?? 0) > 0 && codesOf(run).includes("MAPPER-3700-400"),
    "success without diagnostics": (run) => run.status === "success" && codesOf(run).includes("INGEST-1211-400"),
    "an expired secret": failed("AADSTS7000222"),
    "no files": failed("133"),
    "an SFTP server that does not answer": failed("SftpNetworkIssue"),
    "unreadable rows": failed("INGEST-1401-400"),
    "a status nobody knows": (run) => run.status === "cancelled",
  };
  test.each(Object.entries(outcomes))("%s", (_, is) => {
    expect(ended.some(is)).toBe(true);
    expect(lastDay.some(is)).toBe(true);
  });
  test("starts", () => {
    expect(runs.filter(({ status }) => status === "inProgress").length).toBeGreaterThan(100);
  });
  test("unknown amounts, and times in seconds, are read as what they are", () => {
    const noFiles = ended.find(failed("133"));
    expect([noFiles?.bytes.input, noFiles?.files.input]).toEqual([null, null]);
    for (const { completedAt, durationMs } of ended) {
      expect(Date.parse(completedAt ?? "")).toBeGreaterThan(now - 7.5 * 24 * hour);
      expect(durationMs).toBeGreaterThan(0);
    }
  });
});

test("for five hours in the night before last every run of the CRM fails for the same cause, then none", () => {
  const crm = ended.filter(({ flowName }) => flowName === "CRM contacts");
  const age = ({ completedAt }: FlowRun): number => (now - Date.parse(completedAt ?? "")) / hour;
  const during = crm.filter((run) => age(run) <= 30 && age(run) >= 25);
  expect(during.length).toBeGreaterThanOrEqual(9);
  expect(new Set(during.map(({ status }) => status))).toEqual(new Set(["failed"]));
  expect(new Set(during.map(({ rootCause }) => rootCause?.code))).toEqual(new Set(["AADSTS7000222"]));
  const outside = crm.filter((run) => age(run) > 30.1 || age(run) < 24.9);
  expect(outside.filter(({ status }) => status === "failed")).toEqual([]);
});

test("some are delivered again, the same but for the position; some overtake others", () => {
  const held = sources.flatMap((told) => told.runs.map(({ key }) => ({ key, told })));
  const again = held.filter(({ key }, index) => held.findIndex((other) => other.key === key) < index);
  expect(again.length).toBeGreaterThan(10);
  for (const { key, told } of again) {
    const first = held.find((other) => other.key === key)?.told;
    expect(told.position).not.toBe(first?.position);
    expect(told.event).toEqual(first?.event);
  }
  const times = ended.map(({ updatedAt }) => Date.parse(updatedAt ?? ""));
  expect(times.filter((time, index) => time < (times[index - 1] ?? 0)).length).toBeGreaterThan(20);
  const written = week.map(({ at }) => at);
  expect(written).toEqual(written.toSorted((one, other) => one - other));
  expect(written.at(-1)).toBeLessThanOrEqual(now);
});

describe("what was recorded once is the same whenever it is read", () => {
  // The story's beats move along with the present, and so do the alerts about them and what goes on from them.
  const isFixed = ({ runs: held, event }: Told): boolean =>
    held.length > 0 && !(JSON.stringify(event).match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g) ?? []).some(isBeat);
  const isBeat = (id: string): boolean => beatIds.has(id);
  const beatIds = new Set(
    [...sourceFlows, ...downstreamFlows].flatMap((flow) =>
      Array.from({ length: 70 }, (_, rank) => rank)
        .filter((rank) => flow.recent[rank] !== undefined || (flow === crm && rank > 45))
        .flatMap((rank) => ["", " then"].map((word) => uuidFrom(`run ${flow.key} ${String(rank)}${word}`))),
    ),
  );
  const byPosition = new Map(week.filter(isFixed).map((told) => [told.position, told]));
  test.each([1_000, 20 * 60_000, hour, 7 * hour + 12_345, 26 * hour, 4 * 24 * hour + 1])("%i ms later", (laterBy) => {
    const later = tell(now + laterBy).filter(isFixed);
    // Of a flow that has fallen silent more and more is told.
    const silent = new Set(calendarFlows.flatMap(({ id, silence }) => (silence === null ? [] : [id])));
    const isHeard = ({ at, runs: held }: Told): boolean => at <= now && !held.some(({ run }) => silent.has(run.flowId));
    const shared = later.filter(isHeard);
    const known = shared.filter(({ position }) => byPosition.has(position));
    // Where a beat has moved on, another run has taken its place.
    expect(known.length).toBeGreaterThan(shared.length - 50);
    for (const told of later.filter(({ position }) => byPosition.has(position))) {
      const before = byPosition.get(told.position);
      expect([told.event, told.at]).toEqual([before?.event, before?.at]);
    }
    const keys = (told: readonly Told[]): readonly string[] =>
      told.flatMap(({ runs: held }) => held.map(({ key }) => key));
    const old = new Set(keys(week));
    expect(keys(later.filter(({ at }) => at > now + 4 * 60_000)).filter((key) => old.has(key))).toEqual([]);
  });
  test("and the runs that the documents name are there at any time, and what goes on from them", () => {
    for (const laterBy of [0, 1, 17 * 60_000, 2 * hour + 59 * 60_000, 31 * hour, -50 * 24 * hour]) {
      const told = tell(now + laterBy);
      const found = told.filter((each) => each.runs.some(({ run }) => run.runId.startsWith("fd4c3794")));
      expect(found.map(({ runs: held }) => held[0]?.run.status)).toContain("failed");
      const batch = uuidFrom("run crm 9");
      const kin = told.filter(({ event }) => JSON.stringify(event).includes(`"flowRunId":"${batch}"`));
      expect(told.some((each) => each.runs.some(({ run }) => run.runId === batch))).toBe(true);
      expect(kin.map(({ runs: held }) => held[0]?.run.service)).toEqual(
        expect.arrayContaining(["identity", "profile"]),
      );
    }
  });
});

test("ids differ where they should", () => {
  const positions = new Set(week.map(({ position }) => position));
  expect(positions.size).toBe(week.length);
  const flowsOfRun = new Map<string, Set<string>>();
  for (const { runId, flowId } of runs) flowsOfRun.set(runId, (flowsOfRun.get(runId) ?? new Set()).add(flowId));
  expect([...flowsOfRun.values()].every(({ size }) => size === 1)).toBe(true);
});

test("and a run has one time, on whatever day the demo is started", () => {
  for (const laterBy of [
    0,
    5 * hour,
    6.5 * 24 * hour,
    6.6 * 24 * hour,
    6.7 * 24 * hour,
    8 * 24 * hour,
    9 * 24 * hour,
  ]) {
    const ends = new Map<string, Set<string | null>>();
    for (const { run } of tell(now + laterBy).flatMap(({ runs: held }) => held)) {
      if (run.completedAt !== null) ends.set(run.runId, (ends.get(run.runId) ?? new Set()).add(run.completedAt));
    }
    expect([...ends].filter(([, { size }]) => size > 1)).toEqual([]);
  }
});

test("a run that a downstream run names as its predecessor had ended before", () => {
  const byId = new Map(runs.map((run) => [run.runId, run]));
  const downstream = week.flatMap(({ event, runs: held }) => {
    const { predecessors } = event as { readonly predecessors?: readonly { readonly flowRunId: string }[] };
    return held.flatMap(({ run }) => (predecessors ?? []).map(({ flowRunId }) => ({ run, flowRunId })));
  });
  expect(downstream.length).toBeGreaterThan(80);
  const known = downstream.flatMap(({ run, flowRunId }) => {
    const before = byId.get(flowRunId);
    return before === undefined ? [] : [{ run, before }];
  });
  expect(known.length).toBeGreaterThan(80);
  for (const { run, before } of known) {
    expect(Date.parse(before.updatedAt ?? "")).toBeLessThanOrEqual(Date.parse(run.startedAt ?? ""));
  }
});

describe("while it is watched", () => {
  const page = "/events/organizations/7/integrations/8/r9";
  const first = storySource(now);
  const length = first.length(now);
  const ask = (present: number, target: string, at: number) =>
    answerJournal({ source: storySource(present), knobs: faithful }, call(target), at);
  test("a run every two seconds, ending then", () => {
    expect(first.length(now + 1_999)).toBe(length);
    expect(first.length(now + 60_000)).toBe(length + 30);
    for (let index = length; index < length + 200; index++) {
      const at = first.writtenAt(index);
      expect(at).toBe(now + (index - length + 1) * 2_000);
      const { event } = JSON.parse(first.text(index)) as { event: unknown };
      const { runs: live } = normalise("p", event, { events: resolveEventSelection(["runs"]), raw: false });
      expect(live).toHaveLength(1);
      const keepsHours = !sourceFlows.some(({ id }) => id === live[0]?.run.flowId);
      expect(at - Date.parse(live[0]?.run.updatedAt ?? "")).toBeLessThan(keepsHours ? 18 * 60_000 : 5_000);
      expect(live[0]?.run.status).not.toBe("inProgress");
    }
  });
  test("whoever has read until an hour ago goes on from there, in another process", () => {
    const target = `${page}?since=${first.position(length + 9)}&limit=1000`;
    const other = now + hour;
    const since = storySource(other);
    const expected =
      since.length(other) - firstWhere(since.length(other), (index) => since.writtenAt(index) > now + 20_000);
    const reply = ask(other, target, other);
    expect([reply.status, numbersOf(reply).length]).toEqual([200, expected]);
    expect(expected).toBeGreaterThan(5);
    // A clock that was set back: the place is yet to come.
    expect(ask(now - hour, target, now - hour).status).toBe(204);
    expect(nextOf(ask(now - hour, target, now - hour))).toContain(first.position(length + 9));
  });
  test("a place that the week has left behind has expired", () => {
    const target = `${page}?since=${first.position(0)}`;
    expect(ask(now + hour, target, now + hour).status).toBe(410);
    expect(ask(now + hour, `${page}?since=${first.position(-1)}`, now + hour).status).toBe(200);
  });
});
