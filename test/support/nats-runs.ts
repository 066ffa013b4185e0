import { eventKey } from "../../src/engine/archive/run-row.ts";
import type { DeliveredRun, Means } from "../../src/engine/destinations/destination.ts";
import { resolveEventSelection } from "../../src/runs/events/event-selection.ts";
import { normalise } from "../../src/runs/events/normalise.ts";
import { fakeHost, noon, realSleep } from "./host.ts";

/**
 * The nth run of these tests. Made by itself, and not by what makes journals: a process that is no test makes it too.
 * @param text makes its record larger.
 */
export function natsRun(n: number, text = "a flow"): DeliveredRun {
  const id = `run-${n}`;
  const body = {
    id,
    flowId: "f",
    flowName: text,
    updatedAt: noon + n,
    metrics: { statusSummary: { status: "success" } },
  };
  const header = { _adobeio: { eventCode: "sources_flow_run_success" } };
  const event = { event_id: `event-${n}`, event: { ...body, header } };
  const options = { events: resolveEventSelection(["runs"]), raw: false, profile: "p", via: "journal" } as const;
  const [first] = normalise(`p${n}`, event, options).runs;
  if (first === undefined) throw new Error("no run");
  return { id: eventKey(first.key), run: first.run };
}

/** Several of them, from the first to before the last. */
export function natsRuns(from: number, to: number): readonly DeliveredRun[] {
  return Array.from({ length: to - from }, (_, n) => natsRun(from + n));
}

/** The means of a reading of its own, that keeps places. */
export function natsMeans(change: Partial<Means> = {}, env: Readonly<Record<string, string>> = {}): Means {
  return {
    host: { ...fakeHost({ env: { HOME: "/nonexistent", ...env } }), sleep: realSleep },
    signal: new AbortController().signal,
    notify: () => undefined,
    reading: { of: "runs", profile: "p", journal: "https://journal.test/1", organisation: null, cursor: "default" },
    isKept: true,
    ...change,
  };
}
