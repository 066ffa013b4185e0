import { shortKey } from "../runs/events/event-key.ts";
import { readJob, type JobEvent } from "../runs/job/read-job.ts";
import { writeFingerprint } from "../text/fingerprint.ts";

/** An item that is no event. */
export interface RejectedItem {
  /** The same whenever the item comes again. */
  readonly key: string;
  /** The end of a sentence about it. */
  readonly reason: string;
}

/** The event of an item of a list or a webhook, under a key of bounded length, or what is wrong with the item. Pure. */
export function eventIn(item: unknown, profile: string | null): JobEvent | RejectedItem {
  const read = readJob(item, profile);
  if (typeof read === "string") return { key: `reject ${writeFingerprint(JSON.stringify(item))}`, reason: read };
  return { ...read, key: shortKey(read.key) };
}
