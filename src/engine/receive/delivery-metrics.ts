import type { Metrics } from "./meter.ts";

/** Counts what becomes of deliveries. */
export interface DeliveryMeter {
  /** A request was answered. */
  answered(status: number): void;
  /** A delivery is kept, so many seconds after it began to come. */
  accepted(seconds: number): void;
  /** A delivery is not taken, for one of a few reasons: a word. */
  rejected(reason: string): void;
  /** So many events had come before. */
  duplicates(events: number): void;
  /** So many runs were missed by the webhook, and brought by the journal. */
  recovered(runs: number): void;
}

/**
 * Has deliveries counted.
 * @param backlog how many events are kept, and not yet printed or delivered.
 */
export function meterDeliveries(meter: Metrics, backlog: () => number): DeliveryMeter {
  const answered = meter.counter({
    name: "flowrun_webhook_requests_total",
    help: "Requests to the webhook, by the status of the answer.",
    label: "code",
  });
  const accepted = meter.counter({
    name: "flowrun_webhook_accepted_total",
    help: "Deliveries that were kept and acknowledged.",
  });
  const rejected = meter.counter({
    name: "flowrun_webhook_rejected_total",
    help: "Deliveries that were not taken, by the reason; poison: Adobe's own that cannot be read, put away in files.",
    label: "reason",
  });
  // It is rare, and increase() sees the first one only where there was a nought before it.
  rejected(0, "poison");
  const duplicates = meter.counter({
    name: "flowrun_webhook_duplicates_total",
    help: "Events of deliveries that had come before.",
  });
  const recovered = meter.counter({
    name: "flowrun_webhook_recovered_total",
    help: "Runs that only the journal had.",
  });
  const acked = meter.histogram(
    {
      name: "flowrun_webhook_ack_seconds",
      help: "From the head of a delivery to its acknowledgement.",
    },
    ackBounds,
  );
  meter.watch(
    { name: "flowrun_webhook_backlog_events", help: "Events kept, and not yet printed or delivered." },
    backlog,
  );
  return {
    answered: (status) => {
      answered(1, String(status));
    },
    accepted: (seconds) => {
      accepted();
      acked(seconds);
    },
    rejected: (reason) => {
      rejected(1, reason);
    },
    duplicates,
    recovered,
  };
}

/** Seconds. Adobe waits ten. */
const ackBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
