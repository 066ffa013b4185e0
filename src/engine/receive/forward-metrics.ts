import type { World } from "../../host.ts";
import type { DeliveryOutcome } from "../replay/send-delivery.ts";
import type { Metrics } from "./meter.ts";

/** Counts what becomes of deliveries that are passed on. */
export interface ForwardMeter {
  /** The endpoint was asked once. */
  tried(outcome: DeliveryOutcome["kind"]): void;
}

/** Has deliveries counted that are passed on, and for how long the one in hand was not taken. */
export function meterForwarding(meter: Metrics, { now }: Pick<World, "now">): ForwardMeter {
  const attempts = meter.counter({
    name: "flowrun_webhook_forward_attempts_total",
    help: "Deliveries sent to the endpoint that they are passed on to, by how it took them; later: it is asked again.",
    labels: ["outcome"],
  });
  /** Since when the one in hand is tried; `null` where none waits. */
  let since: number | null = null;
  meter.watch(
    {
      name: "flowrun_webhook_forward_stuck_seconds",
      help: "For how long the endpoint has not taken the delivery in hand; all others wait behind it.",
    },
    () => (since === null ? 0 : Math.max(0, now() - since) / 1000),
  );
  return {
    tried: (outcome) => {
      attempts(1, outcome);
      since = outcome === "later" ? (since ?? now()) : null;
    },
  };
}
