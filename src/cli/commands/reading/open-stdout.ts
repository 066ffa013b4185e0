import type { Output } from "../../../host.ts";
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
 * @param tellsAbsences whether flows that do not run are printed as well.
 */
export function openStdout<Row>(
  { options, host, reporter }: Printed<Row>,
  isAtOnce: boolean,
  tellsAbsences = false,
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
    tellsAbsences,
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
