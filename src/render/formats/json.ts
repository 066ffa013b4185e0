import { escapeActive } from "../text/safe-text.ts";
import { pickFields } from "./pick-fields.ts";
import { rowByRow, type Look, type Renderer } from "./renderer.ts";

/** `ndjson`: one compact object a line, nothing where there is no row. */
export function ndjsonRenderer<Row>({ fields = null }: Pick<Look<Row>, "fields"> = {}): Renderer<Row> {
  const told = pickFields(fields);
  return rowByRow<Row>((row) => `${compact(told(row))}\n`);
}

/** `json`: one array, streamed, with a row on each line; `[]` where there is none. A document is spread over lines. */
export function jsonRenderer<Row>({ fields = null }: Pick<Look<Row>, "fields"> = {}): Renderer<Row> {
  const told = pickFields(fields);
  let isEmpty = true;
  return rowByRow<Row>((row) => compact(told(row)), {
    open: () => "[",
    lay: (encoded) => {
      const before = isEmpty ? "\n" : ",\n";
      isEmpty = false;
      return before + encoded.join(",\n");
    },
    close: () => (isEmpty ? "]\n" : "\n]\n"),
    isOfLines: false,
    document: (data) => `${escapeActive(JSON.stringify(told(data), null, 2))}\n`,
  });
}

function compact(row: unknown): string {
  return escapeActive(JSON.stringify(row));
}
