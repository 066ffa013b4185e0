import { checkProfileName } from "../../../adobe/settings/profile-name.ts";
import { readVariable, type OwnVariable } from "../../../adobe/settings/environment.ts";
import { demoProfile, requireProfile } from "../../../adobe/access/chosen-profile.ts";
import { emptyTally, type Tally } from "../../../engine/pump.ts";
import { FlowrunError, worstTold } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { isJsonFormat } from "../../../render/formats/registry.ts";
import { listProfiles } from "../../../state/profile-files.ts";
import { failureText } from "../../terminal/failure-text.ts";
import { namedReporter, number, type Reporter } from "../../terminal/reporter.ts";
import type { ReadingOptions } from "../../options/reading-options.ts";
import type { Quota } from "./quota.ts";

/** One of several profiles that are read side by side. */
export interface OneSide {
  readonly profile: string;
  readonly reporter: Reporter;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

/** How they are run. */
export interface SidesPlan {
  readonly signal: AbortSignal;
  readonly quota: Quota;
  readonly ended?: (profile: string) => Promise<void>;
  readonly concernsAll?: (error: unknown) => boolean;
}

/** Several profiles, read side by side. */
export interface Sides {
  readonly profiles: readonly string[];
  /**
   * Lets `read` work for all of them at once; what is wrong with one is told with its name. Ends when all have ended, or
   * enough runs are there.
   * @throws what concerns all: nobody reads any more, the command was told to stop, a bug.
   */
  run(plan: SidesPlan, read: (side: OneSide) => Promise<void>): Promise<void>;
  total(): Readonly<Tally>;
  failure(): FlowrunError | null;
  areAllLost(): boolean;
  /** Says how many runs came of which profile. */
  summary(): void;
}

/** The profiles that are wanted, ready to be read. @throws FlowrunError for one that there is not. */
export async function createSides(
  wanted: readonly string[] | "all",
  { output }: Pick<ReadingOptions, "output">,
  reporter: Reporter,
  host: Host,
): Promise<Sides> {
  const profiles = await findProfiles(wanted, host);
  const asJson = isJsonFormat(output);
  const tallies = new Map(profiles.map((profile) => [profile, emptyTally()]));
  const failures = new Map<string, FlowrunError>();

  const tellFailure = (profile: string, error: FlowrunError): void => {
    failures.set(profile, error);
    reporter.failure(failureText(error, asJson, profile, true));
  };
  return {
    profiles,
    run: async ({ signal, quota, ended, concernsAll }, read) => {
      const over = new AbortController();
      const until = AbortSignal.any([signal, over.signal]);
      const readOne = async (profile: string, tally: Tally): Promise<void> => {
        try {
          await read({ profile, reporter: namedReporter(reporter, profile), tally, signal: until });
          if (quota.isFull()) over.abort();
        } catch (error) {
          if (over.signal.aborted && concernsAll?.(error) !== true) return;
          if (signal.aborted || concernsAll?.(error) === true || !isOfOne(error)) {
            over.abort();
            throw error;
          }
          tellFailure(profile, error);
        } finally {
          await ended?.(profile);
        }
      };
      const ends = await Promise.allSettled([...tallies].map(([profile, tally]) => readOne(profile, tally)));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    },
    total: () => [...tallies.values()].reduce(sum),
    failure: () => worstTold([...failures.values()]),
    areAllLost: () => failures.size === profiles.length,
    summary: () => {
      const parts = [...tallies].map(([profile, tally]) => `${profile} ${countsOf(tally, failures.has(profile))}`);
      reporter.notify({ kind: "remark", text: parts.join(" · ") });
    },
  };
}

/** A failure that leaves the other profiles as they are. */
function isOfOne(error: unknown): error is FlowrunError {
  return error instanceof FlowrunError && !["bug", "closed", "aborted"].includes(error.kind);
}

function countsOf({ printed, failed, pages }: Tally, isLost: boolean): string {
  if (isLost && pages === 0) return "could not be read";
  const counts = `${number(printed)} ${printed === 1 ? "run" : "runs"}, ${number(failed)} failed`;
  return isLost ? `${counts}, then could not be read` : counts;
}

function sum(one: Tally, other: Tally): Tally {
  return {
    printed: one.printed + other.printed,
    // One that could not be read at all has counted nothing.
    ...(one.matched === undefined && other.matched === undefined
      ? {}
      : { matched: (one.matched ?? one.printed) + (other.matched ?? other.printed) }),
    failed: one.failed + other.failed,
    runs: one.runs + other.runs,
    events: one.events + other.events,
    duplicates: one.duplicates + other.duplicates,
    unreadable: one.unreadable + other.unreadable,
    pages: one.pages + other.pages,
  };
}

/** A name that is not known is a slip of the pen: nothing is read before it is mended. */
async function findProfiles(wanted: readonly string[] | "all", host: Host): Promise<readonly string[]> {
  refuseSettings(host);
  if (wanted !== "all") {
    for (const name of wanted.map(checkProfileName)) {
      if (name !== demoProfile) await requireProfile(name, "reading", host);
    }
    return wanted;
  }
  const saved = await listProfiles(host.dirs.config);
  if (saved.length > 0) return saved;
  throw new FlowrunError("settings", "--all-profiles finds no profile", {
    why: "none has been saved",
    hint: "make one: flowrun login --profile <name>; or try the demo: --profile demo",
  });
}

/** The variables that say whose journal is read, or by whom. */
const personal = [
  "FLOWRUN_CLIENT_ID",
  "FLOWRUN_CLIENT_SECRET",
  "FLOWRUN_IMS_ORG_ID",
  "FLOWRUN_JOURNAL_URL",
  "FLOWRUN_ACCESS_TOKEN",
] as const satisfies readonly OwnVariable[];

/** The environment goes before a profile, and so before all of them: one journal would pass for several. */
function refuseSettings({ env }: Pick<Host, "env">): void {
  const set = personal.filter((name) => readVariable(env, name) !== null);
  if (set.length === 0) return;
  throw new FlowrunError("settings", "several profiles cannot be read with settings of the environment", {
    why: `${set.join(", ")} ${set.length === 1 ? "goes" : "go"} before every profile, so that all would be read as one`,
    hint: `unset ${set.join(" ")}`,
  });
}
