import { endlessPatience } from "../adobe/access/connect.ts";
import type { Patience } from "../adobe/gateway/retrying.ts";
import type { OnExpired } from "../adobe/journal/read-pages.ts";
import { timeWordsAt } from "../adobe/journal/when.ts";
import type { JournalStart } from "../engine/sources/journal.ts";
import { FlowrunError } from "../errors.ts";
import type { Notice } from "../notices.ts";
import { resolveEventSelection, type EventSelection } from "../runs/events/event-selection.ts";
import { compileFilter } from "../runs/filter/filter.ts";
import type { WatchedFilter } from "../runs/filter/watch.ts";
import { beginOf, checkOneWay, untilOf, filtersIn, openClock, type ReadingClock } from "./window.ts";
import { wordList, type Words } from "./words.ts";

/** Which runs are wanted: any word of one filter, and every filter. They take the words of the command's options. */
export interface RunFilters {
  /** `success`, `failed`, `partialSuccess`, `inProgress`, any other, or `all`; by default everything but `inProgress`. */
  readonly status?: Words | undefined;
  /** Flow ids, beginnings of them (from four characters on), names, or globs over names; in any case. */
  readonly flow?: Words | undefined;
  /** Run ids, or beginnings of them (from eight characters on), in any case. */
  readonly run?: Words | undefined;
  /** Names of sandboxes, or globs, in any case. */
  readonly sandbox?: Words | undefined;
  /** Globs over the codes of all errors and causes of a run, in any case: `CONNECTOR-1*`. */
  readonly code?: Words | undefined;
  /** `sources` (the default), `runs` for any event that carries a flow run, or exact event codes. */
  readonly events?: Words | undefined;
  /** Drops the runs that were updated later. */
  readonly until?: string | Date | undefined;
  /** Conditions over the record's fields, all of which must hold: `records.failed > 100 && durationMs > 30m`. */
  readonly where?: Words | undefined;
}

/** The settings that it takes to reach a journal, given by the program itself. */
export interface JournalSettings {
  readonly clientId: string;
  /** The credential's secrets, each of which is tried; not needed beside `accessToken`. */
  readonly clientSecret?: Words | undefined;
  readonly imsOrgId: string;
  /** By default those that the I/O Management API asks for. */
  readonly scopes?: readonly string[] | undefined;
  readonly journalUrl: string;
  readonly imsUrl?: string | undefined;
  /** A ready token: IMS is not asked for one. */
  readonly accessToken?: string | undefined;
}

/** The global AbortSignal, where the project's types know one. */
export type StopSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } } ? Signal : never;

/** The window to read, and how. */
export interface ReadRunsOptions {
  /**
   * Where to start: a duration back from now (`-P1D`, `2h`), a date or time, `oldest`, `now`, a `Date`, or the mark of an
   * earlier reading.
   */
  readonly since: string | Date | { readonly mark: string };
  /** The zone of times that name none: an IANA name, or `local` for the machine's own. By default UTC. */
  readonly timeZone?: string | undefined;
  /** A profile that `flowrun login` saved, or `demo`. By default the environment says, then the profile that is used. */
  readonly profile?: string | undefined;
  /** Instead of a profile; nothing of the environment (but proxies) is looked at then. */
  readonly settings?: JournalSettings | undefined;
  readonly filters?: RunFilters | undefined;
  /** Goes on after the end of the journal, for ever, and waits out whatever fails. */
  readonly follow?: boolean | undefined;
  /** Adds the event as delivered to each run. */
  readonly raw?: boolean | undefined;
  /** How many places of the journal are read at once, from 1 (the default) to 64. */
  readonly jobs?: number | undefined;
  /** Events per page asked of the journal; by default it decides. */
  readonly limit?: number | undefined;
  /** The policy where the place to read on from has expired; by default `fail`, and `oldest` with `follow`. */
  readonly onExpired?: "fail" | "oldest" | "latest" | undefined;
  /** Ends the reading, which then throws the signal's reason. */
  readonly signal?: StopSignal | undefined;
  /** Hears of each request, retry and warning; without it, nobody does. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}

/** The options as domain values. */
export interface ReadingPlan extends WatchedFilter {
  /** A mark is told once it is known whose journal it is held against. */
  readonly start: JournalStart | { readonly kind: "mark"; readonly text: string };
  readonly events: EventSelection;
  /** When the window ends, epoch milliseconds; `null` where nobody says. */
  readonly until: number | null;
  readonly follow: boolean;
  readonly raw: boolean;
  readonly jobs: number;
  readonly limit: number | null;
  readonly onExpired: OnExpired;
  readonly patience: Patience | null;
}

/**
 * Options → domain values, before anything is asked.
 * @throws FlowrunError `usage`. Pure.
 */
export async function resolveOptions(options: ReadRunsOptions, now: number): Promise<ReadingPlan> {
  const { since, follow = false, raw = false, jobs = 1, limit } = options;
  checkOneWay(options, "the journal");
  const filters = filtersIn(options.filters);
  checkCount("jobs", jobs, mostJobs);
  if (limit !== undefined) checkCount("limit", limit, Infinity);
  const clock = await openClock(now, options.timeZone);
  const until = untilOf(filters.until, clock);
  return {
    start:
      typeof since === "object" && "mark" in since
        ? { kind: "mark", text: since.mark }
        : beginOf(since, until, clock, caller),
    events: resolveEventSelection(wordList(filters.events, "events"), "events"),
    ...(await resolveFilters(filters, until, clock)),
    until,
    follow,
    raw,
    jobs,
    limit: limit ?? null,
    onExpired: options.onExpired ?? (follow ? "oldest" : "fail"),
    patience: follow ? endlessPatience : null,
  };
}

/** How a program does what a cursor does for the command line. */
const caller = {
  name: "readRuns",
  why: "cursors belong to the command line; a program keeps the mark of its last reading",
  hint: "since: { mark }, with what the reading's mark() returned",
};

/** More readers than that would only wait for each other. */
const mostJobs = 64;

function checkCount(name: string, count: number, most: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= most) return;
  throw new FlowrunError("usage", `${name} cannot be ${count}`, {
    why: `it is a whole number from 1${most === Infinity ? "" : ` to ${most}`}`,
    hint: `leave it out, or give ${name}: 1`,
  });
}

async function resolveFilters(
  filters: RunFilters,
  until: number | null,
  { now, zone }: ReadingClock,
): Promise<WatchedFilter> {
  const words = {
    status: wordList(filters.status, "status"),
    flow: wordList(filters.flow, "flow"),
    run: wordList(filters.run, "run"),
    sandbox: wordList(filters.sandbox, "sandbox"),
    code: wordList(filters.code, "code"),
    untilMs: until ?? undefined,
  };
  const expressions = wordList(filters.where, "where") ?? [];
  if (expressions.length === 0) return compileFilter(words, plainName);
  // Brings a pattern matcher with it.
  const { whereRuns } = await import("../runs/filter/where.ts");
  const times = timeWordsAt(now, zone);
  const conditions = expressions.flatMap((expression) => whereRuns.criteria(expression, times, "where"));
  return compileFilter({ ...words, conditions }, plainName);
}

/** A program gives options by their names. */
function plainName(option: string): string {
  return option;
}
