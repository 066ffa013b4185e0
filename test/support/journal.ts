import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { FaultRule } from "../../src/demo/faults.ts";
import { startServer, type DemoServer, type ServerOptions } from "../../src/demo/server.ts";
import { listedSource } from "../../src/demo/source.ts";
import { bareEnv, flowrun, records, scratch, settingsFor, start, type Finished, type Running } from "./flowrun.ts";

export interface JournalOptions extends Pick<ServerOptions, "journal" | "ims" | "gzip" | "latencyMs"> {
  /** The events in it; or how many flow runs, told one by one. Default 5. */
  readonly events?: number | readonly unknown[];
  /** When each event was written, epoch ms; default: a second apart, the last one a minute ago. */
  readonly writtenAt?: (index: number, count: number) => number;
  readonly faults?: readonly FaultRule[];
  /** Puts a comma into each position. */
  readonly commas?: boolean;
}

/** A journal served in this test, and a user who can reach it. */
export interface OpenJournal {
  readonly server: DemoServer;
  /** What the user has exported; a home of its own, with nothing in it yet. */
  readonly env: Record<string, string>;
  /** FLOWRUN_HOME: settings, cursors and tokens. */
  readonly home: string;
  /** Adds events to its end, now. */
  readonly add: (...events: readonly unknown[]) => void;
  /** Changes what goes wrong from now on. */
  readonly fault: (...faults: readonly FaultRule[]) => void;
  /** What the journal was asked, in order: path and query. */
  readonly asked: () => readonly string[];
  readonly run: (args: string, more?: Readonly<Record<string, string>>) => Promise<Finished>;
  readonly start: (args: string, more?: Readonly<Record<string, string>>) => Running;
}

/** Serves a journal on loopback until the test ends. It holds `run-0`, `run-1`, … unless other events are named. */
export async function openJournal(options: JournalOptions = {}): Promise<OpenJournal> {
  const events = eventsOf(options.events ?? 5);
  const writtenAt = options.writtenAt ?? aSecondApart(Date.now());
  const written = events.map((event, index) => ({ at: writtenAt(index, events.length), event }));
  const faults: FaultRule[] = [...(options.faults ?? [])];
  const server = await startServer({
    ...options,
    now: () => Date.now(),
    sleep: (ms) => delay(ms),
    source: listedSource(written, { commas: options.commas ?? false }),
    // A wait as short as can be asked for, since processes have a real clock.
    journal: { retryAfter: "1", ...options.journal },
    faults,
  });
  onTestFinished(() => server.close());
  const folder = await scratch();
  const env = { ...bareEnv(folder), ...settingsFor(server) };
  return {
    server,
    env,
    home: env["FLOWRUN_HOME"] ?? "",
    add: (...more) => {
      written.push(...more.map((event) => ({ at: Date.now(), event })));
    },
    fault: (...rules) => {
      faults.splice(0, faults.length, ...rules);
    },
    asked: () => askedOf(server),
    run: (args, more) => flowrun(split(args), { env: { ...env, ...more } }),
    start: (args, more) => start(split(args), { env: { ...env, ...more } }),
  };
}

function eventsOf(events: number | readonly unknown[]): readonly unknown[] {
  return typeof events === "number" ? Array.from({ length: events }, (_, n) => runEvent(n)) : events;
}

function aSecondApart(now: number): (index: number, count: number) => number {
  return (index, count) => now - 60_000 - (count - 1 - index) * 1000;
}

function askedOf(server: DemoServer): readonly string[] {
  return server.requests.filter(({ service }) => service === "journal").map(({ target }) => target);
}

/** The words of a command line; none of them has a blank in it. */
function split(args: string): readonly string[] {
  return args.split(" ").filter((word) => word !== "");
}

export interface RunParts {
  readonly id?: string;
  readonly eventId?: string;
  readonly status?: string;
  readonly code?: string;
  readonly flowName?: string;
  readonly sandbox?: string;
  /** Error codes. */
  readonly errors?: readonly string[];
  readonly records?: number;
  readonly updatedAt?: number;
}

/** The run object of `run-<n>`. */
export function runBody(n: number, parts: RunParts = {}): Record<string, unknown> {
  const { id = `run-${n}`, status = "success", flowName, sandbox = "prod", errors = [], records = n } = parts;
  const updatedAt = parts.updatedAt ?? Date.now() - 120_000;
  return {
    id,
    createdAt: updatedAt - 60_000,
    updatedAt,
    sandboxId: `sandbox-${sandbox}`,
    sandboxName: sandbox,
    imsOrgId: "9C0DE5A1B2@AdobeOrg",
    flowId: `flow-${n % 3}`,
    ...(flowName === undefined ? {} : { flowName }),
    metrics: {
      durationSummary: { startedAtUTC: updatedAt - 60_000, completedAtUTC: updatedAt - 1000 },
      sizeSummary: { inputBytes: 2048 + n, outputBytes: 1024 + n },
      recordSummary: { inputRecordCount: records, outputRecordCount: records, failedRecordCount: 0 },
      statusSummary: { status, errors: errors.map((code) => ({ code, message: `it failed with ${code}` })) },
    },
    activities: [],
  };
}

/** An event that tells of `run-<n>`, with an event id. */
export function runEvent(n: number, parts: RunParts = {}): Record<string, unknown> {
  const { eventId = `event-${n}`, status = "success" } = parts;
  const code = parts.code ?? (status === "failed" ? "sources_flow_run_failed" : "sources_flow_run_success");
  return { event_id: eventId, event: { ...runBody(n, parts), header: header(code) } };
}

/** An event that tells of several runs. */
export function eventOfRuns(eventId: string, ids: readonly string[]): Record<string, unknown> {
  const messages = ids.map((id, n) => ({
    _eventNotificationMeta: { type: "sources_flow_run_success" },
    value: runBody(n, { id }),
  }));
  return { event_id: eventId, event: { messages } };
}

export function header(eventCode: string): object {
  return {
    _adobeio: { imsOrgId: "9C0DE5A1B2@AdobeOrg", providerMetadata: "aep_observability_catalog_events", eventCode },
  };
}

/** `run-0`, `run-1`, … */
export function runIds(count: number, from = 0): readonly string[] {
  return Array.from({ length: count }, (_, n) => `run-${from + n}`);
}

/** The run ids of an ndjson output. */
export function printed({ stdout }: Pick<Finished, "stdout">): readonly unknown[] {
  return records(stdout).map(({ runId }) => runId);
}

/** A saved cursor's file, as JSON. */
export async function savedCursor({ home }: OpenJournal, name = "default"): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(cursorFile(home, name), "utf8")) as Record<string, unknown>;
}

export function cursorFile(home: string, name = "default", profile = "default"): string {
  return join(home, "cursors", profile, `${name}.json`);
}

/** Changes a saved cursor, as time or a person would. */
export async function changeCursor(journal: OpenJournal, change: Readonly<Record<string, unknown>>): Promise<void> {
  const saved = await savedCursor(journal);
  await writeFile(cursorFile(journal.home), JSON.stringify({ ...saved, ...change }));
}
