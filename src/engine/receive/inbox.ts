import type { WebhookDelivery } from "../../adobe/webhook/delivery.ts";

/** Where deliveries are put that were found genuine. */
export interface Inbox {
  /**
   * Puts a delivery down. When it resolves, all of it is on the disk; of what was `full` nothing is there.
   * @param events the body's events, in their order: of Adobe's one, or a batch of up to 20; of Lytics' any number.
   * @returns how many of them had not come before.
   * @throws FlowrunError `state` where the disk fails; nothing is known of the delivery then.
   */
  put(delivery: WebhookDelivery, events: readonly unknown[]): Promise<number | "full">;
}
