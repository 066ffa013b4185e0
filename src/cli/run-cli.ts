import { exitCodes, FlowrunError, type FailureKind } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Command } from "commander";
import { askedHelp } from "./help-words.ts";
import { shield } from "./negative-durations.ts";
import { createProgram } from "./program.ts";
import { RefusedLine } from "./refused-line.ts";
import { readVariable } from "../adobe/settings/environment.ts";
import { isJsonFormat, type OutputFormat } from "../render/formats/registry.ts";
import { failureText } from "./terminal/failure-text.ts";
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
    const program = createProgram(host, words, onFormat);
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
  const exitCode = exitCodes[error.kind];
  if (silent.includes(error.kind) || error.isTold) return exitCode;
  const isJson = wantsJson(failed);
  const text = `${failureText(error, isJson, profileIn(failed.argv))}\n`;
  host.debugFile.write(text.trimEnd());
  const { stderr } = host;
  await (isJson ? stderr.write(text) : say(text, stderr)).catch(() => undefined);
  return exitCode;
}

/** A command to type next is for the profile that this line was for. */
function profileIn(argv: readonly string[]): string | null {
  const at = argv.indexOf("--profile");
  const joined = argv.find((word) => word.startsWith("--profile="))?.slice("--profile=".length);
  return (at === -1 ? joined : argv[at + 1]) ?? null;
}

/** Looked up in the bare words, since the line may be the very thing that could not be parsed. */
function wantsJson({ argv, usualFormat }: Failed): boolean {
  const formats = argv.flatMap((word, index) => {
    if (word === "--json" || word.startsWith("--json=")) return ["json"];
    const format = /^(?:-[qv]*o|--output)=?(.*)$/.exec(word)?.[1];
    return format === undefined ? [] : [format === "" ? (argv[index + 1] ?? "") : format];
  });
  return (formats.length === 0 ? [usualFormat] : formats).some(isJsonFormat);
}
