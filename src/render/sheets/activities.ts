import type { Activity, FlowRun } from "../../runs/record/flow-run.ts";
import { cutText, widthOf } from "../text/cut-text.ts";
import { paintStatus, type Painter } from "../text/painter.ts";
import { renderBytes, renderCount, renderDuration } from "../text/numbers.ts";
import { safeText } from "../text/safe-text.ts";
import { renderTime, type TimeTelling } from "../text/times.ts";
import { wrap } from "../text/wrap.ts";

/** How they are to look. */
export interface ActivitiesLook {
  readonly painter: Painter;
  readonly time: TimeTelling;
  /** Columns that a line may take. */
  readonly width: number;
}

type Measured = Omit<Activity, "id" | "name" | "kind" | "errors">;

/**
 * The measures of a run and of each of its activities, side by side: a line for each measure that any of them knows, unknown
 * as `-`. Where there is not room for all activities, the rest follows beneath, the run's own column first again. Pure.
 */
export function renderActivities(run: FlowRun, { painter, time, width }: ActivitiesLook): readonly string[] {
  const lay = (name: string, measured: Measured): Column => layColumn(name, measured, run, { time, width });
  const own = lay("Run", run);
  const columns = run.activities.map((activity) => lay(nameActivity(activity), activity));
  const known = measures.map((_, row) => [own, ...columns].some(({ cells }) => cells[row] !== null));
  const labels = measures.flatMap(({ label }, row) => (known[row] === true ? [{ label, row }] : []));
  const labelWidth = Math.max(0, ...labels.map(({ label }) => label.length));
  const room = width - labelWidth - gap - own.width;
  // Where there is none beside the run's own column, each stands alone.
  const isNarrow = columns.some((column) => gap + column.width > room);
  const blocks = isNarrow
    ? [own, ...columns].map((column) => [column])
    : split(columns, room).map((block) => [own, ...block]);
  return blocks.flatMap((block, at) => [...(at === 0 ? [] : [""]), ...layBlock(block, labels, labelWidth, painter)]);
}

/** Whether records of it were rejected. Pure. */
export function hasBadRecords({ records }: Pick<FlowRun, "records">): boolean {
  return records.failed !== null && records.failed > 0;
}

/** The words for an activity: its name, else its kind, else its id. Pure. */
export function nameActivity({ name, kind, id }: Pick<Activity, "name" | "kind" | "id">): string {
  return name ?? (kind === null ? (id ?? "unnamed activity") : `${kind} activity`);
}

interface Label {
  readonly label: string;
  /** Its place among the measures. */
  readonly row: number;
}

interface Column {
  readonly title: readonly string[];
  /** One for each measure; `null` is unknown. */
  readonly cells: readonly (string | null)[];
  readonly width: number;
  /** True where records were rejected. */
  readonly isFlawed: boolean;
}

type Tell = (measured: Measured, run: FlowRun, time: TimeTelling) => string | null;

const told =
  <T>(find: (measured: Measured) => T | null, tell: (value: T) => string): Tell =>
  (measured) => {
    const value = find(measured);
    return value === null ? null : tell(value);
  };

const timed =
  (find: (measured: Measured) => string | null): Tell =>
  (measured, run, time) => {
    const at = find(measured);
    return at === null ? null : renderMoment(at, run.startedAt, time);
  };

const measures: readonly { readonly label: string; readonly tell: Tell }[] = [
  { label: "status", tell: ({ status }) => safeText(status) },
  { label: "started", tell: timed(({ startedAt }) => startedAt) },
  { label: "completed", tell: timed(({ completedAt }) => completedAt) },
  { label: "took", tell: told(({ durationMs }) => durationMs, renderDuration) },
  { label: "records in", tell: told(({ records }) => records.input, renderCount) },
  { label: "records out", tell: told(({ records }) => records.output, renderCount) },
  { label: "records created", tell: told(({ records }) => records.created, renderCount) },
  { label: "records updated", tell: told(({ records }) => records.updated, renderCount) },
  { label: "records deleted", tell: told(({ records }) => records.deleted, renderCount) },
  { label: "records skipped", tell: told(({ records }) => records.skipped, renderCount) },
  { label: "records bad", tell: told(({ records }) => records.failed, renderCount) },
  { label: "records warned", tell: told(({ records }) => records.warning, renderCount) },
  { label: "bytes in", tell: told(({ bytes }) => bytes.input, renderBytes) },
  { label: "bytes out", tell: told(({ bytes }) => bytes.output, renderBytes) },
  { label: "bytes skipped", tell: told(({ bytes }) => bytes.skipped, renderBytes) },
  { label: "bytes failed", tell: told(({ bytes }) => bytes.failed, renderBytes) },
  { label: "files in", tell: told(({ files }) => files.input, renderCount) },
  { label: "files out", tell: told(({ files }) => files.output, renderCount) },
  { label: "files skipped", tell: told(({ files }) => files.skipped, renderCount) },
  { label: "files failed", tell: told(({ files }) => files.failed, renderCount) },
];

const gap = 2;
/** A longer name is told in several lines above its column. */
const titleWidth = 20;

function layColumn(
  name: string,
  measured: Measured,
  run: FlowRun,
  { time, width }: Pick<ActivitiesLook, "time" | "width">,
): Column {
  const title = wrap(name, titleWidth);
  const cells = measures.map(({ tell }) => {
    const told = tell(measured, run, time);
    return told === null ? null : cutText(told, Math.max(titleWidth, width - longestLabel - gap));
  });
  const widest = [...title, ...cells].reduce((most, text) => Math.max(most, widthOf(text ?? "-")), 0);
  return { title, cells, width: widest, isFlawed: hasBadRecords(measured) };
}

const longestLabel = "records created".length;

/** The day of the run is told above; here an ISO time of that day is told by its clock, so that columns stay narrow. */
function renderMoment(at: string, startedAt: string | null, time: TimeTelling): string {
  const isSameDay = startedAt?.slice(0, dayLength) === at.slice(0, dayLength);
  return time.style === "iso" && isSameDay ? safeText(at.slice(dayLength + 1)) : renderTime(at, time);
}

const dayLength = "2026-11-22".length;

/** Columns in blocks that fit, one column at least; one empty block where there are none. */
function split(columns: readonly Column[], room: number): readonly (readonly Column[])[] {
  const blocks: Column[][] = [[]];
  let left = room;
  for (const column of columns) {
    const block = blocks.at(-1);
    if (block === undefined || (block.length > 0 && gap + column.width > left)) {
      blocks.push([column]);
      left = room;
    } else block.push(column);
    left -= gap + column.width;
  }
  return blocks;
}

function layBlock(
  columns: readonly Column[],
  labels: readonly Label[],
  labelWidth: number,
  painter: Painter,
): readonly string[] {
  const height = columns.reduce((most, { title }) => Math.max(most, title.length), 0);
  const titles = Array.from({ length: height }, (_, line) =>
    columns.map(({ title, width }) => toRight(title[line - height + title.length] ?? "", width)),
  );
  const rows = labels.map(({ label, row }) => [
    label.padEnd(labelWidth),
    ...columns.map(({ cells, width, isFlawed }) => {
      const text = cells[row] ?? "-";
      return toRight(text, width, row === 0 ? paintStatus(text, painter, { isFlawed }) : text);
    }),
  ]);
  return [...titles.map((line) => [" ".repeat(labelWidth), ...line]), ...rows].map((cells) =>
    cells.join(" ".repeat(gap)),
  );
}

function toRight(text: string, width: number, painted = text): string {
  return " ".repeat(Math.max(0, width - widthOf(text))) + painted;
}
