import type { Output } from "../../host.ts";
import type { Column } from "../../render/formats/columns.ts";
import type { TimeStyle } from "../../render/text/quantities.ts";
import type { Renderer } from "../../render/formats/renderer.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { streamSink, type StreamSink } from "./stream.ts";

/** The words of `--output`. */
export const outputFormats = ["table", "wide", "json", "ndjson", "csv", "yaml"] as const;

/** A format that runs are printed in (docs/record.md). */
export type OutputFormat = (typeof outputFormats)[number];

/** How runs are printed: format, columns, colours, times. */
export interface SinkOptions {
  readonly format: OutputFormat;
  readonly columns: readonly Column[];
  /** True where the user named the columns: then none is ever hidden. */
  readonly columnsNamed: boolean;
  readonly headers: boolean;
  readonly colour: boolean;
  /** How a table tells times; `null`: local on a terminal, ISO in a pipe. */
  readonly time: TimeStyle | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many runs a table may hold back to find its widths; 0 where somebody waits for each. */
  readonly hold: number;
}

/** A sink for flow runs, and the encoding it takes. */
export interface RunSink extends StreamSink {
  readonly encode: (run: FlowRun) => string;
  /** How many columns were left out for want of room, so far. */
  readonly hidden: () => number;
}

/** Opens the sink for a format, which loads what that format needs and no other. Nothing is written yet. */
export async function openSink(options: SinkOptions, output: Output): Promise<RunSink> {
  const renderer = await renderers[options.format](options, output);
  // A line that a killed process left unfinished must not spoil the first record; an array is no matter of lines.
  const target = options.format === "json" ? output : onOwnLine(output);
  return { ...streamSink(renderer, target, options.hold), encode: renderer.encode, hidden: renderer.hidden };
}

type OpenRenderer = (options: SinkOptions, output: Output) => Promise<Renderer>;

const renderers: Readonly<Record<OutputFormat, OpenRenderer>> = {
  table: (options, output) => openTable(options, output, output.isTTY ? () => output.columns : unlimited),
  wide: (options, output) => openTable(options, output, unlimited),
  json: async () => (await import("../../render/formats/json.ts")).jsonRenderer(),
  ndjson: async () => (await import("../../render/formats/json.ts")).ndjsonRenderer(),
  csv: async ({ columns, headers }) => (await import("../../render/formats/csv.ts")).csvRenderer(columns, headers),
  yaml: async () => (await import("../../render/formats/yaml.ts")).yamlRenderer(),
};

async function openTable(options: SinkOptions, output: Output, room: () => number): Promise<Renderer> {
  const [{ tableRenderer }, { createPainter }, { openTimes }] = await Promise.all([
    import("../../render/formats/table.ts"),
    import("../../render/text/painter.ts"),
    import("../../render/text/quantities.ts"),
  ]);
  const { columns, columnsNamed, headers, colour, now } = options;
  const style = options.time ?? (output.isTTY ? "local" : "iso");
  return tableRenderer({
    columns,
    mayHide: !columnsNamed,
    headers,
    painter: createPainter(colour),
    time: await openTimes(style, now),
    room,
  });
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

/** In a pipe, and in `wide`, nothing is cut and no column left out. */
function unlimited(): number {
  return Infinity;
}
