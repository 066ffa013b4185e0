import { exitCodes, FlowrunError, type FailureKind } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Command } from "commander";
import { askedHelp } from "./help-words.ts";
import { shield } from "./negative-durations.ts";
import { createProgram } from "./program.ts";
import { RefusedLine } from "./refused-line.ts";
import { isJsonFormat } from "../render/formats/registry.ts";
import { failureLines } from "./terminal/failure-lines.ts";

/**
 * Runs one command line and returns its exit code; it never exits and never throws. The only place where failures
 * become words: a refused line → 2, an abort → 130, a closed stdout → 0, a FlowrunError → its code; anything else is
 * a bug and shows its stack.
 */
export async function runCli(argv: readonly string[], host: Host): Promise<number> {
  try {
    const words = argv.map(shield);
    const program = createProgram(host, words[0]);
    const question = askedHelp(argv, program);
    if (question === null && argv.length > 0) await program.parseAsync(words, { from: "user" });
    else if (question === null) await greet(program, host);
    else if (question.unknown !== null)
      throw (await loadWords()).unknownCommand(question.unknown, question.command, argv);
    else question.command.outputHelp();
    return 0;
  } catch (error) {
    return await explain(error, argv, host);
  }
}

/** Without a command: who is new here is told what this is; anybody else gets the help. */
async function greet(program: Command, host: Host): Promise<void> {
  const { isNewHere, welcome } = await import("./commands/first-minute/welcome.ts");
  // Where that cannot be told, the help can.
  if (await isNewHere(host).catch(() => false)) await host.stdout.write(welcome(host.env));
  else program.outputHelp();
}

/** Hardly any line is refused. */
function loadWords() {
  return import("./refusal-words.ts");
}

async function explain(error: unknown, argv: readonly string[], host: Host): Promise<number> {
  if (error instanceof RefusedLine) {
    return error.refusal.exitCode === 0 ? 0 : report((await loadWords()).tellRefusal(error, argv), argv, host);
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
  const { kind, message, why, requestId } = error;
  const words = error.examine ? [error.hint, lookCloser].filter(Boolean).join("   ") : error.hint;
  const hint = words === null ? null : withProfile(words, argv);
  const exitCode = exitCodes[kind];
  if (silent.includes(kind)) return exitCode;
  const text = wantsJson(argv)
    ? JSON.stringify({
        type: "flowrun.error",
        kind,
        exitCode,
        message: why === null ? message : `${message}: ${why}`,
        hint,
        requestId,
      })
    : failureLines({ message, why, hint, requestId });
  await host.stderr.write(`${text}\n`).catch(() => undefined);
  return exitCode;
}

/** A command to type next is for the profile that this line was for. */
function withProfile(hint: string, argv: readonly string[]): string {
  const at = argv.indexOf("--profile");
  const profile =
    at === -1 ? argv.find((word) => word.startsWith("--profile="))?.slice("--profile=".length) : argv[at + 1];
  if (profile === undefined || !/^[\w.,][\w.,-]*$/.test(profile) || hint.includes("--profile")) return hint;
  return hint.replace(commandsIn, (command) => `${command} --profile ${profile}`);
}

/** Commands in a hint that are about a profile, each to where the hint goes on in prose, or its shell does. */
const commandsIn =
  /\bflowrun (?!explain|completion|demo|help|--)(?!\S+(?: \S+)? --help)[a-z].*?(?=$|, |[();]| {2,}| [<>|&]+ |: )/gm;

const lookCloser = "(or look closer: flowrun doctor)";

/** Looked up in the bare words, since the line may be the very thing that could not be parsed. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.some((word, index) => {
    if (word === "--json") return true;
    const format = /^(?:-[qv]*o|--output)=?(.*)$/.exec(word)?.[1];
    return format !== undefined && isJsonFormat(format === "" ? (argv[index + 1] ?? "") : format);
  });
}
