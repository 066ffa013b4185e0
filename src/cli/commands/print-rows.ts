import type { Host, Output } from "../../host.ts";
import { formats } from "../../render/formats/registry.ts";
import { sortRows } from "../../render/formats/sort-rows.ts";
import { decideColour, type ColourChoice } from "../../render/text/colour.ts";
import type { TimeStyle } from "../../render/text/times.ts";
import type { OutputOptions } from "../options/output-options.ts";

/** Rows that are all known, and how they are printed. */
export interface Printing<Row> {
  readonly options: OutputOptions<Row>;
  readonly rows: readonly Row[];
  /** The one thing that they are together; without it a format that tells one thing tells the list. */
  readonly document?: unknown;
  readonly color: ColourChoice;
  /** How times are told to people; where it is not said, as the stream suggests. */
  readonly time?: TimeStyle | null;
}

/** Prints the rows in the format that the options name. */
export async function printRows<Row>(
  printing: Printing<Row>,
  host: Pick<Host, "env" | "now">,
  stdout: Output,
): Promise<void> {
  const text = await renderRows(printing, host, stdout);
  if (text !== "") await stdout.write(text);
}

/** The rows as text, as they would be printed on that stream. */
export async function renderRows<Row>(
  { options, rows, document, color, time = null }: Printing<Row>,
  host: Pick<Host, "env" | "now">,
  stream: Pick<Output, "isTTY" | "columns">,
): Promise<string> {
  const { output, order, ...chosen } = options;
  const {
    encode,
    open,
    lay,
    close,
    document: tellDocument,
  } = await formats[output].open<Row>({
    ...chosen,
    colour: decideColour(color, host.env, stream.isTTY),
    time,
    now: () => host.now(),
    rowCount: rows.length,
    stream,
  });
  if (document !== undefined && tellDocument !== undefined) return tellDocument(document);
  return open() + (rows.length === 0 ? "" : lay(sortRows(rows, order).map(encode))) + close();
}
