import { FlowrunError } from "../../errors.ts";
import type { Service } from "../record/flow-run.ts";
import { nearest } from "../../text/nearest.ts";

/** Which events `--events` asks for. */
export interface EventSelection {
  /** Any event that carries a flow run, whatever its code. */
  readonly anyCode: boolean;
  /** Events without a code too. */
  readonly withoutCode: boolean;
  /** Codes of which a flow run is expected, so that one that cannot be read is worth a report. */
  readonly codes: ReadonlySet<string>;
}

/**
 * The events that `--events` asks for: `sources` (also where nothing is given), `runs`, exact event codes, or several of these
 * together. Pure.
 * @param called the option's name, for the error.
 * @throws FlowrunError `usage` for a word that looks like a misspelt `sources` or `runs`.
 */
export function resolveEventSelection(words: readonly string[] | undefined, called = "--events"): EventSelection {
  const asked = words === undefined || words.length === 0 ? [sources] : words;
  const named = asked.filter((word) => word !== sources && word !== runs);
  for (const word of named) refuseMisspelling(word, called);
  const anyCode = asked.includes(runs);
  const withSources = anyCode || asked.includes(sources);
  return {
    anyCode,
    withoutCode: withSources,
    codes: new Set([...(withSources ? sourceCodes : []), ...named.flatMap(withAliases)]),
  };
}

/** Whether an event of this code (`null`: none found) is asked for. Pure. */
export function wants(selection: EventSelection, code: string | null): boolean {
  if (code === null) return selection.withoutCode;
  return selection.anyCode || selection.codes.has(code);
}

/**
 * Whether a run of an event without a code is asked for: `sources` means those of sources, as far as their activities
 * tell (docs/root-causes.md, "Which runs there are"). Pure.
 */
export function wantsService({ anyCode }: EventSelection, code: string | null, service: Service): boolean {
  return anyCode || code !== null || service === "sources" || service === "unknown";
}

/**
 * Words of which at least one stands in the JSON of every event that can become a flow run under this selection (or a
 * reject, but for codes that JSON can write in more than one way), so that a page without any of them need not be
 * parsed. Pure.
 */
export function marksOf(selection: EventSelection): readonly string[] {
  // What the codes of flow runs have in common is looked for once.
  const codes = new Set([...selection.codes].map((code) => (code.includes(commonCode) ? commonCode : code)));
  // Of other characters (`/`, `é`) JSON has more than one spelling: then only a run's own fields can be relied on.
  const plain = [...codes].every((code) => /^[\w.:-]+$/.test(code));
  return selection.withoutCode || !plain ? [...runFields, ...codes] : [...codes];
}

/** The outcome that an event code itself tells; `null` for the codes that are only the name of a subscription. Pure. */
export function statusToldBy(code: string | null): "success" | "failed" | null {
  return code === null ? null : (outcomes.get(code) ?? null);
}

const commonCode = "_flow_run_";

const sources = "sources";
const runs = "runs";

/** Every flow run has the first; one that lacks it is known by the second. */
const runFields = ["flowId", "statusSummary"] as const;

/** Codes named after the outcome. Adobe's prose says `_failure` where its payloads say `_failed`. */
const outcomes = new Map<string, "success" | "failed">([
  ["sources_flow_run_success", "success"],
  ["sources_flow_run_failed", "failed"],
  ["sources_flow_run_failure", "failed"],
]);

/** The codes above, and the two subscriptions that carry flow runs next to alerts. */
const sourceCodes = [
  "sources_flow_run_success",
  "sources_flow_run_failed",
  "sources_flow_run_failure",
  "source_flow_run_info",
  "source_flow_run_error",
] as const;

const failedAliases = ["sources_flow_run_failed", "sources_flow_run_failure"];

function withAliases(code: string): readonly string[] {
  return failedAliases.includes(code) ? failedAliases : [code];
}

function refuseMisspelling(word: string, called: string): void {
  const meant = word.trim() === "" ? sources : nearest(word, [sources, runs]);
  if (meant === null) return;
  throw new FlowrunError("usage", `${called} does not know "${word}"`, {
    why: "It takes sources, runs, or exact event codes such as source_flow_run_error.",
    hint: called.startsWith("-") ? `Did you mean ${called} ${meant}?` : `Did you mean ${called}: "${meant}"?`,
  });
}
