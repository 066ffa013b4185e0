import { endlessPatience } from "../../../adobe/access/connect.ts";
import type { FlowrunError } from "../../../errors.ts";
import type { Notify } from "../../../notices.ts";
import type { Patience } from "../../../adobe/gateway/retrying.ts";
import { deliverySink, type Keeping } from "../../../engine/destinations/delivery-sink.ts";
import type { WantedDestination } from "../../../engine/destinations/find-scheme.ts";
import type { Member } from "../../../engine/destinations/lanes.ts";
import { patientDestination } from "../../../engine/destinations/patient.ts";
import type { RunSink } from "../../../engine/sinks/index.ts";
import type { Sink } from "../../../engine/sinks/sink.ts";
import { withCursorFile, type MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import { isJsonFormat } from "../../../render/formats/registry.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import type { DeliveryOptions } from "../../options/destination-options.ts";
import { failureText } from "../../terminal/failure-text.ts";
import type { ReadPlan } from "./read-plan.ts";
import type { Session } from "./session.ts";

/** One profile's delivery. */
export interface Ways {
  readonly plan: ReadPlan;
  readonly delivery: DeliveryOptions;
  readonly session: Session;
  /** Where runs are printed as well; `null` for nowhere. */
  readonly stdout: RunSink | null;
}

/** A destination that is no archive. */
export type OtherDestination = Extract<WantedDestination, { kind: "other" }>;

/** A destination as a member of a delivery. */
export async function memberOf(
  { scheme, address }: OtherDestination,
  keeping: Keeping | null,
  { plan, delivery, session, onEnded }: Omit<Ways, "stdout"> & { readonly onEnded: (end: Error) => void },
): Promise<Member> {
  const { host, options, origin, reporter } = session;
  const kind = await scheme.load();
  const connection = origin.kind === "journal" || origin.kind === "spool" ? origin.connection : null;
  // What else may fail is somewhere else, and its own to tell of.
  const disk = scheme.name === "file" ? plan.watch?.disk(address.shown) : undefined;
  const means = {
    host,
    signal: plan.signal,
    notify: disk?.hear(reporter.notify) ?? reporter.notify,
    reading: {
      profile: connection?.settings.profile ?? "file",
      journal: connection?.journalName ?? "file:",
      organisation: connection?.settings.imsOrgId ?? null,
      cursor: options.cursor,
    },
    isKept: keeping !== null,
  };
  const to = patientDestination(kind, address, means, {
    patience: patienceOf(plan),
    onRefused: delivery.onRefused,
    onOpen: ({ guarantee }) => {
      tellGuarantee(reporter.notify, address.shown, guarantee ?? scheme.guarantee);
    },
    onEnded,
  });
  const sink = deliverySink(to, keeping);
  return { name: address.shown, sink: disk?.over(sink) ?? sink };
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
export async function printedMember(stdout: RunSink, openStore: (() => Promise<MarkStore>) | null): Promise<Member> {
  const sink: Sink<FlowRun> = {
    take: (batch, mark) =>
      stdout.take(
        batch.map((run) => ({ ...run, encoded: stdout.encode(run.encoded) })),
        mark,
      ),
    close: () => Promise.resolve(),
  };
  return { name: "stdout", sink: openStore === null ? sink : withCursorFile(sink, await openStore()) };
}

/** A destination that is given up while the others go on, as it is told. Pure. */
export function lostText(name: string, failure: FlowrunError, { options }: Pick<Session, "options">): string {
  return failureText(failure, isJsonFormat(options.output), name, true);
}
