import type { Span } from "../archive/coverage.ts";
import type { Source } from "./source.ts";

/** A source that tells where its place had expired on the way: between what was read last and where it begins anew. */
export function watchGaps<T>(source: Source<T>, onGap: (gap: Span) => void): Source<T> {
  return {
    async *read() {
      let reached = -Infinity;
      for await (const batch of source.read()) {
        const { begins = null, recordedFrom = null, recordedAt, askedAt = Infinity } = batch.mark;
        const isAnew = begins !== null && begins.why !== "start";
        if (isAnew) onGap({ from: reached, to: begins.from ?? recordedFrom ?? askedAt });
        if (recordedAt !== null) reached = recordedAt;
        yield batch;
      }
    },
    describe: (fault) => source.describe(fault),
  };
}
