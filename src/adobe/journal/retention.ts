export const dayMs = 86_400_000;

/** How long Adobe I/O Events keeps an event (contract: journal, §1.8). */
export const retentionMs = 7 * dayMs;
