import { writeFingerprint } from "../../text/fingerprint.ts";

/**
 * The key of an event that goes by several texts, such as a CloudEvent's source and id: no other texts make the same.
 * Texts without blanks are joined by one, as they always were; no such key begins with a tab. Pure.
 */
export function joinKey(...texts: readonly string[]): string {
  return texts.every((text) => !/\s/.test(text)) ? texts.join(" ") : `\t${JSON.stringify(texts)}`;
}

/** An event's key at a length that can be repeated for each of its runs: a long one gives way to its fingerprint. Pure. */
export function shortKey(key: string): string {
  return key.length <= longestKey ? key : `\t${writeFingerprint(key)}`;
}

/** The key of the run at an index of the event. Pure. */
export function runKey(eventKey: string, index: number): string {
  return `${eventKey}#${index}`;
}

/**
 * The fingerprint that is kept of a run's key. A key that an older cursor kept whole has the same one. Pure.
 */
export function keptKey(key: string): string {
  if (key.length <= longestKey) return writeFingerprint(key);
  const [, eventKey, index] = /^([^]*)#(\d+)$/.exec(key) ?? [];
  return writeFingerprint(eventKey === undefined ? shortKey(key) : runKey(shortKey(eventKey), Number(index)));
}

/** Ids have 36 characters; a thousand leave room for anybody's. */
const longestKey = 1000;
