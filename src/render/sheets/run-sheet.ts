import type { Catalogue } from "../../runs/catalogue/catalogue.ts";
import { failuresOf } from "../../runs/causes/root-cause.ts";
import type { Downstream, RunConnection, FlowRun, RunError } from "../../runs/record/flow-run.ts";
import { resolveColumns } from "../formats/run-columns.ts";
import { renderErrorTree, type TreeOptions } from "./error-tree.ts";
import { hasBadRecords, nameActivity, renderActivities } from "./activities.ts";
import { renderDownstream } from "./downstream.ts";
import { nextSteps } from "./next-steps.ts";
import { renderPast, renderRecovery, type RunPast } from "./past.ts";
import { paintStatus, type Painter } from "../text/painter.ts";
import { renderDuration } from "../text/numbers.ts";
import { renderTime, type TimeTelling } from "../text/times.ts";
import { escapeActive, safeText } from "../text/safe-text.ts";
import { layTable } from "../formats/table.ts";
import { readable } from "../../runs/causes/readable-message.ts";
import { cutText, widthOf } from "../text/cut-text.ts";
import { wrapBeside } from "../text/wrap.ts";

/** How the sheet of a run is to look. */
export interface SheetOptions {
  /** Explains the codes of errors; may be null where there are none. */
  readonly catalogue: Catalogue | null;
  readonly painter: Painter;
  readonly time: TimeTelling;
  /** Columns that a line may take; ids, links and commands stay whole and may stand out. */
  readonly width: number;
  /** The width that tables keep to; where it is not told nothing is cut or left out. */
  readonly room?: number;
  /** The profile that the user named, which commands to type next must name, too. */
  readonly profile: string | null;
  /** The time before and after a failure; `null` where no archive tells. */
  readonly past?: RunPast | null;
  /** The runs that came of it, as far as they were followed. */
  readonly downstream?: readonly Downstream[];
  /** Whether that was followed to the end. */
  readonly isFollowed?: boolean;
}

/**
 * One run in full, for reading: `run` is its latest notification, `history` all of them in order. Nothing is cut, every
 * text is safe to show, and each line ends in a line break. Pure but for the clock of relative times.
 */
export function renderSheet(run: FlowRun, history: readonly FlowRun[], options: SheetOptions): string {
  const { painter, past = null } = options;
  const names = new Map(run.activities.map((activity) => [activity.id, nameActivity(activity)]));
  const nameOf = (activity: string): string => names.get(activity) ?? activity;
  const inner = {
    ...options,
    nameOf,
    width: options.width - indent.length,
    room: (options.room ?? Infinity) - indent.length,
  };
  const sections: readonly Section[] = [
    { title: "HISTORY", lines: history.length > 1 ? renderHistory(history, inner) : [] },
    { title: "METRICS", lines: renderActivities(run, inner) },
    { title: "RECORDS", lines: renderNotes(run, inner) },
    { title: "SOURCES", lines: run.sources.flatMap(renderConnection) },
    { title: "TARGETS", lines: run.targets.flatMap(renderConnection) },
    { title: "BATCHES", lines: run.batchIds.map(safeText) },
    { title: "DOWNSTREAM", lines: renderKin(options.downstream ?? [], inner) },
    { title: "ERRORS", lines: renderErrors(run, inner) },
    { title: "BEFORE", lines: renderPast({ earlier: past?.earlier ?? null, isNew: run.new === true }, inner) },
    { title: "NEXT", lines: renderNext(run, options) },
    { title: "AS DELIVERED", lines: renderRaw(run) },
  ];
  const told = sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => ["", painter.bold(title), ...lines.map((line) => `${indent}${line}`.trimEnd())]);
  return [renderHead(run, inner), ...told].map((lines) => `${lines.join("\n")}\n`).join("");
}

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

const indent = "  ";

function renderHead(run: FlowRun, { painter, time, width, past = null }: SheetOptions): readonly string[] {
  const recoveredAt = past?.recoveredAt ?? null;
  const when = (at: string | null): string | null => (at === null ? null : renderTime(at, time));
  const facts: readonly (readonly [label: string, text: string | null])[] = [
    [run.flowName === null ? "flow" : "", run.flowId],
    ["sandbox", withId(run.sandbox.name, run.sandbox.id)],
    ["created", when(run.createdAt)],
    ["started", when(run.startedAt)],
    ["completed", when(run.completedAt)],
    ["took", run.durationMs === null ? null : renderDuration(run.durationMs)],
    ["updated", when(run.updatedAt)],
    ["recovered", recoveredAt === null ? null : renderRecovery(recoveredAt, run.updatedAt, time)],
    ["event", withId(run.eventCode, run.eventId)],
    ["position", run.position],
    ["org", run.imsOrgId],
    ["reference", run.providerRefId],
    ...run.predecessors.map(({ runId }, at) => [at === 0 ? "came of" : "", runId] as const),
  ];
  const beside = (label: string): string => indent + label.padEnd(labelWidth);
  return [
    `${painter.bold(safeText(run.runId))}  ${paintStatus(safeText(run.status), painter, { isFlawed: hasBadRecords(run) })}`,
    ...renderCause(run, beside("cause"), width),
    ...wrapBeside(beside("flow"), run.flowName ?? "", width),
    ...facts.flatMap(([label, text]) => (text === null ? [] : [beside(label) + safeText(text)])),
  ];
}

/** In a line or two, for who has only the top of the sheet on the screen; ERRORS has it in full. */
function renderCause({ rootCause }: FlowRun, label: string, width: number): readonly string[] {
  if (rootCause === null) return [];
  const { code, message } = rootCause;
  const told = message === null ? null : (readable(message) ?? message);
  const text = told === null ? code : `${code}: ${told}`;
  return wrapBeside(label, cutText(safeText(text), causeLines * (width - widthOf(label)) - spareForWords), width);
}

const causeLines = 2;
/** Words that do not fit the end of a line leave so much of it unused. */
const spareForWords = 20;

const labelWidth = "completed".length + 2;

function withId(name: string | null, id: string | null): string | null {
  return name === null || id === null ? (name ?? id) : `${name} (${id})`;
}

function renderHistory(
  history: readonly FlowRun[],
  { painter, time, room = Infinity }: SheetOptions,
): readonly string[] {
  const columns = resolveColumns(["updatedAt", "status", "durationMs", "eventCode"], "table");
  return layTable(columns, history, { painter, time, room, asInStream: true });
}

/** Whoever has asked for them is told that there are none. */
function renderKin(downstream: readonly Downstream[], options: SheetOptions): readonly string[] {
  const { painter, time, room = Infinity, isFollowed = false } = options;
  if (downstream.length === 0) return isFollowed ? ["No run is known to have come of it."] : [];
  return renderDownstream(downstream, { painter, time, room });
}

function renderConnection({ id, type, reference }: RunConnection): readonly string[] {
  const head = [type, id].filter((part) => part !== null).map(safeText);
  const ids = reference === null ? [] : reference.ids.map((word) => [reference.type, word]);
  const references = ids.map((parts) => parts.filter((part) => part !== null).map(safeText));
  return [head.join("  "), ...references.map((parts) => `${indent}${parts.join("  ")}`)].filter((line) => line !== "");
}

/** Why records were skipped, or came with a warning. */
function renderNotes(run: FlowRun, options: TreeOptions): readonly string[] {
  const failures = new Set(failuresOf(run));
  return run.errors
    .filter((error) => !failures.has(error))
    .flatMap((error) => {
      const [head = "", ...rest] = renderErrorTree(error, options);
      return [`${error.severity}  ${head}`, ...rest];
    });
}

function renderErrors(run: FlowRun, options: TreeOptions): readonly string[] {
  const trees = everyError(run).map((error) => renderErrorTree(error, options));
  return trees.flatMap((lines, at) => (at === 0 ? lines : ["", ...lines]));
}

/** The run's errors, and those that only an activity tells. */
function everyError(run: FlowRun): readonly RunError[] {
  const known = new Set(failuresOf(run).flatMap(({ code, causes }) => [code, ...causes.map((cause) => cause.code)]));
  const others = run.activities.flatMap(({ id, errors, status }) =>
    failuresOf({ errors, status }).map((error) => ({ ...error, activity: id })),
  );
  return [...failuresOf(run), ...others.filter(({ code }) => !known.has(code))];
}

function renderNext(
  run: FlowRun,
  { profile, past, downstream = [], isFollowed = false }: SheetOptions,
): readonly string[] {
  const around = { earlierId: past?.earlier?.runId ?? null, isToFollow: downstream.length > 0 && !isFollowed };
  return nextSteps(run, profile, around).flatMap(({ purpose, command }) => [`${purpose}:`, `${indent}${command}`]);
}

function renderRaw({ raw = null }: FlowRun): readonly string[] {
  return raw === null ? [] : escapeActive(JSON.stringify(raw, null, 2)).split("\n");
}
