import { Argument, type Command, type Option } from "commander";
import { declareQuiet } from "../../options/flags.ts";
import type { CommandShape, OptionShape, ValueShape } from "./completion-slot.ts";
import type { Shell } from "./completion-scripts.ts";
import type { Host } from "../../../host.ts";

const shells: readonly Shell[] = ["bash", "zsh", "fish"];

/** `flowrun completion <shell>`: a completion script; and the hidden command that the script asks at each TAB. */
export function declareCompletion(program: Command, host: Host): void {
  declareQuiet(
    program
      .command("completion")
      .summary("a completion script for bash, zsh or fish")
      .description("Writes a completion script to stdout. It asks flowrun itself at each TAB, and never the network.")
      .addArgument(new Argument("<shell>", "whose script").choices(shells)),
  )
    .addHelpText(
      "after",
      `
Examples:
  eval "$(flowrun completion bash)"         in ~/.bashrc
  eval "$(flowrun completion zsh)"          in ~/.zshrc, after compinit
  flowrun completion fish > ~/.config/fish/completions/flowrun.fish`,
    )
    .action(async (shell: Shell) => (await import("./completion.ts")).runCompletion(shell, host));
  program
    .command("complete", { hidden: true })
    .description("Writes what may stand at the end of a command line: a word, a tab and what it means on each line.")
    .argument("[words...]", "the command line up to the cursor, after --")
    .action(async (words: readonly string[]) =>
      (await import("./completion.ts")).runComplete(words, shapeOf(program), host),
    );
}

/** A command and those below it, as commander has them, hidden ones left out. */
function shapeOf(command: Command): CommandShape {
  const help = command.createHelp();
  return {
    name: command.name(),
    aliases: command.aliases(),
    summary: help.subcommandDescription(command),
    commands: help.visibleCommands(command).map(shapeOf),
    options: help.visibleOptions(command).map(optionShape),
    operands: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      choices: argument.argChoices ?? [],
      isVariadic: argument.variadic,
    })),
  };
}

function optionShape(option: Option): OptionShape {
  return {
    spellings: [option.short, option.long].filter((spelling) => spelling !== undefined),
    summary: option.description,
    value: valueShape(option),
  };
}

function valueShape({ flags, argChoices, variadic }: Option): ValueShape | null {
  const name = /[<[]([^\]>.]+)(?:\.{3})?[\]>]/.exec(flags)?.[1];
  return name === undefined ? null : { name, choices: argChoices ?? [], isVariadic: variadic };
}
