import { FlowrunError } from "../../../errors.ts";
import type { SinceFlags, TailFlags } from "../../options/flags.ts";
import type { Host } from "../../../host.ts";
import { isLed, resolveDelivery } from "../../options/destination-options.ts";
import { openZone } from "../../options/clock.ts";
import { perform } from "./perform.ts";
import type { ReadPlan } from "./read-plan.ts";
import { checkFailed } from "./read.ts";
import { resolveAbsences, turnAway, resolveReading, resolveStart } from "../../options/reading-options.ts";

/** Each flow run as it is recorded, until stopped. */
export async function runTail(flags: TailFlags, host: Host): Promise<void> {
  const zone = await openZone(flags.time, host.stdout);
  const now = host.now();
  const options = await resolveReading(flags, now, zone);
  const delivery = await resolveDelivery(flags, host.env);
  const since = flags.since ?? (isLed(delivery) ? "last" : "now");
  if (options.until !== null && options.until <= now && since === "now") {
    throw new FlowrunError("usage", `tail --until ${flags.until} would print nothing, for ever`, {
      why: "--until drops the runs that were updated after a moment in the past, and tail starts now",
      hint: "give it a window too (--since -P1D), or read one to its end: flowrun since",
    });
  }
  turnAway(["source", "strict"], flags, "tail", {
    why: "it follows the journal, where no part of a window is known to be missing until it is read",
    hint: "read a window to its end: flowrun since -P1D",
  });
  const start = resolveStart(since, flags, now, zone);
  const admin = flags.admin === undefined ? {} : { admin: flags.admin };
  await follow({ options, start, delivery, ...admin }, flags, "tail", host);
}

/**
 * A window, and from its end on each flow run as it is recorded.
 * @param named how the user asked for it.
 * @throws FlowrunError `usage` for options that wait for an end.
 */
export async function follow(
  { options, ...plan }: Pick<ReadPlan, "options" | "start" | "delivery" | "admin">,
  flags: SinceFlags,
  named: string,
  host: Host,
): Promise<void> {
  turnAway(["last", "sort", "out"], flags, named, {
    why: "it waits for the end of the reading, and this one goes on until it is stopped",
    hint: "read a window to its end: flowrun since -P1D",
  });
  const absent = resolveAbsences(flags);
  const outcome = await perform(
    {
      ...plan,
      ...(absent === null ? {} : { absent }),
      options,
      follow: true,
      onExpired: options.onExpired ?? "oldest",
      signal: host.signal,
    },
    host,
  );
  host.signal.throwIfAborted();
  checkFailed(options, outcome);
}
