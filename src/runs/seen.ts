/** A memory of the latest keys, bounded however long it is used. */
export interface Seen {
  /** Whether the key is new; it is remembered from now on. */
  add(key: string): boolean;
  /** The latest `count` keys, in the order in which they came. */
  last(count: number): readonly string[];
}

/** Remembers the latest `capacity` (at least 1) keys, to begin with those of `initial`. */
export function createSeen(capacity: number, initial: readonly string[] = []): Seen {
  // A ring beside the set: to find the oldest in a set from which many were deleted, V8 walks over what is gone.
  const ring: string[] = [];
  const known = new Set<string>();
  let oldest = 0;

  function add(key: string): boolean {
    if (known.has(key)) return false;
    known.add(key);
    if (ring.length < capacity) {
      ring.push(key);
      return true;
    }
    known.delete(ring[oldest] ?? "");
    ring[oldest] = key;
    oldest = (oldest + 1) % capacity;
    return true;
  }

  function last(count: number): readonly string[] {
    const wanted = Math.min(count, ring.length);
    const first = oldest + ring.length - wanted;
    return Array.from({ length: wanted }, (_, index) => ring[(first + index) % ring.length] ?? "");
  }

  for (const key of initial) add(key);
  return { add, last };
}
