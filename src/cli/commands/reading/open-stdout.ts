import type { Output } from "../../../host.ts";
import type { Notice } from "../../../notices.ts";
import { openSink, type RunSink } from "../../../engine/sinks/index.ts";
import { decideColour } from "../../../render/text/colour.ts";
import type { TimeStyle } from "../../../render/text/times.ts";
import type { CommonFlags } from "../../options/flags.ts";
import type { OutputOptions } from "../../options/output-options.ts";
import type { Reporter } from "../../terminal/reporter.ts";
import type { Session } from "./session.ts";

/** Rows that a table may hold back to find its widths, where nobody is waiting for them. */
const rowsHeld = 200;

/** Rows as they are to be printed, and where. */
export interface Printed<Row> extends Pick<Session, "host" | "reporter"> {
  readonly options: OutputOptions<Row> & {
    readonly time: TimeStyle | null;
    readonly common: Pick<CommonFlags, "color">;
  };
}

/**
 * Where runs, or rows of another kind, are printed, in the format that the options name.
 * @param isAtOnce each batch is printed when it is taken, rather than laid out together with others.
 * @param hasOthers whether other records than runs are printed as well.
 */
export function openStdout<Row>(
  { options, host, reporter }: Printed<Row>,
  isAtOnce: boolean,
  hasOthers = false,
): Promise<RunSink<Row>> {
  const { output, columns, columnsNamed, headers, fields = null, time, common } = options;
  const colour = decideColour(common.color, host.env, host.stdout.isTTY);
  const layout = {
    format: output,
    columns,
    columnsNamed,
    headers,
    fields,
    colour,
    time,
    hold: isAtOnce ? 0 : rowsHeld,
    hasOthers,
  };
  return openSink({ ...layout, now: () => host.now() }, quietly(host.stdout, reporter));
}

/** The live line stands where the next row goes, so it leaves first. */
function quietly(stdout: Output, reporter: Reporter): Output {
  return {
    isTTY: stdout.isTTY,
    isLost: stdout.isLost,
    untilClosed: () => stdout.untilClosed(),
    get columns() {
      return stdout.columns;
    },
    get isMidLine() {
      return stdout.isMidLine;
    },
    write: (text) => {
      reporter.clear();
      return stdout.write(text);
    },
  };
}

/** About the width of a row with all columns and whole ids. */
const widestTerminal = 250;

/** Says, after the last row, that the terminal was too narrow for all columns. */
export async function tellHidden(
  hidden: number,
  { host: { stdout }, reporter, options: { output } }: Printed<never>,
): Promise<void> {
  const isTooWide = output === "wide" && stdout.isTTY && stdout.columns < widestTerminal;
  if (hidden === 0 && !isTooWide) return;
  await stdout.release?.();
  const columns = hidden === 1 ? "1 column" : `${hidden} columns`;
  const text = isTooWide
    ? "-o wide is for pipes and wide screens: its rows go on below themselves here"
    : `${columns} hidden to fit the terminal; -o wide shows all`;
  reporter.notify({ kind: "remark", text });
}

/** A cursor never moves past what nobody got: the runs, or other records. Pure. */
export function nobodyGets(cursor: string, records: string): Notice {
  const text = `stdout is closed, so nobody gets the ${records}: the cursor '${cursor}' stays where it is (to pass them by, send them to /dev/null: > /dev/null)`;
  return { kind: "warning", text };
}
