import { safeText } from "../text/safe-text.ts";
import { rowByRow, type Look, type Renderer } from "./renderer.ts";

/**
 * `name`: the one column that it is handed, a line for each row, and none for a row without a value: `xargs` would take
 * anything else for an id.
 */
export function nameRenderer<Row>({ columns }: Pick<Look<Row>, "columns">): Renderer<Row> {
  const [id] = columns;
  return rowByRow<Row>((row) => {
    const value = id?.value(row) ?? null;
    return value === null || value === "" ? "" : `${safeText(String(value))}\n`;
  });
}
