import type { Catalogue } from "../../runs/catalogue/catalogue.ts";
import { unnamed } from "../../runs/causes/causes-in-text.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { BatchFacts } from "../../runs/rows/batch-facts.ts";
import type { CodeCount } from "../../runs/rows/count-codes.ts";
import type { FailedRow } from "../../runs/rows/failed-row.ts";
import type { Column } from "../formats/column.ts";
import { recordText } from "../formats/row-columns.ts";
import { layTable } from "../formats/table.ts";
import { cutText } from "../text/cut-text.ts";
import { renderCount } from "../text/numbers.ts";
import { paintStatus, type Painter } from "../text/painter.ts";
import { safeText } from "../text/safe-text.ts";
import { quoteForShell } from "../text/shell-word.ts";
import { renderTime, type TimeTelling } from "../text/times.ts";
import { wrapBeside } from "../text/wrap.ts";
import type { NextStep } from "./next-steps.ts";

/** Rejected records, and what is known of them. */
export interface RowsTold {
  /** Whose batches they are of; `null` where only the batch is known. */
  readonly run: FlowRun | null;
  readonly sandbox: string | null;
  readonly batches: readonly BatchFacts[];
  readonly codes: readonly CodeCount[];
  readonly rows: readonly FailedRow[];
  /** Whether there are more of them. */
  readonly hasMore: boolean;
  /** Whether files of theirs hold no text. */
  readonly hasPacked: boolean;
  /** Whether nothing may be told that is a person's. */
  readonly isBare: boolean;
}

/** How such a sheet is to look. */
export interface RowsLook {
  readonly catalogue: Catalogue;
  readonly painter: Painter;
  readonly time: TimeTelling;
  /** Columns that a line may take. */
  readonly width: number;
  /** The width that the table of records keeps to. */
  readonly room: number;
  readonly columns: readonly Column<FailedRow>[];
  /** The profile that the user named, which commands to type next must name, too. */
  readonly profile: string | null;
}

/**
 * The rejected records of a run or a batch, for reading: by code first, then the records. Every text is safe to show, and
 * each line ends in a line break. Pure but for the clock of relative times.
 */
export function renderRowsSheet(told: RowsTold, look: RowsLook): string {
  const { painter, columns, time, room } = look;
  const inner = { ...look, width: look.width - indent.length, room: room - indent.length };
  const sections = [
    { title: "CODES", lines: told.codes.flatMap((count) => renderCode(count, told, inner)) },
    { title: "RECORDS", lines: layTable(columns, told.rows, { painter, time, room: inner.room }) },
    { title: "NEXT", lines: renderNext(told, look) },
  ];
  const shown = sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => ["", painter.bold(title), ...lines.map((line) => `${indent}${line}`.trimEnd())]);
  return [renderHead(told, look), ...shown].map((lines) => `${lines.join("\n")}\n`).join("");
}

const indent = "  ";

function renderHead({ run, sandbox, batches }: RowsTold, { painter, time, width }: RowsLook): readonly string[] {
  const label = (text: string): string => indent + text.padEnd(labelWidth);
  const name = run === null ? (batches[0]?.id ?? "") : run.runId;
  const status = run?.status ?? batches[0]?.status ?? null;
  const head = [painter.bold(safeText(name)), ...(status === null ? [] : [paintStatus(safeText(status), painter)])];
  return [
    head.join("  "),
    ...wrapBeside(label("flow"), run === null ? "" : (run.flowName ?? run.flowId), width),
    ...wrapBeside(label("sandbox"), sandbox ?? "", width),
    ...batches.flatMap((batch) => wrapBeside(label("batch"), batchWords(batch, time), width)),
  ];
}

const labelWidth = "sandbox".length + 2;

function batchWords({ id, input, failed, hasDiagnostics, endedAt }: BatchFacts, time: TimeTelling): string {
  const parts = [
    id,
    failed === null
      ? null
      : `${renderCount(failed)}${input === null ? "" : ` of ${renderCount(input)}`} records rejected`,
    hasDiagnostics === null ? null : `diagnostics ${hasDiagnostics ? "on" : "off"}`,
    endedAt === null ? null : `ended ${renderTime(new Date(endedAt).toISOString(), time)}`,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

/** How many, what that means, what to do, and one of them. */
function renderCode(
  { code, told, read, sample }: CodeCount,
  { isBare }: RowsTold,
  { catalogue, painter, width }: RowsLook,
): readonly string[] {
  const counts = [told === null ? null : count(told), read === 0 || read === told ? null : `${count(read)} read`];
  const head = [painter.red(safeText(code === unnamed ? "without a code" : code)), ...counts];
  const [entry] = code === unnamed ? [] : catalogue.explain(code);
  const beside = (label: string, text: string | null): readonly string[] =>
    wrapBeside(`  ${label.padEnd(8)}`, cutText(safeText(text ?? ""), mostLines * width), width);
  const isRule = sample?.errors.some((error) => error.code === code && error.pointer !== null) === true;
  const rule = isRule ? `The record breaks a rule of the schema: ${code}.` : null;
  return [
    head.filter((part) => part !== null).join(" · "),
    ...beside("means", entry?.meaning ?? rule),
    ...beside("do", entry?.remedy ?? null),
    ...(sample === null ? [] : beside("sample", sampleWords(sample, code, isBare))),
    ...(sample === null || isBare ? [] : beside("", recordText(sample))),
  ];
}

/** Of a sample no more than so many lines. */
const mostLines = 4;

function count(records: number): string {
  return `${renderCount(records)} ${records === 1 ? "record" : "records"}`;
}

/** Where it stands, and what is said of it. */
function sampleWords(row: FailedRow, code: string, isBare: boolean): string {
  const place = `${row.file}, line ${renderCount(row.line)}`;
  const message = row.errors.find((error) => error.code === code)?.message ?? row.message;
  return isBare || message === null ? place : `${place}: ${message}`;
}

function renderNext(told: RowsTold, { profile }: RowsLook): readonly string[] {
  return nextRowSteps(told, profile).flatMap(({ purpose, command }) => [`${purpose}:`, `${indent}${command}`]);
}

/** The commands that lead on from rejected records. */
function nextRowSteps({ run, sandbox, batches, rows, hasMore, hasPacked, isBare }: RowsTold, profile: string | null) {
  const named = profile === null ? "" : ` --profile ${quoteForShell(profile)}`;
  const place = run === null && sandbox !== null ? ` --sandbox ${quoteForShell(sandbox)}` : "";
  const rowsOf = (more: string): string =>
    `flowrun rows ${quoteForShell(run?.runId ?? batches[0]?.id ?? "")}${place}${more}${named}`;
  const steps: NextStep[] = [];
  const bare = isBare ? " --errors-only" : "";
  if (hasMore) steps.push({ purpose: "all of them", command: rowsOf(`${bare} --max-rows all -o ndjson`) });
  if (rows.length > 0 || hasPacked)
    steps.push({ purpose: "the files as they are", command: rowsOf(" --download failed-rows") });
  return steps;
}
