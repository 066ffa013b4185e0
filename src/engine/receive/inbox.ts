import type { WebhookDelivery } from "../../adobe/webhook/delivery.ts";

/** Where deliveries are put that were found genuine. */
export interface Inbox {
  /**
   * Puts a delivery down. When it resolves, what it resolves to has happened for good: `kept` is on the disk, `known` has no
   * event that is not there already, and of what was `full` nothing is there.
   * @param events the body's events, one of a single delivery and up to 20 of a batch, in their order.
   * @throws FlowrunError `state` where the disk fails; nothing is known of the delivery then.
   */
  put(delivery: WebhookDelivery, events: readonly unknown[]): Promise<"kept" | "known" | "full">;
}
