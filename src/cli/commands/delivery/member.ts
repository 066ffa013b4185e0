import type { Patience } from "../../../adobe/gateway/retrying.ts";
import { deliverySink, type Keeping } from "../../../engine/destinations/delivery-sink.ts";
import type { DeliveredRecord, Means, RecordType, Scheme } from "../../../engine/destinations/destination.ts";
import type { Address } from "../../../engine/destinations/address.ts";
import { patientDestination } from "../../../engine/destinations/patient.ts";
import { withCursorFile, type MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import type { Sink } from "../../../engine/sinks/sink.ts";
import type { Notify } from "../../../notices.ts";
import { warnOfFirst } from "../../terminal/first-few.ts";
import { noCounts, type CountedMember } from "./counts.ts";

/** Somewhere to deliver to, and the kind of thing it is. */
export interface DeliveredTo {
  readonly scheme: Pick<Scheme, "name" | "guarantee" | "load">;
  readonly address: Address;
}

/** How a destination takes part in a delivery. */
export interface Taking {
  readonly means: Means;
  readonly patience: Patience;
  readonly onRefused: "stop" | "skip";
  /** Told what the destination promises, and of what it refuses. */
  readonly notify: Notify;
  /** Told where it ends by itself. */
  readonly onEnded: (end: Error) => void;
  /** How one of the records is called that are counted. */
  readonly called: string;
}

/** A destination as a member of a delivery; nothing is opened yet. @param keeping `null` where no place is kept. */
export async function openMember(
  { scheme, address }: DeliveredTo,
  keeping: Keeping | null,
  { means, patience, onRefused, notify, onEnded, called }: Taking,
): Promise<CountedMember> {
  const counts = noCounts();
  const warn = warnOfFirst(
    notify,
    `more ${called}s are refused by ${address.shown}, and passed by; the end counts them`,
  );
  const kind = await scheme.load();
  const to = patientDestination(kind, address, means, {
    patience,
    onRefused,
    onOpen: ({ guarantee }) => {
      tellGuarantee(notify, address.shown, guarantee ?? scheme.guarantee);
    },
    onDelivered: (records) => void (counts.delivered += records.filter(isCounted).length),
    onPassedBy: (records, { message, why }) => {
      counts.passedBy += records.filter(isCounted).length;
      warn(`${message}${why === null ? "" : `: ${why}`}; passed by`);
    },
    onEnded,
  });
  const takes = kind.takes(address, means.reading.of);
  return { name: address.shown, sink: deliverySink(to, keeping), takes, counts };
}

/** News of a flow that does not run goes with the runs, and is counted as none. */
function isCounted(delivered: object): boolean {
  return !("absent" in delivered);
}

/** Each destination says once what it promises. */
export function tellGuarantee(notify: Notify, shown: string, guarantee: string): void {
  notify({ kind: "remark", text: `to ${shown}: ${guarantee}` });
}

/** Where records are printed, and in which form each of them; `undefined` for one that is left out. */
export interface Printer {
  readonly sink: Pick<Sink, "take">;
  readonly encode: (record: DeliveredRecord) => string | undefined;
  readonly takes: readonly RecordType[];
}

/** Stdout as a member of a delivery. @param openStore where its place is kept; `null` for nowhere. */
export async function printingMember(
  { sink: stdout, encode, takes }: Printer,
  openStore: (() => Promise<MarkStore>) | null,
): Promise<CountedMember> {
  const counts = noCounts();
  const sink: Sink<DeliveredRecord> = {
    take: async (batch, mark) => {
      const rows = batch.flatMap(({ encoded: record, ...candidate }) => {
        const encoded = encode(record);
        return encoded === undefined ? [] : [{ ...candidate, encoded }];
      });
      await stdout.take(rows, mark);
      counts.delivered += batch.filter(({ isAbsence }) => isAbsence !== true).length;
    },
    close: () => Promise.resolve(),
  };
  const kept = openStore === null ? sink : withCursorFile(sink, await openStore());
  return { name: "stdout", sink: kept, takes, counts };
}
