import { reasonOf } from "../../errors.ts";
import { isMistake } from "../http/words.ts";
import type { Host } from "../../host.ts";
import { pathSegment } from "../../text/path-segment.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { NameAnswer } from "./flow-service.ts";

/** A name as it was told, `null` for a flow without one; `at` is epoch milliseconds. */
export interface KnownName {
  readonly name: string | null;
  readonly at: number;
}

/** Names by flow id. */
export type KnownNames = ReadonlyMap<string, KnownName>;

/** Where names outlive the process. A store that cannot be used finds nothing and keeps nothing. */
export interface NameStore {
  find(): Promise<KnownNames>;
  keep(names: KnownNames): Promise<void>;
}

/** Where names come from, and where they are kept. */
export interface NameBookOptions {
  readonly host: Pick<Host, "now" | "sleep">;
  /** Aborts when flowrun is asked to stop. */
  readonly signal: AbortSignal;
  readonly store: NameStore;
  /** Asks for one name; `signal` aborts when the book is closed. */
  readonly ask: (flowId: string, sandbox: string | null, signal: AbortSignal) => Promise<NameAnswer>;
  /** Called once, when names cannot be had, with the reason as half a sentence. */
  readonly complain: (trouble: string) => void;
}

/** Names of flows whose events carry none. */
export interface NameBook {
  /** The run with its flow's name, where that is known by now; else as it is, and the name is asked for. Never waits. */
  readonly complete: (run: FlowRun) => FlowRun;
  /** Lets the names come that were asked for, two seconds at most, and keeps them. Never fails. */
  close(): Promise<void>;
}

const dayMs = 86_400_000;
const pauseMs = 10 * 60_000;
const graceMs = 2000;
const atOnce = 4;
/** Events could name any number of flows. */
const mostNames = 10_000;

/** Opens the book with the names that the store has from the last day. */
export async function openNameBook({ host, signal, store, ask, complain }: NameBookOptions): Promise<NameBook> {
  const known = new Map(await store.find());
  const stop = new AbortController();
  const asking = new Map<string, Promise<void>>();
  const waiting = new Map<string, string | null>();
  let pausedUntil = -Infinity;
  let hasComplained = false;
  let hasNews = false;

  const isFresh = ({ at }: KnownName): boolean => host.now() - at < dayMs;

  const take = (flowId: string, answer: NameAnswer): void => {
    if (stop.signal.aborted) return;
    if ("name" in answer) {
      known.set(flowId, { name: answer.name, at: host.now() });
      hasNews = true;
      return;
    }
    waiting.clear();
    pausedUntil = host.now() + pauseMs;
    if (!hasComplained) complain(answer.trouble);
    hasComplained = true;
  };

  const askNext = (): void => {
    for (const [flowId, sandbox] of waiting) {
      if (asking.size >= atOnce) return;
      waiting.delete(flowId);
      const asked = ask(flowId, sandbox, stop.signal)
        .catch((error: unknown) => ({ trouble: unaskable(error) }))
        .then((answer) => {
          asking.delete(flowId);
          take(flowId, answer);
          askNext();
        });
      asking.set(flowId, asked);
    }
  };

  const settle = async (): Promise<void> => {
    while (asking.size > 0) await Promise.all(asking.values());
  };

  return {
    complete: (run) => {
      const { flowId, flowName, sandbox } = run;
      // No flow has such an id, and it is too long to keep or no text to ask with.
      if (flowName !== null || pathSegment(flowId) === null) return run;
      const found = known.get(flowId);
      const isWanted = found === undefined ? known.size < mostNames : !isFresh(found);
      if (isWanted && !asking.has(flowId) && host.now() >= pausedUntil && waiting.size < mostNames) {
        waiting.set(flowId, sandbox.name);
        askNext();
      }
      return found === undefined || found.name === null ? run : { ...run, flowName: found.name };
    },
    close: async () => {
      const done = new AbortController();
      const cut = (): void => {
        done.abort();
      };
      signal.addEventListener("abort", cut, { once: true });
      if (signal.aborted) cut();
      await Promise.race([settle().then(cut), host.sleep(graceMs, done.signal)]);
      signal.removeEventListener("abort", cut);
      stop.abort();
      if (hasNews) await store.keep(new Map([...known].filter(([, name]) => isFresh(name))));
    },
  };
}

/** A name is a courtesy, so that even a bug ends no reading; but it is told as one. */
function unaskable(error: unknown): string {
  return isMistake(error) ? `flowrun hit a bug: ${reasonOf(error)}` : reasonOf(error);
}
