import { endlessPatience } from "../../../adobe/access/connect.ts";
import type { FlowrunError } from "../../../errors.ts";
import type { Patience } from "../../../adobe/gateway/retrying.ts";
import type { Keeping } from "../../../engine/destinations/delivery-sink.ts";
import {
  everyRecord,
  mainRecord,
  type Authority,
  type DeliveredReading,
  type DeliveredRecord,
  type Means,
} from "../../../engine/destinations/destination.ts";
import type { RunSink } from "../../../engine/sinks/index.ts";
import type { MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import { isJsonFormat } from "../../../render/formats/registry.ts";
import type { DeliveryOptions } from "../../options/destination-options.ts";
import { failureText } from "../../terminal/failure-text.ts";
import type { CountedMember } from "../delivery/counts.ts";
import { openMember, printingMember, type DeliveredTo, type Taking } from "../delivery/member.ts";
import type { AbsenceWatch } from "./absences.ts";
import type { ReadPlan } from "./read-plan.ts";
import type { Session } from "./session.ts";

/** One profile's delivery. */
export interface Ways {
  readonly plan: ReadPlan;
  readonly delivery: DeliveryOptions;
  readonly session: Session;
  /** Where runs are printed as well; `null` for nowhere. */
  readonly stdout: RunSink | null;
  /** Who knows which flows do not run; left out where nobody wants to be told. */
  readonly absences?: AbsenceWatch | null;
}

/** A destination as a member of a delivery. */
export async function memberOf(
  to: DeliveredTo,
  keeping: Keeping | null,
  { plan, delivery, session, onEnded, lease, authority }: MemberWays,
): Promise<CountedMember> {
  const { notify } = session.reporter;
  // What else may fail is somewhere else, and its own to tell of.
  const disk = to.scheme.name === "file" ? plan.watch?.disk(to.address.shown) : undefined;
  const usual = meansOf({ plan, session }, keeping !== null);
  const means = {
    ...usual,
    reading: { ...usual.reading, withJobs: delivery.withJobs },
    notify: disk?.hear(notify) ?? notify,
    ...(lease === undefined ? {} : { lease }),
    ...(authority === undefined ? {} : { authority }),
  };
  const { onRefused } = delivery;
  const taking = { means, patience: patienceOf(plan), onRefused, notify, onEnded, called: "run" };
  const member = await openMember(to, keeping, taking);
  return disk === undefined ? member : { ...member, sink: disk.over(member.sink) };
}

/** How one of the destinations takes part. */
interface MemberWays extends Omit<Ways, "stdout" | "absences">, Pick<Taking, "onEnded"> {
  /** The lease that is kept beside it, where it leads. */
  readonly lease?: Means["lease"] | undefined;
  /** Where another one leads: the right by which it is written to. */
  readonly authority?: Authority | undefined;
}

/** The part of the world that a destination gets, and whose runs it takes. */
export function meansOf({ plan, session }: Pick<Ways, "plan" | "session">, isKept: boolean): Means {
  const { host, options, origin, reporter } = session;
  const connection = origin.kind === "journal" || origin.kind === "spool" ? origin.connection : null;
  const reading: DeliveredReading = {
    of: "runs",
    profile: connection?.settings.profile ?? "file",
    journal: connection?.journalName ?? "file:",
    organisation: connection?.settings.imsOrgId ?? null,
    cursor: options.cursor,
  };
  return { host, signal: plan.signal, notify: reporter.notify, reading, isKept };
}

/** `tail` never gives up: it waits out whatever passes. */
export function patienceOf({ follow, options }: Pick<ReadPlan, "follow" | "options">): Patience {
  return follow ? endlessPatience : options.patience;
}

/** Stdout as a member of a delivery of runs. @param openStore where its place is kept; `null` for nowhere. */
export function printedMember(stdout: RunSink, openStore: (() => Promise<MarkStore>) | null): Promise<CountedMember> {
  const takes = stdout.encodeOther === null ? [mainRecord("runs")] : everyRecord;
  return printingMember({ sink: stdout, encode: (record) => encodeRecord(record, stdout), takes }, openStore);
}

function encodeRecord(record: DeliveredRecord, { encode, encodeOther }: RunSink): string | undefined {
  return record.type === "flowrun.run" ? encode(record) : encodeOther?.(record);
}

/** A destination that is given up while the others go on, as it is told. Pure. */
export function lostText(name: string, failure: FlowrunError, { options }: Pick<Session, "options">): string {
  return failureText(failure, isJsonFormat(options.output), name, true);
}
