import { exchange } from "../exchange.ts";
import type { LyticsStory } from "./answer.ts";
import type { LyticsItem } from "./story.ts";

/** A webhook that the demo's Lytics delivers to, and the world in which it does so. */
export interface ItemPushing {
  /** Of this machine. */
  readonly url: string;
  /** That it sends along, such as one that lets it in. */
  readonly headers: Readonly<Record<string, string>>;
  readonly story: Pick<LyticsStory, "between">;
  /** Epoch ms. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const lookEveryMs = 500;

/**
 * Delivers what happens from now on: an event by itself, or a list of several. What is not taken is sent again with what comes
 * next, until it is.
 */
export async function pushItems({ url, headers, story, now, sleep, signal }: ItemPushing): Promise<void> {
  let from = now();
  let waiting: readonly LyticsItem[] = [];
  while (!signal.aborted) {
    const to = now();
    if (to > from) {
      waiting = [...waiting, ...story.between(from + 1, to)];
      from = to;
    }
    if (waiting.length > 0) {
      const items = waiting.map(({ item }) => item);
      const content = items.length === 1 ? items[0] : { data: items };
      const body = new TextEncoder().encode(JSON.stringify(content));
      const sent = { ...headers, "content-type": "application/json" };
      const { status } = await exchange(new URL(url), { method: "POST", headers: sent, body }, signal);
      if (status >= 200 && status < 300) waiting = [];
    }
    await sleep(lookEveryMs, signal);
  }
}
