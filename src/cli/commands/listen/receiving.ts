import type { Metrics } from "../../../engine/receive/meter.ts";
import type { KeptMeter } from "../../../engine/receive/delivery-metrics.ts";
import type { Spool } from "../../../engine/receive/spool.ts";
import type { WaitingForRoom } from "../../../engine/receive/when-room.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { DeliveryOptions } from "../../options/destination-options.ts";
import type { ReadingOptions } from "../../options/reading-options.ts";
import type { Reporter } from "../../terminal/reporter.ts";
import type { SpoolDelivery } from "./deliver-spool.ts";
import type { Doors } from "./doors.ts";
import type { Identity } from "./identity.ts";
import type { ListenOptions } from "./listen-options.ts";

/** Everything that a line of `listen` says. */
export interface ListenLine {
  readonly options: ReadingOptions;
  readonly delivery: DeliveryOptions | null;
  readonly listening: ListenOptions;
  /** Whether an event of Lytics is one of those that are wanted. */
  readonly keepJob: SpoolDelivery["keepJob"];
  /** Where the first comparison with the journal begins. */
  readonly start: JournalStart;
  readonly reporter: Reporter;
}

/** That, for whom, and what was received is kept in. */
export interface Receiving extends ListenLine {
  readonly identity: Identity;
  readonly spool: Spool;
  readonly metrics: Metrics;
  readonly kept: KeptMeter;
  /** Open already, where the disk was full; else it opens them. */
  readonly doors: (onOpen: (origin: string) => void) => Promise<Doors>;
  readonly room: WaitingForRoom;
  /** Events that the journal had brought, and the webhook after all. */
  readonly late: { readonly events: number };
  /** Ends what is under way: when the user says stop, that is finished first. */
  readonly over: AbortController;
}
