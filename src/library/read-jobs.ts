import { endlessPatience, usualPatience } from "../adobe/access/connect.ts";
import { givenWay, openWay, type Way } from "../adobe/access/way.ts";
import { timeWordsAt } from "../adobe/journal/when.ts";
import { defaultProfile } from "../adobe/settings/profile-name.ts";
import { describeFaults } from "../engine/faults.ts";
import { lyticsSource } from "../engine/sources/lytics.ts";
import { FlowrunError } from "../errors.ts";
import type { World } from "../host.ts";
import { isObject } from "../json.ts";
import { lyticsOn } from "../lytics/connect-lytics.ts";
import { askJobs } from "../lytics/list-jobs.ts";
import type { Lytics } from "../lytics/lytics.ts";
import { keepSecret, keepSecretsOf } from "../mask.ts";
import type { Notify } from "../notices.ts";
import { createSeen } from "../runs/events/seen.ts";
import { compileJobFilter, wordsToAsk } from "../runs/filter/job-filter.ts";
import type { WatchedFilter } from "../runs/filter/watch.ts";
import type { Job } from "../runs/job/job.ts";
import { inWorld, type ReadingWorld } from "./in-world.ts";
import type { StopSignal } from "./options.ts";
import { beginOf, checkOneWay, checkSince, untilOf, filtersIn, openClock, type ReadingClock } from "./window.ts";
import { wordList, type Words } from "./words.ts";

/** Which events of Lytics are wanted: any word of one filter, and every filter. They take the words of the command's options. */
export interface JobFilters {
  /** `work`, `workflow`, `segment` …, or globs, in any case. */
  readonly subjectType?: Words | undefined;
  /** Ids as they are, or globs. */
  readonly subjectId?: Words | undefined;
  /** `failed`, `completed` …, or globs, in any case. */
  readonly verb?: Words | undefined;
  /** `success`, `failed`, `inProgress`: only works and workflows have one. */
  readonly status?: Words | undefined;
  /** Drops the events that happened later. */
  readonly until?: string | Date | undefined;
  /** Conditions over the record's fields, all of which must hold: `priority > 3 && notes =~ /quota/i`. */
  readonly where?: Words | undefined;
}

/** The settings that it takes to ask Lytics, given by the program itself. */
export interface LyticsSettings {
  readonly token: string;
  /** Where its API is; by default `https://api.lytics.io`. */
  readonly url?: string | undefined;
}

/** The window to read, and how. */
export interface ReadJobsOptions {
  /** Where to start: a duration back from now (`-P1D`, `2h`), a date or time, `oldest`, `now`, or a `Date`. */
  readonly since: string | Date;
  /** The zone of times that name none: an IANA name, or `local` for the machine's own. By default UTC. */
  readonly timeZone?: string | undefined;
  /** A profile that has a token for Lytics, or `demo`. By default the environment says, then the profile that is used. */
  readonly profile?: string | undefined;
  /** Instead of a profile; nothing of the environment (but proxies) is looked at then. */
  readonly settings?: LyticsSettings | undefined;
  readonly filters?: JobFilters | undefined;
  /** Goes on after the newest event, for ever, and waits out whatever fails. */
  readonly follow?: boolean | undefined;
  /** Asks once what works are called, and fills `jobName`. */
  readonly names?: boolean | undefined;
  /** Ends the reading, which then throws the signal's reason. */
  readonly signal?: StopSignal | undefined;
  /** Hears of each request, retry and warning; without it, nobody does. */
  readonly onNotice?: Notify | undefined;
}

/** Events of Lytics, oldest first. Begins when the first is asked for; nothing is opened or asked before. */
export function openJobReading(options: ReadJobsOptions, openWorld: () => ReadingWorld): AsyncGenerator<Job> {
  checkSince(options, "readJobs");
  const { signal: stop, onNotice: notify = () => undefined } = options;
  return inWorld({
    stop,
    openWorld,
    open: async (world, signal) => {
      const plan = await resolveJobOptions(options, world.now());
      const way = await wayTo(options, { notify, signal }, world);
      return { plan, way, close: () => way.close() };
    },
    read: ({ plan, way }, world, signal) => {
      const connection = lyticsOn(way, { profile: options.profile, notify, signal }, world);
      return readFrom(connection.lytics(plan.follow ? endlessPatience : usualPatience), plan, signal);
    },
  });
}

/** The options as domain values. */
interface JobPlan extends WatchedFilter<Job> {
  readonly from: number | "now";
  readonly to: number;
  readonly asked: ReturnType<typeof wordsToAsk>;
  readonly follow: boolean;
  readonly names: boolean;
  /** Settings that a program gives belong to no profile. */
  readonly isOfProfile: boolean;
}

async function resolveJobOptions(options: ReadJobsOptions, now: number): Promise<JobPlan> {
  const { since, timeZone, settings, follow = false, names = false } = options;
  checkOneWay(options, "Lytics");
  const filters = filtersIn(options.filters);
  const clock = await openClock(now, timeZone);
  const until = untilOf(filters.until, clock);
  const start = beginOf(since, until, clock, caller);
  const words = {
    subjectType: wordList(filters.subjectType, "subjectType"),
    subjectId: wordList(filters.subjectId, "subjectId"),
    verb: wordList(filters.verb, "verb"),
    status: wordList(filters.status, "status"),
  };
  return {
    ...compileJobFilter(
      { ...words, conditions: await conditions(wordList(filters.where, "where"), clock) },
      nameOfOption,
    ),
    from: start.kind === "time" ? start.at : start.kind === "now" ? "now" : -Infinity,
    to: until ?? Infinity,
    asked: wordsToAsk(words),
    follow,
    names,
    isOfProfile: settings === undefined,
  };
}

/** How a program does what a cursor does for the command line. */
const caller = {
  name: "readJobs",
  why: "cursors belong to the command line",
  hint: "since: the time of the last event that you have, whose eventId you know again",
};

/** As the program gives it: `subjectType`, for `--subject-type` of the command line. */
function nameOfOption(option: string): string {
  return option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Loaded where it is used: it brings a pattern matcher with it. */
async function conditions(expressions: readonly string[] | undefined, { now, zone }: ReadingClock) {
  if (expressions === undefined) return [];
  const { whereJobs } = await import("../runs/filter/where.ts");
  const times = timeWordsAt(now, zone);
  return expressions.flatMap((expression) => whereJobs.criteria(expression, times, "where"));
}

async function wayTo(
  { profile, settings }: ReadJobsOptions,
  more: { readonly notify: Notify; readonly signal: AbortSignal },
  world: World,
): Promise<Way> {
  keepSecretsOf(world.env);
  if (settings === undefined) return openWay({ profile, ...more }, "profile", world);
  // A caller in JavaScript has no compiler to tell it.
  const token: unknown = isObject(settings) ? settings.token : null;
  if (typeof token !== "string" || token.trim() === "") {
    throw new FlowrunError("settings", "the settings lack token", {
      why: "nothing of the environment and of profiles is looked at where settings are given",
      hint: "make one: Lytics → Account → Access Tokens",
    });
  }
  keepSecret(token.trim());
  const url = settings.url === undefined ? {} : { lyticsUrl: settings.url };
  return givenWay(defaultProfile, { lyticsToken: token.trim(), ...url }, world);
}

/** Events are told apart by this many keys at most, so that a reading of weeks does not grow. */
const keysRemembered = 200_000;

async function* readFrom(lytics: Lytics, plan: JobPlan, signal: AbortSignal): AsyncGenerator<Job, void, undefined> {
  const { from, to, asked, follow, names, isOfProfile, keep } = plan;
  if (follow) plan.doubts().forEach(lytics.notify);
  const named = names ? (await askJobs(lytics)).name : (job: Job): Job => job;
  const told = (job: Job): Job => (isOfProfile ? named(job) : { ...named(job), profile: null });
  const source = lyticsSource<Job>({
    lytics,
    asked,
    from,
    to,
    follow,
    told,
    keep,
    encode: (job) => job,
  });
  const seen = createSeen(keysRemembered);
  for await (const batch of source.read()) {
    for (const text of describeFaults(batch, source)) lytics.notify({ kind: "warning", text });
    for (const { key, encoded } of batch.candidates) {
      if (!seen.add(key)) continue;
      signal.throwIfAborted();
      yield encoded;
    }
  }
  plan.report().forEach(lytics.notify);
}
