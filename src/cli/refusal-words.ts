import type { Command } from "commander";
import { findDuration } from "../adobe/journal/when.ts";
import { FlowrunError } from "../errors.ts";
import { nearest } from "../text/nearest.ts";
import { quoteForShell } from "../render/text/shell-word.ts";
import { isNegativeDuration } from "./options/negative-duration.ts";
import { words as severalValues } from "./options/output-options.ts";
import { unshielded } from "./negative-durations.ts";
import type { RefusedLine } from "./refused-line.ts";

/** The words that were typed, and those that commander has for it. */
interface Refused {
  /** Without `error:`. */
  readonly message: string;
  readonly command: Command;
  /** The command in full: `flowrun cursor set`. */
  readonly path: string;
  readonly argv: readonly string[];
}

interface Words {
  readonly what: string;
  readonly why: string;
  /** A line that works as it stands. */
  readonly fix: string;
}

/** A refused line in flowrun's words: what is wrong with it, why, and a line that works. Pure. */
export function tellRefusal({ refusal, command, message }: RefusedLine, argv: readonly string[]): FlowrunError {
  const tell = table[refusal.code] ?? tellAnother;
  return failure(tell({ message: message.replace(/^error: /, ""), command, path: pathOf(command), argv }));
}

/** There is no command of that name in the group, or in the program. Pure. */
export function unknownCommand(name: string, group: Command, argv: readonly string[]): FlowrunError {
  return failure(tellUnknownCommand(name, group, argv));
}

function failure({ what, why, fix }: Words): FlowrunError {
  return new FlowrunError("usage", what, { why, hint: fix });
}

/** commander's codes, and our words for each. */
const table: Readonly<Record<string, (refused: Refused) => Words>> = {
  "commander.unknownCommand": ({ command, argv }) =>
    tellUnknownCommand(unshielded(command.args[0] ?? ""), command, argv),
  "commander.help": ({ command, path }) => ({
    what: `'${path}' needs a command`,
    why: `it does nothing by itself; it has ${listed(ownNamesOf(command))}`,
    fix: namesOf(command).includes("list") ? `${path} list` : `${path} --help`,
  }),
  "commander.unknownOption": tellUnknownOption,
  "commander.missingArgument": ({ message, command, path }) => ({
    what: message,
    why: `it is called like this: ${path}${operandsOf(command)}`,
    fix: prepared[path] ?? `${path} --help`,
  }),
  "commander.missingMandatoryOptionValue": ({ message, command, path }) => {
    const option = command.options.find(({ mandatory }) => mandatory);
    return {
      what: message,
      why: `it needs ${option?.flags ?? "one more"}: ${option?.description ?? "see its help"}`,
      fix: prepared[path] ?? `${path} --help`,
    };
  },
  "commander.optionMissingArgument": ({ message, command, path, argv }) => {
    const option = command.options.find(({ flags }) => message.includes(`'${flags}'`));
    const [first] = option?.argChoices ?? [];
    return {
      what: message,
      why: `its value should follow: ${option?.description ?? "one word"}`,
      fix: first === undefined ? `${path} --help` : retyped([...argv, first]),
    };
  },
  "commander.invalidArgument": tellInvalidValue,
  "commander.excessArguments": tellExcess,
  "commander.conflictingOption": ({ message, path }) => ({
    what: message,
    why: "each of them says it in another way; one has to be left out",
    fix: `${path} --help`,
  }),
};

/** Where a command cannot do without a word that nobody else can guess. */
const prepared: Readonly<Record<string, string>> = {
  "flowrun show": "flowrun since -P1D   (prints the ids of runs)",
  "flowrun rows": "flowrun since -P1D --where 'records.failed > 0'   (prints the ids of runs)",
  "flowrun archive prune": "flowrun archive prune --older-than P1Y --dry-run",
  "flowrun archive import": "flowrun archive export runs.ndjson.gz --raw   (makes such a file)",
};

/** The words of other tools for what a command of ours does. */
const habits: Readonly<Record<string, string>> = {
  follow: "tail",
  watch: "tail",
  get: "since",
  list: "since",
  runs: "since",
  describe: "show",
  inspect: "show",
  auth: "login",
  init: "login",
};

function tellUnknownCommand(name: string, group: Command, argv: readonly string[]): Words {
  const known = namesOf(group);
  const path = pathOf(group);
  const what = `unknown command '${name}'`;
  if (group.parent === null && looksLikeWhen(name)) {
    const why = isMistyped(name)
      ? "it looks like a length of time, and is none; and a command has to say what to do with a time"
      : "it is a moment, and a command has to say what to do with it; since reads from there on";
    return { what, why, fix: retyped(argv, name, "since", momentFor(name)) };
  }
  const found = nearest(name, group.parent === null ? [...known, ...Object.keys(habits)] : known);
  if (found === null)
    return { what, why: `the commands of ${path} are ${listed(ownNamesOf(group))}`, fix: `${path} --help` };
  const meant = known.includes(found) ? found : (habits[found] ?? found);
  return { what, why: `Did you mean ${meant}?`, fix: corrected(name, meant, group, argv) };
}

/** The line with the right command in it, if that has what it needs; else one that helps on. */
function corrected(name: string, meant: string, group: Command, argv: readonly string[]): string {
  const path = `${pathOf(group)} ${meant}`;
  if (argv.some((word) => ["help", "--help", "-h"].includes(word))) return `${path} --help`;
  const [next = "-"] = argv.slice(argv.indexOf(name) + 1);
  const hasOperand = !next.startsWith("-") || looksLikeWhen(next);
  if (meant === "since" && !hasOperand) return retyped(argv, name, "since", "-P1D");
  const command = group.commands.find((one) => one.name() === meant || one.aliases().includes(meant));
  const needsMore = command?.registeredArguments.some(({ required }) => required) === true;
  return hasOperand || !needsMore ? retyped(argv, name, meant) : (prepared[path] ?? `${path} --help`);
}

function tellUnknownOption({ message, command, path, argv }: Refused): Words {
  const [, option = ""] = /'(.*)'/s.exec(message) ?? [];
  const what = `unknown option '${option}'`;
  // The last: what stands before it may be an option's value, like a profile's name.
  const place = argv.findLastIndex((word) => namesOf(command).includes(word));
  if (command.parent === null && place > 0) {
    const fix = retyped([...argv.slice(place), ...argv.slice(0, place)]);
    return { what, why: "options stand after the command that they are for", fix };
  }
  const options = command.createHelp().visibleOptions(command);
  const meant = nearest(
    option,
    options.flatMap(({ long }) => long ?? []),
  );
  if (meant === null) return { what, why: `${path} has no option of that name`, fix: `${path} --help` };
  return { what, why: `Did you mean ${meant}?`, fix: retyped(argv, option, meant) };
}

function tellInvalidValue({ message, command, path, argv }: Refused): Words {
  const [, flags, given = ""] = /^option '(.*?)' argument '(.*)' is invalid/s.exec(message) ?? [];
  const [, value = given, name] = /^command-argument value '(.*)' is invalid for argument '(.*?)'/s.exec(message) ?? [];
  const choices =
    (name === undefined
      ? command.options.find((option) => option.flags === flags)
      : command.registeredArguments.find((argument) => argument.name() === name)
    )?.argChoices ?? [];
  const meant = nearest(value, choices);
  const { what, why } = tellAnother({ message, command, path, argv });
  const asked = name === undefined ? what : `'${value}' is invalid for argument '${name}'`;
  if (meant === null) return { what: asked, why, fix: `${path} --help` };
  return { what: asked, why: `Did you mean ${meant}? ${why}`, fix: retyped(argv, value, meant) };
}

function tellExcess(refused: Refused): Words {
  const { message, command, path, argv } = refused;
  const operands = command.args.map(unshielded);
  const { parent, registeredArguments: wanted } = command;
  const surplus = operands.slice(wanted.length);
  const [first = ""] = surplus;
  // What stands in a group's name alone is read for the command that the group is short for.
  if (parent !== null && !argv.includes(command.name())) return tellUnknownCommand(first, parent, argv);
  const what = message.replace(/\..*$/s, "");
  if (looksLikeWhen(first) && command.options.some(({ long }) => long === "--since")) {
    const why = `${path} takes a moment as --since`;
    return { what, why, fix: retyped(argv, first, "--since", momentFor(first)) };
  }
  const takes = wanted.length === 0 ? "nothing" : operandsOf(command).trim();
  const why = `${path} takes ${takes} beside its options, and is given ${surplus.map(quoteForShell).join(" ")}, too`;
  return joinedValues(refused, surplus) ?? { what, why, fix: `${path} --help` };
}

/** Where the surplus follows the value of an option that takes several. */
function joinedValues({ command, argv, message }: Refused, surplus: readonly string[]): Words | null {
  const at = argv.indexOf(surplus[0] ?? "");
  const [name = "", value = ""] = argv.slice(Math.max(0, at - 2), at);
  const option = command.options.find(({ long, short }) => name === long || name === short);
  if (option?.parseArg !== severalValues) return null;
  const joined = [value, ...surplus].join(",");
  const fix = retyped([...argv.slice(0, at - 1), joined, ...argv.slice(at + surplus.length)]);
  return { what: message.replace(/\..*$/s, ""), why: `several values of ${name} are joined by commas`, fix };
}

/** commander's one sentence, or two, as what happened and why. */
function tellAnother({ message, path }: Refused): Words {
  const [, what = message, why = ""] = /^(.*?)(?:\.\s+|\n)(.+)$/s.exec(message) ?? [];
  return { what, why: why === "" ? `${path} cannot be run as it is written` : why, fix: `${path} --help` };
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** ` <name> <where>` */
function operandsOf({ registeredArguments }: Command): string {
  return registeredArguments
    .map((argument) => (argument.required ? ` <${argument.name()}>` : ` [${argument.name()}]`))
    .join("");
}

function namesOf({ commands }: Command): readonly string[] {
  return commands.flatMap((one) => [one.name(), ...one.aliases()]).filter((name) => name !== "help");
}

/** Those that help shows, without what is another name of the same command. */
function ownNamesOf(group: Command): readonly string[] {
  const shown = group.createHelp().visibleCommands(group);
  return shown.map((one) => one.name()).filter((name) => name !== "help");
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

/** Words that stand for a moment, as far as their form tells. */
function looksLikeWhen(word: string): boolean {
  return isDurationLike(word) || /^\d{4}-\d\d-\d\d|^(?:oldest|now|last|today|yesterday)$/i.test(word);
}

function isDurationLike(word: string): boolean {
  return isNegativeDuration(word) || /^P\d/i.test(word) || findDuration(word) !== null;
}

/** A mistyped duration: `-P1X`. */
function isMistyped(word: string): boolean {
  return isDurationLike(word) && findDuration(word) === null;
}

/** A mistyped duration is replaced by one that works. */
function momentFor(word: string): string {
  return isMistyped(word) ? "-P1D" : word;
}

/** The line as it was typed, one word replaced by others. */
function retyped(argv: readonly string[], wrong = "", ...right: readonly string[]): string {
  const at = argv.findIndex((word) => word === wrong || isValueIn(word, wrong));
  const words = argv.flatMap((word, index) => {
    if (index !== at || wrong === "") return [word];
    return word === wrong ? right : [word.slice(0, word.length - wrong.length) + right.join("")];
  });
  return ["flowrun", ...words.map(quoteOption)].join(" ");
}

/** `--output=tabel`, `-otabel` */
function isValueIn(word: string, value: string): boolean {
  return value !== "" && word.startsWith("-") && word.endsWith(value);
}

function quoteOption(word: string): string {
  const [, dashes = "", name = "", rest = ""] = /^(-*)([\w-]*=?)(.*)$/s.exec(word) ?? [];
  if (dashes === "") return quoteForShell(word);
  return dashes + name + (rest === "" ? "" : quoteForShell(rest));
}
