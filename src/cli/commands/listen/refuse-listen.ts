import { FlowrunError } from "../../../errors.ts";
import type { DeliveryOptions } from "../../options/destination-options.ts";
import { turnAway, type ReadingOptions } from "../../options/reading-options.ts";
import type { ListenFlags } from "./listen-options.ts";

/** @throws FlowrunError `usage` for what has no meaning with `listen`. */
export function refuseListen(flags: ListenFlags, { profiles }: ReadingOptions, delivery: DeliveryOptions | null): void {
  turnAway(["last", "sort", "out", "source", "strict"], flags, "listen", {
    why: "it hands on what comes in as it comes, and goes on until it is stopped",
    hint: "read a window to its end: flowrun since -P1D",
  });
  const why = "it receives for one client id, and keeps what comes in for one profile";
  if (profiles !== null) {
    const hint = "start one for each, on a port of its own: flowrun listen --profile acme --port 8787";
    throw new FlowrunError("usage", "listen takes one profile", { why, hint });
  }
  if (flags.from !== undefined) {
    const hint = "read a file: flowrun since --from runs.ndjson";
    throw new FlowrunError("usage", "--from has no meaning with listen", { why: "runs come from the webhook", hint });
  }
  if (delivery !== null && flags.max !== undefined) {
    throw new FlowrunError("usage", "--max has no meaning with listen --to", {
      why: "each destination takes runs at its own pace, and none of them is the last for all",
      hint: "leave it out, or print so many: flowrun listen --max 10",
    });
  }
  if (delivery?.standby !== true) return;
  throw new FlowrunError("usage", "--standby has no meaning with listen", {
    why: "whoever is reached by Adobe receives, and two receivers know nothing of each other",
    hint: "let two hosts follow the journal: flowrun tail --to postgres://… --standby",
  });
}

/** There is nothing by which a signature could be judged. Pure. */
export function noSecret(): FlowrunError {
  return new FlowrunError("settings", "--accept-hmac needs a client secret, and there is none", {
    why: "by it the signature is made, and a token that is given ready-made (FLOWRUN_ACCESS_TOKEN) says nothing of it",
    hint: "set FLOWRUN_CLIENT_SECRET, or: flowrun login",
  });
}

/** The line begins at a place that nobody else keeps. Pure. */
export function noLast(): FlowrunError {
  return new FlowrunError("usage", "--since last has no meaning with listen", {
    why: "it goes on where it stopped anyway; --since says where the first comparison with the journal begins",
    hint: "flowrun listen --since -P1D",
  });
}
