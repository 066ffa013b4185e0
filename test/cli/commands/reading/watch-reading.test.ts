import { describe, expect, onTestFinished, test } from "vitest";
import { watchReading } from "../../../../src/cli/commands/reading/watch-reading.ts";
import type { Watch } from "../../../../src/cli/commands/reading/watch.ts";
import type { Sink } from "../../../../src/engine/sinks/sink.ts";
import type { Mark } from "../../../../src/engine/sources/source.ts";
import { createReporter } from "../../../../src/cli/terminal/reporter.ts";
import type { Notice } from "../../../../src/notices.ts";
import { fakeHost, noon } from "../../../support/host.ts";

interface Watched {
  readonly watch: Watch;
  readonly health: () => Promise<readonly [number, unknown]>;
  /** The value of a series on the page; `null` where it is not there. */
  readonly metric: (series: string) => Promise<number | null>;
  readonly pass: (ms: number) => Promise<void>;
  readonly stop: () => void;
}

async function open(): Promise<Watched> {
  const host = fakeHost();
  const stopping = new AbortController();
  const reporter = createReporter(host, { quiet: false, verbose: 0, live: false, profile: undefined });
  const watch = await watchReading({ host: "127.0.0.1", port: 0 }, { host, reporter }, stopping.signal);
  onTestFinished(() => watch.close());
  const [url = ""] = /http:\/\/[\d.:]+/.exec(host.err()) ?? [];
  return {
    watch,
    health: async () => {
      const answer = await fetch(`${url}/healthz`);
      return [answer.status, await answer.json()];
    },
    metric: async (series) => {
      const page = await (await fetch(`${url}/metrics`)).text();
      const line = page.split("\n").find((text) => text.startsWith(`${series} `));
      return line === undefined ? null : Number(line.slice(series.length + 1));
    },
    pass: (ms) => host.sleep(ms),
    stop: () => {
      stopping.abort();
    },
  };
}

const journal = { kind: "journal" } as const;
const runOf = (n: number, status = "success") => ({
  key: `event-${n}`,
  run: { flowId: `flow-${n}`, status, completedAt: new Date(noon - 60_000).toISOString(), updatedAt: null },
});
const atEnd = { atEnd: true, recordedAt: null };
const readTo = (recordedAt: number | null) => ({ atEnd: false, recordedAt });
const age = "flowrun_cursor_age_seconds";

test("runs are counted by status, once each however many readings of a profile have them", async () => {
  const { watch, metric } = await open();
  const profile = watch.profile(journal);
  const [one, other] = [profile.begin(noon), profile.begin(noon)];
  one.took([runOf(1), runOf(2, "failed")], atEnd);
  other.took([runOf(1)], atEnd);
  other.took([runOf(2, "failed"), runOf(3)], atEnd);
  // Another organisation may have an event of the same name.
  watch
    .profile(journal)
    .begin(noon)
    .took([runOf(1)], atEnd);
  expect(await metric('flowrun_runs_total{status="success"}')).toBe(3);
  expect(await metric('flowrun_runs_total{status="failed"}')).toBe(1);
  expect(await metric('flowrun_last_success_timestamp_seconds{flow="flow-1"}')).toBe(noon / 1000 - 60);
  expect(await metric('flowrun_last_success_timestamp_seconds{flow="flow-2"}')).toBeNull();
});

describe("the age of the place", () => {
  test("is that up to which the journal was read: before, with each page, and at its end", async () => {
    const { watch, metric, pass } = await open();
    expect(await metric(age)).toBeNull();
    const reading = watch.profile(journal).begin(noon - 3_600_000);
    expect(await metric(age)).toBe(3600);
    reading.took([], readTo(noon - 60_000));
    expect(await metric(age)).toBe(60);
    reading.took([], readTo(null));
    expect(await metric(age)).toBe(60);
    reading.took([], atEnd);
    expect(await metric(age)).toBe(0);
    await pass(5000);
    expect(await metric(age)).toBe(5);
  });

  test("is that of the hindmost", async () => {
    const { watch, metric } = await open();
    const profile = watch.profile(journal);
    const [one, other] = [profile.begin(noon - 10_000), profile.begin(noon - 90_000)];
    expect(await metric(age)).toBe(90);
    other.found(noon - 30_000);
    expect(await metric(age)).toBe(30);
    other.took([], atEnd);
    expect(await metric(age)).toBe(10);
    one.took([], atEnd);
    expect(await metric(age)).toBe(0);
  });

  test("is no more than what the journal keeps, and never less than nothing", async () => {
    const { watch, metric } = await open();
    const reading = watch.profile(journal).begin(null);
    expect(await metric(age)).toBe(7 * 86_400);
    reading.took([], readTo(0));
    expect(await metric(age)).toBe(7 * 86_400);
    reading.took([], readTo(noon + 60_000));
    expect(await metric(age)).toBe(0);
  });

  test("is none of a file's", async () => {
    const { watch, metric } = await open();
    watch
      .profile({ kind: "file" })
      .begin(noon)
      .took([runOf(1)], atEnd);
    expect(await metric(age)).toBeNull();
    expect(await metric('flowrun_runs_total{status="success"}')).toBe(1);
  });
});

describe("its health", () => {
  const retrying: Notice = {
    ...{ kind: "retrying", what: "runs.ndjson cannot be written", why: "its disk is full" },
    ...{ requestId: null, attempt: 2, waitMs: 1000 },
  };
  const mark: Mark = { next: "", last: null, atEnd: true, recordedAt: null, count: 0 };
  const sink: Sink<unknown> = { take: () => Promise.resolve(), close: () => Promise.resolve() };

  test("is good, also while it stands by, until it ends", async () => {
    const { watch, health, stop } = await open();
    expect(await health()).toEqual([200, { role: "tail", state: "ready" }]);
    watch.standsBy(true);
    expect(await health()).toEqual([200, { role: "standby", state: "ready" }]);
    watch.standsBy(false);
    expect(await health()).toEqual([200, { role: "tail", state: "ready" }]);
    stop();
    expect(await health()).toEqual([503, { role: "tail", state: "draining" }]);
  });

  test("is bad while a disk fails, until it takes something; what is said goes on to whoever hears it", async () => {
    const { watch, health } = await open();
    const disk = watch.disk("file:runs.ndjson");
    const heard: Notice[] = [];
    const notify = disk.hear((notice) => void heard.push(notice));
    notify({ kind: "remark", text: "all is well" });
    expect((await health())[0]).toBe(200);
    notify(retrying);
    const why = "runs.ndjson cannot be written: its disk is full";
    expect(await health()).toEqual([503, { role: "tail", state: "failing", why }]);
    expect(heard).toEqual([{ kind: "remark", text: "all is well" }, retrying]);
    await watch.disk("file:other.ndjson").over(sink).take([], mark);
    expect((await health())[0]).toBe(503);
    const failing: Sink<unknown> = { ...sink, take: () => Promise.reject(new Error("full")) };
    await expect(disk.over(failing).take([], mark)).rejects.toThrow("full");
    expect((await health())[0]).toBe(503);
    await disk.over(sink).take([], mark);
    expect((await health())[0]).toBe(200);
  });
});
