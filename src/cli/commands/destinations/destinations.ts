import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Scheme } from "../../../engine/destinations/destination.ts";
import { schemes } from "../../../engine/destinations/schemes.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { decideColour } from "../../../render/text/colour.ts";
import { createPainter } from "../../../render/text/painter.ts";
import { wrap } from "../../../render/text/wrap.ts";
import { nearest } from "../../../text/nearest.ts";
import type { VersionFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { tell } from "../../terminal/tell.ts";
import { printRows } from "../print-rows.ts";

/**
 * Prints what there is to deliver to, or all about one of them.
 * @param named its name, or how its addresses begin.
 * @throws FlowrunError `usage` where there is none of that name.
 */
export async function runDestinations(named: string | undefined, flags: VersionFlags, host: Host): Promise<void> {
  const options = resolveOutput(destinationColumns, flags);
  const rows = named === undefined ? all : findNamed(named);
  if (wantsSheet(options)) await tell(sheet(rows, named !== undefined, flags, host), host.stdout);
  else await printRows({ options, rows, color: flags.color }, host, host.stdout);
}

/** Several kinds may share the beginning of their addresses. */
function findNamed(named: string): readonly Listed[] {
  const word = named.trim().replace(/:.*$/s, "").toLowerCase();
  const byWord = schemes.filter(({ words }) => words.includes(word)).map(({ name }) => name);
  const found = all.filter(({ name }) => name === word || byWord.includes(name));
  if (found.length > 0) return found;
  const names = all.map(({ name }) => name);
  const meant = nearest(word, names);
  throw new FlowrunError("usage", `there is no destination '${word}'`, {
    why: `there are ${names.join(", ")}`,
    hint: meant === null ? "see what each is: flowrun destinations" : `did you mean flowrun destinations ${meant}?`,
  });
}

/** A destination as it is listed. */
type Listed = Omit<Scheme, "words" | "load">;

/** Those that are ours, and no scheme. */
const own: readonly Listed[] = [
  {
    name: "archive",
    form: "archive",
    guarantee: "exactly once",
    delivers:
      "every run of the journal, whatever the filters say, as archive sync keeps it; it feeds the others, archives too",
    settings: [{ name: "archive, FLOWRUN_ARCHIVE", meaning: "where it is (default: a file of the profile)" }],
    example: "flowrun tail --to archive --to 'exec:./page.sh'",
  },
  {
    name: "postgres",
    form: "postgres://user:env:NAME@host/database",
    guarantee: "exactly once",
    delivers: "the same, on PostgreSQL: for several hosts, and for BI tools by its views",
    settings: [
      { name: "?schema=", meaning: "the schema that holds its tables (default: flowrun)" },
      { name: "?sslmode=, PGPASSWORD …", meaning: "as libpq has them" },
      { name: "--standby", meaning: "several hosts run the same line, and one at a time delivers" },
    ],
    example: "flowrun tail --to 'postgres://flowrun:env:DB_PASSWORD@db.example.com/flowrun' --standby",
  },
  {
    name: "stdout",
    form: "stdout",
    guarantee: "at least once",
    delivers: "the rows that are printed without --to; -o and --json ask for them, too",
    settings: [],
    example: "flowrun since last --to file:runs.ndjson --to stdout",
  },
];

const all: readonly Listed[] = [
  ...own,
  ...schemes.map(({ name, form, guarantee, delivers, settings, example }) => ({
    name,
    form,
    guarantee,
    delivers,
    settings,
    example,
  })),
];

/** A paragraph each: addresses are too long for a table. @param isWhole with all that there is to set, and an example. */
function sheet(
  rows: readonly Listed[],
  isWhole: boolean,
  { color }: VersionFlags,
  { stdout, env }: Pick<Host, "stdout" | "env">,
): string {
  const painter = createPainter(decideColour(color, env, stdout.isTTY));
  const width = stdout.isTTY ? Math.max(40, stdout.columns) : 100;
  const lines = (text: string, depth = 1): string =>
    wrap(text, width - indent.length * depth)
      .map((one) => `${indent.repeat(depth)}${one}\n`)
      .join("");
  const details = ({ settings, example }: Listed): string => {
    const list = settings.map(({ name, meaning }) => `${indent}${painter.bold(name)}\n${lines(meaning, 2)}`);
    return `\n${list.join("")}${list.length === 0 ? "" : "\n"}${indent}${example}\n`;
  };
  const paragraphs = rows.map(
    (row) => `${painter.bold(row.form)}\n${lines(`${row.guarantee}: ${row.delivers}`)}${isWhole ? details(row) : ""}`,
  );
  const more = isWhole ? "" : "\nAll about one: flowrun destinations <name>, as in: flowrun destinations nats\n";
  return `${paragraphs.join("\n")}${more}`;
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
  fields: ["name", "form", "guarantee", "delivers", "settings.name", "settings.meaning", "example"],
};
