import type { Downstream } from "../runs/record/flow-run.ts";
import { kinOf, namesOf, namesOfOrigin, type Kin } from "../runs/record/kin.ts";

/** Remembers runs that came of others, as a reading passes them by. */
export interface Passing {
  readonly see: (run: Kin) => void;
  readonly find: FindKin;
}

/** The runs that came of what has one of these names; several notifications of a run may be among them. */
export type FindKin = (names: readonly string[]) => Promise<readonly Kin[]>;

/** A busy sandbox has some thousand of them a day. */
const mostRemembered = 50_000;

/** Remembers the runs after the sources that are seen, each by its latest notification; beyond 50,000 no more of them. */
export function rememberPassing(): Passing {
  const runs = new Map<string, Kin>();
  const byName = new Map<string, Set<string>>();
  return {
    see: (run) => {
      const names = namesOfOrigin(run);
      const known = runs.get(run.runId);
      if (names.length === 0 || (known === undefined && runs.size >= mostRemembered)) return;
      if (known === undefined || isLater(run, known)) runs.set(run.runId, kinOf(run));
      for (const name of names) {
        const own = byName.get(name);
        if (own === undefined) byName.set(name, new Set([run.runId]));
        else own.add(run.runId);
      }
    },
    find: (names) =>
      Promise.resolve(names.flatMap((name) => [...(byName.get(name) ?? [])].flatMap((id) => runs.get(id) ?? []))),
  };
}

/** Runs that are told of at most. */
const mostTold = 500;

/**
 * The runs that came of a run: of each the latest notification, the earliest run first, each once, beneath the first one that
 * it was found by.
 * @param levels how far it is followed; Infinity goes to the end.
 */
export async function findDownstream(
  run: Kin,
  finds: readonly FindKin[],
  levels: number,
): Promise<readonly Downstream[]> {
  const known = new Set([run.runId]);
  const top = growing(run);
  let row: readonly Growing[] = [top];
  for (let level = 0; level < levels && row.length > 0 && known.size <= mostTold; level += 1) {
    const parents = new Map(row.flatMap((one) => namesOf(one.kin).map((name) => [name, one] as const)).reverse());
    const found = await Promise.all(finds.map((find) => find([...parents.keys()])));
    const next: Growing[] = [];
    for (const kin of latestOf(found.flat())) {
      const parent = namesOfOrigin(kin).flatMap((name) => parents.get(name) ?? [])[0];
      if (parent === undefined || known.has(kin.runId) || known.size > mostTold) continue;
      known.add(kin.runId);
      const child = growing(kin);
      parent.children.push(child);
      next.push(child);
    }
    row = next;
  }
  return top.children.map(grown);
}

interface Growing {
  readonly kin: Kin;
  readonly children: Growing[];
}

function growing(kin: Kin): Growing {
  return { kin, children: [] };
}

function grown({ kin, children }: Growing): Downstream {
  const { runId, flowId, flowName, service, status, updatedAt, startedAt, durationMs, records } = kin;
  const own = { runId, flowId, flowName, service, status, updatedAt, startedAt, durationMs, records };
  return { ...own, downstream: children.map(grown) };
}

function latestOf(runs: readonly Kin[]): readonly Kin[] {
  const latest = new Map<string, Kin>();
  for (const run of runs) {
    const known = latest.get(run.runId);
    if (known === undefined || isLater(run, known)) latest.set(run.runId, run);
  }
  return [...latest.values()].sort((one, other) => timeOf(one) - timeOf(other));
}

function isLater(run: Kin, known: Kin): boolean {
  return timeOf(run) >= timeOf(known);
}

function timeOf({ updatedAt }: Kin): number {
  return updatedAt === null ? -Infinity : Date.parse(updatedAt);
}
