import type { Output } from "../../host.ts";
import { formats, type OutputFormat } from "../../render/formats/registry.ts";
import type { Look, Renderer } from "../../render/formats/renderer.ts";
import type { AbsentRecord } from "../../runs/cadence/flow-record.ts";
import type { Job } from "../../runs/job/job.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { streamSink, type StreamSink } from "./stream.ts";

/** How flow runs, or rows of another kind, are printed. */
export interface SinkOptions<Row = FlowRun> extends Omit<Look<Row>, "rowCount" | "isLive" | "stream"> {
  readonly format: OutputFormat;
  /** How many of them a table may hold back to find its widths; 0 where somebody waits for each. */
  readonly hold: number;
  /** Whether other records come among them as well. */
  readonly hasOthers?: boolean;
}

/** A record that may come among runs: a flow that does not run, an event of Lytics. */
export type OtherRecord = AbsentRecord | Job;

/** A sink for flow runs, or rows of another kind, and the encoding it takes. */
export interface RunSink<Row = FlowRun> extends StreamSink {
  readonly encode: (row: Row) => string;
  /** Another record, among the runs; `null` where the format has rows of runs alone. */
  readonly encodeOther: ((record: OtherRecord) => string) | null;
  /** How many columns were left out for want of room, so far. */
  readonly hidden: () => number;
}

/** Joins a format and a stream, and loads what that format needs and no other. Nothing is written yet. */
export async function openSink<Row = FlowRun>(options: SinkOptions<Row>, output: Output): Promise<RunSink<Row>> {
  const rows = { rowCount: null, isLive: options.hold === 0 };
  const renderer = await formats[options.format].open<Row>({ ...options, ...rows, stream: output });
  // A line that a killed process left unfinished must not spoil the first record.
  const target = renderer.isOfLines ? onOwnLine(output) : output;
  const encodeOther = options.hasOthers === true ? await otherEncoder(options, renderer, output) : null;
  const { encode, hidden } = renderer;
  return { ...streamSink(renderer, target, options.hold), encode, encodeOther, hidden };
}

/** As a record of its own, where records are told whole; else as a line for people. */
async function otherEncoder<Row>(
  options: SinkOptions<Row>,
  { between }: Pick<Renderer, "between">,
  stream: Output,
): Promise<RunSink["encodeOther"]> {
  const { format, fields = null, colour, time, now } = options;
  const { hasColumns, takes, open } = formats[format];
  if (between !== undefined) {
    const [{ otherLine }, { createPainter }, { openTimes }, { fitLines }] = await Promise.all([
      import("../../render/formats/other-line.ts"),
      import("../../render/text/painter.ts"),
      import("../../render/text/times.ts"),
      import("../../render/text/fit-lines.ts"),
    ]);
    const telling = await openTimes(time ?? (stream.isTTY ? "local" : "iso"), now);
    const painter = createPainter(colour);
    return (record) => {
      const line = otherLine(record, painter, telling);
      return between(`${stream.isTTY ? fitLines(line, stream.columns) : line}\n`);
    };
  }
  // Whoever names fields has asked for those of a run.
  if (hasColumns || takes !== "usual" || fields !== null) return null;
  const { encode } = await open<OtherRecord>({ ...options, columns: [], rowCount: null, stream });
  return encode;
}

/** Begins on a line of its own where there is anything to write. */
function onOwnLine(output: Output): Pick<Output, "write"> {
  let isFirst = true;
  return {
    write: (text) => {
      const begins = isFirst && text !== "";
      if (begins) isFirst = false;
      return output.write(begins && output.isMidLine ? `\n${text}` : text);
    },
  };
}
