/** A day, in milliseconds. */
export const dayMs = 86_400_000;

/**
 * How long a journal keeps an event, in milliseconds: seven days, as Adobe's introduction to journaling says
 * (developer.adobe.com/events/docs/guides/journaling-intro).
 */
export const retentionMs = 7 * dayMs;
