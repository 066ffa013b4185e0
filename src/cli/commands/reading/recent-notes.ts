import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { mostRecent, type Recent, type RecentFlow, type RecentRun } from "../../../state/recent-file.ts";

/** Notes of a reading for completion. */
export interface RecentNotes {
  /** Told of each run, whatever the filters say. */
  readonly note: (run: FlowRun) => void;
  /** The notes before the earlier ones; `null` where no run was noted. */
  readonly before: (earlier: Recent) => Recent | null;
}

/** Takes down the last runs, flows and sandboxes of a reading; of each so many at most. */
export function takeNotes(): RecentNotes {
  const runs = new Map<string, RecentRun>();
  const flows = new Map<string, RecentFlow>();
  const sandboxes = new Map<string, string>();
  return {
    note: ({ runId, status, flowId, flowName, sandbox: { name }, updatedAt }) => {
      const flow = flowName ?? flowId;
      remember(runs, mostRecent.runs, runId, { id: runId, status, flow, at: updatedAt });
      remember(flows, mostRecent.flows, flowId, { id: flowId, name: flowName });
      if (name !== null) remember(sandboxes, mostRecent.sandboxes, name, name);
    },
    before: (earlier) => {
      if (runs.size === 0) return null;
      return {
        runs: joined([...runs.values()].sort(byTime), earlier.runs, ({ id }) => id, mostRecent.runs),
        flows: joined([...flows.values()].reverse(), earlier.flows, ({ id }) => id, mostRecent.flows),
        sandboxes: joined([...sandboxes.values()].reverse(), earlier.sandboxes, (name) => name, mostRecent.sandboxes),
      };
    },
  };
}

/** A thing that is noted again counts as new; the oldest note goes where there are too many. */
function remember<T>(notes: Map<string, T>, most: number, key: string, note: T): void {
  // No id is that long, and a page of such ones would fill the file.
  if (key.length > longest) return;
  notes.delete(key);
  notes.set(key, note);
  if (notes.size <= most) return;
  for (const oldest of notes.keys()) {
    notes.delete(oldest);
    return;
  }
}

const longest = 200;

/** The newest first; places of the journal are read side by side, so that the order of notes says little. */
function byTime({ at: one }: RecentRun, { at: other }: RecentRun): number {
  return (other ?? "").localeCompare(one ?? "");
}

function joined<T>(now: readonly T[], earlier: readonly T[], keyOf: (note: T) => string, most: number): readonly T[] {
  const known = new Set(now.map(keyOf));
  return [...now, ...earlier.filter((note) => !known.has(keyOf(note)))].slice(0, most);
}
