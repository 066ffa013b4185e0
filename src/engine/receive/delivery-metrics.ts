import type { Metrics } from "./meter.ts";

/** Counts what becomes of deliveries that come in by one door. */
export interface DeliveryMeter {
  /** A request was answered. */
  answered(status: number): void;
  /** A delivery is kept, so many seconds after it began to come. */
  accepted(seconds: number): void;
  /** A delivery is not taken, for one of a few reasons: a word. */
  rejected(reason: string): void;
  /** So many events had come before. */
  duplicates(events: number): void;
}

/** Counts what becomes of events once they are kept. */
export interface KeptMeter {
  /** So many runs were missed by the webhook, and brought by the journal. */
  recovered(runs: number): void;
}

/** How the figures of a door begin, how it is called in their descriptions, and which reason to refuse is of its own. */
const doors = {
  webhook: {
    prefix: "flowrun_webhook",
    called: "the webhook",
    reasons: "; poison: Adobe's own that cannot be read, put away in files",
  },
  lytics: { prefix: "flowrun_lytics", called: "the door for events of Lytics", reasons: "" },
} as const;

/** Has the deliveries to a door counted. */
export function meterDeliveries(meter: Metrics, door: keyof typeof doors): DeliveryMeter {
  const { prefix, called, reasons } = doors[door];
  const answered = meter.counter({
    name: `${prefix}_requests_total`,
    help: `Requests to ${called}, by the status of the answer.`,
    labels: ["code"],
  });
  const accepted = meter.counter({
    name: `${prefix}_accepted_total`,
    help: "Deliveries that were kept and acknowledged.",
  });
  const rejected = meter.counter({
    name: `${prefix}_rejected_total`,
    help: `Deliveries that were not taken, by the reason${reasons}.`,
    labels: ["reason"],
  });
  // It is rare, and increase() sees the first one only where there was a nought before it.
  if (door === "webhook") rejected(0, "poison");
  const duplicates = meter.counter({
    name: `${prefix}_duplicates_total`,
    help: "Events of deliveries that had come before.",
  });
  const acked = meter.histogram(
    {
      name: `${prefix}_ack_seconds`,
      help: "From the head of a delivery to its acknowledgement.",
    },
    ackBounds,
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
  };
}

/** Seconds. Adobe waits ten. */
const ackBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Has counted what is kept, by whichever door it came.
 * @param backlog how many events are kept, and not yet printed or delivered.
 */
export function meterKept(meter: Metrics, backlog: () => number): KeptMeter {
  const recovered = meter.counter({
    name: "flowrun_webhook_recovered_total",
    help: "Runs that only the journal had.",
  });
  meter.watch(
    { name: "flowrun_webhook_backlog_events", help: "Events kept, and not yet printed or delivered." },
    backlog,
  );
  return { recovered };
}
