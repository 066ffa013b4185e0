/** 64 bits of nanoseconds end in the year 2554. */
const latestMs = Number(2n ** 64n / 1_000_000n) - 1;

/** A time that OTLP can tell, in epoch milliseconds; `null` for any other. Pure. */
export function tellableMs(ms: number): number | null {
  return ms >= 0 && ms <= latestMs ? ms : null;
}

/** Epoch milliseconds as nanoseconds. Pure. */
export function nanos(ms: number): bigint {
  return BigInt(ms) * 1_000_000n;
}
