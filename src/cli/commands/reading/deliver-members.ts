import { endlessPatience } from "../../../adobe/access/connect.ts";
import type { FlowrunError } from "../../../errors.ts";
import type { Notify } from "../../../notices.ts";
import type { Patience } from "../../../adobe/gateway/retrying.ts";
import { deliverySink, type Keeping } from "../../../engine/destinations/delivery-sink.ts";
import type { Lease } from "../../../engine/archive/lease.ts";
import type { PlaceWords } from "../../../engine/destinations/places.ts";
import {
  everyRecord,
  isRun,
  type Authority,
  type DeliveredReading,
  type DeliveredRecord,
  type Means,
} from "../../../engine/destinations/destination.ts";
import { patientDestination } from "../../../engine/destinations/patient.ts";
import type { RunSink } from "../../../engine/sinks/index.ts";
import type { Sink } from "../../../engine/sinks/sink.ts";
import { withCursorFile, type MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import { isJsonFormat } from "../../../render/formats/registry.ts";
import type { DeliveryOptions, OtherDestination } from "../../options/destination-options.ts";
import { failureText } from "../../terminal/failure-text.ts";
import type { AbsenceWatch } from "./absences.ts";
import { noCounts, type CountedMember } from "./delivery-counts.ts";
import { warnOfFirst } from "./first-few.ts";
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
  /** The table that leads; left out where none does. */
  readonly leading?: Leading;
}

/** A table that leads a delivery: it is written to by its lease, and the places of the others are kept beside it. */
export interface Leading {
  readonly table: OtherDestination;
  readonly lease: Lease;
  /** By that lease all others write. */
  readonly authority: Authority;
  /** @param name of the other destination, among those of the reading. */
  readonly storeOf: (name: string, words: PlaceWords) => MarkStore;
}

/** A destination as a member of a delivery. */
export async function memberOf(
  { scheme, address }: OtherDestination,
  keeping: Keeping | null,
  { plan, delivery, session, onEnded, lease, authority }: MemberWays,
): Promise<CountedMember> {
  const { reporter } = session;
  const counts = noCounts();
  const warn = warnOfFirst(
    reporter.notify,
    `more runs are refused by ${address.shown}, and passed by; the end counts them`,
  );
  const kind = await scheme.load();
  // What else may fail is somewhere else, and its own to tell of.
  const disk = scheme.name === "file" ? plan.watch?.disk(address.shown) : undefined;
  const means = {
    ...meansOf({ plan, session }, keeping !== null),
    notify: disk?.hear(reporter.notify) ?? reporter.notify,
    ...(lease === undefined ? {} : { lease }),
    ...(authority === undefined ? {} : { authority }),
  };
  const to = patientDestination(kind, address, means, {
    patience: patienceOf(plan),
    onRefused: delivery.onRefused,
    onOpen: ({ guarantee }) => {
      tellGuarantee(reporter.notify, address.shown, guarantee ?? scheme.guarantee);
    },
    onDelivered: (records) => void (counts.delivered += records.filter(isRun).length),
    onPassedBy: (records, { message, why }) => {
      counts.passedBy += records.filter(isRun).length;
      warn(`${message}${why === null ? "" : `: ${why}`}; passed by`);
    },
    onEnded,
  });
  const sink = deliverySink(to, keeping);
  const takes = kind.takes(address, means.reading.of);
  return { name: address.shown, sink: disk?.over(sink) ?? sink, takes, counts };
}

/** How one of the destinations takes part. */
interface MemberWays extends Omit<Ways, "stdout" | "absences"> {
  /** Told where it ends by itself. */
  readonly onEnded: (end: Error) => void;
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

/** Each destination says once what it promises. */
export function tellGuarantee(notify: Notify, shown: string, guarantee: string): void {
  notify({ kind: "remark", text: `to ${shown}: ${guarantee}` });
}

/** Stdout as a member of a delivery. @param openStore where its place is kept; `null` for nowhere. */
export async function printedMember(
  stdout: RunSink,
  openStore: (() => Promise<MarkStore>) | null,
): Promise<CountedMember> {
  const counts = noCounts();
  const sink: Sink<DeliveredRecord> = {
    take: async (batch, mark) => {
      const rows = batch.flatMap(({ encoded: record, ...candidate }) => {
        const encoded = encodeRecord(record, stdout);
        return encoded === undefined ? [] : [{ ...candidate, encoded }];
      });
      await stdout.take(rows, mark);
      counts.delivered += batch.filter(({ isAbsence }) => isAbsence !== true).length;
    },
    close: () => Promise.resolve(),
  };
  const kept = openStore === null ? sink : withCursorFile(sink, await openStore());
  return {
    name: "stdout",
    sink: kept,
    takes: stdout.encodeOther === null ? ["flowrun.run"] : everyRecord,
    counts,
  };
}

function encodeRecord(record: DeliveredRecord, { encode, encodeOther }: RunSink): string | undefined {
  return record.type === "flowrun.run" ? encode(record) : encodeOther?.(record);
}

/** A destination that is given up while the others go on, as it is told. Pure. */
export function lostText(name: string, failure: FlowrunError, { options }: Pick<Session, "options">): string {
  return failureText(failure, isJsonFormat(options.output), name, true);
}
