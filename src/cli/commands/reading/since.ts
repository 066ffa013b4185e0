import type { SinceFlags } from "../../options/flags.ts";
import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { perform } from "./perform.ts";
import { checkFailed } from "./read.ts";
import { resolveDelivery } from "../../options/destination-options.ts";
import { openZone } from "../../options/clock.ts";
import { follow } from "./tail.ts";
import { resolveReading, resolveStart } from "../../options/reading-options.ts";

/** Every flow run recorded since a moment, oldest first, to the end of the journal; with `--follow` on from there. */
export async function runSince(when: string | undefined, flags: SinceFlags, host: Host): Promise<void> {
  const zone = await openZone(flags.time, host.stdout);
  const now = host.now();
  const options = await resolveReading(flags, now, zone);
  const delivery = await resolveDelivery(flags, host.env);
  const start = resolveStart(when, flags, now, zone);
  if (flags.follow === true) {
    await follow({ options, start, delivery }, flags, "--follow", host);
    return;
  }
  if (flags.absent === true || flags.schedule === true) throw withoutFollow(flags, when);
  const outcome = await perform(
    { options, start, delivery, follow: false, onExpired: options.onExpired ?? "fail", signal: host.signal },
    host,
  );
  checkFailed(options, outcome);
}

function withoutFollow({ absent, schedule }: SinceFlags, when = "-P1D"): FlowrunError {
  const name = schedule === true ? "--absent --schedule" : "--absent";
  const message = absent === true ? `${name} goes with --follow` : "--schedule goes with --follow and --absent";
  return new FlowrunError("usage", message, {
    why: "it tells of a flow when it becomes late or absent, and this reading ends before",
    hint: `go on after the end: flowrun since ${when} -f ${name}; or look back: flowrun stats ${when}`,
  });
}
