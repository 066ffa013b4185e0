import { isLoopback } from "../../../adobe/settings/check-value.ts";
import { parseAddress, urlOf } from "../../../engine/destinations/address.ts";
import type { Receiver } from "../../../engine/destinations/post.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { keepSecretsOfUrl } from "../../../mask.ts";
import type { LedgerTarget } from "../../../state/replay-ledger.ts";
import type { Zone } from "../../../text/zone.ts";
import type { ReplayFlags } from "../../options/flags.ts";
import { resolveOutput, type OutputOptions } from "../../options/output-options.ts";
import { resolveReading, resolveStart, turnAway, type ReadingOptions } from "../../options/reading-options.ts";
import { replayColumns, type Replayed } from "./replay-columns.ts";

/** The words of `replay` as domain values. */
export interface ReplayOptions {
  /** How events are read; its `max` is none, since runs are not what is counted. */
  readonly reading: ReadingOptions;
  readonly start: JournalStart;
  readonly receiver: Receiver;
  readonly target: LedgerTarget;
  /** So many events are sent at most; Infinity for all. */
  readonly max: number;
  /** The ids of the only events that are wanted; `null` for all. */
  readonly events: ReadonlySet<string> | null;
  readonly output: OutputOptions<Replayed>;
}

/**
 * As for every reading, but that runs of every status are wanted unless told otherwise, as a webhook gets them.
 * @throws FlowrunError `usage` for what cannot be, and for options that have no meaning here, before anything is asked.
 */
export async function resolveReplay(
  when: string,
  flags: ReplayFlags,
  { now, zone, env }: { readonly now: number; readonly zone: Zone; readonly env: Host["env"] },
): Promise<ReplayOptions> {
  checkFlags(flags);
  // What is printed is no runs: columns and fields are those of the outcome.
  const { columns = null, jsonFields = null, json = false, max = Infinity, ...asked } = flags;
  const printing = { ...(columns === null ? {} : { columns }), ...(jsonFields === null ? {} : { jsonFields }) };
  const output = resolveOutput(replayColumns, { ...asked, ...printing, json }, "json");
  const reading = await resolveReading({ ...asked, status: flags.status ?? ["all"], raw: true }, now, zone);
  if (reading.profiles !== null) throw severalProfiles();
  const start = resolveStart(when, flags, now, zone);
  if (start.kind !== "time" && start.kind !== "oldest") throw noBegin(when);
  return {
    reading,
    start,
    ...resolveTarget(flags, env),
    max,
    events: flags.event === undefined ? null : new Set(flags.event),
    output,
  };
}

function checkFlags(flags: ReplayFlags): void {
  turnAway(["last", "sort"], flags, "replay", {
    why: "events are sent oldest first, as the journal has them",
    hint: "choose a later beginning or fewer of them: flowrun replay -PT1H --max 20 --to <url>",
  });
  const given = (["from", "raw", "failOn", "exitStatus", "allProfiles"] as const).find((name) => flags[name]);
  if (given !== undefined) throw noMeaning(given);
  if (flags.all !== true || flags.onlyMissing !== true) return;
  throw new FlowrunError("usage", "--all and --only-missing do not go together", {
    why: "one sends what was accepted before again, and the other leaves it out",
    hint: "leave one of them out",
  });
}

function noMeaning(name: "from" | "raw" | "failOn" | "exitStatus" | "allProfiles"): FlowrunError {
  switch (name) {
    case "from":
      return new FlowrunError("usage", "--from has no meaning with replay", {
        why: "what is sent is the event as it was delivered, from the journal or the archive",
        hint: "put the file into the archive first: flowrun archive import <file>   (what somebody has already: --only-missing-from <file>)",
      });
    case "raw":
      return new FlowrunError("usage", "--raw has no meaning with replay", {
        why: "it sends the event as delivered anyway, and prints no runs",
        hint: "leave it out",
      });
    case "allProfiles":
      return severalProfiles();
    case "failOn":
    case "exitStatus":
      return new FlowrunError(
        "usage",
        `--${name === "failOn" ? "fail-on" : "exit-status"} has no meaning with replay`,
        {
          why: "its exit code says whether the webhook accepted the events: 3 where it refused any",
          hint: "leave it out, or ask for the runs: flowrun since -P1D --fail-on failed",
        },
      );
  }
}

function severalProfiles(): FlowrunError {
  return new FlowrunError("usage", "replay sends the events of one profile at a time", {
    why: "each is signed with its own profile's secret",
    hint: "run it once for each: flowrun replay -P1D --to <url> --profile <name>",
  });
}

function noBegin(when: string): FlowrunError {
  return new FlowrunError("usage", `replay cannot start at '${when}'`, {
    why: "it reads from a moment in the past to the end of the journal; what was accepted before is left out by itself",
    hint: "give a duration (-P1D, 2h), a date or time, or oldest",
  });
}

/** @throws FlowrunError `usage` for an address that nothing may be sent to. */
function resolveTarget(
  { to, insecureHttp = false }: ReplayFlags,
  env: Host["env"],
): Pick<ReplayOptions, "receiver" | "target"> {
  const address = parseAddress(to, env);
  const { word, shown, digest } = address;
  if (word !== "https" && word !== "http") {
    throw new FlowrunError("usage", `replay does not deliver to ${shown}`, {
      why: "a webhook is an address that begins with https://, or with http:// on this machine",
      hint: "flowrun replay -P1D --to https://…   (for other systems: flowrun since -P1D --to <url>)",
    });
  }
  const url = urlOf(address);
  if (word === "http" && !isLoopback(url.hostname) && !insecureHttp) {
    throw new FlowrunError("usage", `${shown} is plain http, to another machine`, {
      why: "events, signatures and the address itself could be read on the way",
      hint: `write https://${url.host}/… , or on a private network say so: --insecure-http`,
    });
  }
  url.hash = "";
  keepSecretsOfUrl(url);
  return { receiver: { url, shown }, target: { digest, shown } };
}
