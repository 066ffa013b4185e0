import type { World } from "../../host.ts";
import type { Notify } from "../../notices.ts";
import type { AbsentRecord } from "../../runs/cadence/flow-record.ts";
import type { Job } from "../../runs/job/job.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Lease } from "../archive/lease.ts";
import type { Address } from "./address.ts";

/**
 * All that there is to know of a kind of destination without loading it: a row of `schemes.ts`. The file that it loads knows
 * the other side, and no more: whoever opens it tries again, waits and keeps places.
 */
export interface Scheme {
  /** Its name in `flowrun destinations`: `nats`. */
  readonly name: string;
  /** The words before the first colon of its addresses: `nats`, `nats+tls`. */
  readonly words: readonly string[];
  /** How an address is written: `nats://host:4222/subject`. */
  readonly form: string;
  /** How often a run arrives, in a few words: "at least once, by a stable id". */
  readonly guarantee: string;
  /** The form in which it arrives: "a message a run, JSON". */
  readonly delivers: string;
  /** Settings in its address (`?rotate=`) or the environment, and what each means. */
  readonly settings: readonly SchemeSetting[];
  /** A line that delivers there, to type once its names are one's own. */
  readonly example: string;
  readonly load: () => Promise<Kind>;
}

/** A setting of a scheme: `?rotate=`, `NATS_URL`. */
export interface SchemeSetting {
  readonly name: string;
  readonly meaning: string;
}

/** A kind of destination: one file. */
export interface Kind {
  /**
   * @param brings what is to be delivered; runs where nobody says.
   * @throws FlowrunError `usage` for an address that cannot be right, before anything is asked for.
   */
  readonly check: (address: Address, env: World["env"], brings?: Brings) => void;
  /**
   * The one thing that an address comes down to, where it can be written in several ways: two with the same may not be delivered to at
   * once. Left out where the address itself says it all.
   */
  readonly identify?: (address: Address) => Promise<string>;
  /**
   * Connects, and looks at whatever could be wrong over there; it sends no run.
   * @throws FlowrunError: `unavailable` (or `Away`) where another try may help; any other is for good.
   */
  readonly open: (address: Address, means: Means) => Promise<OpenDestination>;
  /** The records that it has a form for, in a reading of that subject; it is given no others. */
  readonly takes: (address: Address, of: Subject) => readonly RecordType[];
}

/** The subject of a reading: runs of flows and what goes with them, or events of Lytics. */
export type Subject = "runs" | "jobs";

/** The subject of a reading, and whatever else it may bring. */
export interface Brings {
  readonly of: Subject;
  /** Whether events of Lytics come among the runs, as they do to a receiver; left out where they do not. */
  readonly withJobs?: boolean;
}

/** Everything that may be delivered. */
export type DeliveredRecord = FlowRun | AbsentRecord | Job;

/** The word by which a record tells which of them it is. */
export type RecordType = DeliveredRecord["type"];

/** For whoever has a form for all of them. */
export const everyRecord: readonly RecordType[] = ["flowrun.run", "flowrun.absent", "flowrun.job"];

/** The record that a reading of a subject is of, for whoever has a form for one alone. Pure. */
export function mainRecord(of: Subject): RecordType {
  return of === "runs" ? "flowrun.run" : "flowrun.job";
}

/** A run on its way to another system. */
export interface DeliveredRun {
  /** The same whenever the event comes again; 1 to 200 of `[A-Za-z0-9_-]`, so that it fits into any header. */
  readonly id: string;
  readonly run: FlowRun;
}

/** News of a flow that does not run, on its way to another system. */
export interface DeliveredAbsence {
  /** The same whenever the same is told; as a run's. */
  readonly id: string;
  readonly absent: AbsentRecord;
}

/** An event of Lytics on its way to another system. */
export interface DeliveredJob {
  /** The same whenever the event comes again; as a run's. */
  readonly id: string;
  readonly job: Job;
}

/** A record on its way to another system. */
export type Delivered = DeliveredRun | DeliveredAbsence | DeliveredJob;

/** Whether a record is that of a run. Pure. */
export function isRun(delivered: Delivered): delivered is DeliveredRun {
  return "run" in delivered;
}

/** Whether a record is an event of Lytics. Pure. */
export function isJob(delivered: Delivered): delivered is DeliveredJob {
  return "job" in delivered;
}

/** A record by its id, as a part of a sentence: `run 3f2a9c01-…`. Pure. */
export function deliveredName(delivered: Delivered): string {
  if (isRun(delivered)) return `run ${delivered.run.runId}`;
  return isJob(delivered)
    ? `event ${delivered.job.eventId ?? delivered.id}`
    : `the news of flow ${delivered.absent.flowId}`;
}

/** The record itself. Pure. */
export function recordOf(delivered: Delivered): DeliveredRecord {
  if (isRun(delivered)) return delivered.run;
  return isJob(delivered) ? delivered.job : delivered.absent;
}

/** A record with the id by which it goes. Pure. */
export function deliveredOf(id: string, record: DeliveredRecord): Delivered {
  switch (record.type) {
    case "flowrun.run":
      return { id, run: record };
    case "flowrun.absent":
      return { id, absent: record };
    case "flowrun.job":
      return { id, job: record };
  }
}

/** A destination that is open. One that has thrown `unavailable` is closed and opened anew before the next try. */
export interface OpenDestination {
  /** Its guarantee with these very settings, where that says more than the scheme's: the stream's duplicate window. */
  readonly guarantee?: string;
  /** The other side, as it was found: "stream RUNS, duplicate window 2 min"; for `doctor`. */
  readonly found: string;
  /** The place that was saved over there together with runs; `null` for none. Left out where it keeps no place. */
  readonly findPlace?: () => Promise<string | null>;
  /**
   * Delivers runs, and what else it takes, in their order. When it resolves all are safe over there, and with them `place` where it keeps one
   * (`null`: none is to be kept; there may be a place without a run). A batch that failed may be given again, whole.
   * @param onSent is told of each run, or of each group, that is safe over there already, so that a batch that is tried
   * again goes on behind it. One that saves a place with its runs does not call it.
   * @throws FlowrunError: `unavailable` where another try may help; `Refused` where it never will for some of the runs.
   */
  readonly deliver: (records: readonly Delivered[], place: string | null, onSent: OnSent) => Promise<void>;
  /**
   * Aborts, with what `deliver` would throw, when the other side has ended by itself, so that the reading ends even while
   * there is nothing to deliver. Left out where none ends.
   */
  readonly ended?: AbortSignal;
  /** Lets go at once of what hangs, and ends well what is under way otherwise. Never rejects. */
  readonly close: () => Promise<void>;
}

/** So many of the batch, from its beginning, are safe: a count since the beginning of this call. */
export type OnSent = (count: number) => void;

/** The part of the world that a destination may use. */
export interface Means {
  readonly host: Pick<World, "env" | "dirs" | "now" | "sleep" | "random" | "send" | "pid">;
  /** Ends every request and every wait. */
  readonly signal: AbortSignal;
  readonly notify: Notify;
  /** Whose records these are, and by which name places are kept. */
  readonly reading: DeliveredReading;
  /** True where places are kept: the reading starts at `last`, or follows an archive. */
  readonly isKept: boolean;
  /** The right by which this process alone delivers, where it is kept beside what is delivered: nothing goes in without it. */
  readonly lease?: Pick<Lease, "name" | "epoch" | "lifeMs">;
  /** The same right where it is kept elsewhere: by it a destination makes sure that nobody who has lost it writes there. */
  readonly authority?: Authority;
}

/** A right to deliver that is kept beside another destination. */
export interface Authority {
  /** @throws FlowrunError `lease` where another process has it now; of the database that keeps it. */
  readonly confirm: () => Promise<void>;
}

/** A reading that is delivered; places are kept for it. */
export interface DeliveredReading extends Brings {
  readonly profile: string;
  /** As a cursor names it: its URL without a secret, or `demo:`; of Lytics, its list of events. */
  readonly journal: string;
  /** The organisation's id; `null` where it is not known. */
  readonly organisation: string | null;
  readonly cursor: string;
}
