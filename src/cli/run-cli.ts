import { CommanderError } from "commander";
import { exitCodes, FlowrunError, type FailureKind } from "../errors.ts";
import type { Host } from "../host.ts";
import { shield, unshielded } from "./negative-durations.ts";
import { createProgram } from "./program.ts";
import { isJsonFormat } from "../render/formats/registry.ts";
import { failureText } from "./terminal/failure-text.ts";

/**
 * Runs one command line and returns its exit code; it never exits and never throws. The only place where failures
 * become words: CommanderError → 2, an abort → 130, a closed stdout → 0, a FlowrunError → its code; anything else is
 * a bug and shows its stack.
 */
export async function runCli(argv: readonly string[], host: Host): Promise<number> {
  try {
    const words = argv.length === 0 ? ["--help"] : argv.map(shield);
    await createProgram(host, words).parseAsync(words, { from: "user" });
    return 0;
  } catch (error) {
    return await explain(error, argv, host);
  }
}

async function explain(error: unknown, argv: readonly string[], host: Host): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    return report(usageError(error, argv), argv, host);
  }
  if (host.signal.aborted) return exitCodes.aborted;
  if (error instanceof FlowrunError) return report(error, argv, host);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const bug = new FlowrunError("bug", "flowrun hit a bug", {
    why: stack,
    hint: "please report it with the lines above",
  });
  return report(bug, argv, host);
}

const silent: readonly FailureKind[] = ["closed", "runFailed", "aborted"];

/** Three lines: what happened, why, what to type next; or one JSON object where the output is JSON. */
async function report(error: FlowrunError, argv: readonly string[], host: Host): Promise<number> {
  const exitCode = exitCodes[error.kind];
  if (silent.includes(error.kind) || error.isTold) return exitCode;
  const text = failureText(error, wantsJson(argv));
  host.debugFile.write(text);
  await host.stderr.write(`${text}\n`).catch(() => undefined);
  return exitCode;
}

/** commander's one sentence, or two, or a suggestion on a second line, as what happened and why. */
function usageError(error: CommanderError, argv: readonly string[]): FlowrunError {
  const words = argv.filter((word) => !word.startsWith("-"));
  const [command, ...operands] = words[0] === "help" ? words.slice(1) : words;
  const isUnknown =
    error.code === "commander.unknownCommand" || (words[0] === "help" && error.code === "commander.help");
  const isNested = isUnknown && operands.length > 0;
  const topic = command === undefined || (isUnknown && !isNested) ? "" : ` ${command}`;
  const told =
    isUnknown && error.code === "commander.help" ? `unknown command '${words[1] ?? ""}'` : toldBy(error, topic);
  const [, what = told, why = ""] = /^(?:error: )?(.*?)(?:\.\s+|\n)(.+)$/s.exec(told) ?? [];
  return new FlowrunError("usage", unshielded(what.replace(/^error: /, "")), {
    why: why === "" ? `flowrun${topic} cannot be run as it is written` : why.replace(/^\(|\)$/g, ""),
    hint: `flowrun${topic} --help`,
  });
}

/** commander shows the help of a group of commands and calls that a failure. */
function toldBy(error: CommanderError, topic: string): string {
  return error.code === "commander.help"
    ? `'flowrun${topic}' needs a command. It does nothing by itself.`
    : error.message;
}

/** Looked up in the bare words, since the line may be the very thing that could not be parsed. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.some((word, index) => {
    if (word === "--json") return true;
    const format = /^(?:-[qv]*o|--output)=?(.*)$/.exec(word)?.[1];
    return format !== undefined && isJsonFormat(format === "" ? (argv[index + 1] ?? "") : format);
  });
}
