import { groupId, type CauseChange, type Difference, type GroupChange } from "../../runs/figures/changes.ts";
import type { AbsentSpan } from "../../runs/figures/absent-spans.ts";
import { countFigures, type Figures } from "../../runs/figures/figures.ts";
import type { RootCause } from "../../runs/figures/frequent-causes.ts";
import type { Bucket, Group, PreviousWindow, Stats, Trend } from "../../runs/figures/stats.ts";
import { sortRows, type RowOrder } from "./sort-rows.ts";

/** A row's figures of the window before, and what became of them; all `null` where windows are not compared. */
export interface ComparedRow<Before, Less> {
  readonly change: GroupChange["change"];
  readonly previous: ({ readonly partial: boolean } & Before) | null;
  readonly difference: Less | null;
}

/** The row of all runs together. */
export type TotalRow = Pick<Stats, "from" | "to" | "trend"> &
  Figures &
  Omit<ComparedRow<Pick<PreviousWindow, "from" | "to" | "knownFrom"> & Figures, Difference>, "change">;

/** The row of a group: one that is gone has figures of no runs. */
export type GroupRow = { readonly by: Stats["by"] } & Group & ComparedRow<Figures, Difference>;

/** The row of a root cause: one that is gone has its times and flows from the window before. */
export type CauseRow = RootCause & PastCount;

type PastCount = ComparedRow<Pick<RootCause, "count">, { readonly count: number | null }>;

/** The figures as rows: the total, then groups, buckets, root causes and absent runs; `row` says which. */
export type StatsRow = Pick<Stats, "type" | "schemaVersion"> &
  (
    | ({ readonly row: "total" } & TotalRow)
    | ({ readonly row: "group" } & GroupRow)
    | ({ readonly row: "bucket" } & Bucket)
    | ({ readonly row: "rootCause" } & CauseRow)
    | ({ readonly row: "absent" } & AbsentSpan)
  );

/** Every row there is to tell, in that order; where windows are compared, the worst changes first. Pure. */
export function statsRows(stats: Stats): readonly StatsRow[] {
  const { type, schemaVersion, from, to, total, trend, previous, changes } = stats;
  const head = { type, schemaVersion };
  return [
    {
      ...head,
      row: "total",
      from,
      to,
      ...total,
      trend,
      previous: previous === null ? null : previousTotal(previous),
      difference: changes?.difference ?? null,
    },
    ...groupRows(stats).map((group) => ({ ...head, row: "group", ...group }) as const),
    ...stats.buckets.map((bucket) => ({ ...head, row: "bucket", ...bucket }) as const),
    ...causeRows(stats).map((cause) => ({ ...head, row: "rootCause", ...cause }) as const),
    ...(stats.absent ?? []).map((span) => ({ ...head, row: "absent", ...span }) as const),
  ];
}

/** The groups: as they stand, or each beside itself in the window before, the worst change first. Pure. */
export function groupRows({ by, groups, trend, previous, changes }: Stats): readonly GroupRow[] {
  if (previous === null || changes === null) return groups.map((group) => ({ by, ...group, ...alone }));
  const [here, there] = [groups, previous.groups].map((all) => new Map(all.map((one) => [groupId(one), one])));
  const quiet = quietLike(trend);
  return changes.groups.filter(isCounted).map(({ key, name, isRest, change, previousRuns, difference }) => {
    const id = groupId({ key, isRest });
    const past = there?.get(id) ?? nothing();
    return {
      by,
      ...(here?.get(id) ?? { ...nothing(), key, isRest, trend: quiet }),
      name,
      change,
      previous: previousRuns === null ? null : figuresOf(past, previous.partial),
      difference,
    };
  });
}

/** The root causes: as they stand, or each beside itself in the window before, the one that grew most first. Pure. */
export function causeRows({ rootCauses, previous, changes }: Stats): readonly CauseRow[] {
  if (previous === null || changes === null) return rootCauses.map((cause) => ({ ...cause, ...alone }));
  const [here, there] = [rootCauses, previous.rootCauses].map((all) => new Map(all.map((one) => [one.code, one])));
  return changes.rootCauses.flatMap((told): readonly CauseRow[] => {
    const cause = here?.get(told.code) ?? there?.get(told.code);
    return cause === undefined || told.count === null
      ? []
      : [{ ...cause, count: told.count, ...pastOf(told, previous.partial) }];
  });
}

/** The figures with their groups in that order, in the document as in the rows. Pure. */
export function sortGroups(stats: Stats, order: RowOrder<StatsRow>): Stats {
  const rows = statsRows(stats).filter((row) => row.row === "group");
  const places = new Map(sortRows(rows, order).map((row, at) => [groupId(row), at]));
  const placeOf = (group: Pick<Group, "key" | "isRest">): number => places.get(groupId(group)) ?? places.size;
  const sorted = <G extends Pick<Group, "key" | "isRest">>(all: readonly G[]): readonly G[] =>
    all.toSorted((one, other) => placeOf(one) - placeOf(other));
  const { groups, changes } = stats;
  return {
    ...stats,
    groups: sorted(groups),
    changes: changes === null ? null : { ...changes, groups: sorted(changes.groups) },
  };
}

/** One that may be among the rest has no row but the rest's. */
function isCounted({ runs }: GroupChange): boolean {
  return runs !== null;
}

const alone = { change: null, previous: null, difference: null } as const;

function previousTotal({ from, to, partial, knownFrom, total }: PreviousWindow): NonNullable<TotalRow["previous"]> {
  return { from, to, partial, knownFrom, ...total };
}

function nothing(): Figures {
  return countFigures().read();
}

function quietLike({ stepMs, runs }: Trend): Trend {
  const zeros = runs.map(() => 0);
  return { stepMs, runs: zeros, failed: zeros };
}

/** Of a group its figures alone. */
function figuresOf(group: Figures, partial: boolean): NonNullable<GroupRow["previous"]> {
  const { runs, success, partialSuccess, failed, other, successRate, durationMs, records, bytes } = group;
  return { partial, runs, success, partialSuccess, failed, other, successRate, durationMs, records, bytes };
}

function pastOf({ change, count, previousCount }: CauseChange, partial: boolean): PastCount {
  const isKnown = count !== null && previousCount !== null && !partial;
  return {
    change,
    previous: previousCount === null ? null : { partial, count: previousCount },
    difference: { count: isKnown ? count - previousCount : null },
  };
}
