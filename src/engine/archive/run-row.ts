import { createHash } from "node:crypto";
import { fingerprintHalves, writeFingerprint } from "../../text/fingerprint.ts";
import { keptText } from "../../text/kept.ts";
import type { FlowRun, RunError } from "../../runs/record/flow-run.ts";
import type { Value } from "./database.ts";
import type { Packed, RowTexts, RunTexts } from "./pack.ts";

/** A run as it is archived: whole, with the event that told of it where that is known, or written already. */
export type ArchivedRun = WholeRun | WrittenRun;

interface Recorded {
  readonly key: string;
  /** About when it was recorded in the journal, epoch milliseconds. */
  readonly recordedAt: number;
}

/** One whose texts are made when it is put into the archive. */
export interface WholeRun extends Recorded {
  readonly run: FlowRun;
  readonly kept?: undefined;
}

/** A run whose record and event are texts already, or packed: with their objects they would take five times the memory. */
export interface WrittenRun<Kept = RunTexts | Packed> extends Recorded {
  readonly run: ColumnedRun;
  readonly kept: Kept;
}

/** Of a run what stands in columns, and in tables beside its own, and when it was completed, which is counted by others. */
type ColumnedRun = ReturnType<typeof columnedOf>;

/** The columns of `runs` whose words many runs have in common, and which `alike` stands for. */
export const sharedColumnNames = [
  ...["event_code", "flow_id", "flow_name", "sandbox", "sandbox_id", "service", "status", "root_code"],
] as const;

/** The columns of `runs` that a run fills, in the order of `runValues`. */
export const runColumnNames = [
  ...["journal", "event_key", "seq", "recorded_at", "via", "run_id", ...sharedColumnNames, "alike"],
  ...["updated_at", "started_at", "duration_ms", "records_in", "records_out", "records_failed"],
  ...["bytes_in", "bytes_out", "root_message", "position", "document", "event"],
] as const;

/** The columns of `run_errors`, in the order of `errorValues`. */
export const errorColumnNames = [
  ...["journal", "event_key", "n", "depth", "updated_at", "flow_id", "activity", "code", "root_code", "message"],
  "count",
] as const;

/** The texts of a run's record and event, and what is needed of it beside them. Pure. */
export function writtenOf({ raw, ...run }: FlowRun): Pick<WrittenRun<RunTexts>, "run" | "kept"> {
  const kept = { record: JSON.stringify(run), event: raw == null ? null : JSON.stringify(raw) };
  return { run: columnedOf(run), kept };
}

function columnedOf(run: FlowRun) {
  const { via, eventCode, runId, flowId, flowName, sandbox, service, status, updatedAt, startedAt } = run;
  const { completedAt, durationMs, records, bytes, errors, rootCause, position, predecessors, providerRefId } = run;
  return {
    ...{ via, eventCode, runId, flowId, flowName, sandbox, service, status, updatedAt, startedAt },
    ...{ completedAt, durationMs, records, bytes, errors, rootCause, position, predecessors, providerRefId },
  };
}

/** A run as a row of `runs`, with what that says of its texts. Pure. */
export function runValues(
  journal: string,
  seq: number,
  { key, run, recordedAt }: ArchivedRun,
  { record, event }: RowTexts,
): readonly Value[] {
  const shared = [
    ...[
      idOrNull(run.eventCode),
      idOf(run.flowId),
      wordsOrNull(run.flowName),
      wordsOrNull(run.sandbox.name),
      idOrNull(run.sandbox.id),
    ],
    ...[run.service, idOf(run.status), idOrNull(run.rootCause?.code ?? null)],
  ];
  return [
    ...[journal, eventKey(key), seq, Math.round(recordedAt), run.via, idOf(run.runId), ...shared, alike(shared)],
    ...[timeIn(run.updatedAt), timeIn(run.startedAt), countOrNull(run.durationMs)],
    ...[countOrNull(run.records.input), countOrNull(run.records.output), countOrNull(run.records.failed)],
    ...[countOrNull(run.bytes.input), countOrNull(run.bytes.output)],
    ...[wordsOrNull(run.rootCause?.message ?? null), wordsOrNull(run.position)],
    ...[record, event],
  ];
}

/** A whole number, below 2^53, that stands for a run's words: the same for the same ones. */
function alike(words: readonly (string | null)[]): number {
  const [high, low] = fingerprintHalves(JSON.stringify(words));
  return (high % 2 ** 21) * 2 ** 32 + low;
}

/** A row of `run_errors` for each code of a run's errors, from the outside in. Pure. */
export function errorValues(
  journal: string,
  { key, run }: Pick<ArchivedRun, "key" | "run">,
): readonly (readonly Value[])[] {
  const own = eventKey(key);
  const root = idOrNull(run.rootCause?.code ?? null);
  return run.errors
    .flatMap(chainOf)
    .map(({ depth, activity, code, message, count }, n) => [
      ...[journal, own, n, depth, timeIn(run.updatedAt), idOf(run.flowId), idOrNull(activity)],
      ...[idOf(code), root, wordsOrNull(message), countOrNull(count)],
    ]);
}

function chainOf({ code, message, activity, count, causes }: RunError) {
  return [{ depth: 0, code, message, activity, count }, ...causes.map((cause) => ({ ...cause, activity }))];
}

/**
 * The key of a run in the archive and on the way to other systems: as it is where it fits into a header, else the SHA-256
 * of it. The first run of an event goes by the event's own id. Pure.
 */
export function eventKey(key: string): string {
  const plain = key.endsWith("#0") ? key.slice(0, -2) : key;
  return /^[\w-]{1,200}$/.test(plain) ? plain : createHash("sha256").update(key).digest("base64url");
}

/**
 * Whether a run by that key, in the archive's form, may be another one than the first of its event: these go by a SHA-256.
 * Pure.
 */
export function mayBeLater(own: string): boolean {
  return own.length === digestLength;
}

const digestLength = 43;

/** The short name of a journal inside an archive. Pure. */
export function journalKey(name: string): string {
  return createHash("sha256").update(name).digest("base64url").slice(0, 16);
}

/** An id as a column holds it: bounded, since an index has no room for a page of text. Pure. */
export function idOf(text: string): string {
  return plain(text.length <= longestId ? text : `${keptText(text, startKept)}…${writeFingerprint(text)}`);
}

/** The same for one that may be unknown. Pure. */
export function idOrNull(text: string | null): string | null {
  return text === null ? null : idOf(text);
}

/** Of a longer one its start stays, and its fingerprint. */
const startKept = 100;

/** PostgreSQL's indexes take 2,700 bytes an entry, and a character may have four. */
const longestId = 200;

/** Long enough for every message that is met, and short enough for a column. */
const longestText = 4000;

/** People's words as a column holds them: bounded as well. Pure. */
export function wordsOrNull(text: string | null): string | null {
  return text === null ? null : plain(text.slice(0, longestText));
}

/** A database takes no NUL inside a text, and no half of a character. */
function plain(text: string): string {
  return unfit.test(text) ? Buffer.from(text.replaceAll("\0", "\ufffd")).toString() : text;
}

const unfit = /[\0\ud800-\udfff]/;

/** Whether a column's id or words may be less than those that they are of, or other ones. Pure. */
export function isCut(column: string): boolean {
  return column[startKept] === "…" || column.length >= longestText || column.includes("\ufffd");
}

function timeIn(time: string | null): number | null {
  return time === null ? null : countOrNull(Date.parse(time));
}

/** A count as a column holds it, which takes whole numbers alone. Pure. */
export function countOrNull(count: number | null): number | null {
  const whole = Math.round(count ?? NaN);
  return Number.isSafeInteger(whole) ? whole : null;
}
