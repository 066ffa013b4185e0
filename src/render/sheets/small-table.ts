import Table from "cli-table3";

/** A small table of texts that are safe to show: titles, then a row a line, without borders, two blanks between. Pure. */
export function renderSmallTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    chars: { ...noBorders, middle: "  " },
    // Colour would also go into a pipe.
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  table.push([...titles], ...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

const noBorders = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
};
