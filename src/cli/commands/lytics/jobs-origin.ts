import type { Host } from "../../../host.ts";
import { endlessPatience } from "../../../adobe/access/connect.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import { archiveOfProfile } from "../../../engine/archive/of-profile.ts";
import { hasArchive } from "../../../engine/archive/place.ts";
import type { ReadOn } from "../../../engine/cursor.ts";
import { archivedJobsSource } from "../../../engine/sources/archived-jobs.ts";
import { lyticsSource } from "../../../engine/sources/lytics.ts";
import type { Source } from "../../../engine/sources/source.ts";
import { FlowrunError } from "../../../errors.ts";
import { connectLytics, type LyticsConnection } from "../../../lytics/connect-lytics.ts";
import { askJobs, type ListedJobs } from "../../../lytics/list-jobs.ts";
import { askLyticsClock } from "../../../lytics/read-events.ts";
import type { Job } from "../../../runs/job/job.ts";
import { count, type Reporter } from "../../terminal/reporter.ts";
import type { JobPlan } from "./job-plan.ts";

/** Where events are read from: an account of Lytics, or what an archive has of one. */
export interface JobsOrigin {
  readonly profile: string;
  /** The name of the account's list of events. */
  readonly account: string;
  /** The thing that places are places in; `null` where none can be kept. */
  readonly readOn: ReadOn | null;
  /** Now, by the clock that the events' times are of; epoch ms. */
  readonly now: () => Promise<number>;
  readonly source: <T>(wanted: JobsWanted<T>) => Source<T>;
  readonly close: () => Promise<void>;
}

/** The part of the events that is wanted, and in which form. */
export interface JobsWanted<T> {
  /** Epoch ms; `now` begins with what happens after the reading has begun. */
  readonly from: number | "now";
  /** Whatever the filters say. */
  readonly wantsAll: boolean;
  readonly encode: (job: Job) => T;
  readonly signal: AbortSignal;
}

/** So far back goes the first reading that has no cursor yet. */
export const firstDays = 7;

/** The world that an origin is opened in. */
interface OriginMeans {
  readonly host: Host;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** Opens what a plan reads. @throws FlowrunError `settings` where there is no token, or no archive. */
export async function openOrigin(plan: JobPlan, means: OriginMeans): Promise<JobsOrigin> {
  if (plan.options.source === "archive") return archivedOrigin(plan, means);
  const { host, reporter, signal } = means;
  const { profile } = plan.options.common;
  const connection = await connectLytics({ profile, notify: reporter.notify, signal }, host);
  try {
    const listed = plan.options.names ? await askJobs(connection.lytics(plan.options.patience)) : null;
    return accountOrigin(plan, connection, listed, means);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function accountOrigin(
  { options, follow }: JobPlan,
  connection: LyticsConnection,
  listed: ListedJobs | null,
  { reporter }: OriginMeans,
): JobsOrigin {
  const { profile, journalName: account } = connection;
  const lytics = connection.lytics(follow ? endlessPatience : options.patience);
  let isCaughtUp = false;
  const onPage = (events: number, downTo: number): void => {
    if (isCaughtUp) return;
    const reach = Number.isFinite(downTo) ? `, back to ${new Date(downTo).toISOString().slice(0, 16)}Z` : "";
    reporter.live(`reading · ${count(events, "event")}${reach}`);
  };
  return {
    profile,
    account,
    readOn: readOn(connection),
    now: () => askLyticsClock(lytics),
    source: ({ from, wantsAll, encode, signal }) => {
      const source = lyticsSource({
        lytics: { ...lytics, signal: AbortSignal.any([lytics.signal, signal]) },
        asked: { ...(wantsAll ? {} : options.asked), onPage },
        from,
        to: options.until ?? Infinity,
        follow,
        ...(listed === null ? {} : { told: listed.name }),
        keep: (job) => wantsAll || options.keep(job),
        encode,
      });
      return {
        ...source,
        async *read() {
          for await (const batch of source.read()) {
            yield batch;
            isCaughtUp ||= batch.mark.atEnd;
          }
        },
      };
    },
    close: () => connection.close(),
  };
}

/** The archive alone, which is asked for nothing but what it has: no token is needed. */
async function archivedOrigin({ options }: JobPlan, { host }: OriginMeans): Promise<JobsOrigin> {
  const { place, profile, accountName: account } = await archiveOfProfile(options.common.profile, host);
  const { openDatabaseToRead } = await import("../../../engine/archive/open.ts");
  const database = (await hasArchive(place)) ? await openDatabaseToRead(place, host) : null;
  if (database === null) throw withoutArchive(profile);
  return {
    profile,
    account,
    readOn: null,
    now: () => Promise.resolve(host.now()),
    source: ({ from, wantsAll, encode }) =>
      archivedJobsSource({
        database,
        account,
        profile,
        window: { from: from === "now" ? host.now() : from, to: options.until ?? Infinity },
        keep: (job) => wantsAll || options.keep(job),
        encode,
      }),
    close: () => database.close(),
  };
}

function withoutArchive(profile: string): FlowrunError {
  return new FlowrunError("settings", `the profile '${profile}' has no archive`, {
    why: "there is none where its settings say, or in its usual place",
    hint: `make one of its events: flowrun lytics since last --to archive${profileFlag(profile)}`,
  });
}

/** How a reading of Lytics goes on from a cursor, and begins without one. Pure. */
function readOn({ profile, journalName, toSaved, fromSaved }: LyticsConnection): ReadOn {
  return {
    profile,
    journalName,
    toSaved,
    fromSaved,
    firstTime: `reading the last ${String(firstDays)} days`,
    startOver: (name) => `flowrun cursor delete ${name}${profileFlag(profile)}`,
  };
}
