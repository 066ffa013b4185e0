import { endlessPatience } from "../../../adobe/access/connect.ts";
import type { Patience } from "../../../adobe/gateway/retrying.ts";
import type { DeliveredReading, DeliveredRecord, Means } from "../../../engine/destinations/destination.ts";
import type { RunSink } from "../../../engine/sinks/index.ts";
import type { FlowrunError } from "../../../errors.ts";
import { isJsonFormat } from "../../../render/formats/registry.ts";
import type { Job } from "../../../runs/job/job.ts";
import type { DeliveryOptions } from "../../options/destination-options.ts";
import { endsAfter } from "../../options/reading-options.ts";
import { failureText } from "../../terminal/failure-text.ts";
import type { CountedMember } from "../delivery/counts.ts";
import type { Leading } from "../delivery/lead.ts";
import { openMember, printingMember, type DeliveredTo } from "../delivery/member.ts";
import { deliverTogether } from "../delivery/together.ts";
import type { JobPlan } from "./job-plan.ts";
import { jobsFrom, pumpJobs, type JobReading } from "./read-jobs.ts";

/** A reading of events that is delivered. */
export interface JobDelivery {
  readonly reading: JobReading;
  readonly delivery: DeliveryOptions;
  /** Where events are printed as well; `null` for nowhere. */
  readonly stdout: RunSink<Job> | null;
}

/** Whether the place to read on from is kept. */
export function isKept({ start, origin }: Pick<JobReading, "start" | "origin">): boolean {
  return start.kind === "last" && origin.readOn !== null;
}

/** How long trouble is put up with: `tail` never gives up. */
export function jobPatienceOf({ follow, options }: JobPlan): Patience {
  return follow ? endlessPatience : options.patience;
}

/** The part of the world that a destination gets, and whose events it takes. */
export function jobMeansOf(reading: JobReading): Means {
  const { host, signal, reporter, origin, options } = reading;
  const delivered: DeliveredReading = {
    of: "jobs",
    profile: origin.profile,
    journal: origin.account,
    organisation: null,
    cursor: options.cursor,
  };
  return { host, signal, notify: reporter.notify, reading: delivered, isKept: isKept(reading) };
}

/**
 * Delivers events to destinations that each keep their own place.
 * @param archives those among them that take all events, whatever the filters say; the others get what these leave.
 * @param leading the database that leads; left out where none does.
 * @returns the worst failure among several, which has been told.
 */
export async function deliverToAll(
  { reading, delivery, stdout }: JobDelivery,
  archives: readonly DeliveredTo[] = [],
  leading?: Leading,
): Promise<FlowrunError | null> {
  const { host, reporter, signal, origin, options, follow, tally } = reading;
  const { notify } = reporter;
  const kept = isKept(reading);
  const wantsAll = archives.length > 0;
  // One moment for all, whenever each begins.
  const begin = jobsFrom(reading, null);
  const first = begin === "now" ? await origin.now() : begin;
  return deliverTogether({
    host,
    notify,
    signal,
    places: kept && origin.readOn !== null ? { of: origin.readOn, cursor: options.cursor } : null,
    destinations: [...archives, ...delivery.others],
    leading,
    open: async (to, keeping, { signal: until, onEnded, lease, authority }) => {
      const right = { ...(lease === undefined ? {} : { lease }), ...(authority === undefined ? {} : { authority }) };
      const means = { ...jobMeansOf(reading), signal: until, isKept: keeping !== null, ...right };
      const patience = jobPatienceOf(reading);
      const { onRefused } = delivery;
      const member = await openMember(to, keeping, { means, patience, onRefused, notify, onEnded, called: "event" });
      return wantsAll && !archives.includes(to) ? filtered(member, reading) : member;
    },
    print:
      stdout === null
        ? null
        : async (openStore) => {
            const encode = (record: DeliveredRecord): string | undefined =>
              record.type === "flowrun.job" ? stdout.encode(record) : undefined;
            const printed = await printingMember({ sink: stdout, encode, takes: ["flowrun.job"] }, openStore);
            return wantsAll ? filtered(printed, reading) : printed;
          },
    over: (member) => member,
    read: async (past, sink, { signal: until, tally: own }) => {
      const from = past === null ? first : jobsFrom(reading, past);
      await pumpJobs(reading, {
        ...{ from, wantsAll, past, sink, signal: until, tally: own },
        encode: (job): DeliveredRecord => job,
      });
    },
    mayPart: (kept || follow) && endsAfter(options) === Infinity && options.until === null,
    onLost: (name, failure) => {
      reporter.failure(failureText(failure, isJsonFormat(options.output), name, true));
    },
    tally,
    called: "event",
  });
}

/** A member that gets what the filters leave, and moves past the rest. */
function filtered(member: CountedMember, { options }: JobReading): CountedMember {
  const { sink } = member;
  const isWanted = (record: DeliveredRecord): boolean => record.type === "flowrun.job" && options.keep(record);
  return {
    ...member,
    sink: {
      ...sink,
      take: (batch, mark) =>
        sink.take(
          batch.filter(({ encoded }) => isWanted(encoded)),
          mark,
        ),
    },
  };
}
