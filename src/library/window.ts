import { parseUntil, parseWhen, type Start } from "../adobe/journal/when.ts";
import { FlowrunError } from "../errors.ts";
import { isObject } from "../json.ts";
import { utc, type Zone } from "../text/zone.ts";
import { nameOf } from "./words.ts";

/** The moment and the zone that words of time are read by. */
export interface ReadingClock {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly zone: Zone;
}

/** The clock of a reading; another zone than UTC brings luxon. @throws FlowrunError `usage` for a zone that there is not. */
export async function openClock(now: number, zoneName: string | undefined): Promise<ReadingClock> {
  if (zoneName === undefined || zoneName === "UTC") return { now, zone: utc };
  const { zoneNamed } = await import("../text/named-zone.ts");
  const zone = zoneNamed(zoneName);
  if (zone !== null) return { now, zone };
  throw new FlowrunError("usage", `there is no time zone ${JSON.stringify(zoneName.slice(0, 100))}`, {
    why: "it is neither local nor a name of the IANA time zone database",
    hint: 'timeZone: "Europe/Berlin"',
  });
}

/** How a function is called, and how a program does with it what a cursor does for the command line. */
interface Caller {
  readonly name: string;
  readonly why: string;
  readonly hint: string;
}

/** That a caller says once how something is reached. @param what `the journal`. @throws FlowrunError `usage`. Pure. */
export function checkOneWay(options: { readonly profile?: unknown; readonly settings?: unknown }, what: string): void {
  if (options.profile === undefined || options.settings === undefined) return;
  throw new FlowrunError("usage", "profile and settings do not go together", {
    why: `both say how ${what} is reached`,
    hint: "give one of them",
  });
}

/** Where a reading begins. @param until when it ends, epoch ms. @throws FlowrunError `usage`. Pure. */
export function beginOf(
  since: string | Date,
  until: number | null,
  { now, zone }: ReadingClock,
  { name, why, hint }: Caller,
): Exclude<Start, { readonly kind: "last" }> {
  const start = parseWhen(wordsOfTime(since, "since"), now, zone);
  if (start.kind === "last") {
    throw new FlowrunError("usage", `${name} cannot start from a cursor ('last')`, { why, hint });
  }
  if (start.kind !== "time" || until === null || until >= start.at) return start;
  throw new FlowrunError("usage", "the window ends before it begins", {
    why: `it goes from ${new Date(start.at).toISOString()} to ${new Date(until).toISOString()}`,
    hint: "give until a later moment, or begin earlier",
  });
}

/** When a reading ends, epoch ms; `null` where nobody says. @throws FlowrunError `usage`. Pure. */
export function untilOf(until: string | Date | undefined, { now, zone }: ReadingClock): number | null {
  return until === undefined ? null : parseUntil(wordsOfTime(until, "until"), "until", now, zone);
}

/** The filters that a caller gives, who in JavaScript has no compiler to tell it. @throws FlowrunError `usage`. Pure. */
export function filtersIn<Filters extends object>(filters: Filters | undefined): Partial<Filters> {
  if (filters === undefined) return {};
  if (isObject(filters)) return filters;
  throw new FlowrunError("usage", "filters is no object", {
    why: `it is ${nameOf(filters)}`,
    hint: 'leave it out, or give some: filters: { status: "failed" }',
  });
}

/** Where to begin, checked for the same reason. @param isMark whether it is another way to say so. @throws FlowrunError `usage`. */
export function checkSince(options: unknown, name: string, isMark: (since: unknown) => boolean = () => false): void {
  const since = isObject(options) ? options["since"] : undefined;
  if (typeof since === "string" || since instanceof Date || isMark(since)) return;
  const isNothing = isObject(since) && since["mark"] === null;
  throw new FlowrunError("usage", `${name} does not know where to begin`, {
    why: isNothing
      ? "the mark is null: the reading that it is of had not read anything yet"
      : "since is missing, or is of another kind than those that there are",
    hint: `${name}({ since: "-P1D" })`,
  });
}

function wordsOfTime(time: string | Date, name: string): string {
  if (typeof time === "string") return time;
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new FlowrunError("usage", `${name} is an invalid Date`, {
    why: "it was made from a text that is no time",
    hint: `give the words themselves: ${name}: "-P1D"`,
  });
}
