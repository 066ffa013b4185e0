import { fingerprintHalves } from "../../text/fingerprint.ts";

/** A memory of the latest keys, bounded however long it is used. */
export interface Seen {
  /** Whether the key is new; it is remembered from now on. */
  add(key: string): boolean;
  /** Whether the key is remembered. */
  has(key: string): boolean;
}

/**
 * Remembers the latest `capacity` (at least 1) keys, to begin with those of `initial`. What it keeps of a key is its
 * fingerprint, in tables that are made at once: 200,000 texts would take 50 MB, and take them bit by bit.
 */
export function createSeen(capacity: number, initial: readonly string[] = []): Seen {
  const table = createTable(capacity);
  const ring = { high: new Uint32Array(capacity), low: new Uint32Array(capacity) };
  let count = 0;

  function add(key: string): boolean {
    const [high, low] = fingerprintHalves(key);
    if (!table.add(high, low)) return false;
    const place = count % capacity;
    if (count >= capacity) table.remove(ring.high[place] ?? 0, ring.low[place] ?? 0);
    ring.high[place] = high;
    ring.low[place] = low;
    count += 1;
    return true;
  }

  for (const key of initial) add(key);
  return { add, has: (key) => table.has(...fingerprintHalves(key)) };
}

/** A set of fingerprints, in slots that are looked at one after the other (linear probing). */
function createTable(capacity: number) {
  const size = 2 ** Math.ceil(Math.log2(2 * capacity + 2));
  const high = new Uint32Array(size);
  const low = new Uint32Array(size);
  const home = (lowPart: number): number => lowPart & (size - 1);
  const next = (slot: number): number => (slot + 1) & (size - 1);
  // No fingerprint has a low part of 0.
  const isEmpty = (slot: number): boolean => low[slot] === 0;

  function find(highPart: number, lowPart: number): number {
    let slot = home(lowPart);
    while (!isEmpty(slot) && (low[slot] !== lowPart || high[slot] !== highPart)) slot = next(slot);
    return slot;
  }

  return {
    add: (highPart: number, lowPart: number): boolean => {
      const slot = find(highPart, lowPart);
      if (!isEmpty(slot)) return false;
      high[slot] = highPart;
      low[slot] = lowPart;
      return true;
    },
    has: (highPart: number, lowPart: number): boolean => !isEmpty(find(highPart, lowPart)),
    /** Moves back what had to make way for it, so that no search ends too early. */
    remove: (highPart: number, lowPart: number): void => {
      let hole = find(highPart, lowPart);
      for (let slot = next(hole); !isEmpty(slot); slot = next(slot)) {
        const way = (slot - home(low[slot] ?? 0)) & (size - 1);
        if (way < ((slot - hole) & (size - 1))) continue;
        high[hole] = high[slot] ?? 0;
        low[hole] = low[slot] ?? 0;
        hole = slot;
      }
      low[hole] = 0;
    },
  };
}
