import { escapeActive } from "../text/safe-text.ts";
import { rowByRow, type Renderer } from "./renderer.ts";

/** `ndjson`: one compact object a line, nothing where there is no row. */
export function ndjsonRenderer<Row>(): Renderer<Row> {
  return rowByRow<Row>((row) => `${compact(row)}\n`);
}

/** `json`: one array, streamed, with a row on each line; `[]` where there is none. A document is spread over lines. */
export function jsonRenderer<Row>(): Renderer<Row> {
  let isEmpty = true;
  return rowByRow<Row>(compact, {
    open: () => "[",
    lay: (encoded) => {
      const before = isEmpty ? "\n" : ",\n";
      isEmpty = false;
      return before + encoded.join(",\n");
    },
    close: () => (isEmpty ? "]\n" : "\n]\n"),
    isOfLines: false,
    document: (data) => `${escapeActive(JSON.stringify(data, null, 2))}\n`,
  });
}

function compact(row: unknown): string {
  return escapeActive(JSON.stringify(row));
}
