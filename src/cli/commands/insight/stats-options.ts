import { FlowrunError } from "../../../errors.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { checkFields } from "../../../render/formats/pick-fields.ts";
import type { RowOrder } from "../../../render/formats/sort-rows.ts";
import type { StatsRow } from "../../../render/formats/stats-rows.ts";
import type { Zone } from "../../../text/zone.ts";
import type { StatsFlags } from "../../options/flags.ts";
import { turnAway, resolveReading, type ReadingOptions } from "../../options/reading-options.ts";
import { resolveBegin } from "./begin.ts";
import { checkCompare } from "./compared-windows.ts";

/** The words of `stats` as domain values. */
export interface CountingOptions {
  readonly options: ReadingOptions;
  /** The order of the groups; `null` where they stay as they come. */
  readonly order: RowOrder<StatsRow> | null;
  readonly start: JournalStart;
}

/**
 * As for every reading, but that `--json=…` and `--sort` name fields and columns of the figures.
 * @throws FlowrunError `usage` for what cannot be, and for options that have no meaning here.
 */
export async function resolveCounting(
  when: string | undefined,
  flags: StatsFlags,
  { now, zone }: { readonly now: number; readonly zone: Zone },
): Promise<CountingOptions> {
  checkFlags(flags);
  const { jsonFields, sort, ...reading } = flags;
  const resolved = await resolveReading(jsonFields === undefined ? reading : { ...reading, json: true }, now, zone);
  const fields = jsonFields === undefined ? null : await resolveFields(jsonFields);
  const order = sort === undefined ? null : await resolveGroupOrder(sort, flags);
  const start = resolveBegin("stats", when ?? (flags.from === undefined ? "-P1D" : "oldest"), flags, { now, zone });
  checkCompare(flags, start);
  return { options: { ...resolved, fields }, order, start };
}

function checkFlags(flags: StatsFlags): void {
  turnAway(["last"], flags, "stats", {
    why: "it prints figures over many runs, not the runs themselves",
    hint: "choose the runs first: flowrun since -P7D --last 100 --json | flowrun stats --from -",
  });
  if (flags.raw !== true) return;
  throw new FlowrunError("usage", "--raw has no meaning with stats", {
    why: "it prints figures over many runs, not the runs themselves",
    hint: "leave it out, or choose what to count: flowrun stats --by flow -o csv",
  });
}

async function resolveFields(names: readonly string[]): Promise<readonly string[]> {
  const { statsFields } = await import("../../../render/formats/stats-columns.ts");
  return checkFields({ fields: statsFields }, names);
}

/**
 * The order of the groups, by a column of their rows.
 * @throws FlowrunError `usage` where there are no groups, and for a column that there is not.
 */
async function resolveGroupOrder(sort: string, { by, compare }: StatsFlags): Promise<RowOrder<StatsRow>> {
  if (by === undefined) {
    throw new FlowrunError("usage", "--sort has no meaning with stats where there are no groups", {
      why: "it puts the groups of --by in order, and figures of one window have none",
      hint: `flowrun stats --by flow --sort ${sort}`,
    });
  }
  const [{ statsColumns }, { resolveOrder }] = await Promise.all([
    import("../../../render/formats/stats-columns.ts"),
    import("../../../render/formats/sort-rows.ts"),
  ]);
  return resolveOrder(statsColumns({ from: "", to: "" }, compare === true), sort);
}
