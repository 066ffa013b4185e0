import type { Command } from "commander";

/** Exit codes that mean the same, and what. */
export interface ExitRow {
  readonly codes: readonly number[];
  /** With backticks around what is typed. */
  readonly meaning: string;
}

const signals = [129, 130, 143] as const;

/** All exit codes, for help and the man page; docs/commands.md has them word for word. */
export const exitRows: readonly ExitRow[] = [
  { codes: [0], meaning: "done; also when the reader of stdout went away" },
  { codes: [1], meaning: "no such run, batch, code, cursor or profile; nothing shown or saved; a bug" },
  { codes: [2], meaning: "the command line or the settings; a cursor that another process holds" },
  { codes: [3], meaning: "`--fail-on`: a run failed, or none matched; `wait`: no success; `replay`: refused" },
  { codes: [4], meaning: "not authorised" },
  { codes: [5], meaning: "journal, IMS or API unavailable" },
  {
    codes: [6],
    meaning: "events may be missing: a place expired, or `--strict` and a known gap",
  },
  { codes: [7], meaning: "`wait --timeout` reached" },
  { codes: [8], meaning: "lost the lease: another process delivers by the same cursor now" },
  { codes: signals, meaning: "stopped by SIGHUP, Ctrl-C, SIGTERM" },
];

/** On this machine, with what it has saved. */
const here = [0, 1, 2] as const;
const asking = [...here, 4, 5] as const;
const reading = [...here, 3, 4, 5, 6, ...signals] as const;

/** With `--to`, another process may take over. */
const delivering = [...reading, 8] as const;

/** Lytics keeps its events: no place in them expires. */
const lytics = [...here, 3, 4, 5, ...signals] as const;

const archive = [...here, 5] as const;
const archiveWork = [...archive, ...signals] as const;

/** The exit codes that each command can end with, by its full name. */
export const exitCodesOf: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ["since", delivering],
  ["tail", delivering],
  ["wait", [...asking, 3, 7, 8, ...signals]],
  ["listen", delivering],
  ["stats", reading],
  ["flows", reading],
  ["report", reading],
  ["show", reading],
  ["rows", [...asking, ...signals]],
  ["explain", here],
  ["replay", reading],
  ["lytics since", lytics],
  ["lytics tail", lytics],
  ["archive sync", [...asking, 6, 8, ...signals]],
  ["archive status", archive],
  ["archive verify", [...archive, 6, ...signals]],
  ["archive prune", archiveWork],
  ["archive export", archiveWork],
  ["archive import", archiveWork],
  ["archive reindex", archiveWork],
  ["destinations", here],
  ["cursor list", here],
  ["cursor show", here],
  ["cursor set", [...asking, 6, ...signals]],
  ["cursor delete", here],
  ["login", [...asking, ...signals]],
  ["logout", here],
  ["whoami", [...asking, ...signals]],
  ["registrations list", [...asking, ...signals]],
  ["registrations show", [...asking, ...signals]],
  ["registrations use", [...asking, ...signals]],
  ["registrations create", [...asking, ...signals]],
  ["registrations update", [...asking, ...signals]],
  ["registrations enable", [...asking, ...signals]],
  ["registrations disable", [...asking, ...signals]],
  ["registrations delete", [...asking, ...signals]],
  ["registrations test", [...asking, ...signals]],
  ["registrations trace", [...asking, ...signals]],
  ["providers list", [...asking, ...signals]],
  ["providers delete", [...asking, ...signals]],
  ["profile list", here],
  ["profile use", here],
  ["profile remove", here],
  ["config path", here],
  ["config list", here],
  ["config get", here],
  ["config set", here],
  ["config unset", here],
  ["doctor", [...asking, ...signals]],
  ["completion", here],
  ["demo", [...asking, ...signals]],
  ["version", here],
]);

/** Puts below the help of each command the exit codes that it can end with. */
export function declareExitCodes(program: Command): void {
  for (const [name, command] of commandsBelow(program)) {
    const codes = exitCodesOf.get(name);
    if (codes !== undefined) command.addHelpText("after", () => `\n${exitHelp(codes)}`);
  }
}

/** A line for each row of the table that has one of the codes. Pure. */
function exitHelp(codes: readonly number[]): string {
  const rows = exitRows.filter((row) => row.codes.some((code) => codes.includes(code)));
  const lines = rows.map((row) => `  ${row.codes.join(", ")}  ${row.meaning.replaceAll("`", "")}`);
  return ["Exit codes:", ...lines].join("\n");
}

/** The commands that do something themselves, by their full names. */
function commandsBelow({ commands }: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] {
  return commands.flatMap((command) => {
    const here = [...path, command.name()];
    return command.commands.length === 0 ? [[here.join(" "), command] as const] : commandsBelow(command, here);
  });
}
