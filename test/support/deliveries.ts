import { eventKey } from "../../src/engine/archive/run-row.ts";
import { parseAddress } from "../../src/engine/destinations/address.ts";
import type { DeliveredRun, Kind, Means, OpenDestination, Subject } from "../../src/engine/destinations/destination.ts";
import type { Notice } from "../../src/notices.ts";
import type { FlowRun } from "../../src/runs/record/flow-run.ts";
import { archived } from "./archived.ts";
import { fakeHost, noon, realSleep } from "./host.ts";
import type { RunParts } from "./journal.ts";

/** `run-<n>` on its way, updated n minutes after noon. */
export function deliveredRun(n: number, parts: RunParts = {}, change: Partial<FlowRun> = {}): DeliveredRun {
  const { key, run } = archived(n, parts, change);
  const record = { ...run };
  delete record.raw;
  return { id: eventKey(key), run: record };
}

/** From `run-<from>` on. */
export function deliveredRuns(count: number, from = 0): readonly DeliveredRun[] {
  return Array.from({ length: count }, (_, n) => deliveredRun(from + n));
}

export interface MeansOptions {
  /** Where flowrun keeps what outlives a process. */
  readonly dir: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly isKept?: boolean;
  readonly now?: () => number;
  readonly notices?: Notice[];
  readonly cursor?: string;
  readonly signal?: AbortSignal;
  readonly of?: Subject;
}

/** The part of the world that a destination may use, with a clock that stands at noon. */
export function meansOf(options: MeansOptions): Means {
  const { dir, env = {}, isKept = true, now = () => noon, notices = [], cursor = "default", of = "runs" } = options;
  return {
    host: { ...fakeHost({ dir, env }), now, sleep: realSleep },
    signal: options.signal ?? new AbortController().signal,
    notify: (notice) => void notices.push(notice),
    reading: { of, profile: "default", journal: "https://journal.test/1", organisation: null, cursor },
    isKept,
  };
}

/** Checks the address, and opens it. */
export function openDestination(kind: Kind, address: string, means: Means): Promise<OpenDestination> {
  const parsed = parseAddress(address, means.host.env);
  kind.check(parsed, means.host.env, means.reading);
  return kind.open(parsed, means);
}

/** Nobody is told of what is safe. */
export const unheard = (): void => undefined;
