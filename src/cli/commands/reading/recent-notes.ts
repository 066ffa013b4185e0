import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { mostRecent, type Recent, type RecentFlow, type RecentRun } from "../../../state/recent-file.ts";

/** Notes of a reading for completion. */
export interface RecentNotes {
  /** Told of each run, whatever the filters say. */
  readonly note: (run: FlowRun) => void;
  /** The notes before the earlier ones; `null` where no run was noted. */
  readonly before: (earlier: Recent) => Recent | null;
}

/** A run that went by, and whose it is; `null` where its id is longer than any id is. */
interface Passed {
  readonly flowId: string;
  readonly run: RecentRun | null;
}

/**
 * Takes down the last runs of a reading, and its flows and sandboxes; of each so many at most. What is sorted out at the
 * end costs a run nothing: moving each to the end of a map was a twentieth of the CPU of a reading.
 */
export function takeNotes(): RecentNotes {
  const passed: Passed[] = [];
  let count = 0;
  const flows = new Map<string, RecentFlow>();
  const sandboxes = new Map<string, string>();
  return {
    note: ({ runId, status, flowId, flowName, sandbox: { name }, updatedAt }) => {
      const run = { id: runId, status, flow: flowName ?? flowId, at: updatedAt };
      passed[count % mostRecent.runs] = { flowId, run: runId.length > longest ? null : run };
      count += 1;
      if (flows.get(flowId)?.name !== flowName) {
        remember(flows, mostRecent.flows, flowId, { id: flowId, name: flowName });
      }
      if (name !== null && !sandboxes.has(name)) remember(sandboxes, mostRecent.sandboxes, name, name);
    },
    before: (earlier) => {
      if (count === 0) return null;
      const last = newestFirst(passed, count);
      const runs = new Map(last.flatMap(({ run }) => (run === null ? [] : [[run.id, run] as const])).reverse());
      const flowIds = new Set([...last.map(({ flowId }) => flowId), ...[...flows.keys()].reverse()]);
      return {
        runs: joined([...runs.values()].sort(byTime), earlier.runs, ({ id }) => id, mostRecent.runs),
        flows: joined(
          [...flowIds].flatMap((id) => flows.get(id) ?? []),
          earlier.flows,
          ({ id }) => id,
          mostRecent.flows,
        ),
        sandboxes: joined([...sandboxes.values()].reverse(), earlier.sandboxes, (name) => name, mostRecent.sandboxes),
      };
    },
  };
}

function newestFirst(ring: readonly Passed[], count: number): readonly Passed[] {
  const oldest = count <= mostRecent.runs ? 0 : count % mostRecent.runs;
  return [...ring.slice(oldest), ...ring.slice(0, oldest)].reverse();
}

/** The first note goes where there are too many. */
function remember<T>(notes: Map<string, T>, most: number, key: string, note: T): void {
  // A page of such ones would fill the file.
  if (key.length > longest) return;
  notes.set(key, note);
  if (notes.size <= most) return;
  for (const first of notes.keys()) {
    notes.delete(first);
    return;
  }
}

/** No id is longer, in characters. */
const longest = 200;

/** The newest first; places of the journal are read side by side, so that the order of notes says little. */
function byTime({ at: one }: RecentRun, { at: other }: RecentRun): number {
  return (other ?? "").localeCompare(one ?? "");
}

function joined<T>(now: readonly T[], earlier: readonly T[], keyOf: (note: T) => string, most: number): readonly T[] {
  const known = new Set(now.map(keyOf));
  return [...now, ...earlier.filter((note) => !known.has(keyOf(note)))].slice(0, most);
}
