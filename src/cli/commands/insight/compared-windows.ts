import { FlowrunError } from "../../../errors.ts";
import { startSince } from "../../../adobe/journal/when.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { Notice } from "../../../notices.ts";
import { renderWindow } from "../../../render/text/times.ts";
import { beginBefore, countCompared, type CompareCounter } from "../../../runs/figures/compare.ts";
import { watchReach } from "../../../runs/figures/reach.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import type { Stats, StatsPlan } from "../../../runs/figures/stats.ts";
import { narrowed } from "../../../runs/filter/watch.ts";
import type { Zone } from "../../../text/zone.ts";
import type { StatsFlags } from "../../options/flags.ts";
import { reachOf } from "../reading/reach-of.ts";
import type { Session } from "../reading/session.ts";
import { leftOutOf } from "./counted-window.ts";
import { timeOf } from "../../../text/time-text.ts";

/** One reading over a window and the one before it. */
export interface ComparedReading {
  /** Where both begin. */
  readonly start: JournalStart;
  /** The part of a session that is read, and who counts its runs. */
  readonly open: (session: Session) => Promise<{
    readonly session: Session;
    readonly start: JournalStart;
    readonly add: (run: FlowRun) => void;
    readonly passing: Pick<CompareCounter, "pass" | "lack">;
  }>;
  /** The figures, once all is read, and what must be known of them. */
  readonly read: () => { readonly stats: Stats; readonly notices: readonly Notice[] };
}

/** The window that is compared, and the moment from which the journal's seven days count back. */
export interface ComparePlan extends Pick<StatsPlan, "from" | "to" | "by"> {
  readonly zone: Zone;
  readonly now: number;
}

/** Refuses what `--compare` cannot be asked for. @throws FlowrunError `usage`. Pure. */
export function checkCompare({ compare, bucket, max, from }: StatsFlags, start: JournalStart): void {
  if (compare !== true) return;
  if (bucket !== undefined) {
    throw new FlowrunError("usage", "--bucket and --compare do not go together", {
      why: "one divides a window, and the other sets two beside each other, with a line for the shape of each",
      hint: "leave one of them out: flowrun stats -P3D --compare",
    });
  }
  if (max !== undefined) {
    throw new FlowrunError("usage", "--max and --compare do not go together", {
      why: "the reading would end in the window before, and nothing would be left of the other",
      hint: "leave --max out: flowrun stats -P3D --compare",
    });
  }
  if (start.kind === "time") return;
  const file = from === undefined ? "" : ` --from ${from}`;
  throw new FlowrunError(
    "usage",
    `${from === undefined ? "'oldest'" : "all of a file"} and --compare do not go together`,
    {
      why: "nothing lies before it that it could be compared with",
      hint: `name the window: flowrun stats -P3D --compare${file}`,
    },
  );
}

/** Makes ready to read a window and the one before it, once, of one profile or of several. */
export function openCompared(plan: ComparePlan): ComparedReading {
  const begin = beginBefore(plan);
  const counter = countCompared(plan);
  const start = startSince(begin, plan.now);
  const reaches: (() => Reach)[] = [];
  return {
    start,
    open: async (session) => {
      const { origin, options } = session;
      const reach = watchReach();
      const isFile = origin.kind === "file";
      const had = await reachOf(session, start, plan.now);
      reaches.push(() =>
        isFile
          ? { source: origin.name, knownFrom: reach.knownFrom(begin) }
          : { source: had.source, knownFrom: had.whole },
      );
      const keep = (run: FlowRun): boolean => {
        if (isFile) reach.note(run);
        return isSince(run, begin) && options.keep(run);
      };
      // What the journal has no more is told of by the figures, once for all profiles; a file is looked at as a whole.
      const isWhole = isFile || (had.source === "the journal" && begin < had.first);
      return {
        session: { ...session, options: narrowed(options, ["updatedAt"], keep) },
        start: isWhole ? { kind: "oldest" } : start,
        add: counter.lane(),
        passing: counter,
      };
    },
    read: () => {
      const reach = reaches
        .map((tell) => tell())
        .reduce((one, other) => (one.knownFrom < other.knownFrom ? other : one));
      const stats = counter.read(reach.knownFrom);
      return { stats, notices: [...noticesOf(stats, reach, plan), ...leftOutOf(stats, counter)] };
    },
  };
}

/** Since when a source has runs, epoch milliseconds. */
interface Reach {
  readonly source: string;
  readonly knownFrom: number;
}

function isSince({ updatedAt }: FlowRun, begin: number): boolean {
  return updatedAt === null || timeOf(updatedAt) >= begin;
}

/** A part of a window never passes for the whole of it. */
function noticesOf({ total, previous }: Stats, { source, knownFrom }: Reach, plan: ComparePlan): readonly Notice[] {
  if (previous === null) return [];
  const told = (from: string, to: string): string =>
    renderWindow({ from: Date.parse(from), to: Date.parse(to) }, plan.zone, plan.now);
  const before = `the window before, ${told(previous.from, previous.to)}`;
  if (previous.knownFrom === null) {
    const shorter = source === "the journal" ? "; it keeps seven days: flowrun stats -P3D --compare" : "";
    // It may have the beginning, which tells nothing where what followed is missing.
    const lacks = source === "the archive" ? "does not have the end of" : "has nothing of";
    return [{ kind: "warning", text: `${source} ${lacks} ${before}, so nothing is compared${shorter}` }];
  }
  if (previous.partial) {
    const part = told(new Date(knownFrom).toISOString(), previous.to);
    const text = `${source} has only a part of ${before}: rates and durations are of ${part}, and how many runs there were is not compared`;
    return [{ kind: "warning", text }];
  }
  if (previous.total.runs > 0 || total.runs === 0) return [];
  return [{ kind: "remark", text: `no run was counted in ${before}, so all is new` }];
}
