import { Command } from "commander";
import type { Host } from "../host.ts";
import { describeEnvironment } from "../adobe/settings/environment.ts";
import { unshield, unshielded } from "./negative-durations.ts";
import { version } from "../version.ts";
import { declareCompletion } from "./commands/completion/declare.ts";
import { declareCursor } from "./commands/cursor/declare.ts";
import { declareDoctor } from "./commands/doctor/declare.ts";
import { declareExplain, declareShow } from "./commands/insight/declare.ts";
import { declareSince, declareTail, declareWait } from "./commands/reading/declare.ts";
import { declareSetup } from "./commands/setup/declare.ts";
import { declareStats } from "./commands/insight/declare-stats.ts";

/**
 * The command line. Commands are declared here and loaded when they run: a help text must not cost the whole program.
 * @param line where its first word names a command that reads, no other is declared.
 */
export function createProgram(host: Host, line: readonly string[] = []): Command {
  const [first] = line;
  const program = new Command("flowrun")
    .description(
      "Follow, recover and explain Adobe Experience Platform dataflow runs from the Adobe I/O Events journal.",
    )
    .version(version, "-V, --version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text).catch(() => undefined),
      // What commander would say to stderr arrives as a CommanderError, too; cli.ts says it in flowrun's own form.
      writeErr: () => undefined,
    })
    .showSuggestionAfterError()
    .addHelpText("after", "\nTry it without an account:\n  flowrun since -P1D --profile demo");
  program.hook("preAction", (_, command) => {
    unshield(command);
  });
  program.hook("preAction", (_, command) => openDebugFile(command, line, host));
  program.hook("preAction", (_, command) => tellEnvironment(command, host));
  const named = first === undefined ? undefined : readers.get(first);
  const all = [...readers.values(), declareSetup, declareDoctor, declareCompletion];
  for (const declare of named === undefined ? all : [named]) declare(program, host);
  return program;
}

/** Before anything is read or asked: what a command does first may be what fails. */
async function openDebugFile(
  command: Command,
  line: readonly string[],
  { debugFile, nodeVersion }: Host,
): Promise<void> {
  const { debugFile: path } = command.opts<{ debugFile?: string }>();
  if (path === undefined) return;
  await debugFile.open(path);
  debugFile.write(`flowrun ${version} on Node ${nodeVersion}: flowrun ${unshielded(line.join(" "))}`);
}

/** Says once which variables are not read as they are written, where a command uses any. */
async function tellEnvironment(command: Command, host: Host): Promise<void> {
  const { quiet } = command.opts<{ quiet?: boolean }>();
  const usesThem = command.options.some(({ long }) => long === "--profile");
  if (!usesThem || quiet === true) return;
  const told = describeEnvironment(host.env).map((text) => `warning: ${text}\n`);
  // A stderr that was closed stops nothing.
  host.debugFile.write(told.join(""));
  if (told.length > 0) await host.stderr.write(told.join("")).catch(() => undefined);
}

const readers = new Map<string, (program: Command, host: Host) => void>([
  ["since", declareSince],
  ["tail", declareTail],
  ["wait", declareWait],
  ["stats", declareStats],
  ["show", declareShow],
  ["explain", declareExplain],
  ["cursor", declareCursor],
]);
