import { openWay } from "../../../adobe/access/way.ts";
import { readVariable } from "../../../adobe/settings/environment.ts";
import { findSetting } from "../../../adobe/settings/settings.ts";
import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { lyticsOn } from "../../../lytics/connect-lytics.ts";
import { askJobs } from "../../../lytics/list-jobs.ts";
import type { Lytics } from "../../../lytics/lytics.ts";
import { readEvents } from "../../../lytics/read-events.ts";
import { mostFlows } from "../../../runs/cadence/count-flows.ts";
import { countedSubjects, countWorks } from "../../../runs/cadence/count-works.ts";
import type { WorkRecord } from "../../../runs/cadence/work-record.ts";
import type { ReadingOptions } from "../../options/reading-options.ts";
import { count, type Reporter } from "../../terminal/reporter.ts";
import type { Session } from "../reading/session.ts";
import type { CountedSpan } from "./counted-window.ts";

/** The works of a profile's account of Lytics. */
export interface ProfileWorks {
  readonly profile: string;
  /** Judged at the window's end, or now by Lytics' clock where that is earlier; `null` where the profile has no token, which only one of several may lack. */
  readonly works: readonly WorkRecord[] | null;
  /** How many events were read for them. */
  readonly events: number;
  /** Whether there were more works than are counted. */
  readonly leavesOut: boolean;
}

/** @throws FlowrunError for what cannot be with `--with-lytics`, before anything is asked. Pure. */
export function checkWithLytics(
  { withLytics, from }: { readonly withLytics?: boolean; readonly from?: string },
  { profiles }: Pick<ReadingOptions, "profiles">,
  { env }: Pick<Host, "env">,
): void {
  if (withLytics !== true) return;
  if (from !== undefined) {
    throw new FlowrunError("usage", "--with-lytics and --from do not go together", {
      why: "--from reads a file and asks nobody, and the works' events are in Lytics alone",
      hint: "leave one of them out; events of Lytics by themselves: flowrun lytics since -P7D",
    });
  }
  if (profiles === null || readVariable(env, "FLOWRUN_LYTICS_TOKEN") === null) return;
  throw new FlowrunError("settings", "several profiles cannot be read with one token for Lytics", {
    why: "FLOWRUN_LYTICS_TOKEN goes before every profile, so that one account would pass for several",
    hint: "unset FLOWRUN_LYTICS_TOKEN",
  });
}

/**
 * Reads the works of a session's profile over a window.
 * @param side the profile, where it is one of several; empty where it is the only one.
 * @throws FlowrunError `settings` where the only profile has no token; what asking Lytics throws.
 */
export async function readWorks(session: Session, side: string, window: CountedSpan): Promise<ProfileWorks> {
  const { host, options, reporter } = session;
  const asked = { profile: side === "" ? options.common.profile : side, notify: reporter.notify, signal: host.signal };
  const way = await openWay(asked, "profile", host);
  try {
    const { profile } = way;
    if (side !== "" && findSetting("lyticsToken", way.env, way.saved) === null) {
      reporter.notify({
        kind: "remark",
        text: "it has no token for Lytics, and is left out there: flowrun login lytics",
      });
      return { profile, works: null, events: 0, leavesOut: false };
    }
    const lytics = lyticsOn(way, asked, host).lytics(options.patience);
    return { profile, ...(await worksIn(lytics, window, reporter)) };
  } finally {
    await way.close();
  }
}

/** @throws FlowrunError `settings` where none of several profiles has a token. Pure. */
export function checkAnyToken(reads: readonly ProfileWorks[]): void {
  if (reads.length === 0 || reads.some(({ works }) => works !== null)) return;
  throw new FlowrunError("settings", "flowrun has no token for Lytics yet", {
    why: `none of the profiles has one: ${reads
      .map(({ profile }) => profile)
      .sort()
      .join(", ")}`,
    hint: "make one (Lytics → Account → Access Tokens), then: flowrun login lytics --profile <name>",
  });
}

async function worksIn(
  lytics: Lytics,
  { from, to }: CountedSpan,
  reporter: Reporter,
): Promise<Omit<ProfileWorks, "profile">> {
  const listed = await askJobs(lytics);
  const counter = countWorks();
  let [events, unreadable] = [0, 0];
  // By its own clock: by ours, which may be fast, all of them would be late.
  let at = to;
  // Lytics takes one type at once; most of what happens there is of people and segments, and is not asked for.
  for (const subjectType of countedSubjects) {
    const onPage = (read: number): void => {
      reporter.live(`reading Lytics · ${count(read, "event")} of ${subjectType}s`);
    };
    for await (const slice of readEvents(lytics, { from, to, subjectType, onPage })) {
      for (const { job } of slice.events) counter.add(listed.name(job));
      events += slice.events.length;
      unreadable += slice.rejects.length;
      at = Math.min(to, slice.servedAt);
    }
  }
  lytics.signal.throwIfAborted();
  if (unreadable > 0)
    reporter.notify({ kind: "warning", text: `${count(unreadable, "item")} of Lytics could not be read` });
  if (counter.leavesOut()) reporter.notify({ kind: "warning", text: leftOut });
  return { works: counter.read(at, listed.isHalted), events, leavesOut: counter.leavesOut() };
}

const leftOut = `there are more than ${count(mostFlows, "work")} in Lytics, and only the first in the window are judged`;
