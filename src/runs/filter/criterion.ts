import type { FlowRun, RunError } from "../record/flow-run.ts";
import { compileGlob } from "../../text/glob.ts";
import { knownStatuses } from "../record/status.ts";
import { isIdOrBeginning } from "./id-beginning.ts";

/** Whether a record, a flow run where nothing else is said, is one of those asked for. */
export type RunFilter<R = FlowRun> = (run: R) => boolean;

/** One filter that must hold: what it asks for, and what it looks at, so that it can be said why nothing matched. */
export interface Criterion<R = FlowRun> {
  /** The option's name without its dashes: `flow`. */
  readonly option: string;
  /** The paths of the fields that it looks at. */
  readonly looksAt: readonly string[];
  /** A run is kept that fits any of them. */
  readonly wanted: readonly Wanted<R>[];
  /** True where each word names one thing, so that a single word that fits nothing is probably misspelt. */
  readonly isEachTold: boolean;
  /** The things that are looked at, for a sentence: `["flow", "flows"]`; `null` where there is nothing to name. */
  readonly things: readonly [one: string, many: string] | null;
  /** The things that a run has: a key for each, and what it is called. */
  readonly thingsOf: (run: R) => readonly Thing[];
  /** Names that are known without having been seen. */
  readonly known?: readonly string[];
}

/** A word of a filter. */
export interface Wanted<R = FlowRun> {
  /** As it is told back to who wrote it, with its quotes. */
  readonly told: string;
  /** The bare word. */
  readonly word: string;
  readonly fits: RunFilter<R>;
  /** The one thing of a run that the word means by its id or name; only where a beginning of an id is enough. */
  readonly meant?: (run: R) => MeantThing | null;
}

/** Something that a word may name. */
export interface Thing {
  readonly key: string;
  readonly label: string;
}

/** Something that a word names, and whether it does so as a beginning of its id. */
export interface MeantThing extends Thing {
  readonly byBeginning: boolean;
}

/** A flow by its id, a beginning of that, its name, or a glob over what the column `flow` shows; in any case. Pure. */
export function flowCriterion(words: readonly string[]): Criterion {
  return {
    option: "flow",
    looksAt: ["flowId", "flowName"],
    wanted: words.map(wantedFlow),
    isEachTold: true,
    things: ["flow", "flows"],
    thingsOf: (run) => [{ key: run.flowId, label: flowShown(run) }],
  };
}

/** The name of a run's flow, or else its id, as the column `flow` shows it. Pure. */
export function flowShown({ flowName, flowId }: FlowRun): string {
  return flowName ?? flowId;
}

/** A terminal cuts long names with an ellipsis; whoever copies one from there means any rest. */
function wantedFlow(word: string): Wanted {
  const isShown = compileGlob(word.replaceAll("…", "*"));
  const fitsName = (run: FlowRun): boolean => isShown(flowShown(run));
  const fitsId = ({ flowId }: FlowRun): boolean => isIdOrBeginning(word, flowId, "flow");
  return {
    ...wanted<FlowRun>(word, (run) => fitsName(run) || fitsId(run)),
    meant: (run) => {
      const byBeginning = fitsId(run);
      if (!byBeginning && !fitsName(run)) return null;
      return { key: run.flowId, label: labelled(run.flowName, run.flowId), byBeginning };
    },
  };
}

function labelled(name: string | null, id: string): string {
  return name === null ? id : `${quote(name)} (${id})`;
}

/** A run by its id or a beginning of that, in any case. Pure. */
export function runCriterion(words: readonly string[]): Criterion {
  return {
    option: "run",
    looksAt: ["runId"],
    wanted: words.map((word) => {
      const fits = ({ runId }: FlowRun): boolean => isIdOrBeginning(word, runId, "run");
      return {
        ...wanted(word, fits),
        meant: (run) => (fits(run) ? { key: run.runId, label: run.runId, byBeginning: true } : null),
      };
    }),
    isEachTold: true,
    things: ["run", "runs"],
    thingsOf: ({ runId }) => [{ key: runId, label: runId }],
  };
}

/** A sandbox by its name or a glob over that, in any case. Pure. */
export function sandboxCriterion(words: readonly string[]): Criterion {
  return {
    option: "sandbox",
    looksAt: ["sandbox.name"],
    wanted: words.map((word) => {
      const isName = compileGlob(word);
      return wanted(word, ({ sandbox: { name } }) => name !== null && isName(name));
    }),
    isEachTold: true,
    things: ["sandbox", "sandboxes"],
    thingsOf: ({ sandbox: { name } }) => (name === null ? [] : [called(name)]),
  };
}

/** An error or a cause by its code or a glob over that, in any case. Pure. */
export function codeCriterion(words: readonly string[]): Criterion {
  return {
    option: "code",
    looksAt: ["errors", "activities.errors"],
    wanted: words.map((word) => {
      const isCode = compileGlob(word);
      const fits = ({ code }: { readonly code: string }): boolean => isCode(code);
      return wanted(word, (run) => errorsOf(run).some((error) => fits(error) || error.causes.some(fits)));
    }),
    isEachTold: false,
    things: ["code", "codes"],
    thingsOf: (run) =>
      errorsOf(run).flatMap(({ code, causes }) => [code, ...causes.map((one) => one.code)].map(called)),
  };
}

function errorsOf({ errors, activities }: FlowRun): readonly RunError[] {
  return activities.length === 0 ? errors : [...errors, ...activities.flatMap((activity) => activity.errors)];
}

/** A status in any case, whatever it is: AEP may give one that nobody has heard of. Pure. */
export function statusCriterion(words: readonly string[]): Criterion {
  return {
    option: "status",
    looksAt: ["status"],
    wanted: words.map((word) => {
      const meant = word.trim().toLowerCase();
      return wanted(word, ({ status }) => status.toLowerCase() === meant);
    }),
    isEachTold: false,
    things: ["status", "statuses"],
    thingsOf: ({ status }) => [called(status)],
    known: knownStatuses,
  };
}

/** A word and what fits it. Pure. */
export function wanted<R>(word: string, fits: RunFilter<R>): Wanted<R> {
  return { told: quote(word), word, fits };
}

/** A thing that goes by its name. Pure. */
export function called(label: string): Thing {
  return { key: label, label };
}

/** A word in quotes, cut where it is endless: text from events is data, and may be megabytes. Pure. */
export function quote(word: string): string {
  return `"${word.length > longestTold ? `${word.slice(0, longestTold)}…` : word}"`;
}

const longestTold = 200;
