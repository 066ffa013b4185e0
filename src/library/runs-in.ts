import { FlowrunError } from "../errors.ts";
import { isObject } from "../json.ts";
import type { Notify } from "../notices.ts";
import { resolveEventSelection } from "../runs/events/event-selection.ts";
import { normalise } from "../runs/events/normalise.ts";
import type { FlowRun } from "../runs/record/flow-run.ts";
import { nameOf, wordList, type Words } from "./words.ts";

/** Which events of a delivery are looked at. */
export interface RunsInOptions {
  /** `runs` (the default) for any flow run, `sources` for those of sources, or exact event codes. */
  readonly events?: Words | undefined;
  /** Adds the event as delivered to each run. */
  readonly raw?: boolean | undefined;
  /** Hears of what should be a flow run and cannot be read; without it, nobody does. */
  readonly onNotice?: Notify | undefined;
}

/**
 * The flow runs in one event as Adobe delivers it, in their order: the body of a webhook's request, the parameters of an
 * App Builder action, an entry of a journal, as an object or as JSON text. An event of another kind holds none. A run's
 * `position` is that of the journal's entry; empty where there is none.
 * @throws FlowrunError `usage` for a word of `events` that is misspelt, and for `undefined`, which is no event. Pure.
 */
export function runsIn(event: unknown, options: RunsInOptions = {}): readonly FlowRun[] {
  // A caller in JavaScript has no compiler to tell it.
  if (event === undefined || typeof event === "function" || typeof event === "symbol") throw noEvent(event);
  const { raw = false, onNotice } = options;
  const events = resolveEventSelection(wordList(options.events, "events") ?? ["runs"], "events");
  const position = isObject(event) && typeof event["position"] === "string" ? event["position"] : "";
  const { runs, rejects, withoutRaw } = normalise(position, event, { events, raw });
  for (const reason of rejects) onNotice?.({ kind: "warning", text: `the event could not be read: ${reason}` });
  if (withoutRaw !== undefined) {
    onNotice?.({ kind: "warning", text: `the event is left out of its run (raw is null): ${withoutRaw}` });
  }
  return runs.map(({ run }) => run);
}

function noEvent(given: unknown): FlowrunError {
  return new FlowrunError("usage", "runsIn takes an event, as an object or as JSON text", {
    why: `it was given ${nameOf(given)}`,
    hint: "give the body of the request, or the parameters of the action",
  });
}
