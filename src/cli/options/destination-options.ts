import { FlowrunError } from "../../errors.ts";
import type { Start } from "../../adobe/journal/when.ts";
import type { RecordType, Subject } from "../../engine/destinations/destination.ts";
import { twice } from "../../engine/destinations/refused.ts";
import type { World } from "../../host.ts";
import type { WantedDestination } from "../../engine/destinations/find-scheme.ts";
import type { ToFlags } from "./flags.ts";
import { turnAway } from "./reading-options.ts";

/** An archive, whose place may not be known before its profile is. */
export type ArchiveDestination = Extract<WantedDestination, { kind: "archive" }>;

/** A destination that is no archive. */
export type OtherDestination = Extract<WantedDestination, { kind: "other" }>;

/** Where runs are delivered, besides or instead of stdout. */
export interface DeliveryOptions {
  /** True where they are printed, too. */
  readonly toStdout: boolean;
  /** The archive that takes every run and leads the others; `null` where there is none. */
  readonly leader: ArchiveDestination | null;
  /** Further archives, in the order of the line: they take every run as well, from the one that leads. */
  readonly copies: readonly ArchiveDestination[];
  /** The table that leads where no archive does: its database keeps the places of all; one of `others`. */
  readonly table: OtherDestination | null;
  readonly others: readonly OtherDestination[];
  readonly onRefused: "stop" | "skip";
  readonly standby: boolean;
  /** Whether events of Lytics come among runs. */
  readonly withJobs: boolean;
  /** The cursor that the line names; `null` for the usual one. */
  readonly cursor: string | null;
}

/** The subject of a reading, and the records that it may bring. */
export interface Brought {
  readonly of: Subject;
  readonly records: readonly RecordType[];
}

/** Runs, and what is told of flows that do not run. */
export const runsBrought: Brought = { of: "runs", records: ["flowrun.run", "flowrun.absent"] };
/** Events of Lytics alone. */
export const jobsBrought: Brought = { of: "jobs", records: ["flowrun.job"] };
/** Runs, with events of Lytics among them. */
export const bothBrought: Brought = { of: "runs", records: [...runsBrought.records, ...jobsBrought.records] };

/**
 * The destinations that the flags name; `null` where they name none, and runs are printed.
 * @throws FlowrunError `usage`.
 */
export async function resolveDelivery(
  flags: ToFlags,
  env: World["env"],
  { of, records }: Brought = runsBrought,
): Promise<DeliveryOptions | null> {
  const { to = [] } = flags;
  if (to.length === 0) {
    const misplaced = flags.standby === true ? "standby" : flags.onRefused !== undefined ? "on-refused" : null;
    if (misplaced !== null) throw alone(misplaced, of);
    return null;
  }
  const { findWanted } = await import("../../engine/destinations/find-scheme.ts");
  const wanted = to.map((text) => findWanted(text, env));
  const [leader = null, ...copies] = wanted.filter((one) => one.kind === "archive");
  turnAway(["last", "sort", "out"], flags, "--to", {
    why: `it waits for the end of the reading, and destinations get each ${of === "runs" ? "run" : "event"} as it comes`,
    hint: "leave it out; whoever reads over there has orders of their own",
  });
  const others = wanted.filter((one) => one.kind === "other");
  const withJobs = of === "runs" && records.includes("flowrun.job");
  const known = new Map<string, OtherDestination["address"]>();
  const meet = (identity: string, address: OtherDestination["address"]): void => {
    const other = known.get(identity);
    if (other !== undefined) throw twice(other.shown, address.shown, of === "runs" ? "run" : "event");
    known.set(identity, address);
  };
  // That the profile's own archive is one of the others shows once it is open.
  for (const { address } of leader === null ? [] : [leader, ...copies]) meet(`archive ${address.digest}`, address);
  for (const { scheme, address } of others) {
    const kind = await scheme.load();
    kind.check(address, env, { of, withJobs });
    if (!kind.takes(address, of).some((type) => records.includes(type))) throw nothingForIt(address.shown, of);
    meet(`${scheme.name} ${(await kind.identify?.(address)) ?? address.digest}`, address);
  }
  const standby = flags.standby === true;
  const table = leader === null ? (others.find(({ scheme }) => scheme.name === "table") ?? null) : null;
  if (standby && leader === null && table === null) throw nothingToHold();
  return {
    toStdout: wanted.some(({ kind }) => kind === "stdout") || flags.asksForStdout === true,
    leader,
    copies,
    table,
    others,
    onRefused: flags.onRefused ?? "stop",
    standby,
    withJobs,
    cursor: flags.cursor ?? null,
  };
}

/** Whether a database among the destinations keeps the place to read on from: `tail` goes on there without being told. Pure. */
export function isLed(delivery: DeliveryOptions | null): boolean {
  return delivery !== null && (delivery.leader !== null || delivery.table !== null);
}

/**
 * Checks that several profiles can be delivered side by side.
 * @param profiles `null` where there is one.
 * @throws FlowrunError `usage` for a file: each profile would add to it by itself, and one at a time may.
 */
export function checkProfiles({ others }: DeliveryOptions, profiles: readonly string[] | "all" | null): void {
  if (profiles === null || (profiles !== "all" && profiles.length < 2)) return;
  const file = others.find(({ scheme }) => scheme.name === "file");
  if (file === undefined) return;
  throw new FlowrunError("usage", `several profiles cannot be added to ${file.address.shown} at once`, {
    why: "a file has one writer, who knows where it ends; each profile is a delivery of its own",
    hint: "run a line for each: --profile a --to file:a.ndjson; or write all into one by the shell: -o ndjson >> runs.ndjson",
  });
}

/**
 * Checks that a reading that begins so can be delivered.
 * @throws FlowrunError `usage`.
 */
export function checkStart(delivery: DeliveryOptions, start: Start): void {
  const { leader } = delivery;
  if (start.kind !== "last" && leader !== null) {
    throw new FlowrunError("usage", "an archive is filled from where it stands, and not from a window", {
      why: "what it would get of a window would not be complete, and it could not tell",
      hint:
        leader.url === null
          ? "flowrun since last --to archive; what it has: flowrun archive status"
          : "flowrun since last --to 'postgres://…'; what it has: FLOWRUN_ARCHIVE='postgres://…' flowrun archive status",
    });
  }
  checkStandby(delivery, start, "flowrun tail");
}

/**
 * Checks that another host can take over a reading that begins so.
 * @param line the command to type instead.
 * @throws FlowrunError `usage`.
 */
export function checkStandby({ standby }: DeliveryOptions, start: Start, line: string): void {
  if (!standby || start.kind === "last") return;
  throw new FlowrunError("usage", "--standby goes with a reading from 'last' only", {
    why: "whoever takes over goes on where the other one stopped, and a window has no such place",
    hint: `${line} --since last --to … --standby`,
  });
}

function nothingForIt(shown: string, of: Subject): FlowrunError {
  const [brought, other, command] =
    of === "runs" ? ["runs", "events of Lytics", "flowrun lytics tail"] : ["events of Lytics", "runs", "flowrun tail"];
  return new FlowrunError("usage", `${shown} would get nothing`, {
    why: `by its options it takes ${other} alone, and this line reads ${brought}`,
    hint: `leave those options out (?records=, ?signals=), or deliver ${other}: ${command} --to …`,
  });
}

function alone(name: string, of: Subject): FlowrunError {
  return new FlowrunError("usage", `--${name} goes with --to only`, {
    why:
      name === "standby"
        ? "it says which of several hosts delivers"
        : `it says what becomes of refused ${of === "runs" ? "runs" : "events"}`,
    hint: "see what there is to deliver to: flowrun destinations",
  });
}

function nothingToHold(): FlowrunError {
  return new FlowrunError("usage", "--standby takes a database that all hosts share", {
    why: "it keeps who of them delivers, and refuses whoever has lost that right",
    hint: "name one, beside the others: --to 'postgres://user:env:NAME@host/database' (with ?table= for a table of yours)",
  });
}
