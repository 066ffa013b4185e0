import type { Host } from "../../../host.ts";
import type { Scheme } from "../../../engine/destinations/destination.ts";
import { schemes } from "../../../engine/destinations/schemes.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { decideColour } from "../../../render/text/colour.ts";
import { createPainter } from "../../../render/text/painter.ts";
import { wrap } from "../../../render/text/wrap.ts";
import type { VersionFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { tell } from "../../terminal/tell.ts";
import { printRows } from "../print-rows.ts";

/** Prints what there is to deliver to. */
export async function runDestinations(flags: VersionFlags, host: Host): Promise<void> {
  const options = resolveOutput(destinationColumns, flags);
  const rows = [
    ...own,
    ...schemes.map(({ name, form, guarantee, delivers, settings }) => ({ name, form, guarantee, delivers, settings })),
  ];
  if (wantsSheet(options)) await tell(sheet(rows, flags, host), host.stdout);
  else await printRows({ options, rows, color: flags.color }, host, host.stdout);
}

/** A destination as it is listed. */
type Listed = Omit<Scheme, "words" | "load">;

/** Those that are ours, and no scheme. */
const own: readonly Listed[] = [
  {
    name: "archive",
    form: "archive",
    guarantee: "exactly once",
    delivers: "every run of the journal, whatever the filters say, as archive sync keeps it; it feeds the others",
    settings: [{ name: "archive, FLOWRUN_ARCHIVE", meaning: "where it is (default: a file of the profile)" }],
  },
  {
    name: "postgres",
    form: "postgres://user:env:NAME@host/database",
    guarantee: "exactly once",
    delivers: "the same, on PostgreSQL: for several hosts, and for BI tools by its views",
    settings: [
      { name: "?schema=", meaning: "the schema that holds its tables (default: flowrun)" },
      { name: "?sslmode=, PGPASSWORD …", meaning: "as libpq has them" },
    ],
  },
  {
    name: "stdout",
    form: "stdout",
    guarantee: "at least once",
    delivers: "the rows that are printed without --to; -o and --json ask for them, too",
    settings: [],
  },
];

/** A paragraph each: addresses are too long for a table. */
function sheet(rows: readonly Listed[], { color }: VersionFlags, { stdout, env }: Host): string {
  const painter = createPainter(decideColour(color, env, stdout.isTTY));
  const width = stdout.isTTY ? Math.max(40, stdout.columns) : 100;
  const line = (text: string): string =>
    wrap(text, width - indent.length)
      .map((one) => `${indent}${one}\n`)
      .join("");
  const paragraphs = rows.map(
    ({ form, guarantee, delivers }) => `${painter.bold(form)}\n${line(`${guarantee}: ${delivers}`)}`,
  );
  return `${paragraphs.join("\n")}\nSettings of each: flowrun destinations -o yaml\n`;
}

const indent = "  ";

/** All columns of destinations. */
export const destinationColumns: ColumnSet<Listed> = {
  all: [
    { name: "name", title: "NAME", kind: "id", value: ({ name }) => name },
    { name: "form", title: "ADDRESS", kind: "text", value: ({ form }) => form },
    { name: "guarantee", title: "GUARANTEE", kind: "text", value: ({ guarantee }) => guarantee },
    { name: "delivers", title: "DELIVERS", kind: "text", value: ({ delivers }) => delivers },
  ],
  usual: ["name", "form", "guarantee", "delivers"],
  wide: [],
  id: "name",
  fields: ["name", "form", "guarantee", "delivers", "settings.name", "settings.meaning"],
};
