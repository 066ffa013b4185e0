import { exitCodes, FlowrunError, type FailureKind } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Command } from "commander";
import { askedHelp } from "./help-words.ts";
import { shield } from "./negative-durations.ts";
import { createProgram } from "./program.ts";
import { RefusedLine } from "./refused-line.ts";
import { readVariable } from "../adobe/settings/environment.ts";
import { isJsonFormat, type OutputFormat } from "../render/formats/registry.ts";
import { failureLines } from "./terminal/failure-lines.ts";
import { say } from "./terminal/tell.ts";

/**
 * Runs one command line and returns its exit code; it never exits and never throws. The only place where failures
 * become words: a refused line → 2, an abort → 130, a closed stdout → 0, a FlowrunError → its code; anything else is
 * a bug and shows its stack.
 */
export async function runCli(argv: readonly string[], host: Host): Promise<number> {
  let usualFormat = "";
  const onFormat = (format: OutputFormat): void => {
    usualFormat = format;
  };
  try {
    usualFormat = readVariable(host.env, "FLOWRUN_OUTPUT") ?? "";
    const words = argv.map(shield);
    const program = createProgram(host, words[0], onFormat);
    const question = askedHelp(argv, program);
    if (question === null && argv.length > 0) await program.parseAsync(words, { from: "user" });
    else if (question === null) await greet(program, host);
    else if (question.unknown !== null)
      throw (await loadWords()).unknownCommand(question.unknown, question.command, argv);
    else question.command.outputHelp();
    return 0;
  } catch (error) {
    return await explain(error, { argv, usualFormat }, host);
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

/** The line that failed, and the format of its output where the environment or the profile says it. */
interface Failed {
  readonly argv: readonly string[];
  readonly usualFormat: string;
}

async function explain(error: unknown, failed: Failed, host: Host): Promise<number> {
  const { argv } = failed;
  if (error instanceof RefusedLine) {
    return error.refusal.exitCode === 0 ? 0 : report((await loadWords()).tellRefusal(error, argv), failed, host);
  }
  if (host.signal.aborted) return exitCodes.aborted;
  if (error instanceof FlowrunError) return report(error, failed, host);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const bug = new FlowrunError("bug", "flowrun hit a bug", {
    why: stack,
    hint: "please report it with the lines above",
  });
  return report(bug, failed, host);
}

const silent: readonly FailureKind[] = ["closed", "runFailed", "aborted"];

/** Three lines: what happened, why, what to type next; or one JSON object where the output is JSON. */
async function report(error: FlowrunError, failed: Failed, host: Host): Promise<number> {
  const { kind, message, why, requestId } = error;
  const words = error.examine ? [error.hint, lookCloser].filter(Boolean).join("   ") : error.hint;
  const hint = words === null ? null : withProfile(words, failed.argv);
  const exitCode = exitCodes[kind];
  if (silent.includes(kind)) return exitCode;
  const { stderr } = host;
  const written = wantsJson(failed)
    ? stderr.write(
        `${JSON.stringify({
          type: "flowrun.error",
          kind,
          exitCode,
          message: why === null ? message : `${message}: ${why}`,
          hint,
          requestId,
        })}\n`,
      )
    : say(`${failureLines({ message, why, hint, requestId })}\n`, stderr);
  await written.catch(() => undefined);
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
function wantsJson({ argv, usualFormat }: Failed): boolean {
  const formats = argv.flatMap((word, index) => {
    if (word === "--json" || word.startsWith("--json=")) return ["json"];
    const format = /^(?:-[qv]*o|--output)=?(.*)$/.exec(word)?.[1];
    return format === undefined ? [] : [format === "" ? (argv[index + 1] ?? "") : format];
  });
  return (formats.length === 0 ? [usualFormat] : formats).some(isJsonFormat);
}
