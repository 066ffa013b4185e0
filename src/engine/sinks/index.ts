import type { Output } from "../../host.ts";
import { formats, type OutputFormat } from "../../render/formats/registry.ts";
import type { Look } from "../../render/formats/renderer.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { streamSink, type StreamSink } from "./stream.ts";

/** How flow runs, or rows of another kind, are printed. */
export interface SinkOptions<Row = FlowRun> extends Omit<Look<Row>, "rowCount" | "isLive" | "stream"> {
  readonly format: OutputFormat;
  /** How many of them a table may hold back to find its widths; 0 where somebody waits for each. */
  readonly hold: number;
}

/** A sink for flow runs, or rows of another kind, and the encoding it takes. */
export interface RunSink<Row = FlowRun> extends StreamSink {
  readonly encode: (row: Row) => string;
  /** How many columns were left out for want of room, so far. */
  readonly hidden: () => number;
}

/** Joins a format and a stream, and loads what that format needs and no other. Nothing is written yet. */
export async function openSink<Row = FlowRun>(options: SinkOptions<Row>, output: Output): Promise<RunSink<Row>> {
  const rows = { rowCount: null, isLive: options.hold === 0 };
  const renderer = await formats[options.format].open<Row>({ ...options, ...rows, stream: output });
  // A line that a killed process left unfinished must not spoil the first record.
  const target = renderer.isOfLines ? onOwnLine(output) : output;
  return { ...streamSink(renderer, target, options.hold), encode: renderer.encode, hidden: renderer.hidden };
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
