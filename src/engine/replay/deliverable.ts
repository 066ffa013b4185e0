import type { DeliverableEvent } from "../../adobe/webhook/compose.ts";
export declare function deliverableOf(event: unknown): DeliverableEvent;
