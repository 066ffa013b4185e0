import type { Command } from "commander";

/** The subject of a line that asks for help: a command, or one that there is not, in a group or in the program. */
export interface HelpTopic {
  readonly command: Command;
  /** The word that names nothing; `null` where all of them do. */
  readonly unknown: string | null;
}

/**
 * The command whose help a line asks for: `help show`, `cursor help set` and `show --help` alike, wherever on the line
 * that stands; `null` where it asks for none. Pure.
 */
export function askedHelp(words: readonly string[], program: Command): HelpTopic | null {
  const end = words.indexOf("--");
  const own = end === -1 ? words : words.slice(0, end);
  const hasOption = own.some((word) => word === "--help" || word === "-h");
  let command = program;
  let asks = hasOption;
  for (const word of own) {
    if (word === "--help" || word === "-h") continue;
    if (word.startsWith("-")) break;
    // A command without others below it takes operands: `show help` looks for a run.
    if (command.commands.length === 0) break;
    if (word === "help") {
      asks = true;
      continue;
    }
    const child = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (child === undefined) return asks ? { command, unknown: word } : null;
    command = child;
  }
  return asks ? { command, unknown: null } : null;
}
